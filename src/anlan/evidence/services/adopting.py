"""Files that came with other things before there were exhibits become exhibits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from anlan.base import stores
from anlan.base.vault import Kept
from anlan.cases.models import VaultFile
from anlan.evidence.enums import CheckKind, Protection, Reading
from anlan.evidence.models import Exhibit
from anlan.evidence.reading import reading_of
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.origins import Origin, origin_of, origins
from anlan.evidence.services.receiving import add_exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry

EVERY = timedelta(days=1)
SOONER = timedelta(
    minutes=10
)  # until then a photo has one copy, where a bucket has the other
MOST = 50  # exhibits made by one call


def adopt_earlier_files(*, at: datetime) -> int:
    """Put them on the lists of their cases, each once; returns how many."""
    with turn(CheckKind.ADOPT, at=at) as mine:
        if mine is None:
            return 0
        done = 0
        try:
            for origin in origins():
                for row in _unlisted(origin)[: MOST - done]:
                    _adopt(origin, row, at=at)
                    done += 1
                    mine.keep()
            mine.count(copies=done, repaired=done)
            if done < MOST:
                _finish(mine, at=at)
        except TurnLost:
            pass  # another worker goes on; what was adopted is not adopted twice
    return done


def adopt_files(*, rows: Iterable[VaultFile], at: datetime) -> None:
    """Files that stand on another case now are on its list, too, from this moment.

    The exhibit of the case before stays: what was on a list stays on it. Each of the two
    ends with its own case, and the bytes with the last of them.
    """
    for row in rows:
        if row.protection != Protection.DELETED:
            _adopt(origin_of(row), row, at=at)


def _adopt(origin: Origin, row: VaultFile, *, at: datetime) -> None:
    # Only one exhibit can name the row; that of the case before does.
    is_named = Exhibit.objects.filter(source=origin.source, source_uid=row.uid).exists()
    kept = Kept(sha256=row.sha256, size=row.size, media_type=row.media_type)
    reading = _reading_of(kept)
    with ledger.recording():
        case: Any = row
        for step in origin.case.split("__"):
            case = getattr(case, step)
        add_exhibit(
            case=case,
            kept=kept,
            source=origin.source,
            reading=reading,
            source_uid=None if is_named else row.uid,
            received_from=_who_brought(origin, row),
            title=origin.title(row),
            protection=Protection(row.protection),
            happened=row.received_at,
            by=SYSTEM,
            at=at,
        )


def _reading_of(kept: Kept) -> Reading:
    """As the exhibit of another case has it; one that is away is not read, nor lost."""
    there = Exhibit.objects.filter(blob__sha256=kept.sha256).exclude(reading="")
    known = there.order_by("pk").values_list("reading", flat=True).first()
    if known:
        return Reading(known)
    try:
        return reading_of(kept)
    except OSError:
        return Reading.UNREAD


def _finish(mine: Turn, *, at: datetime) -> None:
    mine.row.refresh_from_db()
    due_at = at + (SOONER if stores.second().is_written_later else EVERY)
    if mine.row.repaired:
        mine.end(due_at=due_at)
    else:
        mine.rest(due_at=due_at)


def _who_brought(origin: Origin, row: VaultFile) -> str:
    entry = Entry.objects.filter(kind=origin.kind, object=f"{origin.prefix}{row.uid}")
    return entry.values_list("actor", flat=True).first() or ""


def _unlisted(origin: Origin) -> QuerySet[Any]:
    """Rows of which no exhibit of their case has the bytes."""
    listed = Exhibit.objects.filter(
        case=OuterRef(origin.case), blob__sha256=OuterRef("sha256")
    )
    return (
        origin.rows()
        .filter(~Exists(listed), **{f"{origin.case}__isnull": False})
        .exclude(protection=Protection.DELETED)
        .select_related(f"{origin.case}__site")
        .order_by("pk")
    )
