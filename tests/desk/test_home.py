"""The home page: what burns first, whose turn it is, who is here."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.accounts.models import Post
from anlan.cases.models import Case
from anlan.desk import selectors
from anlan.incidents import services as incidents
from anlan.incidents.enums import Flag
from anlan.incidents.services.responding import ACKNOWLEDGE, ARRIVE, CONTROL
from tests.desk.conftest import SignIn
from tests.incidents.story import pass_time
from tests.scene import Scene

LOBBY = "3 号楼 1 层 大堂前台"
GATE = "园区 南门"


def test_unanswered_comes_before_worse(scene: Scene, at: datetime) -> None:
    answered = scene.incident(place=scene.place(GATE), flags=[Flag.WEAPON])
    sent = answered.assignments.get()
    incidents.acknowledge(assignment=sent, by=sent.user, at=at)
    waiting = scene.incident(flags=[])
    cards = selectors.open_incidents(scene.officer)
    assert [card.incident for card in cards] == [waiting, answered]
    assert [card.is_unanswered for card in cards] == [True, False]
    assert cards[0].waiting
    assert [a.user for a in cards[1].coming] == [sent.user]


def test_the_clock_is_that_of_the_next_step(scene: Scene, at: datetime) -> None:
    incident = scene.incident()
    sent = incident.assignments.get()
    assert _clock(scene) == ACKNOWLEDGE
    incidents.acknowledge(assignment=sent, by=sent.user, at=at)
    assert _clock(scene) == ARRIVE
    incidents.arrive(assignment=sent, by=sent.user, at=at)
    assert _clock(scene) == CONTROL
    incidents.control_scene(incident=incident, by=sent.user, at=at)
    assert _clock(scene) not in {ACKNOWLEDGE, ARRIVE, CONTROL}
    [card] = selectors.open_incidents(scene.officer)
    assert not card.is_unanswered


@pytest.mark.both
def test_it_burns_again_when_whoever_was_on_the_way_does_not_come(
    scene: Scene, at: datetime
) -> None:
    incident = scene.incident()
    sent = incident.assignments.get()
    incidents.acknowledge(assignment=sent, by=sent.user, at=at)
    [card] = selectors.open_incidents(scene.officer)
    assert not card.is_unanswered

    pass_time(at, 180)

    [card] = selectors.open_incidents(scene.officer)
    assert card.is_unanswered
    assert card.waiting
    assert _clock(scene) == ACKNOWLEDGE


def _clock(scene: Scene) -> str:
    [card] = selectors.open_incidents(scene.officer)
    return card.clock.key if card.clock else ""


def test_phones_are_for_those_who_command_there(scene: Scene, at: datetime) -> None:
    commander = selectors.on_duty(scene.officer, at=at)
    assert {site.code for site in commander} == {"YQ"}
    assert any(d.phone.startswith("+86199") for d in commander[scene.site])
    reader = selectors.on_duty(scene.person("lifang"), at=at)
    assert reader[scene.site]
    assert not any(duty.phone for duty in reader[scene.site])


def test_the_page_shows_phones_masked(sign_in: SignIn, scene: Scene) -> None:
    body = sign_in("zhoumin").get("/").content.decode()
    assert "199****0001" in body
    assert "19900000001<" not in body


def test_gaps_are_shown_to_those_who_plan(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    Post.objects.filter(site=scene.site, name="南门岗").update(
        must_be_staffed=True, staffed_from=time(7), staffed_until=time(20)
    )
    [gap] = selectors.gaps_today(scene.manager, at=at)[scene.site]
    assert gap.ends_at - gap.starts_at == timedelta(hours=1)
    assert "19:00–20:00" in sign_in("hetao").get("/").content.decode()
    assert selectors.gaps_today(scene.person("lifang"), at=at) == {}


def test_whose_role_has_ended_is_a_gap_and_not_on_duty(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    def there() -> set[str]:
        duties = selectors.on_duty(scene.manager, at=at)
        return {duty.shift.user.username for duty in duties[scene.site]}

    post = scene.guard.shifts.get(starts_at__lte=at, ends_at__gt=at).post
    Post.objects.filter(pk=post.pk).update(must_be_staffed=True)
    before = selectors.gaps_today(scene.manager, at=at).get(scene.site, [])
    assert "wangjianguo" in there()

    scene.guard.memberships.update(ended_at=at)

    assert "wangjianguo" not in there()
    gaps = selectors.gaps_today(scene.manager, at=at)[scene.site]
    assert [g.starts_at for g in gaps if g.post == post] == [at]
    assert len(gaps) == len(before) + 1


def test_closed_cases_stand_below(scene: Scene, at: datetime) -> None:
    incident = scene.incident()
    scene.call_off(incident, reason="演练误按", at=at)
    [row] = selectors.closed_lately(scene.officer, at=at)
    assert row.case == incident.case
    assert selectors.closed_lately(scene.stranger, at=at) == []


@pytest.mark.parametrize("username", ["zhoumin", "guoxin"])
def test_queries_do_not_grow_with_incidents(
    sign_in: SignIn, scene: Scene, username: str
) -> None:
    client = sign_in(username)
    cases = [scene.incident().case]
    with CaptureQueriesContext(connection) as one:
        assert_shown(client.get("/"), cases)
    labels = (LOBBY, GATE, "6 号楼 1 层 大堂")
    cases += [scene.incident(place=scene.place(label)).case for label in labels]
    with CaptureQueriesContext(connection) as four:
        assert_shown(client.get("/"), cases)
    assert len(four) == len(one)
    assert len(one) <= 21  # one more asks which lists for the police wait


def assert_shown(answer: Any, cases: list[Case]) -> None:
    assert answer.status_code == 200
    body = answer.content.decode()
    assert [case.number for case in cases if case.number not in body] == []


def test_who_sees_no_incidents_is_not_told_that_there_are_none(
    sign_in: SignIn, scene: Scene
) -> None:
    scene.incident()
    for username in ("linan", "admin"):
        body = sign_in(username).get("/").content.decode()
        assert "正在处置" not in body, username
        assert "我的任务" in body
