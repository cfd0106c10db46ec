"""Due work: handing messages over, starting and closing communication tests."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeAlias

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.accounts.services import phone_of
from anlan.base.errors import Conflict
from anlan.base.one_by_one import each_alone, resting
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import services, texts
from anlan.notify.channels import wire
from anlan.notify.channels.protocol import (
    Config,
    Outcome,
    Outgoing,
    Sender,
    Unreachable,
    Verdict,
)
from anlan.notify.channels.registry import sender_for
from anlan.notify.enums import ChannelKind, DeliveryState, SkipReason
from anlan.notify.models import CheckPlan, CheckRun, Delivery, Preference
from anlan.notify.selectors import channel_secrets, names_in
from anlan.notify.services.checking import next_time
from anlan.notify.services.results import Result

log = logging.getLogger(__name__)

AT_ONCE = 32  # conversations with the outside
# Writing takes the interpreter from the threads that send: while the network is busy
# what came in is written together, in this rhythm, and the rest at the end.
WRITE_SECONDS = 0.25
# Longer than any conversation takes, so that nobody repeats what is still being said:
# none begins when less than that is left of the lease.
ALARM_LEASE, NORMAL_LEASE = timedelta(seconds=30), timedelta(seconds=120)
CONVERSATION = timedelta(seconds=15)
REST_SECONDS = 5.0  # for a channel that does not answer: its others fail at once

# By whether it is an alarm: what is slow and may wait takes no thread from what may not.
_POOLS = {
    is_alarm: ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix=name)
    for is_alarm, name in ((True, "alarms"), (False, "notify"))
}
_resting: dict[int | None, float] = {}


_Ready: TypeAlias = tuple[Delivery, Outgoing]
_Unsendable: TypeAlias = dict[int, Outcome]  # by delivery
_Answer: TypeAlias = Future[list[Outcome] | None]  # none: it came too late to its turn
_CLOSING, _STARTING = "phone checks to close", "phone checks to start"
_FAULT = Outcome(verdict=Verdict.RETRY, error="fault")  # ours: the log says which
_SWITCHED_OFF = Outcome(verdict=Verdict.DROPPED, error=SkipReason.UNCONFIGURED)


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """The job's own moment, moved on by what has passed since."""

    began_at: datetime
    began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=time.monotonic() - self.began)


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """What one call of a sender takes: deliveries of one message on one channel."""

    sender: Sender
    channel: int | None
    config: Config
    items: tuple[Outgoing, ...]
    rows: tuple[int, ...]
    until: datetime  # then the lease runs out, and any worker may take the rows

    @property
    def is_alarm(self) -> bool:
        return self.items[0].is_alarm  # alarms and the rest share no call


def get_ready() -> None:
    """What the first message would otherwise wait for; a worker calls it once."""
    wire.get_ready()


def deliver_due(*, at: datetime, most: int = 400, is_alarm: bool | None = None) -> int:
    """Hand over what is due at ``at``, alarms first; returns how many were tried.

    Args:
        is_alarm: take only alarms, or only the rest, so that neither waits for the other.

    Claiming, sending and recording are three steps, and no transaction is open while
    the network is waited for. A worker killed in between leaves rows whose lease runs
    out; they are sent again with the same key. Any number of workers may do this.
    """
    clock = _Clock(began_at=at)
    # A look costs nothing; the claim would wait for the write lock each time.
    due = _pending(is_alarm=is_alarm).filter(next_attempt_at__lte=at)
    if not due.exists():
        return 0
    claimed = _claim(due, at, most)
    batches, unsendable = _batches(claimed)
    futures = {
        _POOLS[batch.is_alarm].submit(_hand_over, batch, clock): batch
        for batch in batches
    }
    _record_unsendable(unsendable, at=at)
    waiting: set[_Answer] = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=WRITE_SECONDS)
        _record(done, futures, at=clock.now())
    return len(claimed)


def next_delivery(*, is_alarm: bool | None = None) -> datetime | None:
    """When the next row may be sent; of alarms, or of the rest, if that is asked."""
    return (
        _pending(is_alarm=is_alarm)
        .order_by("next_attempt_at")
        .values_list("next_attempt_at", flat=True)
        .first()
    )


def run_due_checks(*, at: datetime) -> int:
    """Close the tests whose time is up, and start those that are planned for now."""
    ended = CheckRun.objects.filter(closed_at=None, closes_at__lte=at)
    planned = CheckPlan.objects.filter(is_on=True, next_at__lte=at)
    return each_alone(
        ended.order_by("closes_at", "pk"),
        lambda run: _close(run, at),
        job=_CLOSING,
        at=at,
    ) + each_alone(
        planned.order_by("next_at", "pk"),
        lambda plan: _start_planned(plan, at),
        job=_STARTING,
        at=at,
    )


