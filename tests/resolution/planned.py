"""Plans for the tests: an aggressor, findings in force, measures, by the duty officer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers import services as customers
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService
from anlan.incidents.models import Incident
from anlan.investigation.models import FindingSentence
from anlan.resolution import services as resolution
from anlan.resolution.models import Plan, PlanMeasure
from anlan.resolution.services import Drafted
from tests.investigation.asked import decided as found
from tests.investigation.asked import submitted as finding_submitted
from tests.scene import Scene

APPEAL = "收到通知后十五日内，可以书面向项目经理申诉"
AGREED = {
    "clause": "《临时管理规约》第二十三条",
    "clause_version": "2021 年 6 月版",
    "binds": "本人是业主，签收了规约",
}


def aggressor(scene: Scene, case: Case, name: str = "孟大海", **more: Any) -> Party:
    person = more.pop("person", None) or customers.add_person(
        site=scene.site, name=name, by=scene.officer, at=scene.at
    )
    return cases.add_party(
        case=case, roles=["aggressor"], person=person, by=scene.officer, at=scene.at
    )


def legal(scene: Scene) -> User:
    return scene.person("chenlu")


def headquarters(scene: Scene) -> User:
    return scene.person("guoxin")


def reported(scene: Scene, case: Case) -> None:
    """110 was called, so that a plan may be submitted whatever the level (G05)."""
    incidents.record_emergency_call(
        incident=Incident.objects.get(case=case),
        service=EmergencyService.POLICE,
        by=scene.officer,
        at=scene.at,
    )


def sentence_in_force(
    scene: Scene, case: Case, *, is_reported: bool = True
) -> FindingSentence:
    """Of findings that the manager approved; the police were called, unless told otherwise."""
    if is_reported:
        reported(scene, case)
    finding = found(scene, finding_submitted(scene, case))
    return finding.sentences.get()


def drafted(scene: Scene, party: Party, key: str, **more: Any) -> Drafted:
    """With all that any measure needs; what it does not need does no harm."""
    begins = local_day(scene.at)
    said: dict[str, Any] = {
        "key": key,
        "party": party,
        "words": "用伞打人，请其书面说明并遵守规约",
        "fen": 50_000,
        "amount_basis": "规约约定的金额",
        "begins_on": begins,
        "ends_on": begins + timedelta(days=90),
        "appeal": APPEAL,
        **AGREED,
        **more,
    }
    return Drafted(**said)


def begun(scene: Scene, case: Case, **more: Any) -> Plan:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return resolution.begin_plan(case=case, **said)


def added(scene: Scene, plan: Plan, said: Drafted, **more: Any) -> PlanMeasure:
    return resolution.add_measure(
        plan=plan, drafted=said, by=plan.author, at=scene.at, **more
    )


def submitted(
    scene: Scene, case: Case, key: str = "warning_letter", **more: Any
) -> Plan:
    """One measure about a new aggressor, on the one sentence of new findings."""
    sentence = sentence_in_force(scene, case)
    plan = begun(scene, case)
    said = drafted(scene, aggressor(scene, case), key, sentences=[sentence], **more)
    added(scene, plan, said)
    return resolution.submit_plan(
        plan=plan, beyond="情节和后果见调查结论", by=plan.author, at=scene.at
    )


def decided(scene: Scene, plan: Plan, **more: Any) -> Plan:
    said: dict[str, Any] = {
        "is_approved": True,
        "by": scene.manager,
        "at": scene.at,
        "shown": ["2012", "2025"],
        **more,
    }
    return resolution.decide_plan(plan=plan, **said)
