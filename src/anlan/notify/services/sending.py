"""Telling people: one message, a delivery for each person on each way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeAlias

from django.db.models import QuerySet

from anlan.accounts.models import Site, User
from anlan.base.clock import local_time
from anlan.base.insertion import insert, insert_one
from anlan.base.prepared import Prepared
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor
from anlan.notify import permissions, selectors, texts
from anlan.notify.channels.registry import GROUPS
from anlan.notify.enums import ChannelKind, DeliveryState, SkipReason, Urgency
from anlan.notify.events import MessagesMade
from anlan.notify.models import Channel, Delivery, Message, Preference

# An alarm takes all of these at once, whatever anybody has switched off; the call
# comes later, as the last thing before the next person is tried.
_WAYS = {
    Urgency.ALARM: (
        ChannelKind.INAPP,
        ChannelKind.WECOM,
        ChannelKind.DINGTALK,
        ChannelKind.SMS,
    ),
    Urgency.NORMAL: (
        ChannelKind.INAPP,
        ChannelKind.WECOM,
        ChannelKind.DINGTALK,
        ChannelKind.EMAIL,
    ),
}


_Channels: TypeAlias = Mapping[ChannelKind, Sequence[Channel]]


@dataclass(frozen=True, kw_only=True)
class _Way:
    """One way for one message: which channel, and when at the earliest."""

    kind: ChannelKind
    channel: Channel | None
    is_configured: bool
    due_at: datetime


def send(
    *,
    kind: str,
    site: Site,
    subject: str,
    people: Iterable[User],
    by: Actor,
    at: datetime,
    urgency: Urgency = Urgency.NORMAL,
    params: dict[str, Any] | None = None,
    about: str = "",
    path: str = "",
    with_groups: bool = False,
    voice_at: datetime | None = None,
    exercise: bool = False,
    only: Channel | None = None,
) -> Message | None:
    """Write a message and its deliveries; the worker hands them over after the commit.

    Args:
        kind: the key of its words, see ``texts``.
        subject: whose timeline it belongs to, ``case:<uid>`` or ``site:<uid>``.
        people: who is told; each once.
        params: ids, codes, places and counts; never what people wrote.
        about: what answering it settles (``assignment:<uid>``), see ``call_off``.
        path: the page it leads to, from ``/``.
        with_groups: robots and webhooks of the site hear of it too, if it has a line
            that is fit for a group.
        voice_at: when to call those who have not answered by then.
        only: take this one channel and no other: an administrator tries it.

    One entry on the record for all of them. Returns nothing when nobody is to be told.
    """
    if not texts.is_known(kind):
        raise RuntimeError(f"a message without words: {kind}")
    told = list({person.pk: person for person in people}.values())
    ways = selectors.ways_of(site)
    if only is not None:
        groups = [only] if only.kind in GROUPS else []
        taken = [] if groups else [_way(ChannelKind(only.kind), only, at)]
    else:
        groups = _groups(ways, kind) if with_groups else []
        taken = _ways(urgency, ways, at=at, voice_at=voice_at)
    if not told and not groups:
        return None
    with ledger.recording():
        message = Message(
            organisation_id=site.organisation_id,
            site=site,
            subject=subject,
            about=about,
            kind=kind,
            urgency=urgency,
            params=params or {},
            path=path,
            exercise=exercise,
            made_at=at,
        )
        insert_one(message)
        deliveries = _for_people(message, told, taken)
        deliveries += [_for_group(message, channel) for channel in groups]
        insert(deliveries)
        _record(message, deliveries, by=by, at=at)
    return message


_NEWEST_OF_KIND = Prepared(
    lambda kind, subject, since: (
        Message.objects.filter(kind=kind, subject=subject, made_at__gte=since)
        .order_by("-made_at", "-pk")
        .values_list("pk", "params")[:1]
    )
)


def count_up(*, kind: str, subject: str, since: datetime) -> bool:
    """Add one to the ``count`` of the message of this kind made at ``since`` or later.

    Twelve tasks skipped by one tap are one message, not twelve. False: there is none.
    """
    newest = _NEWEST_OF_KIND.first(kind=kind, subject=subject, since=since)
    if newest is None:
        return False
    key, params = newest
    Message.objects.filter(pk=key).update(
        params={**params, "count": params.get("count", 1) + 1}
    )
    return True


def call_off(*, about: str, at: datetime, is_answered: bool = False) -> None:
    """Stop what has not gone out: the person answered, or need not come any more."""
    deliveries = Delivery.objects.filter(message__about=about)
    deliveries.filter(state=DeliveryState.PENDING).update(
        state=DeliveryState.SKIPPED, error=SkipReason.CALLED_OFF
    )
    if is_answered:
        _see(deliveries, at)


def see(*, deliveries: Iterable[Delivery], at: datetime) -> None:
    """A screen has shown these to their reader; not an act for the record."""
    _see(Delivery.objects.filter(pk__in=[row.pk for row in deliveries]), at)


def try_again(*, delivery: Delivery, by: Actor, at: datetime) -> None:
    """Send once more what has failed, with the same key."""
    permissions.check_can_manage_channels(
        by, organisation=delivery.message.organisation, site=delivery.message.site
    )
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.FAILED).update(
        state=DeliveryState.PENDING,
        next_attempt_at=at,
        attempts=0,
        error="",
        provider_id="",
        receipt_at=None,
    )


def _see(deliveries: QuerySet[Delivery], at: datetime) -> None:
    deliveries.filter(
        kind=ChannelKind.INAPP, seen_at=None, state=DeliveryState.SENT
    ).update(seen_at=at, state=DeliveryState.READ)


def _record(
    message: Message, deliveries: Sequence[Delivery], *, by: Actor, at: datetime
) -> None:
    """One entry for all of them; each delivery's result stands in its row."""
    used = {d.kind for d in deliveries if d.state != DeliveryState.SKIPPED}
    ledger.append_to(
        MessagesMade(
            message=f"message:{message.uid}",
            template=message.kind,
            urgency=Urgency(message.urgency).value,
            people=len({d.user_id for d in deliveries if d.user_id is not None}),
            groups=sum(d.user_id is None for d in deliveries),
            ways=",".join(k for k in ChannelKind.values if k in used),
        ),
        organisation_id=message.organisation_id,
        site_id=message.site_id or 0,
        subject=message.subject,
        object=f"message:{message.uid}",
        by=by,
        at=at,
        exercise=message.exercise,
    )


