"""Cases that ended long ago, and the worker's rounds over them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from anlan.base.clock import acting_at
from anlan.cases.enums import CaseState, Severity
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import HoldReason
from anlan.evidence.models import Exhibit, Hold, Recording, RetentionLook
from tests.pictures import JPEG
from tests.scene import Scene

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ORDINARY, SERIOUS, FALSE_ALARM = 1096 * DAY, 1827 * DAY, 30 * DAY
NOTICE = 30 * DAY


def ended(case: Case, *, at: datetime, severity: int = Severity.ORDINARY) -> Case:
    """The case, closed at that moment."""
    Case.objects.filter(pk=case.pk).update(
        state=CaseState.CLOSED, closed_at=at, severity=severity
    )
    return Case.objects.select_related("site").get(pk=case.pk)


def photo(scene: Scene, case: Case, content: bytes = JPEG, **more: Any) -> Exhibit:
    return evidence.add_file(
        case=case, chunks=[content], by=scene.guard, at=scene.at, **more
    )


def hold(
    scene: Scene,
    case: Case,
    held: Exhibit | Recording | None = None,
    *,
    at: datetime | None = None,
    **more: Any,
) -> Hold:
    said: dict[str, Any] = {
        "reason": HoldReason.COURT,
        "words": "受害人已向法院起诉",
        "by": scene.officer,
        "at": at or scene.at,
        **more,
    }
    return evidence.place_hold(case=case, held=held, **said)


def released(scene: Scene, held: Hold, *, at: datetime) -> Hold:
    """By the manager of the site and the company's lawyer."""
    evidence.propose_release(
        hold=held, words="判决已生效", early="已履行", by=scene.manager, at=at
    )
    return evidence.release_hold(hold=held, by=scene.person("chenlu"), at=at)


def review(at: datetime) -> None:
    """The worker's round over all cases, whenever it was there last."""
    with acting_at(at):
        RetentionLook.objects.all().delete()
        while jobs.keep_periods(at=at):
            pass


def remove(at: datetime) -> int:
    done = 0
    with acting_at(at):
        while count := jobs.remove_files(at=at):
            done += count
    return done


def pass_period(since: datetime, period: timedelta) -> datetime:
    """Announced a month before, decided on its day, gone an hour later."""
    review(since + period - NOTICE)
    review(since + period)
    remove(since + period + HOUR)
    return since + period + HOUR


def files_with(content: bytes) -> list[Path]:
    """Every file of the data folder that has these bytes in it, under whatever name."""
    return [
        path
        for path in Path(settings.DATA).rglob("*")
        if path.is_file() and path.suffix != ".sqlite3" and content in path.read_bytes()
    ]


def files_named(digest: str) -> list[Path]:
    return [path for path in Path(settings.DATA).rglob("*") if digest in path.name]
