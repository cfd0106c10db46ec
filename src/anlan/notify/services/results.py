"""What the senders were answered, written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify.channels.protocol import Outcome, Verdict
from anlan.notify.enums import DeliveryState
from anlan.notify.events import DeliveryFailed
from anlan.notify.models import Delivery, Message

_STATES = {
    Verdict.SENT: DeliveryState.SENT,
    Verdict.DELIVERED: DeliveryState.DELIVERED,
    Verdict.RECORDED: DeliveryState.RECORDED,
}
_WRITTEN = {"state", "next_attempt_at", "sent_at", "provider_id", "error"}
_ALARM_TRIES, _NORMAL_TRIES = 6, 8


@dataclass(frozen=True, kw_only=True)
class Result:
    """An outcome, and when it came."""

    outcome: Outcome
    at: datetime


def record_results(*, results: Mapping[int, Result], at: datetime) -> None:
    """Write results by delivery; those given up on go on the record, one entry a way."""
    failed: Counter[tuple[Message, str, int, str]] = Counter()
    with ledger.recording():
        rows = list(
            Delivery.objects.select_for_update(of=("self",))
            .filter(pk__in=results)
            .prefetch_related("message")
            .order_by("pk")
        )
        for row in rows:
            _write(row, results[row.pk])
            if row.state == DeliveryState.FAILED and row.receipt_at is None:
                failed[row.message, row.kind, row.attempts, row.error] += 1
        _save(rows)
        for (message, way, attempts, error), people in failed.items():
            _record_failure(message, way, attempts, error, people=people, at=at)


def wait_before(attempt: int, *, is_alarm: bool, key: int) -> timedelta:
    """How long to wait after try number ``attempt``: doubling, spread by the row's key.

    An alarm is tried again after 2, 4, 8 … 30 seconds, the rest after 30 seconds up to
    half an hour. The spread is half of it: rows that failed together do not come back
    together, and no dice are needed for that.
    """
    first, most = (2.0, 30.0) if is_alarm else (30.0, 1800.0)
    seconds = min(most, first * 2 ** (attempt - 1))
    return timedelta(seconds=seconds * (0.75 + (key % 1024) / 2048))


def _write(row: Delivery, result: Result) -> None:
    outcome = result.outcome
    if row.receipt_at is not None:
        # The gateway called back before its answer was written down: it knows better.
        row.provider_id = row.provider_id or outcome.provider_id
        return
    is_out = outcome.verdict in _STATES
    if row.state != DeliveryState.PENDING and not is_out:
        return  # called off meanwhile, and the row says why
    row.provider_id, row.error = outcome.provider_id, outcome.error
    if is_out:
        # Also when it was called off meanwhile: it did go out.
        row.state, row.sent_at = _STATES[outcome.verdict], result.at
        return
    if outcome.verdict == Verdict.DROPPED:
        row.state = DeliveryState.SKIPPED
        return
    tries = _ALARM_TRIES if row.is_alarm else _NORMAL_TRIES
    if outcome.verdict == Verdict.REFUSED or row.attempts >= tries:
        row.state = DeliveryState.FAILED
        return
    row.next_attempt_at = result.at + wait_before(
        row.attempts, is_alarm=row.is_alarm, key=row.uid.int
    )


def _save(rows: Sequence[Delivery]) -> None:
    """One prepared statement for all rows.

    ``bulk_update`` builds a CASE of all rows for each column: for two hundred messages
    three hundred milliseconds of work, in the moment in which they are being sent.
    """
    fields = [f for f in Delivery._meta.concrete_fields if f.name in _WRITTEN]
    table = Delivery._meta.db_table
    columns = ", ".join(f"{f.column} = %s" for f in fields)
    values = [
        [
            *(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields),
            row.pk,
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        # Names of our own model only; every value is a parameter.
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE id = %s", values)  # noqa: S608


def _record_failure(
    message: Message, way: str, attempts: int, error: str, *, people: int, at: datetime
) -> None:
    ledger.append_to(
        DeliveryFailed(
            message=f"message:{message.uid}",
            template=message.kind,
            way=way,
            people=people,
            attempts=attempts,
            error=error,
        ),
        organisation_id=message.organisation_id,
        site_id=message.site_id or 0,
        subject=message.subject,
        object=f"message:{message.uid}",
        by=SYSTEM,
        at=at,
        exercise=message.exercise,
    )
