"""What waits for a second person: who hears of it, when again, and where they find it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from anlan.cases import services as cases
from anlan.cases.models import Case, Deadline, Standard
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, EmergencyService
from anlan.incidents.models import Incident, PoliceWaiver
from anlan.incidents.selectors import proposals_to_decide, seconding
from anlan.incidents.services.seconding import SECOND
from anlan.notify.enums import Urgency
from anlan.notify.models import Message
from anlan.notify.texts import words
from tests.incidents.story import facts, pass_time
from tests.resolution.legal.reported import reported
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both


def proposed(scene: Scene, incident: Incident) -> PoliceWaiver:
    return incidents.propose_police_waiver(
        incident=incident, reason="双方当场和好", by=scene.officer, at=scene.at
    )


def told(kind: str) -> list[set[str]]:
    found = Message.objects.filter(kind=kind).order_by("pk")
    return [
        set(one.deliveries.values_list("user__username", flat=True)) for one in found
    ]


def missed(incident: Incident) -> list[str]:
    said = facts(incident.case, "case.deadline_missed")
    return [one["title"] for one in said if one["key"] == SECOND]


def deciders(scene: Scene) -> set[str]:
    return {"hetao", "guoxin", scene.person("chenlu").username}


def test_whoever_may_agree_hears_at_once_that_nobody_is_to_be_called(
    scene: Scene,
) -> None:
    proposed(scene, scene.incident(flags=[]))

    assert told(messages.WAIVER_PROPOSED) == [deciders(scene)]
    message = Message.objects.get(kind=messages.WAIVER_PROPOSED)
    assert message.urgency == Urgency.NORMAL
    assert message.path == f"/cases/{Incident.objects.get().case.number}/"
    assert "和好" not in str(message.params)


@pytest.mark.parametrize("was_there", [("hetao",), ("hetao", "guoxin", "chenlu")])
def test_nobody_hears_who_could_not_agree_unless_nobody_is_left(
    scene: Scene, was_there: tuple[str, ...]
) -> None:
    incident = scene.incident(flags=[])
    for name in was_there:
        cases.add_party(
            case=incident.case,
            roles=["witness"],
            user=scene.person(name),
            by=scene.officer,
            at=scene.at,
        )

    proposed(scene, incident)

    left = deciders(scene) - set(was_there)
    assert told(messages.WAIVER_PROPOSED) == [left or {"guoxin"}]


def test_they_hear_of_it_again_when_its_clock_ran_out(scene: Scene) -> None:
    incident = scene.incident(flags=[])
    waiver = proposed(scene, incident)

    pass_time(scene.at, 301)

    assert told(messages.WAIVER_PROPOSED) == [deciders(scene)] * 2
    again = Message.objects.filter(kind=messages.WAIVER_PROPOSED).latest("pk")
    assert again.params["minutes"] == 5
    assert missed(incident) == ["第二人复核"]
    incidents.decide_police_waiver(
        waiver=waiver, approved=True, by=scene.manager, at=scene.at
    )
    assert not proposals_to_decide(scene.manager)


def test_a_false_alarm_has_the_same_clock(scene: Scene) -> None:
    incident = scene.incident()
    incidents.propose_false_alarm(
        incident=incident, reason="搬家具", by=scene.officer, at=scene.at
    )

    pass_time(scene.at, 301)

    assert told(messages.NONE_PROPOSED) == [{"hetao", "guoxin"}] * 2


@pytest.mark.parametrize("how", ["agreed", "refused", "called", "reported"])
def test_nobody_is_reminded_of_what_is_settled(scene: Scene, how: str) -> None:
    incident = scene.incident(flags=[])
    waiver = proposed(scene, incident)
    if how == "called":
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.guard,
            at=scene.at,
        )
    elif how == "reported":
        reported(scene, incident.case)
    else:
        incidents.decide_police_waiver(
            waiver=waiver, approved=how == "agreed", by=scene.manager, at=scene.at
        )

    pass_time(scene.at, 301)

    assert len(told(messages.WAIVER_PROPOSED)) == 1
    assert proposals_to_decide(scene.person("guoxin")) == []
    assert missed(incident) == []


def test_it_waits_again_with_a_clock_anew_when_110_was_not_reached_after_all(
    scene: Scene,
) -> None:
    incident = scene.incident(flags=[])
    waiver = proposed(scene, incident)
    call = incidents.record_emergency_call(
        incident=incident, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
    )

    incidents.correct_emergency_call(
        call=call,
        outcome=CallOutcome.MISSED,
        reason="按错了",
        by=scene.guard,
        at=scene.at + timedelta(minutes=4),
    )

    assert proposals_to_decide(scene.manager) == [waiver]
    pass_time(scene.at, 301)
    assert missed(incident) == []
    pass_time(scene.at, 542)
    assert missed(incident) == ["第二人复核"]
    assert len(told(messages.WAIVER_PROPOSED)) == 2


def call_110(scene: Scene, incident: Incident) -> None:
    incidents.record_emergency_call(
        incident=incident, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
    )


def test_it_waits_for_nobody_while_a_joined_case_has_called_them(scene: Scene) -> None:
    first = scene.incident(flags=[])
    second = scene.incident(flags=[], place=scene.place("园区 南门"))
    waiver = proposed(scene, first)
    call_110(scene, second)

    said: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=1)}
    cases.join_cases(case=second.case, host=first.case, **said)
    pass_time(scene.at, 301)
    assert missed(first) == []

    parted_at = scene.at + timedelta(minutes=6)
    cases.part_cases(case=second.case, by=scene.officer, at=parted_at)
    assert proposals_to_decide(scene.manager) == [waiver]
    pass_time(scene.at, 659)
    assert missed(first) == []
    pass_time(scene.at, 661)
    assert missed(first) == ["第二人复核"]


def test_parted_it_goes_on_where_it_stood(scene: Scene) -> None:
    first = scene.incident(flags=[])
    second = scene.incident(flags=[], place=scene.place("园区 南门"))
    waiver = proposed(scene, second)

    said: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=1)}
    cases.join_cases(case=second.case, host=first.case, **said)
    again: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=2)}
    cases.part_cases(case=second.case, **again)

    clock = Deadline.objects.get(key=SECOND, about=waiver.thing, cancelled_at=None)
    assert clock.due_at == scene.at + timedelta(minutes=5)


def test_parted_it_does_not_run_where_they_were_called(scene: Scene) -> None:
    first = scene.incident(flags=[])
    second = scene.incident(flags=[], place=scene.place("园区 南门"))
    proposed(scene, second)

    said: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=1)}
    cases.join_cases(case=second.case, host=first.case, **said)
    Incident.objects.filter(pk=second.pk).update(police="called")
    again: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=2)}
    cases.part_cases(case=second.case, **again)

    pass_time(scene.at, 301)
    assert missed(second) == []


def test_parted_it_waits_anew_where_they_were_not_reached_after_all(
    scene: Scene,
) -> None:
    first = scene.incident(flags=[])
    second = scene.incident(flags=[], place=scene.place("园区 南门"))
    waiver = proposed(scene, second)
    call = incidents.record_emergency_call(
        incident=second, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
    )
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at + timedelta(minutes=1)}
    cases.join_cases(case=second.case, host=first.case, **said)
    incidents.correct_emergency_call(
        call=call,
        outcome=CallOutcome.MISSED,
        reason="按错了",
        by=scene.guard,
        at=scene.at + timedelta(minutes=2),
    )

    parted_at = scene.at + timedelta(minutes=3)
    cases.part_cases(case=second.case, by=scene.officer, at=parted_at)

    clock = Deadline.objects.get(key=SECOND, about=waiver.thing, cancelled_at=None)
    assert clock.due_at == parted_at + timedelta(minutes=5)


def test_who_proposed_it_hears_that_their_case_was_joined(scene: Scene) -> None:
    first = scene.incident(flags=[])
    second = scene.incident(flags=[], place=scene.place("园区 南门"))
    proposed(scene, second)

    cases.join_cases(case=second.case, host=first.case, by=scene.manager, at=scene.at)

    assert told(messages.WAIVER_MOOT) == [{scene.officer.username}]
    message = Message.objects.get(kind=messages.WAIVER_MOOT)
    assert message.path == f"/cases/{first.case.number}/"
    with override("zh-hans"):
        said = words(message.kind, message.params, {}, exercise=False)
    assert f"已并入 {first.case.number}" in said[1]


@pytest.mark.parametrize("by_whom", ["hetao", "zhoumin"])
def test_who_proposed_it_hears_that_it_was_a_false_alarm(
    scene: Scene, by_whom: str
) -> None:
    incident = scene.incident(flags=[])
    proposed(scene, incident)

    by = scene.person(by_whom)
    incidents.mark_false_alarm(
        incident=incident, reason="两人在闹着玩", by=by, at=scene.at
    )

    own = scene.officer.username  # whoever ends it themselves knows
    assert told(messages.WAIVER_MOOT) == ([] if by_whom == own else [{own}])


def test_reopened_it_waits_anew(scene: Scene) -> None:
    incident = scene.incident(flags=[])
    waiver = proposed(scene, incident)
    said: dict[str, Any] = {"by": scene.manager, "at": scene.at + timedelta(minutes=1)}
    incidents.mark_false_alarm(incident=incident, reason="两人在闹着玩", **said)

    at = scene.at + timedelta(minutes=10)
    case = Case.objects.get(pk=incident.case.pk)
    cases.reopen_case(case=case, by=scene.manager, at=at)

    clock = Deadline.objects.get(key=SECOND, about=waiver.thing, cancelled_at=None)
    assert clock.due_at == at + timedelta(minutes=5)


def test_a_company_from_before_the_standard_has_the_clock_too(scene: Scene) -> None:
    Standard.objects.filter(key=SECOND).delete()
    incident = scene.incident(flags=[])

    waiver = proposed(scene, incident)

    clock = Deadline.objects.get(key=SECOND, about=waiver.thing)
    assert clock.due_at == scene.at + timedelta(minutes=5)
    pass_time(scene.at, 301)
    assert missed(incident) == ["第二人复核"]


@pytest.mark.parametrize("old", ["called", "joined", "own", "waiting"])
def test_what_is_old_hides_nothing_that_waits(
    scene: Scene, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seconding, "_MOST", 1)
    first, second = (
        scene.incident(flags=[]),
        scene.incident(flags=[], place=scene.place("园区 南门")),
    )
    incidents.propose_police_waiver(
        incident=first,
        reason="双方当场和好",
        by=scene.manager if old == "own" else scene.officer,
        at=scene.at,
    )
    waiver = proposed(scene, second)
    if old == "called":
        incidents.record_emergency_call(
            incident=first, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
        )
    elif old == "joined":
        third = scene.incident(flags=[], place=scene.place("6 号楼 1 层 大堂"))
        incidents.record_emergency_call(
            incident=third, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
        )
        cases.join_cases(
            case=third.case, host=first.case, by=scene.officer, at=scene.at
        )

    assert proposals_to_decide(scene.manager) == [waiver]


def test_it_is_listed_for_whoever_may_agree(scene: Scene, sign_in: SignIn) -> None:
    incident = scene.incident(flags=[])
    proposed(scene, incident)
    link = f"/cases/{incident.case.number}/#panel-scene"

    for name, is_theirs in (("hetao", True), ("guoxin", True), ("zhoumin", False)):
        client = sign_in(name)
        for page in ("/", "/tasks/"):
            shown = client.get(page).content.decode()
            assert (link in shown) == is_theirs, (name, page)
