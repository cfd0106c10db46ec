"""What follows from the record later: each consumer reads every chain in order.

A consumer has a cursor of its own on each chain, moved in the transaction of its answer:
a killed worker repeats an answer or has given it, never half of it. An entry that a
consumer fails on five times is parked, and the consumer reads on; the others never wait
for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from anlan.base.errors import DomainError, traced
from anlan.ledger.events import Queued
from anlan.ledger.models import Chain, Cursor, Entry, Parked
from anlan.ledger.sentences import event_of
from anlan.ledger.services import recording

log = logging.getLogger(__name__)

PAGE = 100  # entries answered in one transaction
CHAINS = 50  # looked at by a consumer in one round
TRIES = 5
_WAITS = (1, 5, 30, 120)  # seconds before the second to the fifth try


class Answer(Protocol):
    """What a consumer does with one entry; ``at`` is now, the entry has its own time."""

    def __call__(self, entry: Queued, *, at: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """Who reads along. ``name`` is the cursors' and never changes; it begins at 1.

    Args:
        locks: its answers lock rows that people change. Then each is committed before
            the next: people would wait for a page of them, and two that are locked in
            another order elsewhere would wait for each other.
    """

    name: str
    answers: Mapping[str, Answer]  # by kind of event
    locks: bool = False


_consumers: dict[str, Consumer] = {}


def install_consumers(consumers: Iterable[Consumer]) -> None:
    """Set who reads along; called once, by ``anlan.config``."""
    _consumers.clear()
    for consumer in consumers:
        if consumer.name in _consumers:
            raise RuntimeError(f"two consumers called {consumer.name}")
        _consumers[consumer.name] = consumer


def run_reactions(*, at: datetime) -> int:
    """Let every consumer read one page of each chain that has grown; returns entries read."""
    return sum(
        _read_chain(consumer, organisation_id, site_id, at)
        for consumer in _consumers.values()
        for organisation_id, site_id in _grown(consumer, at)
    )


def next_retry() -> datetime | None:
    """When a consumer that failed tries again; new entries are seen at the poll."""
    return (
        Cursor.objects.filter(retry_at__isnull=False, consumer__in=_consumers)
        .order_by("retry_at")
        .values_list("retry_at", flat=True)
        .first()
    )


def settle_parked(*, parked: Parked, at: datetime) -> None:
    """Answer a parked entry after all, once its cause is gone; twice does nothing.

    Raises:
        DomainError: it fails as before; the entry stays parked.
    """
    with recording():
        parked = Parked.objects.select_for_update().get(pk=parked.pk)
        if parked.settled_at is not None:
            return
        entry = Entry.objects.get(
            organisation_id=parked.organisation_id,
            site_id=parked.site_id,
            seq=parked.seq,
        )
        consumer = _consumers.get(parked.consumer)
        if consumer is not None:
            _answer(consumer, entry, at)
        parked.settled_at = at
        parked.save(update_fields=["settled_at"])


def _grown(consumer: Consumer, at: datetime) -> list[tuple[int, int]]:
    """The chains whose head is beyond the consumer's cursor, unless it waits there."""
    cursors = Cursor.objects.filter(
        consumer=consumer.name,
        organisation_id=OuterRef("organisation_id"),
        site_id=OuterRef("site_id"),
    )
    return list(
        Chain.objects.annotate(
            reached=Coalesce(
                Subquery(cursors.values("seq")), 0, output_field=BigIntegerField()
            ),
            waits_until=Subquery(cursors.values("retry_at")),
        )
        .filter(Q(waits_until=None) | Q(waits_until__lte=at), seq__gt=F("reached"))
        .order_by("organisation_id", "site_id")
        .values_list("organisation_id", "site_id")[:CHAINS]
    )


def _read_chain(
    consumer: Consumer, organisation_id: int, site_id: int, at: datetime
) -> int:
    """A page in one transaction, or in as many as it has entries."""
    if not consumer.locks:
        return _read_page(consumer, organisation_id, site_id, at)
    read = 0
    for _number in range(PAGE):
        count = _read_page(consumer, organisation_id, site_id, at, most=1)
        if not count:
            break
        read += count
    return read


