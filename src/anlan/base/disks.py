"""Which disks hold a folder, and whether an address is this machine's own."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

SYSFS = Path("/sys/dev/block")
_MOST_LAYERS = 8  # crypt on LVM on RAID on a partition are four
_LOOKED_UP_AGAIN_SECONDS = 600.0


class Disks(StrEnum):
    """Where two copies of a file lie."""

    TWO = "two"
    ONE = "one"  # one that breaks takes both along
    UNKNOWN = "unknown"


def disks_of(one: Path, other: Path) -> Disks:
    """Two partitions of a disk are one disk, and so are two volumes that share one.

    Raises:
        OSError: one of the folders cannot be looked at.
    """
    first, last = one.stat().st_dev, other.stat().st_dev
    if first == last:
        return Disks.ONE
    disks, others = whole_disks(first), whole_disks(last)
    if not disks or not others:
        return Disks.UNKNOWN
    return Disks.ONE if disks & others else Disks.TWO


def whole_disks(device: int) -> frozenset[Path]:
    """The pieces of hardware below a device; empty where the kernel does not say.

    A file system of many devices, of the network or in memory has none (major 0), and
    what a loop device lies on is a file.
    """
    name = f"{os.major(device)}:{os.minor(device)}"
    try:
        return _below((SYSFS / name).resolve(strict=True), _MOST_LAYERS)
    except OSError:
        return frozenset()


def _below(device: Path, layers: int) -> frozenset[Path]:
    if (device / "partition").exists():
        device = device.parent
    if (device / "loop").exists() or not layers:
        return frozenset()
    with contextlib.suppress(FileNotFoundError):
        if members := list((device / "slaves").iterdir()):
            below = [_below(member.resolve(), layers - 1) for member in members]
            return frozenset().union(*below) if all(below) else frozenset()
    # Two namespaces of one SSD are two block devices of one thing.
    thing = device / "device"
    return frozenset({thing.resolve() if thing.exists() else device})


def is_own_host(host: str) -> bool | None:
    """Whether a server is this machine; none while its name is not looked up.

    The look-up has a thread of its own: whoever asks may hold a transaction open.
    """
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return _is_own_address(str(ip_address(host)))
    return _hosts.answer(host)


def _is_own_address(address: str) -> bool:
    """Only an address of its own can be listened at."""
    if ip_address(address).is_loopback:
        return True
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


class _Hosts:
    """What a process knows of names; asked anew after a while, as they change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._known: dict[str, bool] = {}

    def answer(self, host: str) -> bool | None:
        now = time.monotonic()
        with self._lock:
            is_due = now - self._asked.get(host, -now) >= _LOOKED_UP_AGAIN_SECONDS
            if host not in self._asked or is_due:
                self._asked[host] = now
                threading.Thread(target=self.look_up, args=(host,), daemon=True).start()
        return self._known.get(host)

    def look_up(self, host: str) -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return
        self._known[host] = any(_is_own_address(str(one[4][0])) for one in found)


_hosts = _Hosts()
