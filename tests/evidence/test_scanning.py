"""Malware in evidence: kept as it came, named, and given out only to who knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.base import stores
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import Scan
from anlan.evidence.models import Exhibit
from anlan.evidence.services.scanning import AGAIN, RETRY, scan_files
from tests.clamd import MALWARE, MOST_BYTES, clamd, needs_clamd
from tests.incidents.story import entries
from tests.pictures import JPEG, PDF
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = needs_clamd
BAD = PDF + MALWARE


@pytest.fixture(scope="module")
def _clamd() -> Iterator[str]:
    with clamd() as path:
        yield path


@pytest.fixture(autouse=True)
def scanner(_clamd: str, settings: Settings, tmp_path: Path) -> str:
    settings.DATA = tmp_path
    settings.CLAMAV = _clamd
    return _clamd


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def officer(scene: Scene, sign_in: SignIn) -> Client:
    return sign_in("zhoumin")


def added(scene: Scene, case: Case, content: bytes = JPEG) -> Exhibit:
    return evidence.add_file(
        case=case, chunks=[content], title="病历", by=scene.officer, at=scene.at
    )


def scanned(exhibit: Exhibit, at: datetime) -> str:
    scan_files(at=at)
    exhibit.file.refresh_from_db()
    return exhibit.file.scan


def below(exhibit: Exhibit, name: str = "") -> str:
    return f"/cases/{exhibit.case.number}/evidence/{exhibit.uid}/{name}"


def test_what_nobody_looked_at_is_not_clean(scene, case, settings, officer) -> None:
    settings.CLAMAV = ""
    exhibit = added(scene, case)

    assert scanned(exhibit, scene.at) == Scan.NONE
    page = officer.get(below(exhibit)).text
    assert "未查病毒" in page
    assert "没有设置查毒程序" in page
    assert "未发现病毒" not in page


def test_a_scanner_that_is_away_leaves_it_unlooked_at(
    scene, case, settings, tmp_path
) -> None:
    exhibit = added(scene, case)
    running = settings.CLAMAV
    settings.CLAMAV = str(tmp_path / "nobody")

    assert scanned(exhibit, scene.at) == Scan.NONE
    settings.CLAMAV = running
    assert scanned(exhibit, scene.at) == Scan.CLEAN


def test_clean_names_the_program_and_is_looked_at_again_a_week_later(
    scene, case, officer
) -> None:
    exhibit = added(scene, case)

    assert scanned(exhibit, scene.at) == Scan.CLEAN
    assert "ClamAV" in officer.get(below(exhibit)).text
    assert scan_files(at=scene.at + AGAIN / 2) == 0
    assert scan_files(at=scene.at + AGAIN + timedelta(seconds=1)) == 1
    assert scan_files(at=scene.at + AGAIN * 3) == 1


def test_malware_is_named_on_the_record_of_each_case_once(scene, case) -> None:
    other = scene.incident().case
    exhibits = [added(scene, case, BAD), added(scene, other, BAD)]

    assert scanned(exhibits[0], scene.at) == Scan.INFECTED
    scan_files(at=scene.at + AGAIN * 2)

    assert len(entries(case, "evidence.malware_found")) == 1
    assert len(entries(other, "evidence.malware_found")) == 1
    assert "Anlan-Test" in exhibits[0].file.scan_note


def test_it_stays_as_it_came(scene, case) -> None:
    exhibit = added(scene, case, BAD)
    scanned(exhibit, scene.at)

    for store in stores.folders():
        assert store.path_of(exhibit.file.sha256).read_bytes() == BAD


def test_it_is_given_out_only_to_who_knows(scene, case, officer) -> None:
    exhibit = added(scene, case, BAD)
    scanned(exhibit, scene.at)

    page = officer.get(below(exhibit)).text
    refused = officer.get(below(exhibit, "original/"))
    taken = officer.get(below(exhibit, "original/?malware=known"))

    assert "含有病毒" in page
    assert refused.status_code == 409
    assert b"".join(taken.streaming_content) == BAD
    assert len(entries(case, "evidence.opened")) == 1


def test_too_large_for_the_scanner_is_tried_again_and_never_clean(
    scene, case, officer
) -> None:
    exhibit = added(scene, case, PDF + b"a" * (MOST_BYTES * 2))

    assert scanned(exhibit, scene.at) == Scan.REFUSED
    assert scan_files(at=scene.at + RETRY / 2) == 0
    assert scan_files(at=scene.at + RETRY) == 1
    page = officer.get(below(exhibit)).text
    assert "未能查病毒" in page
    assert "未发现病毒" not in page


def test_a_file_without_a_sound_copy_is_not_clean(scene, case) -> None:
    exhibit = added(scene, case)
    for store in stores.folders():
        path = store.path_of(exhibit.file.sha256)
        path.chmod(0o600)
        path.write_bytes(b"x")

    assert scanned(exhibit, scene.at) == Scan.REFUSED
