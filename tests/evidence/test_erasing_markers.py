"""The words of risk markers that are over go with their case, or a year after their end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.base.clock import local_day
from anlan.cases.models import Case, Party
from anlan.customers import services as customers
from anlan.customers.enums import MarkerStep
from anlan.customers.models import MarkerDecision, MarkerObjection, RiskMarker
from anlan.evidence import jobs
from anlan.evidence.services.erasing_markers import KEPT
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.evidence.keeping import (
    DAY,
    ORDINARY,
    ended,
    hold,
    pass_period,
    photo,
    released,
)
from tests.evidence.told import party
from tests.scene import Scene


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def them(scene: Scene, case: Case) -> Party:
    return party(scene, case)


def marked(scene: Scene, them: Party, *, number: str = "") -> RiskMarker:
    """Set and objected to; it expires after a hundred days."""
    assert them.person is not None
    today = local_day(scene.at)
    marker = customers.set_marker(
        person=them.person,
        site=scene.site,
        advice="两人同行",
        reason="在南门推倒门卫",
        review_on=today + 50 * DAY,
        expires_on=today + 100 * DAY,
        told_on=today,
        case_number=number,
        by=scene.manager,
        at=scene.at,
    )
    customers.object_to_marker(
        marker=marker, words="不是我推的", by=scene.guard, at=scene.at
    )
    return marker


def words() -> str:
    return "".join(
        [
            *(one.reason + one.advice for one in MarkerDecision.objects.all()),
            *(one.words + one.reason for one in MarkerObjection.objects.all()),
        ]
    )


def over(scene: Scene) -> timedelta:
    """From the hour of the scene to the day after its last."""
    return 101 * DAY + KEPT


@pytest.mark.both
def test_without_a_case_they_go_a_year_after_the_end(scene: Scene, them: Party) -> None:
    marked(scene, them)

    assert jobs.let_marker_words_go(at=scene.at + over(scene) - 2 * DAY) == 0
    assert words()
    assert jobs.let_marker_words_go(at=scene.at + over(scene)) == 1
    assert words() == ""
    assert jobs.let_marker_words_go(at=scene.at + over(scene)) == 0
    assert verify().problems == []


def test_of_one_that_was_ended_earlier_they_go_earlier(
    scene: Scene, them: Party
) -> None:
    marker = marked(scene, them)
    customers.review_marker(
        marker=marker,
        step=MarkerStep.ENDED,
        reason="没有再发生",
        by=scene.manager,
        at=scene.at,
    )

    assert jobs.let_marker_words_go(at=scene.at + KEPT) == 1
    assert words() == ""


def test_they_go_with_the_last_of_their_case(
    scene: Scene, case: Case, them: Party
) -> None:
    marked(scene, them, number=case.number)
    photo(scene, case)
    assert jobs.let_marker_words_go(at=scene.at + over(scene)) == 0  # it is open
    case = ended(case, at=scene.at)
    assert jobs.let_marker_words_go(at=scene.at + over(scene)) == 0  # it has a photo
    assert words()

    pass_period(scene.at, ORDINARY)

    assert words() == ""
    blanked = Entry.objects.filter(kind="ledger.text_erased", subject=case.subject)
    assert not any(b"customers.Marker" in bytes(one.data or b"") for one in blanked)
    assert verify().problems == []


def test_a_hold_keeps_them_in_a_case_that_has_nothing_else_left(
    scene: Scene, case: Case, them: Party
) -> None:
    marked(scene, them, number=case.number)
    held = hold(scene, case)
    ended(case, at=scene.at)

    assert jobs.let_marker_words_go(at=scene.at + over(scene)) == 0
    pass_period(scene.at, ORDINARY)
    assert words()
    at = scene.at + ORDINARY + DAY
    released(scene, held, at=at)
    assert jobs.let_marker_words_go(at=at) == 0  # with what the hold says, in a month
    pass_period(at, 31 * DAY)
    assert words() == ""
