"""The demo company: whoever tries it, whenever, meets the people that the guide names."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command

from anlan.accounts.models import Shift, Site
from anlan.accounts.selectors import shifts_at
from anlan.play.company import PEOPLE, extend_roster
from anlan.play.story import found_and_tell
from tests.moment import AT
from tests.scene import Scene


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [0, 7, 31, 100])
def test_the_demo_tells_a_whole_story_at_whatever_hour(hours: int) -> None:
    outcomes = found_and_tell(
        settings.ROOT / "scenarios", at=AT + timedelta(hours=hours)
    )

    assert [outcome.failed for outcome in outcomes] == [[], []]


@pytest.mark.django_db
@pytest.mark.parametrize("hour", [0, 1, 2, 9, 17, 23])
def test_the_day_crew_is_on_duty_at_whatever_hour_the_demo_is_made(hour: int) -> None:
    now = AT.replace(hour=hour, minute=30)
    with time_machine.travel(now, tick=False):
        call_command("seed_demo", stdout=io.StringIO())

    site = Site.objects.get(code="YQ")
    on_duty = {shift.user.username for shift in shifts_at(site, at=now)}
    day_crew = {
        one.username
        for one in PEOPLE
        if one.post and one.node == "YQ" and not one.night
    }
    assert day_crew <= on_duty
    assert day_crew <= {
        shift.user.username for shift in shifts_at(site, at=now + timedelta(hours=7))
    }


def test_a_demo_started_after_weeks_has_somebody_on_duty(scene: Scene) -> None:
    later = scene.at + timedelta(days=30)
    assert not shifts_at(scene.site, at=later)

    extend_roster(at=later)

    assert {s.user.username for s in shifts_at(scene.site, at=later)} == {
        s.user.username for s in shifts_at(scene.site, at=scene.at)
    }


def test_a_roster_that_reaches_far_enough_is_left_alone(scene: Scene) -> None:
    extend_roster(at=scene.at)
    before = Shift.objects.count()

    assert extend_roster(at=scene.at) == 0
    assert Shift.objects.count() == before