def _groups(ways: _Channels, kind: str) -> list[Channel]:
    if not texts.has_group_line(kind):
        return []
    return [channel for group in GROUPS for channel in ways.get(group, [])]


def _ways(
    urgency: Urgency, ways: _Channels, *, at: datetime, voice_at: datetime | None
) -> list[_Way]:
    kinds = [(kind, at) for kind in _WAYS[urgency]]
    if voice_at is not None:
        kinds.append((ChannelKind.VOICE, voice_at))
    return [
        _Way(
            kind=kind,
            channel=ways[kind][0] if kind in ways else None,
            is_configured=selectors.is_configured(kind, ways),
            due_at=due_at,
        )
        for kind, due_at in kinds
    ]


def _way(kind: ChannelKind, channel: Channel, at: datetime) -> _Way:
    return _Way(kind=kind, channel=channel, is_configured=True, due_at=at)


def _for_people(
    message: Message, people: Sequence[User], ways: Sequence[_Way]
) -> list[Delivery]:
    chosen = selectors.preferences_of(people)
    return [
        _for_person(message, person, way, chosen.get((person.pk, way.kind)))
        for person in people
        for way in ways
    ]


def _for_person(
    message: Message, person: User, way: _Way, preference: Preference | None
) -> Delivery:
    is_alarm = message.urgency == Urgency.ALARM
    due_at = way.due_at
    if preference is not None and not is_alarm:
        due_at = after_quiet_hours(
            due_at, begins=preference.quiet_from, ends=preference.quiet_to
        )
    skipped = _why_not(person, way, preference, is_alarm=is_alarm)
    inapp = way.kind == ChannelKind.INAPP
    state = DeliveryState.SENT if inapp else DeliveryState.PENDING
    return Delivery(
        message=message,
        user=person,
        channel=way.channel,
        kind=way.kind,
        is_alarm=is_alarm,
        state=DeliveryState.SKIPPED if skipped else state,
        error=skipped or "",
        due_at=message.made_at if inapp else due_at,
        next_attempt_at=due_at,
        sent_at=message.made_at if inapp else None,
    )


def _for_group(message: Message, channel: Channel) -> Delivery:
    return Delivery(
        message=message,
        channel=channel,
        kind=channel.kind,
        is_alarm=message.urgency == Urgency.ALARM,
        state=DeliveryState.PENDING,
        due_at=message.made_at,
        next_attempt_at=message.made_at,
    )


def _why_not(
    person: User, way: _Way, preference: Preference | None, *, is_alarm: bool
) -> SkipReason | None:
    if way.kind == ChannelKind.INAPP:
        return None
    if not way.is_configured:
        return SkipReason.UNCONFIGURED
    if not _has_address(person, way.kind, preference):
        return SkipReason.NO_ADDRESS
    if preference is not None and not preference.is_on and not is_alarm:
        return SkipReason.SWITCHED_OFF
    return None


def _has_address(
    person: User, kind: ChannelKind, preference: Preference | None
) -> bool:
    if kind in {ChannelKind.SMS, ChannelKind.VOICE}:
        return person.phone is not None
    if kind == ChannelKind.EMAIL:
        return bool(person.email)
    return preference is not None and bool(preference.address)


def after_quiet_hours(
    at: datetime, *, begins: time | None, ends: time | None
) -> datetime:
    """``at``, or the end of the quiet hours it falls into; they may span midnight."""
    if begins is None or ends is None or begins == ends:
        return at
    local = local_time(at)
    now = local.timetz().replace(tzinfo=None)
    if begins < ends:
        is_quiet, ends_today = begins <= now < ends, True
    else:
        is_quiet, ends_today = now >= begins or now < ends, now < ends
    if not is_quiet:
        return at
    day = local.date() if ends_today else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, tzinfo=local.tzinfo)
