"""What is let go with the evidence of a case: claims, results, words; not decisions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base.errors import Conflict, NotFound
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import HoldReason, WordsKind
from anlan.evidence.models import Deletion
from anlan.ledger.verify import verify
from anlan.resolution import services as resolution
from anlan.resolution.enums import ObjectionState
from anlan.resolution.models import (
    CompensationVersion,
    Notice,
    NoticeDelivery,
    Objection,
    PlanApproval,
    PlanMeasure,
    PlanSupport,
)
from anlan.resolution.selectors.compensation import listed_in, version_of, versions_of
from anlan.resolution.services.erasing import erase_words
from tests.evidence.keeping import NOTICE, ORDINARY, ended, pass_period, photo, review
from tests.resolution import planned, told
from tests.resolution.helped import offered
from tests.resolution.made import begun, made
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

RECEIPT = {"expenses": ({"item": "medical", "fen": 123_45, "words": "急诊"},)}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def test_claims_and_results_are_gone_and_the_chain_stays_whole(scene, case) -> None:
    compensation = begun(scene, case)
    made(scene, compensation, RECEIPT)
    lead = scene.person("lifang")
    compensation.refresh_from_db()
    resolution.save_draft(
        compensation=compensation,
        version=compensation.draft_version,
        step="shares",
        typed={"victim_fault": "三成"},
        by=lead,
        at=scene.at,
    )

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    compensation.refresh_from_db()
    row = CompensationVersion.objects.get()
    assert (row.claim, row.outcome, compensation.draft) == ("", "", {})
    assert not versions_of(compensation).exists()
    with pytest.raises(NotFound):
        version_of(compensation, 1)
    assert [one.outcome for one in listed_in(case, lead)] == [None]
    with pytest.raises(Conflict):
        resolution.reckon_again(compensation=compensation, by=lead, at=scene.at)
    assert verify().is_sound


def test_what_is_computed_afterwards_has_the_next_number(scene, case) -> None:
    compensation = begun(scene, case)
    made(scene, compensation, RECEIPT)
    erase_words(case=case, reason="retention", at=scene.at)

    assert made(scene, compensation, RECEIPT).number == 2


def test_words_of_a_plan_go_and_its_measures_stay(scene, case) -> None:
    plan = planned.submitted(scene, case)
    planned.decided(scene, plan, remark="同意")

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    plan.refresh_from_db()
    measure, approval = PlanMeasure.objects.get(), PlanApproval.objects.get()
    assert (plan.state, plan.beyond) == ("approved", "")
    assert (measure.key, measure.words, measure.binds) == ("warning_letter", "", "")
    assert (approval.is_approved, approval.remark) == (True, "")
    assert verify().is_sound


def test_words_of_letters_objections_and_support_go(scene, case) -> None:
    measure = told.in_force(scene, case)
    told.delivered(scene, told.issued(scene, measure), words="交到手上")
    told.objected(scene, measure)
    resolution.decide_objection(
        objection=Objection.objects.select_related("case__site").get(),
        state=ObjectionState.REJECTED,
        reason="录像可见。",
        by=planned.headquarters(scene),
        at=scene.at,
    )
    offered(scene, planned.begun(scene, case))

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    notice, delivery = Notice.objects.get(), NoticeDelivery.objects.get()
    objection, support = Objection.objects.get(), PlanSupport.objects.get()
    assert (notice.facts, notice.request, notice.text) == ("", "", "")
    assert (delivery.words, delivery.result) == ("", "signed")
    assert (objection.words, objection.reason) == ("", "")
    assert (objection.state, support.words) == ("rejected", "")
    assert verify().is_sound


def test_another_case_keeps_its_words(scene, case) -> None:
    made(scene, begun(scene, case), RECEIPT)

    other = scene.incident(at=scene.at + timedelta(days=1)).case
    erase_words(case=other, reason="retention", at=scene.at)

    assert CompensationVersion.objects.get().claim


def test_the_worker_lets_them_go_with_the_last_exhibit(scene, case) -> None:
    made(scene, begun(scene, case), RECEIPT)
    photo(scene, case)
    case = ended(case, at=scene.at)

    pass_period(scene.at, ORDINARY)

    assert CompensationVersion.objects.get().claim == ""
    assert verify().is_sound


def test_the_worker_lets_them_go_where_there_never_was_an_exhibit(scene, case) -> None:
    made(scene, begun(scene, case), RECEIPT)
    case = ended(case, at=scene.at)
    assert not case.exhibits.exists()

    review(scene.at + ORDINARY - NOTICE)
    assert CompensationVersion.objects.get().claim != ""
    pass_period(scene.at, ORDINARY)

    assert CompensationVersion.objects.get().claim == ""
    row = Deletion.objects.get()
    assert (row.words, row.state) == (WordsKind.HANDLING, "deleted")
    assert verify().is_sound


def test_a_hold_keeps_them_where_there_never_was_an_exhibit(scene, case) -> None:
    made(scene, begun(scene, case), RECEIPT)
    evidence.place_hold(
        case=case,
        reason=HoldReason.COURT,
        words="已起诉",
        by=scene.manager,
        at=scene.at,
    )
    ended(case, at=scene.at)

    pass_period(scene.at, ORDINARY)

    assert CompensationVersion.objects.get().claim != ""