def _read_page(
    consumer: Consumer,
    organisation_id: int,
    site_id: int,
    at: datetime,
    most: int = PAGE,
) -> int:
    """Answer the next entries of one chain; returns by how many the cursor moved."""
    answered: list[Entry] = []
    try:
        with recording():
            cursor = _claimed(consumer, organisation_id, site_id)
            if cursor is None or (cursor.retry_at and cursor.retry_at > at):
                return 0
            before = cursor.seq
            head, entries = _unread(consumer, cursor, most)
            for entry in entries:
                answered.append(entry)
                _answer(consumer, entry, at)
            # A full page may have left more of our kinds; else nothing up to the head
            # is for us.
            cursor.seq = entries[-1].seq if len(entries) == most else head
            cursor.tries, cursor.retry_at = 0, None
            cursor.save(update_fields=["seq", "tries", "retry_at"])
            return cursor.seq - before
    except Exception as error:
        if not answered:
            raise
        return _after_failure(consumer, answered, error, at)


def _after_failure(
    consumer: Consumer, answered: list[Entry], error: Exception, at: datetime
) -> int:
    """Go on after the last of ``answered`` failed, and all were rolled back with it."""
    before_it, failed = len(answered) - 1, answered[-1]
    if before_it:
        # Once more without it, which is then the first of the next page.
        return _read_page(
            consumer, failed.organisation_id, failed.site_id, at, most=before_it
        )
    log.error(
        "%s failed on %s/%s/%s: %s",
        consumer.name,
        failed.organisation_id,
        failed.site_id,
        failed.seq,
        traced(error),  # its text might name somebody
    )
    return _note_failure(consumer, failed, error, at)


def _unread(consumer: Consumer, cursor: Cursor, most: int) -> tuple[int, list[Entry]]:
    """The head of the chain, and the next entries up to it that the consumer answers."""
    place = {"organisation_id": cursor.organisation_id, "site_id": cursor.site_id}
    head = Chain.objects.get(**place).seq
    entries = Entry.objects.filter(
        **place,
        seq__gt=cursor.seq,
        seq__lte=head,
        kind__in=list(consumer.answers),
    ).order_by("seq")
    return head, list(entries[:most])


def _claimed(consumer: Consumer, organisation_id: int, site_id: int) -> Cursor | None:
    """The cursor under its lock; nothing if another worker reads this chain just now."""
    place = {"organisation_id": organisation_id, "site_id": site_id}
    Cursor.objects.bulk_create(
        [Cursor(consumer=consumer.name, **place)], ignore_conflicts=True
    )
    cursors = Cursor.objects.filter(consumer=consumer.name, **place)
    if connection.features.has_select_for_update_skip_locked:
        cursors = cursors.select_for_update(skip_locked=True)
    return cursors.first()


def _answer(consumer: Consumer, entry: Entry, at: datetime) -> None:
    queued = _as_queued(entry)
    if queued is not None:
        consumer.answers[entry.kind](queued, at=at)


def _note_failure(
    consumer: Consumer, entry: Entry, error: Exception, at: datetime
) -> int:
    """Count the try; after the fifth park the entry and read on."""
    with recording():
        cursor = _claimed(consumer, entry.organisation_id, entry.site_id)
        if cursor is None or cursor.seq >= entry.seq:
            return 0
        cursor.tries += 1
        if cursor.tries < TRIES:
            cursor.retry_at = at + timedelta(seconds=_WAITS[cursor.tries - 1])
            cursor.save(update_fields=["tries", "retry_at"])
            return 0
        Parked.objects.get_or_create(
            consumer=consumer.name,
            organisation_id=entry.organisation_id,
            site_id=entry.site_id,
            seq=entry.seq,
            defaults={"error": _code(error), "parked_at": at},
        )
        read = entry.seq - cursor.seq
        cursor.seq, cursor.tries, cursor.retry_at = entry.seq, 0, None
        cursor.save(update_fields=["seq", "tries", "retry_at"])
        return read


def _code(error: Exception) -> str:
    """What an administrator reads: a refusal's sentence, else the class alone.

    The text of other errors may quote a person's data.
    """
    name = type(error).__name__
    return (f"{name}: {error}" if isinstance(error, DomainError) else name)[:300]


def _as_queued(entry: Entry) -> Queued | None:
    """The entry as a reaction in the transaction would have been given it.

    Nothing if its data was erased, or if this version does not know its kind.
    """
    if entry.data is None:
        return None
    event = event_of(entry.kind, json.loads(bytes(entry.data)))
    if event is None:
        return None
    body = json.loads(bytes(entry.body))
    return Queued(
        event=event,
        organisation_id=entry.organisation_id,
        site_id=entry.site_id,
        subject=entry.subject,
        object=entry.object,
        actor=entry.actor,
        on_behalf_of=body.get("for", ""),
        via=body.get("via", ""),
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        exercise=entry.exercise,
    )
