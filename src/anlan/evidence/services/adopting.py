"""Files that came with other things before there were exhibits become exhibits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from anlan.base.vault import Kept
from anlan.cases.events import TaskPhotoReceived
from anlan.cases.models import TaskPhoto, VaultFile
from anlan.evidence.enums import CheckKind, Protection, Source
from anlan.evidence.models import Exhibit
from anlan.evidence.services.receiving import add_exhibit
from anlan.evidence.services.turns import Turn, TurnLost, turn
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry

EVERY = timedelta(days=1)
MOST = 50  # exhibits made by one call


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Rows whose files are evidence of a case as well.

    ``case`` leads from a row to its case; ``kind`` and ``prefix`` find the entry of its
    arrival, which says who brought it.
    """

    model: type[VaultFile]
    source: Source
    case: str
    kind: str
    prefix: str
    title: Callable[[Any], str] = lambda row: ""


_ORIGINS: list[Origin] = []


def add_origin(origin: Origin) -> None:
    """Enter a kind of rows in the list; once each, at import."""
    if any(origin.model is known.model for known in _ORIGINS):
        raise RuntimeError(f"two origins of {origin.model.__name__}")
    _ORIGINS.append(origin)


def named_by_rows(digests: Iterable[str]) -> set[str]:
    """Those of the digests whose file some row speaks of, though it is no exhibit."""
    wanted = list(digests)
    return {
        digest
        for origin in _ORIGINS
        for digest in _rows(origin)
        .filter(sha256__in=wanted)
        .values_list("sha256", flat=True)
    }


def cases_of_rows(digests: Iterable[str]) -> dict[str, set[int | None]]:
    """The cases, by their keys, whose rows of these kinds speak of a file; none is no case."""
    wanted, found = list(digests), dict[str, set[int | None]]()
    for origin in _ORIGINS:
        rows = _rows(origin).filter(sha256__in=wanted)
        for digest, case in rows.values_list("sha256", origin.case):
            found.setdefault(digest, set()).add(case)
    return found


def adopt_earlier_files(*, at: datetime) -> int:
    """Put them on the lists of their cases, each once; returns how many."""
    with turn(CheckKind.ADOPT, at=at) as mine:
        if mine is None:
            return 0
        done = 0
        try:
            for origin in _ORIGINS:
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


def title_of_photo(photo: TaskPhoto) -> str:
    return _("任务照片：%s") % photo.task.title


def _adopt(origin: Origin, row: VaultFile, *, at: datetime) -> None:
    with ledger.recording():
        case: Any = row
        for step in origin.case.split("__"):
            case = getattr(case, step)
        add_exhibit(
            case=case,
            kept=Kept(sha256=row.sha256, size=row.size, media_type=row.media_type),
            source=origin.source,
            source_uid=row.uid,
            received_from=_who_brought(origin, row),
            title=origin.title(row),
            protection=protection_of(row),
            happened=row.received_at,
            by=SYSTEM,
            at=at,
        )


def protection_of(row: VaultFile) -> Protection:
    """A photo of somebody's body is seen by those who need it, whatever it came with."""
    is_body = isinstance(row, TaskPhoto) and row.task.shows_a_body
    return Protection.INJURY if is_body else Protection.NONE


def _finish(mine: Turn, *, at: datetime) -> None:
    mine.row.refresh_from_db()
    if mine.row.repaired:
        mine.end(due_at=at + EVERY)
    else:
        mine.rest(due_at=at + EVERY)


def _who_brought(origin: Origin, row: VaultFile) -> str:
    entry = Entry.objects.filter(kind=origin.kind, object=f"{origin.prefix}{row.uid}")
    return entry.values_list("actor", flat=True).first() or ""


def _rows(origin: Origin) -> QuerySet[Any]:
    return QuerySet(origin.model)


def _unlisted(origin: Origin) -> QuerySet[Any]:
    """Rows of which no exhibit of their case has the bytes."""
    listed = Exhibit.objects.filter(
        case=OuterRef(origin.case), blob__sha256=OuterRef("sha256")
    )
    adopted = Exhibit.objects.filter(
        source=origin.source, source_uid=OuterRef("uid")
    )  # in another case, before the two were parted
    return (
        _rows(origin)
        .filter(~Exists(listed), ~Exists(adopted), **{f"{origin.case}__isnull": False})
        .select_related(f"{origin.case}__site")
        .order_by("pk")
    )


add_origin(
    Origin(
        model=TaskPhoto,
        source=Source.TASK,
        case="task__case",
        kind=TaskPhotoReceived.kind,
        prefix="photo:",
        title=title_of_photo,
    )
)
