"""What was reported to the police goes with its case; that it was, stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.cases.models import Case
from anlan.ledger.verify import verify
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import PaperKind, ReportState, ToldWay
from anlan.resolution.legal.models import (
    PolicePaper,
    ReportItem,
    Retaliation,
    RightsTold,
)
from anlan.resolution.legal.services.erasing import erase_words, written
from tests.evidence.told import party as victim
from tests.resolution.legal.reported import paper, reported
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
OF_POLICE = 5  # kinds of rows that a report leaves: items, itself, papers, told, noted


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def test_words_go_and_the_chain_stays_whole(scene: Scene, case: Case) -> None:
    report = reported(scene, case)
    paper(scene, report, PaperKind.REFUSAL)
    legal.tell_rights(
        case=case,
        party=victim(scene, case),
        way=ToldWay.PHONE,
        happened=scene.at,
        words="知道了",
        by=scene.officer,
        at=scene.at,
    )
    legal.note_retaliation(
        case=case,
        place=scene.garage,
        words="堵门",
        is_ongoing=False,
        by=scene.officer,
        at=scene.at + timedelta(minutes=1),
    )
    assert verify().is_sound
    assert sum(rows.exists() for rows, _way in written()) == OF_POLICE

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    report.refresh_from_db()
    assert report.state == ReportState.REFUSED
    assert (report.listing, report.officer, report.signers) == ("", "", "")
    one = PolicePaper.objects.get()
    assert (one.kind, one.number, one.words) == ("refusal", "", "")
    told, noted = RightsTold.objects.get(), Retaliation.objects.get()
    assert (told.sheet, told.words, noted.words) == ("", "", "")
    assert not ReportItem.objects.exclude(words="").exists()
    assert not any(rows.exists() for rows, _way in written())
    assert verify().is_sound


def test_another_case_keeps_its_words(scene: Scene, case: Case) -> None:
    report = reported(scene, case)
    other = scene.incident(at=scene.at + timedelta(days=1)).case
    erase_words(case=other, reason="retention", at=scene.at)
    report.refresh_from_db()
    assert report.listing