def next_check() -> datetime | None:
    """When the next test starts or ends."""
    ends = (
        CheckRun.objects.filter(closed_at=None)
        .exclude(pk__in=resting(_CLOSING))
        .order_by("closes_at")
        .values_list("closes_at", flat=True)
        .first()
    )
    starts = (
        CheckPlan.objects.filter(is_on=True)
        .exclude(pk__in=resting(_STARTING))
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )
    return min((moment for moment in (ends, starts) if moment), default=None)


def _close(run: CheckRun, at: datetime) -> int:
    services.close_check(run=run, at=at)
    return 1


def _start_planned(plan: CheckPlan, at: datetime) -> int:
    """Move the plan on and start its test in one transaction; another worker may have.

    Where none can be started, which undoes that, the plan alone is moved on.
    """
    try:
        with ledger.recording():
            if not _move_on(plan, at):
                return 0
            services.start_check(site=plan.site, by=SYSTEM, at=at)
    except Conflict as refusal:
        log.info("no communication test at site %s: %s", plan.site_id, refusal)
        with ledger.recording():
            _move_on(plan, at)
    return 1


def _move_on(plan: CheckPlan, at: datetime) -> bool:
    """Whether it was due; of two workers the second finds that it is not."""
    row = CheckPlan.objects.select_for_update().get(pk=plan.pk)
    if row.next_at > at:
        return False
    row.next_at = next_time(row.daily_at, after=at)
    row.save(update_fields=["next_at"])
    return True


def _pending(*, is_alarm: bool | None) -> QuerySet[Delivery]:
    pending = Delivery.objects.filter(state=DeliveryState.PENDING)
    return pending if is_alarm is None else pending.filter(is_alarm=is_alarm)


def _record(
    done: Iterable[_Answer], batches: Mapping[_Answer, _Batch], *, at: datetime
) -> None:
    """Write what came in as one transaction: one fsync, not two hundred."""
    results: dict[int, Result] = {}
    late: list[_Batch] = []
    for future in done:
        batch, outcomes = batches[future], future.result()
        if outcomes is None:
            late.append(batch)
            continue
        for pk, outcome in zip(batch.rows, outcomes, strict=True):
            results[pk] = Result(outcome=outcome, at=at)
    if results:
        services.record_results(results=results, at=at)
    if late:
        _give_back(late, at=at)


def _give_back(batches: Sequence[_Batch], *, at: datetime) -> None:
    """What was not begun is no try; if nobody else took it yet, it is due at once."""
    rows = [pk for batch in batches for pk in batch.rows]
    pending = Delivery.objects.filter(
        pk__in=rows, state=DeliveryState.PENDING, attempts__gt=0
    )
    with transaction.atomic():
        pending.update(attempts=F("attempts") - 1)
        for until in {batch.until for batch in batches}:
            mine = Delivery.objects.filter(
                pk__in=rows, state=DeliveryState.PENDING, next_attempt_at=until
            )
            mine.update(next_attempt_at=at)


def _record_unsendable(outcomes: Mapping[int, Outcome], *, at: datetime) -> None:
    if outcomes:
        results = {pk: Result(outcome=o, at=at) for pk, o in outcomes.items()}
        services.record_results(results=results, at=at)


