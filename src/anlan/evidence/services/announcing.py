"""What is due stands on a list for a month before it goes, and leaves it if it is kept."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from anlan.accounts.services.record import record_at_site
from anlan.base.clock import utc_text
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence.enums import CheckKind, WordsKind
from anlan.evidence.events import DeletionAnnounced, DeletionPutOff
from anlan.evidence.models import CheckTurn, Deletion, RetentionLook
from anlan.evidence.selectors.retention import NOTICE, Due, Item, files_of
from anlan.ledger.events import SYSTEM, Event


def row_of(item: Item) -> Deletion | None:
    """Its row on the list, if it stands there."""
    rows = Deletion.objects.select_related("case", "application__site")
    if item.application is not None:
        return rows.filter(application=item.application, decided_at=None).first()
    if item.exhibit is not None:
        return rows.filter(exhibit=item.exhibit).first()
    if item.words is not None:
        words = item.words
        return rows.filter(case=words.case, words=words.kind, decided_at=None).first()
    return rows.filter(recording=item.recording).first()


def enter(
    event: Event, row: Deletion, case: Case | None, *, thing: str, at: datetime
) -> None:
    """On the timeline of its case; without one on the record of the site."""
    if case is not None:
        cases.record(event, case, thing=thing, by=SYSTEM, at=at)
    else:
        record_at_site(event, row.site, thing=thing, by=SYSTEM, at=at)


def announce(item: Item, due: Due, case: Case | None, *, at: datetime) -> Deletion:
    """Put it on the list; call it under the lock of the case, or of the application."""
    files = files_of(item)
    row = Deletion.objects.create(
        case=case,
        application=item.application,
        exhibit=item.exhibit,
        recording=item.recording,
        words=_words_of(item),
        retention_class=due.retention_class,
        days=due.days,
        counted_from=due.since,
        announced_at=at,
        delete_at=max(due.at, at + NOTICE),
        files_count=len(files),
        size=sum(blob.size for blob, _part in files),
    )
    enter(
        DeletionAnnounced(
            code=item.thing.code,
            retention_class=row.retention_class,
            delete_at=utc_text(row.delete_at),
        ),
        row,
        case,
        thing=row.key,
        at=at,
    )
    return row


def _words_of(item: Item) -> str:
    if item.application is not None:
        return WordsKind.LOOKS
    return item.words.kind if item.words else ""


def look_soon(looks: QuerySet[RetentionLook], *, at: datetime) -> None:
    """The worker looks at these cases anew, in its next round and not in an hour."""
    looks.delete()
    turns = CheckTurn.objects.filter(kind=CheckKind.RETAIN, due_at__gt=at)
    turns.update(due_at=at)


def put_off(item: Item, case: Case | None, *, why: str, at: datetime) -> bool:
    """Take it off the list, if it stands there; whether it did."""
    row = row_of(item)
    if row is None or row.is_decided:
        return False
    enter(
        DeletionPutOff(code=item.thing.code, why=why),
        row,
        case,
        thing=row.key,
        at=at,
    )
    row.delete()
    return True
