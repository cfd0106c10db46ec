"""Improvements: named with a ground, done with proof, checked by another, reopened."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from pytest_django import Settings

from anlan import worker
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.review import jobs
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import (
    Cause,
    ImprovementState,
    RecurrenceState,
)
from anlan.resolution.review.extract import read_extract
from anlan.resolution.review.models import Improvement, Recurrence
from anlan.resolution.review.selectors.improvements import (
    Which,
    grounds_of,
    improvements_for,
    listed,
)
from anlan.resolution.review.services import improvements
from tests.at_once import at_once
from tests.evidence.keeping import photo
from tests.resolution import planned
from tests.resolution.reviewed import (
    author,
    begun,
    checked,
    decided,
    done,
    failing,
    found,
    improved,
    met,
    submitted,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def told(kind: str) -> set[str]:
    return set(
        Delivery.objects.filter(message__kind=kind).values_list(
            "user__username", flat=True
        )
    )


def test_it_is_named_done_and_found_to_work(scene, case) -> None:
    row = improved(scene, case)
    assert (row.code, row.place) == ("A-01", scene.garage)
    assert told("review.improvement_is_yours") == {"sunlei"}

    row = done(scene, row, exhibit=None)
    assert row.state == ImprovementState.WATCHED
    due = [check.due_at - scene.at for check in row.checks.order_by("days")]
    assert due == [30 * DAY, 90 * DAY]

    assert checked(scene, row, 30).state == ImprovementState.WATCHED
    assert checked(scene, row, 90).state == ImprovementState.WORKED
    assert verify().is_sound


def test_it_rests_on_what_was_found_learned_or_agreed(scene, case) -> None:
    found(scene, case)
    report = decided(scene, submitted(scene, case))
    meeting = met(scene, case)
    lesson = report.paragraphs.get(section="lessons")

    rows = [
        improved(scene, case, ground=ground)
        for ground in (failing(case), lesson, meeting)
    ]

    assert [row.code for row in rows] == ["A-01", "A-02", "A-03"]
    keys = set(grounds_of(case))
    assert {failing(case).ref, lesson.ref, meeting.key} <= keys


def test_a_ground_of_another_case_or_a_course_is_none(scene, case) -> None:
    found(scene, case)
    course = case.findings.get().sentences.get(kind="course")
    other = scene.incident(
        place=scene.place("园区 南门"), at=scene.at + timedelta(hours=3)
    ).case

    for ground, of in ((course, case), (failing(case), other)):
        with pytest.raises(InvalidInput) as refused:
            improved(scene, of, ground=ground)
        assert refused.value.path == "ground"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"due_on": -1}, "due_on"),
        ({"due_on": 400}, "due_on"),
        ({"what": " "}, "what"),
        ({"why": "双方互殴"}, "why"),
        ({"what": "字" * 201}, "what"),
        ({"owner": "dingyi"}, "owner"),
    ],
)
def test_what_cannot_be_is_refused(scene, case, said: dict[str, Any], path) -> None:
    more = dict(said)
    if "due_on" in more:
        more["due_on"] = local_day(scene.at) + more["due_on"] * DAY
    if "owner" in more:
        more["owner"] = scene.person(more["owner"])

    with pytest.raises(InvalidInput) as refused:
        improved(scene, case, **more)

    assert refused.value.path == path


def test_its_owner_finishes_it_and_never_checks_it(scene, case) -> None:
    row = improved(scene, case, owner=scene.officer)
    with pytest.raises(NotAllowed, match="周敏"):
        done(scene, row, by=author(scene))
    own = improved(scene, case, owner=scene.manager)
    with pytest.raises(NotAllowed, match="负责人"):
        review.drop_improvement(
            improvement=own, reason="太贵", by=scene.manager, at=scene.at
        )
    row = done(scene, row, exhibit=photo(scene, case))

    with pytest.raises(NotAllowed, match="另一人检查"):
        checked(scene, row, 30)
    with pytest.raises(NotAllowed):
        checked(scene, row, 30, by=scene.guard)
    with pytest.raises(InvalidInput, match="还没有到"):
        checked(scene, row, 30, by=author(scene), at=scene.at + DAY)
    assert checked(scene, row, 30, by=author(scene)).state == ImprovementState.WATCHED


def test_a_photo_or_an_exhibit_proves_it_and_not_both(scene, case) -> None:
    row = improved(scene, case, owner=scene.officer)
    with pytest.raises(InvalidInput) as refused:
        done(scene, row, exhibit=photo(scene, case), photo=[b"x"])

    assert refused.value.path == "photo"


def test_without_effect_it_is_taken_up_again(scene, case) -> None:
    row = done(scene, improved(scene, case))
    at = scene.at + 30 * DAY
    with pytest.raises(InvalidInput) as refused:
        checked(scene, row, 30, is_effective=False)
    assert refused.value.path == "due_on"

    row = checked(scene, row, 30, is_effective=False, due_on=local_day(at) + 7 * DAY)

    assert (row.state, row.turn) == (ImprovementState.OPEN, 2)
    assert row.due_on == local_day(at) + 7 * DAY
    assert told("review.improvement_again") == {"sunlei"}
    check = row.checks.get(turn=1, days=90)
    check.improvement = row
    with pytest.raises(Conflict, match="不再需要"):
        review.check_improvement(
            check=check,
            is_effective=True,
            looked="x",
            by=scene.officer,
            at=at + 60 * DAY,
        )
    again = done(scene, row, at=at)
    assert again.checks.filter(turn=2).count() == 2
    assert again.proofs.count() == 2
    assert verify().is_sound


def test_it_is_done_once_and_checked_once(scene, case) -> None:
    row = improved(scene, case)
    done(scene, row)
    with pytest.raises(Conflict):
        done(scene, row)
    row.refresh_from_db()
    checked(scene, row, 30)

    with pytest.raises(Conflict, match="已经登记"):
        checked(scene, row, 30)


def test_the_worker_says_what_is_late_and_what_is_to_be_checked(scene, case) -> None:
    late = improved(scene, case)
    watched = done(scene, improved(scene, case, owner=scene.guard))

    assert jobs.watch_improvements(at=scene.at + 9 * DAY) == 0
    assert jobs.watch_improvements(at=scene.at + 11 * DAY) == 1
    assert jobs.watch_improvements(at=scene.at + 11 * DAY) == 0
    assert told("review.improvement_late") >= {"sunlei", "guoxin"}
    assert jobs.watch_improvements(at=scene.at + 30 * DAY) == 1
    assert "zhoumin" in told("review.check_due")
    assert jobs.watch_improvements(at=scene.at + 37 * DAY) == 1
    assert "guoxin" in told("review.check_late")
    late.refresh_from_db()
    assert late.late_at == scene.at + 11 * DAY
    assert watched.checks.get(days=30).late_at is not None


def test_the_worker_has_a_lane_for_it(scene, case) -> None:
    improved(scene, case)

    worker.run_due(at=scene.at + 11 * DAY)

    assert Entry.objects.filter(kind="review.improvement_late").count() == 1


def test_it_outlives_its_case_and_does_not_hold_it_open(scene, case) -> None:
    row = improved(scene, case)
    cases.close_as_false_alarm(case=case, reason="误报", by=scene.officer, at=scene.at)

    assert done(scene, row).state == ImprovementState.WATCHED
    assert jobs.watch_improvements(at=scene.at + 31 * DAY) == 1


def test_a_new_incident_at_the_place_asks_somebody_to_look(scene, case) -> None:
    row = done(scene, improved(scene, case))
    later = scene.at + 40 * DAY
    again = scene.incident(at=later).case
    scene.incident(place=scene.place("园区 南门"), at=later)

    worker.run_due(at=later + timedelta(seconds=1))

    (possible,) = Recurrence.objects.all()
    assert (possible.improvement, possible.case) == (row, again)
    assert "zhoumin" in told("review.recurrence_found")
    row.refresh_from_db()
    assert row.state == ImprovementState.WATCHED  # its cause is not known yet


def test_the_cases_of_what_recurs_are_locked_by_their_keys(scene, case) -> None:
    other = scene.incident(at=scene.at + DAY).case
    second = done(scene, improved(scene, other))
    first = done(scene, improved(scene, case))
    assert second.pk < first.pk

    again = scene.incident(at=scene.at + 40 * DAY).case

    rows = improvements._in_question(again, place=scene.garage)
    assert [row.case for row in rows] == [case, other]


@pytest.mark.parametrize("is_same", [True, False])
def test_a_person_says_whether_it_is_the_same(scene, case, *, is_same: bool) -> None:
    row = done(scene, improved(scene, case))
    later = scene.at + 40 * DAY
    scene.incident(at=later)
    worker.run_due(at=later + timedelta(seconds=1))
    possible = Recurrence.objects.select_related("improvement__owner", "case").get()
    possible.improvement.case = row.case
    said = {"is_same": is_same, "words": "看过现场，标线又磨掉了", "at": later}
    with pytest.raises(NotAllowed):
        review.say_recurrence(recurrence=possible, **said, by=row.owner)

    review.say_recurrence(recurrence=possible, **said, by=scene.officer)

    row.refresh_from_db()
    state = ImprovementState.OPEN if is_same else ImprovementState.WATCHED
    assert row.state == state
    with pytest.raises(Conflict):
        review.say_recurrence(recurrence=possible, **said, by=scene.officer)


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.ENVIRONMENT, ImprovementState.OPEN),
        (Cause.PERSON, ImprovementState.WORKED),
    ],
)
def test_a_report_with_the_same_cause_and_place_reopens_it(
    scene, case, cause: Cause, state: ImprovementState
) -> None:
    row = done(scene, improved(scene, case))
    checked(scene, row, 30)
    checked(scene, row, 90)
    later = scene.at + 100 * DAY
    again = scene.incident(at=later).case

    decided(scene, submitted(scene, again, cause=cause, at=later), at=later)
    worker.run_due(at=later + timedelta(seconds=1))

    row.refresh_from_db()
    assert row.state == state
    kept = Recurrence.objects.filter(state=RecurrenceState.SAME).count()
    assert kept == (1 if state == ImprovementState.OPEN else 0)
    said = Entry.objects.filter(kind="review.recurrence_confirmed")
    assert said.count() == kept
    for entry in said:
        facts = orjson.loads(bytes(entry.data or b""))
        assert (facts["case"], facts["approved_by"]) == (
            *(again.number,),
            scene.manager.actor_key,
        )
    assert verify().is_sound


def test_one_that_is_broken_keeps_no_other_from_being_said(
    scene, case, monkeypatch, caplog
) -> None:
    broken, row = improved(scene, case), improved(scene, case, what="换一盏灯")
    lock = improvements._lock

    def locked(improvement):
        if improvement.pk == broken.pk:
            raise ValueError(improvement.what)
        return lock(improvement)

    monkeypatch.setattr(improvements, "_lock", locked)
    worker.run_due(at=scene.at + 12 * DAY)

    row.refresh_from_db()
    broken.refresh_from_db()
    assert row.late_at is not None
    assert broken.late_at is None
    assert "was left" in caplog.text
    assert broken.what not in caplog.text


def test_what_was_done_long_ago_is_not_called_into_question(scene, case) -> None:
    row = done(scene, improved(scene, case))
    later = scene.at + 366 * DAY
    scene.incident(at=later)

    worker.run_due(at=later + timedelta(seconds=1))

    assert not Recurrence.objects.filter(improvement=row).exists()


def test_it_is_given_up_with_a_reason(scene, case) -> None:
    row = improved(scene, case)

    row = review.drop_improvement(
        improvement=row, reason="车位已经取消", by=scene.manager, at=scene.at
    )

    assert row.state == ImprovementState.DROPPED
    with pytest.raises(Conflict):
        done(scene, row)


def test_the_same_request_twice_is_one(scene, case) -> None:
    found(scene, case)
    request_id = uuid4()

    first = improved(scene, case, request_id=request_id)

    assert improved(scene, case, request_id=request_id) == first
    assert case.improvements.count() == 1


@pytest.mark.both
def test_two_who_finish_and_check_at_once(committed_scene, settings, tmp_path) -> None:
    settings.DATA = tmp_path
    scene = committed_scene
    case = scene.incident().case
    key = improved(scene, case).pk

    def fresh() -> Improvement:
        return Improvement.objects.select_related("case__site", "owner").get(pk=key)

    outcomes = at_once(*[lambda: done(scene, fresh())] * 3)
    assert sum(isinstance(one, Improvement) for one in outcomes) == 1
    checks = at_once(*[lambda: checked(scene, fresh(), 30)] * 3)
    assert sum(isinstance(one, Improvement) for one in checks) == 1
    assert Entry.objects.filter(kind="review.check_said").count() == 1


def test_a_list_of_all_sites_and_of_ones_own(scene, case) -> None:
    row = improved(scene, case)
    today = local_day(scene.at)
    late = today + 20 * DAY

    assert listed(scene.manager, which=Which.OPEN, today=today) == [row]
    assert listed(planned.headquarters(scene), which=Which.LATE, today=late) == [row]
    assert list(improvements_for(row.owner)) == [row]
    assert not improvements_for(scene.guard).exists()
    assert not improvements_for(scene.stranger).exists()


def test_the_report_lists_them(scene, case) -> None:
    row = improved(scene, case)

    extract = read_extract(begun(scene, case).record)

    assert extract is not None
    assert [(one.code, one.owner) for one in extract.improvements] == [
        (row.code, row.owner.name)
    ]
