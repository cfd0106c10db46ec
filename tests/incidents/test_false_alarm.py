"""误报: one tap where nothing happened, and no way to end what did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.base.errors import Conflict, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import CaseState
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService, Flag
from anlan.incidents.models import Incident
from anlan.investigation.services import begin_finding
from anlan.ledger.events import SYSTEM
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


@pytest.mark.parametrize(
    "claim",
    ["flags", "a level of the program", "a call nobody answered", "a draft", "lowered"],
)
def test_what_only_a_report_says_stays_one_tap(scene: Scene, claim: str) -> None:
    incident = scene.incident(flags=[Flag.WEAPON, Flag.INJURED, Flag.GROUP])
    assert incident.case.severity > 3
    if claim == "a level of the program":
        graver(scene, incident.case, 5, by=SYSTEM)
    if claim == "a call nobody answered":
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.officer,
            at=scene.at,
        )
    if claim == "a draft":
        begun(scene, incident.case, of=scene.next_guard, role="witness")
    if claim == "lowered":
        graver(scene, incident.case, 5)
        graver(scene, incident.case, 2, by=scene.manager, reason="没有人打架")

    call_off(scene, incident)

    incident.case.refresh_from_db()
    assert incident.case.state == CaseState.CLOSED


@pytest.mark.parametrize("where", ["itself", "joined"])
def test_refused_to_a_party(scene: Scene, where: str) -> None:
    incident = scene.incident()
    case = incident.case
    if where == "joined":
        case = scene.incident(place=scene.place("园区 南门")).case
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
