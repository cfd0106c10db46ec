"""误报: one tap where nothing happened, and no way to end what did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.accounts.models import User
from anlan.base.errors import Conflict, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import CaseState
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import Dissuasion, EmergencyService, Flag
from anlan.incidents.models import FalseAlarmProposal, Incident
from anlan.investigation.services import begin_finding
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.enums import Urgency
from anlan.notify.models import Message
from anlan.resolution.services import begin_plan
from tests.evidence.told import begun, frozen
from tests.evidence.told import party as victim
from tests.resolution.legal.reported import reported
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def call_off(scene: Scene, incident: Incident, **more: Any) -> Incident:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return incidents.mark_false_alarm(incident=incident, reason="搬家具", **said)


def graver(scene: Scene, case: Case, level: int = 3, **more: Any) -> None:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    incidents.set_severity(incident=case.incident, severity=level, **said)


def hurt(scene: Scene, case: Case) -> None:
    struck = cases.add_party(
        case=case,
        roles=["involved"],
        description="穿蓝外套的男子",
        by=scene.officer,
        at=scene.at,
    )
    evidence.record_injury(
        case=case,
        party=struck,
        region=Region.L_FOREARM,
        kind=InjuryKind.REDNESS,
        by=scene.officer,
        at=scene.at,
    )


def called(
    scene: Scene, case: Case, service: EmergencyService = EmergencyService.POLICE
) -> None:
    call = incidents.record_emergency_call(
        incident=case.incident, service=service, by=scene.officer, at=scene.at
    )
    incidents.record_emergency_answer(
        call=call, answer="已派警", by=scene.officer, at=scene.at
    )


def of_staff(scene: Scene, case: Case) -> None:
    frozen(scene, case, of=scene.next_guard, role="witness")


SIGNS: dict[str, tuple[Callable[[Scene, Case], object], str]] = {
    "a level that a person set": (graver, "调低等级"),
    "a victim": (victim, "受害人或者伤情"),
    "an injury": (hurt, "受害人或者伤情"),
    "an answered call to 110": (called, "110 或者 120"),
    "an answered call to 120": (
        lambda scene, case: called(scene, case, EmergencyService.AMBULANCE),
        "110 或者 120",
    ),
    "a report to the police": (reported, "向公安机关报案"),
    "a signed statement": (of_staff, "签字的情况说明"),
    "a finding": (
        lambda scene, case: begin_finding(
            case=case, by=scene.person("xuqing"), at=scene.at
        ),
        "调查结论",
    ),
    "a plan": (
        lambda scene, case: begin_plan(case=case, by=scene.manager, at=scene.at),
        "处理方案",
    ),
}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("where", ["itself", "joined"])
def test_refused_once_somebody_took_it_for_what_it_is(
    scene: Scene, sign: str, where: str
) -> None:
    incident = scene.incident(flags=[])
    show, words = SIGNS[sign]
    if where == "itself":
        show(scene, incident.case)
    else:
        other = scene.incident(place=scene.place("园区 南门"), flags=[]).case
        show(scene, other)
        other.tasks.filter(playbook=None).update(state="done", ended_at=scene.at)
        cases.join_cases(case=other, host=incident.case, by=scene.officer, at=scene.at)
    before = incident.case.tasks.filter(state="open").count()

    with pytest.raises(Conflict, match=words):
        call_off(scene, incident)

    fresh = Incident.objects.select_related("case").get(pk=incident.pk)
    assert (fresh.false_alarm_at, fresh.case.state) == (None, CaseState.OPEN)
    assert fresh.case.tasks.filter(state="open").count() == before


@pytest.mark.parametrize("claim", ["nothing", "a call nobody answered", "a draft"])
def test_what_only_a_report_says_stays_one_tap(scene: Scene, claim: str) -> None:
    incident = scene.incident(flags=[])
    if claim == "a call nobody answered":
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.officer,
            at=scene.at,
        )
    if claim == "a draft":
        begun(scene, incident.case, of=scene.next_guard, role="witness")

    call_off(scene, incident)

    incident.case.refresh_from_db()
    assert incident.case.state == CaseState.CLOSED


def there(scene: Scene, case: Case) -> None:
    assignment = incidents.join_response(
        incident=case.incident, user=scene.next_guard, by=scene.officer, at=scene.at
    )
    incidents.arrive(assignment=assignment, by=scene.next_guard, at=scene.at)


def spoken(scene: Scene, case: Case, result: Dissuasion = Dissuasion.WORKED) -> None:
    incidents.record_dissuasion(
        incident=case.incident, result=result, by=scene.guard, at=scene.at
    )


def spoken_and_changed(scene: Scene, case: Case) -> None:
    spoken(scene, case)
    spoken(scene, case, Dissuasion.IMPOSSIBLE)


def controlled(scene: Scene, case: Case) -> None:
    there(scene, case)
    incidents.control_scene(incident=case.incident, by=scene.next_guard, at=scene.at)


def controlled_and_not(scene: Scene, case: Case) -> None:
    controlled(scene, case)
    incidents.take_back_control(incident=case.incident, by=scene.officer, at=scene.at)


def force_recorded(scene: Scene, case: Case) -> None:
    cases.complete_task(
        task=case.tasks.get(key="force_record"),
        words="抱住一人，没有伤",
        by=scene.officer,
        at=scene.at,
    )


FIGHTS: dict[str, tuple[tuple[str, ...], Callable[[Scene, Case], object] | None]] = {
    "a weapon and an injury": ((Flag.WEAPON, Flag.INJURED), None),
    "words that worked": ((), spoken),
    "words that failed": ((), lambda s, c: spoken(s, c, Dissuasion.FAILED)),
    "words, taken back": ((), spoken_and_changed),
    "control": ((), controlled),
    "control, taken back": ((), controlled_and_not),
    "force": ((), force_recorded),
}


@pytest.mark.parametrize("sign", FIGHTS)
@pytest.mark.parametrize("where", ["itself", "joined"])
def test_where_something_speaks_for_a_fight_two_must_say_so(
    scene: Scene, sign: str, where: str
) -> None:
    flags, show = FIGHTS[sign]
    incident = scene.incident(flags=[])
    case = incident.case
    if where == "joined":
        case = scene.incident(place=scene.place("园区 南门"), flags=flags).case
    elif flags:
        incident = scene.incident(place=scene.place("园区 南门"), flags=flags)
        case = incident.case
    if show is not None:
        show(scene, case)
    if where == "joined":
        cases.join_cases(case=case, host=incident.case, by=scene.officer, at=scene.at)
    incident = Incident.objects.select_related("case__site").get(pk=incident.pk)
    left = incident.case.tasks.filter(state="open").count()

    for alone in (scene.officer, scene.manager):
        with pytest.raises(Conflict, match="不能由一个人认定为误报"):
            call_off(scene, incident, by=alone)
    assert state_of(incident) == (None, CaseState.OPEN)
    proposal = proposed(scene, incident)
    assert state_of(incident) == (None, CaseState.OPEN)
    assert incident.case.tasks.filter(state="open").count() == left
    for wrong in (scene.officer, scene.next_guard, scene.person("chenlu")):
        with pytest.raises(NotAllowed):
            decided(scene, proposal, by=wrong)

    decided(scene, proposal, by=scene.person("guoxin"))

    assert state_of(incident) == (scene.at, CaseState.CLOSED)
    said = [
        (entry.kind, entry.actor)
        for entry in Entry.objects.filter(kind__startswith="incident.false_alarm")
    ]
    assert said == [
        ("incident.false_alarm_proposed", scene.officer.actor_key),
        ("incident.false_alarm_decided", scene.person("guoxin").actor_key),
        ("incident.false_alarm", scene.person("guoxin").actor_key),
    ]
    assert verify().is_sound


def proposed(scene: Scene, incident: Incident, **more: Any) -> FalseAlarmProposal:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return incidents.propose_false_alarm(incident=incident, reason="搬家具", **said)


def decided(
    scene: Scene, proposal: FalseAlarmProposal, *, by: User, approved: bool = True
) -> None:
    incidents.decide_false_alarm(
        proposal=proposal, approved=approved, by=by, at=scene.at
    )


def state_of(incident: Incident) -> tuple[Any, str]:
    fresh = Incident.objects.select_related("case").get(pk=incident.pk)
    return fresh.false_alarm_at, fresh.case.state


def test_one_waits_at_a_time_and_who_disagrees_lets_it_go_on(scene: Scene) -> None:
    incident = scene.incident()
    proposal = proposed(scene, incident)
    with pytest.raises(Conflict, match="等待复核"):
        proposed(scene, incident)

    decided(scene, proposal, by=scene.manager, approved=False)

    assert state_of(incident) == (None, CaseState.OPEN)
    with pytest.raises(Conflict, match="已经复核"):
        decided(scene, proposal, by=scene.manager)
    proposed(scene, incident)


@pytest.mark.parametrize("who", ["first", "second", "was there"])
def test_who_is_in_it_does_not_agree_nor_counts(scene: Scene, who: str) -> None:
    incident = scene.incident()
    proposal = proposed(scene, incident)
    if who == "was there":
        incidents.join_response(
            incident=incident, user=scene.manager, by=scene.manager, at=scene.at
        )
        mine = scene.assignment(incident, scene.manager)
        incidents.arrive(assignment=mine, by=scene.manager, at=scene.at)
    else:
        cases.add_party(
            case=incident.case,
            roles=["involved"],
            user=scene.officer if who == "first" else scene.manager,
            by=scene.person("guoxin"),
            at=scene.at,
        )

    with pytest.raises(NotAllowed, match=r"当事人|到过事发现场"):
        decided(scene, proposal, by=scene.manager)

    assert state_of(incident) == (None, CaseState.OPEN)


@pytest.mark.parametrize("sign", SIGNS)
def test_nor_do_two_where_somebody_took_it_for_what_it_is(
    scene: Scene, sign: str
) -> None:
    incident = scene.incident(flags=[])
    proposal = proposed(scene, incident)
    show, words = SIGNS[sign]
    show(scene, incident.case)

    with pytest.raises(Conflict, match=words):
        decided(scene, proposal, by=scene.person("guoxin"))
    with pytest.raises(Conflict, match=words):
        proposed(scene, incident)

    assert state_of(incident) == (None, CaseState.OPEN)


def test_the_second_reads_the_reason_and_decides_on_the_page(
    scene: Scene, sign_in: SignIn
) -> None:
    incident = scene.incident()
    room = f"/cases/{incident.case.number}/"
    form = f"{room}incident/false-alarm/"
    officer, manager = sign_in("zhoumin"), sign_in("hetao")
    assert "另一人" in officer.get(form).content.decode()

    officer.post(form, {"reason": "1206 室在搬家具"})

    proposal = FalseAlarmProposal.objects.get()
    address = f"{room}incident/false-alarms/{proposal.uid}/decision/"
    panel = f"{room}incident/panel/reports/"
    mine, theirs = (one.get(panel).content.decode() for one in (officer, manager))
    assert "1206 室在搬家具" in mine
    assert address not in mine
    assert "1206 室在搬家具" in theirs
    assert address in theirs
    # A morph takes a form for another one by its id only.
    assert f'id="false-alarm-decision-{proposal.uid}"' in theirs
    officer.post(address, {"approved": "yes"})
    assert state_of(incident) == (None, CaseState.OPEN)
    manager.post(address, {"approved": "yes"})
    assert state_of(incident)[1] == CaseState.CLOSED


@pytest.mark.parametrize("was_there", [(), ("hetao",), ("hetao", "guoxin")])
def test_who_may_agree_hears_of_it(scene: Scene, was_there: tuple[str, ...]) -> None:
    incident = scene.incident()
    for name in was_there:
        cases.add_party(
            case=incident.case,
            roles=["witness"],
            user=scene.person(name),
            by=scene.officer,
            at=scene.at,
        )

    proposed(scene, incident)

    message = Message.objects.get(kind=messages.NONE_PROPOSED)
    told = set(message.deliveries.values_list("user__username", flat=True))
    # Somebody must hear of it where nobody is left who could agree.
    assert told == ({"hetao", "guoxin"} - set(was_there) or {"guoxin"})
    assert message.urgency == Urgency.NORMAL
    assert "搬家具" not in str(message.params)


def test_who_decides_reads_what_speaks_against_it_by_now(
    scene: Scene, sign_in: SignIn
) -> None:
    incident = scene.incident(flags=[])
    proposed(scene, incident)
    panel = f"/cases/{incident.case.number}/incident/panel/reports/"
    manager = sign_in("hetao")
    assert "不像误报的情况" not in manager.get(panel).content.decode()

    spoken(scene, incident.case)

    page = manager.get(panel).content.decode()
    assert "不像误报的情况（现在）：登记过劝阻的结果" in page
    assert "不像误报的情况" not in sign_in("zhoumin").get(panel).content.decode()


@pytest.mark.parametrize("where", ["itself", "joined"])
def test_refused_to_a_party(scene: Scene, where: str) -> None:
    incident = scene.incident(flags=[])
    case = incident.case
    if where == "joined":
        case = scene.incident(place=scene.place("园区 南门"), flags=[]).case
    cases.add_party(
        case=case, roles=["involved"], user=scene.officer, by=scene.manager, at=scene.at
    )
    if where == "joined":
        cases.join_cases(case=case, host=incident.case, by=scene.manager, at=scene.at)

    with pytest.raises(NotAllowed, match="当事人"):
        call_off(scene, incident)
    call_off(scene, incident, by=scene.manager)


def test_its_form_says_why_not(scene: Scene, sign_in: SignIn) -> None:
    incident = scene.incident()
    called(scene, incident.case)

    answer = sign_in("zhoumin").post(
        f"/cases/{incident.case.number}/incident/false-alarm/", {"reason": "搬家具"}
    )

    assert "不能按误报办结" in answer.content.decode()
    incident.case.refresh_from_db()
    assert incident.case.state == CaseState.OPEN
