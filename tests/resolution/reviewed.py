"""Reports, improvements and meetings for the tests, about an approved finding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.investigation import services as investigation
from anlan.investigation.enums import SentenceKind
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, Section
from anlan.resolution.review.models import (
    Improvement,
    Meeting,
    Report,
    ReportParagraph,
)
from tests.investigation import asked
from tests.scene import Scene

LESSON = "标线报修以后要有人跟进到重画为止。"


def author(scene: Scene) -> User:
    return scene.person("xuqing")


def found(scene: Scene, case: Case) -> None:
    """Findings in force: what happened, and a failing of our own."""
    statement = asked.statement_in(scene, case)
    finding = asked.drafted(scene, case)
    asked.sentence(scene, finding, sources=[statement])
    asked.sentence(
        scene,
        finding,
        kind=SentenceKind.FAILINGS,
        text="标线报修后三周没有重画。",
        is_fact=False,
    )
    investigation.submit_finding(finding=finding, by=finding.author, at=scene.at)
    asked.decided(scene, finding)


def begun(scene: Scene, case: Case, **more: Any) -> Report:
    said: dict[str, Any] = {"by": author(scene), "at": scene.at, **more}
    return review.begin_report(case=case, **said)


def added(scene: Scene, report: Report, **more: Any) -> ReportParagraph:
    said: dict[str, Any] = {
        "section": Section.LESSONS,
        "text": LESSON,
        "by": report.author,
        "at": scene.at,
        **more,
    }
    return review.add_paragraph(report=report, **said)


def submitted(scene: Scene, case: Case, **more: Any) -> Report:
    """On findings in force, with one lesson and its cause."""
    if not case.findings.exists():
        found(scene, case)
    cause = more.pop("cause", Cause.ENVIRONMENT)
    report = begun(scene, case, **more)
    if not report.paragraphs.filter(section=Section.LESSONS).exists():
        added(scene, report, tags="标线 车库")
    at = more.get("at", scene.at)
    review.set_cause(report=report, cause=cause, by=report.author, at=at)
    return review.submit_report(report=report, by=report.author, at=at)


def decided(scene: Scene, report: Report, **more: Any) -> Report:
    said: dict[str, Any] = {
        "is_approved": True,
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return review.decide_report(report=report, **said)


def failing(case: Case) -> Any:
    sentences = case.findings.get(state="approved").sentences
    return sentences.filter(kind="failings").order_by("position")[0]


def improved(scene: Scene, case: Case, **more: Any) -> Improvement:
    """By the investigator, for the guard captain, within ten days."""
    said: dict[str, Any] = {
        "what": "重画 12 号车位的标线",
        "why": "标线磨损，双方都以为车位是自己的",
        "cause": Cause.ENVIRONMENT,
        "owner": scene.person("sunlei"),
        "due_on": local_day(scene.at) + timedelta(days=10),
        "by": author(scene),
        "at": scene.at,
        **more,
    }
    if "ground" not in said:
        if not case.findings.exists():
            found(scene, case)
        said["ground"] = failing(case)
    return review.make_improvement(case=case, **said)


def done(scene: Scene, improvement: Improvement, **more: Any) -> Improvement:
    said: dict[str, Any] = {
        "words": "东侧标线已经重画，拍照留存",
        "by": improvement.owner,
        "at": scene.at,
        **more,
    }
    return review.finish_improvement(improvement=improvement, **said)


def checked(scene: Scene, improvement: Improvement, days: int, **more: Any) -> Any:
    check = improvement.checks.get(turn=improvement.turn, days=days)
    check.improvement = improvement
    said: dict[str, Any] = {
        "is_effective": True,
        "looked": "看了三天的录像，没有人再争车位",
        "by": scene.officer,
        "at": check.due_at,
        **more,
    }
    return review.check_improvement(check=check, **said)


def met(scene: Scene, case: Case, **more: Any) -> Meeting:
    said: dict[str, Any] = {
        "held_at": scene.at + timedelta(hours=1),
        "minutes": "从接警到到场的经过。\n耳机没有开，改派用了三十秒。",
        "is_voluntary": True,
        "where": "会议室",
        "people": [scene.officer, scene.guard],
        "guests": ["派出所社区民警"],
        "by": scene.officer,
        "at": scene.at + timedelta(hours=2),
        **more,
    }
    return review.record_meeting(case=case, **said)
