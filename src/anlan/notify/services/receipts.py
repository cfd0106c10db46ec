"""What gateways report back about what they took: delivered, answered, or failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q

from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify.channels.gateway import RECEIPTS
from anlan.notify.enums import ChannelKind, DeliveryState
from anlan.notify.events import CallAnswered, NotDelivered
from anlan.notify.models import RECEIPT, Channel, Delivery, Message
from anlan.notify.receipts_mapping import Receipt, read_receipts

# What a receipt may change a row into, by what the row says already. Good news outranks
# bad: gateways report in any order, and a phone that rang has rung.
_OPEN = {DeliveryState.PENDING, DeliveryState.SENT}
_CHANGES: dict[DeliveryState, set[DeliveryState]] = {
    DeliveryState.FAILED: _OPEN,
    DeliveryState.DELIVERED: {
        *_OPEN,
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
    },
    DeliveryState.ANSWERED: {
        *_OPEN,
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
        DeliveryState.DELIVERED,
    },
}
_Told: TypeAlias = dict[tuple[Message, str, DeliveryState, str], list[Delivery]]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many receipts changed something, changed nothing, or were of nothing we sent."""

    taken: int
    repeated: int
    unknown: int


def take_receipts(
    *, channel: Channel, body: bytes, content_type: str, at: datetime
) -> Taken:
    """Keep what the gateway of ``channel`` says; the same again changes nothing.

    Where a way has failed, the call that was kept for later is made at once. Failures
    and answered calls go on the record, one entry for each message and way; what was
    delivered stands in its row.

    Raises:
        InvalidInput: a message that cannot be read.
    """
    receipts = read_receipts(channel.settings[RECEIPTS], body, content_type)
    taken = repeated = unknown = 0
    told: _Told = defaultdict(list)
    with ledger.recording():
        found = _Deliveries(channel, receipts)
        for receipt in receipts:
            delivery = found.of(receipt)
            if delivery is None:
                unknown += 1
            elif not _change(delivery, receipt, at=at):
                repeated += 1
            else:
                taken += 1
                told[
                    delivery.message, delivery.kind, receipt.state, delivery.error
                ].append(delivery)
        for (message, kind, state, error), deliveries in told.items():
            _record(message, kind, state, error, deliveries, at=at)
        _call_now(told, at=at)
    return Taken(taken=taken, repeated=repeated, unknown=unknown)


class _Deliveries:
    """The rows that receipts speak of, locked in the order in which results lock them."""

    def __init__(self, channel: Channel, receipts: Iterable[Receipt]) -> None:
        keys = [uid for r in receipts if (uid := _uid(r.key)) is not None]
        ids = [r.provider_id for r in receipts if r.provider_id]
        rows = (
            Delivery.objects.select_for_update(of=("self",))
            .filter(Q(uid__in=keys) | Q(provider_id__in=ids), channel=channel)
            .select_related("user")
            .prefetch_related("message")
            .order_by("pk")
        )
        self._by_key = {}
        self._by_id: dict[str, list[Delivery]] = defaultdict(list)
        for row in rows:
            self._by_key[row.uid] = row
            self._by_id[row.provider_id].append(row)

    def of(self, receipt: Receipt) -> Delivery | None:
        """By our key, else by the gateway's number if it is the number of one alone."""
        uid = _uid(receipt.key)
        if uid in self._by_key:
            return self._by_key[uid]
        rows = self._by_id.get(receipt.provider_id, []) if receipt.provider_id else []
        return rows[0] if len(rows) == 1 else None


def _change(delivery: Delivery, receipt: Receipt, *, at: datetime) -> bool:
    if delivery.state not in _CHANGES[receipt.state]:
        return False
    delivery.state = receipt.state
    delivery.error = f"{RECEIPT}{receipt.error}" if receipt.error else ""
    delivery.provider_id = delivery.provider_id or receipt.provider_id
    delivery.sent_at = delivery.sent_at or at  # it came before our own result
    delivery.receipt_at = at
    delivery.save(
        update_fields=["state", "error", "provider_id", "sent_at", "receipt_at"]
    )
    return True


def _call_now(told: _Told, *, at: datetime) -> None:
    """Where a text did not arrive, do not wait any longer with the call."""
    for (message, kind, state, _error), deliveries in told.items():
        if state != DeliveryState.FAILED or kind == ChannelKind.VOICE:
            continue
        # A row that was tried is leased or has its own time.
        Delivery.objects.filter(
            message=message,
            user__in=[row.user_id for row in deliveries],
            kind=ChannelKind.VOICE,
            state=DeliveryState.PENDING,
            attempts=0,
            due_at__gt=at,
        ).update(due_at=at, next_attempt_at=at)


def _record(
    message: Message,
    kind: str,
    state: DeliveryState,
    error: str,
    deliveries: list[Delivery],
    *,
    at: datetime,
) -> None:
    if state == DeliveryState.DELIVERED:
        return
    facts = {
        "message": f"message:{message.uid}",
        "template": message.kind,
        "way": kind,
    }
    people = len(deliveries)
    event = (
        NotDelivered(**facts, people=people, error=error.removeprefix(RECEIPT))
        if state == DeliveryState.FAILED
        else CallAnswered(**facts, people=people)
    )
    ledger.append_to(
        event,
        organisation_id=message.organisation_id,
        site_id=message.site_id or 0,
        subject=message.subject,
        object=f"message:{message.uid}",
        by=SYSTEM,
        at=at,
        exercise=message.exercise,
    )


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
