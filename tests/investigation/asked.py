"""Interviews, facts and findings for the tests, by the investigator of the demo company."""

from __future__ import annotations

from typing import Any

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.services import Answer
from anlan.investigation import services as investigation
from anlan.investigation.enums import SentenceKind
from anlan.investigation.models import Finding, FindingSentence, Interview
from anlan.investigation.services import Plan
from tests.evidence.told import party, read, signed
from tests.pictures import JPEG
from tests.scene import Scene

TOLD = "我在 12 号车位停车。他用伞打了我的额头。"
HAPPENED = "灰衣男子用伞打了受害人的额头。"


def investigator(scene: Scene) -> User:
    return scene.person("xuqing")


def planned(scene: Scene, case: Case, **more: Any) -> Interview:
    """With a party of its own, by the investigator, unless told otherwise."""
    by = more.pop("by", investigator(scene))
    plan = {
        "interviewer": more.pop("interviewer", investigator(scene)),
        **more.pop("plan", {}),
    }
    said: dict[str, Any] = {
        "role": StatementRole.VICTIM,
        "questions": ["伞现在在哪里？", "还有谁看见？"],
        "at": scene.at,
        **more,
    }
    if "parties" not in said:
        said["parties"] = [party(scene, case)]
    return investigation.plan_interview(case=case, plan=Plan(**plan), by=by, **said)


def begun(scene: Scene, interview: Interview, **more: Any) -> Interview:
    said: dict[str, Any] = {
        "place": "一楼会客室",
        "is_told": True,
        "by": investigator(scene),
        "at": scene.at,
        **more,
    }
    return investigation.begin_interview(interview=interview, **said)


def answered(scene: Scene, interview: Interview, **said: str) -> Statement:
    """What they said, by the key of the question with ``_`` for ``-``."""
    assert interview.statement is not None
    answers = [
        Answer(key=key.replace("_", "-"), text=text)
        for key, text in (said or {"free": TOLD}).items()
    ]
    evidence.save_answers(
        statement=interview.statement,
        said=answers,
        by=investigator(scene),
        at=scene.at,
    )
    return interview.statement


def held(scene: Scene, interview: Interview, **said: str) -> Interview:
    """From the first question to the signature."""
    by = investigator(scene)
    statement = answered(scene, begun(scene, interview), **said)
    signed(scene, read(scene, statement, by=by), by=by)
    return Interview.objects.select_related("statement__exhibit", "party").get(
        pk=interview.pk
    )


def statement_in(scene: Scene, case: Case, *, of: Party | None = None) -> Statement:
    """A signed one, from an interview."""
    people = {"parties": [of]} if of else {}
    found = held(scene, planned(scene, case, **people)).statement
    assert found is not None
    return found


HIS = "我下午三点在地库停车。灰衣男子先推了我，又用伞打了我的额头。我没有动手。"
THEIRS = "那是下午四点的事。他先动手推我。我手里没有伞，我没有打他的额头。"


def both_heard(scene: Scene, case: Case) -> Case:
    """Both sides, each alone, signed; and they contradict each other. Once for a case."""
    if case.interviews.filter(state="held").count() >= 2:
        return case
    for name, role, words in (
        ("谢晓云", StatementRole.VICTIM, HIS),
        ("何磊", StatementRole.AGGRESSOR, THEIRS),
    ):
        of = party(scene, case, name)
        talk = planned(scene, case, parties=[of], role=role, questions=[])
        held(scene, talk, free=words)
    return case


def photo(scene: Scene, case: Case, content: bytes = JPEG) -> Exhibit:
    return evidence.add_file(
        case=case,
        chunks=[content],
        title="车位",
        file_name="spot.jpg",
        by=scene.officer,
        at=scene.at,
    )


def drafted(scene: Scene, case: Case, **more: Any) -> Finding:
    said: dict[str, Any] = {"by": investigator(scene), "at": scene.at, **more}
    return investigation.begin_finding(case=case, **said)


def sentence(scene: Scene, finding: Finding, **more: Any) -> FindingSentence:
    said: dict[str, Any] = {
        "kind": SentenceKind.COURSE,
        "text": HAPPENED,
        "by": finding.author,
        "at": scene.at,
        **more,
    }
    return investigation.add_sentence(finding=finding, **said)


def submitted(scene: Scene, case: Case, **more: Any) -> Finding:
    """One fact that cites a signed statement."""
    statement = more.pop("statement", None) or statement_in(scene, case)
    finding = drafted(scene, case, **more)
    if not finding.sentences.exists():
        sentence(scene, finding, sources=[statement])
    return investigation.submit_finding(finding=finding, by=finding.author, at=scene.at)


def decided(scene: Scene, finding: Finding, **more: Any) -> Finding:
    said: dict[str, Any] = {
        "is_approved": True,
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return investigation.decide_finding(finding=finding, **said)
