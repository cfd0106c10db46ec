"""Two partitions are no two disks, and what the kernel does not say is not known."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from anlan.base import disks
from anlan.base.disks import whole_disks


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the kernel shows it: two SSDs with partitions, volumes and a RAID on them."""
    block = tmp_path / "dev/block"
    block.mkdir(parents=True)
    monkeypatch.setattr(disks, "SYSFS", block)
    sda, sdb = tmp_path / "devices/sda", tmp_path / "devices/sdb"
    add(block, "8:0", sda)
    add(block, "8:1", sda / "sda1", is_partition=True)
    add(block, "8:2", sda / "sda2", is_partition=True)
    add(block, "8:17", sdb / "sdb1", is_partition=True)
    add(block, "253:0", tmp_path / "devices/dm-0", on=[sda / "sda1"])
    add(block, "253:1", tmp_path / "devices/dm-1", on=[sda / "sda2"])
    add(block, "253:2", tmp_path / "devices/dm-2", on=[tmp_path / "devices/dm-1"])
    add(block, "9:0", tmp_path / "devices/md0", on=[sda / "sda2", sdb / "sdb1"])
    loop = tmp_path / "devices/loop0"
    add(block, "7:0", loop)
    (loop / "loop").mkdir()
    add(block, "253:3", tmp_path / "devices/dm-3", on=[loop, sda])
    controller = tmp_path / "devices/nvme0"
    controller.mkdir()
    for number in (1, 2):
        namespace = tmp_path / f"devices/nvme0n{number}"
        add(block, f"259:{number}", namespace)
        (namespace / "device").symlink_to(controller)
    return tmp_path


def add(
    block: Path,
    name: str,
    device: Path,
    *,
    is_partition: bool = False,
    on: list[Path] | None = None,
) -> None:
    (device / "slaves").mkdir(parents=True)
    for member in on or []:
        (device / "slaves" / member.name).symlink_to(member)
    if is_partition:
        (device / "partition").write_text("1\n")
    (block / name).symlink_to(device)


def found(major: int, minor: int) -> list[str]:
    return sorted(disk.name for disk in whole_disks(os.makedev(major, minor)))


@pytest.mark.parametrize(
    ("device", "below"),
    [
        ((8, 0), ["sda"]),
        ((8, 1), ["sda"]),
        ((8, 17), ["sdb"]),
        ((253, 0), ["sda"]),
        ((253, 2), ["sda"]),  # a volume on a volume
        ((9, 0), ["sda", "sdb"]),
        ((259, 1), ["nvme0"]),  # two namespaces of one SSD
        ((259, 2), ["nvme0"]),
        ((7, 0), []),  # a file
        ((253, 3), []),  # one of its members is a file
        ((0, 42), []),  # btrfs, overlay, NFS
    ],
)
def test_which_hardware_lies_below(
    tree: Path, device: tuple[int, int], below: list[str]
) -> None:
    assert found(*device) == below


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        ((8, 1), (8, 1), disks.Disks.ONE),
        ((8, 1), (8, 2), disks.Disks.ONE),
        ((253, 0), (253, 2), disks.Disks.ONE),
        ((8, 1), (9, 0), disks.Disks.ONE),
        ((8, 1), (8, 17), disks.Disks.TWO),
        ((8, 1), (0, 42), disks.Disks.UNKNOWN),
        ((0, 42), (0, 42), disks.Disks.ONE),
    ],
)
def test_two_folders(
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: tuple[int, int],
    other: tuple[int, int],
    where: disks.Disks,
) -> None:
    class Folder:
        def __init__(self, device: tuple[int, int]) -> None:
            self.st_dev = os.makedev(*device)

        def stat(self) -> Folder:
            return self

    assert disks.disks_of(Folder(one), Folder(other)) == where  # type: ignore[arg-type]


class TestAServer:
    @pytest.mark.parametrize(
        ("host", "is_ours"),
        [("127.0.0.1", True), ("::1", True), ("localhost", True), ("192.0.2.7", False)],
    )
    def test_by_its_address(self, host: str, *, is_ours: bool) -> None:
        assert disks.is_own_host(host) is is_ours

    def test_by_its_name_once_that_is_looked_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hosts = disks._Hosts()
        monkeypatch.setattr(disks, "_hosts", hosts)
        monkeypatch.setattr(hosts, "look_up", lambda host: None)
        assert disks.is_own_host("vault.lan") is None

        monkeypatch.undo()
        monkeypatch.setattr(disks, "_hosts", hosts)
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda *_args, **_more: [(2, 1, 6, "", ("127.0.1.1", 0))],
        )
        hosts.look_up("vault.lan")

        assert disks.is_own_host("vault.lan") is True