def _claim(due: QuerySet[Delivery], at: datetime, most: int) -> list[Delivery]:
    """Take due rows by moving their next attempt ahead: that is the lease."""
    with transaction.atomic():
        due = due.order_by("-is_alarm", "next_attempt_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        # Two hundred rows have one message and a few channels: fetched once each.
        due = due.select_related("user").prefetch_related("message", "channel")
        claimed = list(due[:most])
        for is_alarm, lease in ((True, ALARM_LEASE), (False, NORMAL_LEASE)):
            mine = [row for row in claimed if row.is_alarm == is_alarm]
            Delivery.objects.filter(pk__in=[row.pk for row in mine]).update(
                next_attempt_at=at + lease, attempts=F("attempts") + 1
            )
            for row in mine:
                row.next_attempt_at = at + lease
    return claimed


def _batches(claimed: Sequence[Delivery]) -> tuple[list[_Batch], _Unsendable]:
    """Group what one call can take, and answer at once for what cannot be sent."""
    ready, unsendable = _made_ready(claimed)
    # Stable: alarms stay first, and the pool takes batches in this order.
    ready.sort(key=_same_call)
    batches: list[_Batch] = []
    for _key, group in groupby(ready, key=_same_call):
        together = list(group)
        first = together[0][0]
        try:
            batches += _split(together, _config(first))
        except Exception:
            log.exception("channel %s cannot be read", first.channel_id)
            unsendable.update((row.pk, _FAULT) for row, _item in together)
    return batches, unsendable


def _made_ready(claimed: Sequence[Delivery]) -> tuple[list[_Ready], _Unsendable]:
    """Put each row into words; one that cannot be must not hold up the others."""
    ready: list[_Ready] = []
    unsendable: _Unsendable = {}
    names = names_in(row.message for row in claimed)
    known = _known_addresses(claimed)
    words: dict[tuple[int, str], tuple[str, str]] = {}
    for row in claimed:
        if row.channel is not None and not row.channel.is_enabled:
            unsendable[row.pk] = _SWITCHED_OFF
            continue
        try:
            said = (row.message_id, row.user.language if row.user else "")
            if said not in words:
                words[said] = _words(row, names)
            ready.append((row, _outgoing(row, words[said], known)))
        except Exception:
            log.exception("delivery %s cannot be made ready", row.uid)
            unsendable[row.pk] = _FAULT
    return ready, unsendable


def _split(together: Sequence[_Ready], config: Config) -> list[_Batch]:
    """What one call can take, cut to what its sender takes at once."""
    first = together[0][0]
    sender = sender_for(ChannelKind(first.kind))
    return [
        _Batch(
            sender=sender,
            channel=first.channel_id,
            config=config,
            items=tuple(item for _row, item in part),
            rows=tuple(row.pk for row, _item in part),
            until=first.next_attempt_at,
        )
        for start in range(0, len(together), sender.batch)
        if (part := together[start : start + sender.batch])
    ]


def _same_call(ready: _Ready) -> tuple[bool, int, str, int, str]:
    row, _item = ready
    language = row.user.language if row.user else ""
    return (
        not row.is_alarm,
        row.message_id,
        row.kind,
        row.channel_id or 0,
        language,
    )


def _outgoing(
    row: Delivery, words: tuple[str, str], known: dict[tuple[int, str], str]
) -> Outgoing:
    title, body = words
    return Outgoing(
        key=row.idempotency_key,
        to=_address(row, row.user, known) if row.user else "",
        title=title,
        body=body,
        kind=row.message.kind,
        is_alarm=row.is_alarm,
        made_at=row.message.made_at,
        url=_url(row.message.path),
    )


def _hand_over(batch: _Batch, clock: _Clock) -> list[Outcome] | None:
    """Runs in a thread of the pool; touches no database.

    Behind slow conversations a batch may wait for its turn until another worker could
    take it: then it is not begun, or both would say the same.

    A channel that does not answer is left alone for some seconds, so that two hundred
    messages to a dead gateway do not keep the pool from the living ones.
    """
    if batch.channel is not None and time.monotonic() < _resting.get(batch.channel, 0):
        return [Outcome(verdict=Verdict.RETRY, error="away")] * len(batch.items)
    at = clock.now()
    if at > batch.until - CONVERSATION:
        return None
    try:
        return batch.sender.send(batch.items, config=batch.config, at=at)
    except Unreachable as error:
        _resting[batch.channel] = time.monotonic() + REST_SECONDS
        outcome = Outcome(verdict=Verdict.RETRY, error=str(error)[:80])
    except Exception:
        # A fault of one sender must not stop the others; the row is tried again.
        log.exception("the sender %s failed", batch.sender.kind)
        outcome = _FAULT
    return [outcome] * len(batch.items)


def _known_addresses(rows: Sequence[Delivery]) -> dict[tuple[int, str], str]:
    people = {row.user_id for row in rows if row.user_id}
    preferences = Preference.objects.filter(user__in=people).exclude(address="")
    return {(p.user_id, p.kind): p.address for p in preferences}


def _address(row: Delivery, user: User, known: dict[tuple[int, str], str]) -> str:
    if row.kind in {ChannelKind.SMS, ChannelKind.VOICE}:
        return phone_of(user)
    if row.kind == ChannelKind.EMAIL:
        return user.email
    return known.get((user.pk, row.kind), "")


def _config(row: Delivery) -> Config:
    if row.channel is None:
        return {}
    return {**row.channel.settings, **channel_secrets(row.channel)}


def _words(row: Delivery, names: dict[str, str]) -> tuple[str, str]:
    message = row.message
    language = row.user.language if row.user else settings.LANGUAGE_CODE
    with override(language):
        if row.user is None:
            line = texts.group_line(
                message.kind, message.params, exercise=message.exercise
            )
            return line, ""
        return texts.words(
            message.kind, message.params, names, exercise=message.exercise
        )


def _url(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL and path else ""
