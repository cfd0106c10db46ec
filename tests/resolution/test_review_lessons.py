"""Meetings, the library of lessons, and cases like one, with the reasons."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base.errors import InvalidInput, NotAllowed
from anlan.cases.models import Case
from anlan.ledger.verify import verify
from anlan.resolution.review.enums import Cause
from anlan.resolution.review.selectors.lessons import lessons_for, similar_cases
from tests.resolution import planned
from tests.resolution.reviewed import (
    LESSON,
    author,
    decided,
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


def test_a_meeting_has_those_who_came_and_what_was_agreed(scene, case) -> None:
    meeting = met(scene, case)

    assert [one.shown for one in meeting.guests.order_by("pk")] == [
        scene.officer.name,
        scene.guard.name,
        "派出所社区民警",
    ]
    assert meeting.minutes.count("\n") == 1
    assert verify().is_sound


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"is_voluntary": False}, "is_voluntary"),
        ({"people": [], "guests": ["一个人"]}, "people"),
        ({"minutes": " \n "}, "minutes"),
        ({"minutes": "双方互殴"}, "minutes"),
        ({"held_at": -1}, "held_at"),
        ({"held_at": 9}, "held_at"),
        ({"guests": ["字" * 61]}, "guests"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(scene, case, more, path) -> None:
    said = dict(more)
    if "held_at" in said:
        said["held_at"] = scene.at + said["held_at"] * timedelta(hours=1)

    with pytest.raises(InvalidInput) as refused:
        met(scene, case, **said)

    assert refused.value.path == path


def test_minutes_name_no_party(scene, case) -> None:
    planned.aggressor(scene, case, name="孟大海")

    with pytest.raises(InvalidInput, match="称呼"):
        met(scene, case, minutes="孟大海先动了手。")


def test_a_lesson_is_found_by_word_place_and_cause(scene, case) -> None:
    decided(scene, submitted(scene, case))
    reader = planned.headquarters(scene)

    for text in ("", "标线", "车库 标线", "12 号车位"):
        assert [one.row.text for one in lessons_for(reader, text=text)] == [LESSON]
    assert lessons_for(reader, text="游泳池") == []
    assert lessons_for(reader, cause=Cause.PERSON) == []
    assert len(lessons_for(reader, cause=Cause.ENVIRONMENT)) == 1
    with pytest.raises(NotAllowed):
        lessons_for(scene.guard)


def test_only_approved_lessons_are_in_the_library_once(scene, case) -> None:
    report = submitted(scene, case)
    assert lessons_for(scene.manager) == []
    decided(scene, report)
    decided(scene, submitted(scene, case))

    assert len(lessons_for(scene.manager)) == 1


def test_who_does_not_see_the_case_reads_its_lesson_without_it(scene, case) -> None:
    decided(scene, submitted(scene, case))
    far = scene.person("guoxin")
    far_lessons = lessons_for(far)
    assert [one.case for one in far_lessons] == [case]


def test_similar_cases_say_why(scene, case) -> None:
    decided(scene, submitted(scene, case))
    again = scene.incident(
        at=scene.at + 40 * DAY, words="车位线看不清，又有人动手"
    ).case
    far = scene.incident(
        place=scene.place("园区 南门"),
        flags=["ongoing"],
        words="外卖员和访客拉扯",
        at=scene.at + 50 * DAY,
    ).case

    (found,) = similar_cases(again, scene.manager)

    assert found.case == case
    said = " ".join(found.reasons)
    assert "同一地点" in said
    assert "情形相同：有人受伤" in said
    assert [one.text for one in found.lessons] == [LESSON]
    assert found.points == 7
    assert similar_cases(far, scene.manager) == []


def test_the_words_of_the_report_and_the_cause_count(scene, case) -> None:
    first = scene.incident(
        at=scene.at + 40 * DAY, words="因为占用充电桩推搡保安", flags=["ongoing"]
    ).case
    second = scene.incident(
        at=scene.at + 60 * DAY, words="又为占用充电桩推搡起来", flags=["ongoing"]
    ).case
    for one, at in ((first, 41), (second, 61)):
        moment = scene.at + at * DAY
        decided(
            scene,
            submitted(scene, one, cause=Cause.MANAGEMENT, at=moment),
            at=moment,
        )

    found = {
        one.case: " ".join(one.reasons) for one in similar_cases(second, author(scene))
    }

    assert "报告里都有" in found[first]
    assert "充电" in found[first]
    assert "原因相同" in found[first]


def test_only_cases_that_the_reader_sees_are_offered(scene, case) -> None:
    again = scene.incident(at=scene.at + 40 * DAY).case

    assert similar_cases(again, scene.stranger) == []
    assert [one.case for one in similar_cases(again, scene.officer)] == [case]
