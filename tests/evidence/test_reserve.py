"""What is left on the disks is for the record: nothing that is fetched or made takes it."""

from __future__ import annotations

import errno
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from anlan.base import disk_space, stores
from anlan.base.errors import DomainError
from anlan.evidence.services.keeping import keep_bytes
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from tests.pictures import JPEG
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _full(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path
    free = disk_space.RESERVE_BYTES - 1
    monkeypatch.setattr(stores.Store, "free_bytes", lambda _: free)


def test_file_of_a_report_is_refused_in_words_and_the_report_stays(
    scene: Scene,
) -> None:
    report = scene.report()

    with pytest.raises(DomainError, match="服务器的磁盘放不下这个文件") as refusal:
        incidents.attach(report=report, chunks=[JPEG], by=scene.guard, at=scene.at)

    assert refusal.value.status == 507
    assert not Attachment.objects.exists()


def test_what_is_made_waits_and_lists_of_the_record_do_not() -> None:
    with pytest.raises(OSError, match="for the record") as full:
        keep_bytes(name=uuid4(), chunks=[JPEG])
    assert full.value.errno == errno.ENOSPC

    kept = keep_bytes(name=uuid4(), chunks=[JPEG], is_record=True)
    assert stores.primary().has(kept.sha256)


def test_disk_that_fills_up_meanwhile_is_left_its_reserve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [disk_space.RESERVE_BYTES, disk_space.RESERVE_BYTES, 0]
    monkeypatch.setattr(stores.Store, "free_bytes", lambda _: left.pop(0))
    monkeypatch.setattr("anlan.evidence.services.keeping.ASK_EVERY", 4)

    with pytest.raises(OSError, match="for the record"):
        keep_bytes(name=uuid4(), chunks=[b"four", b"more", b"last"])

    assert not list(stores.primary().root.rglob("incoming/*"))
