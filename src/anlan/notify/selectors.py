"""Reads about messages: a person's unread ones, ways out and their settings, results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base import crypto
from anlan.base.errors import NotFound
from anlan.base.prepared import Prepared
from anlan.ledger.models import Parked
from anlan.ledger.sentences import names_for
from anlan.notify import texts
from anlan.notify.enums import ChannelKind, DeliveryState, SkipReason
from anlan.notify.models import (
    Channel,
    CheckAnswer,
    CheckRun,
    Delivery,
    Message,
    Preference,
)
from anlan.notify.permissions import managed_organisations


def inbox_of(user: User) -> QuerySet[Delivery]:
    """Everything this person was told in-app, newest first."""
    return (
        Delivery.objects.filter(user=user, kind=ChannelKind.INAPP)
        .exclude(state=DeliveryState.SKIPPED)
        .select_related("message")
        .order_by("-due_at", "-pk")
    )


def unread_for(user: User) -> QuerySet[Delivery]:
    """What this person's screens have not shown yet, newest first; its count is a badge."""
    return inbox_of(user).filter(seen_at=None)


def words_of(deliveries: Iterable[Delivery]) -> list[tuple[Delivery, str, str]]:
    """Each with its title and body in the active language."""
    rows = list(deliveries)
    names = names_in(row.message for row in rows)
    return [(row, *_words(row.message, names)) for row in rows]


def names_in(messages: Iterable[Message]) -> dict[str, str]:
    """The names behind the keys in the messages' params."""
    return names_for(
        {
            value
            for message in messages
            for value in message.params.values()
            if isinstance(value, str) and ":" in value
        }
    )


def channel_secrets(channel: Channel) -> dict[str, str]:
    """What opens doors, decrypted; only senders and services ask for it."""
    if channel.secrets is None:
        return {}
    found = json.loads(crypto.decrypt(bytes(channel.secrets), secrets_place(channel)))
    return {str(name): str(value) for name, value in found.items()}


def secrets_place(channel: Channel) -> crypto.Place:
    return crypto.Place(
        organisation=channel.organisation_id,
        model="notify.Channel",
        row=channel.uid,
        field="secrets",
    )


crypto.add_column(crypto.Column(model=Channel, field="secrets", place=secrets_place))


_IN_USE = Prepared(
    lambda site, organisation: Channel.objects.filter(
        Q(site=site) | Q(site=None), organisation=organisation, is_enabled=True
    ).order_by("pk")
)


def ways_of(site: Site) -> dict[ChannelKind, list[Channel]]:
    """The channels in use for a site by kind: its own, else the company's.

    Several of one kind are groups; a site with a group of its own is not heard of in the
    company's groups of that kind.
    """
    found: dict[ChannelKind, list[Channel]] = {}
    for channel in _IN_USE(site=site.pk, organisation=site.organisation_id):
        found.setdefault(ChannelKind(channel.kind), []).append(channel)
    return {
        kind: [c for c in channels if c.site_id is not None] or channels
        for kind, channels in found.items()
    }


def mail_channel(organisation: Organisation) -> Channel | None:
    """The company's own mail server, if it has one in use."""
    rows = Channel.objects.filter(
        organisation=organisation,
        site=None,
        kind=ChannelKind.EMAIL,
        is_enabled=True,
        removed_at=None,
    )
    return rows.order_by("pk").first()


def has_mail(organisation: Organisation) -> bool:
    return mail_channel(organisation) is not None


def channels_for(user: User) -> QuerySet[Channel]:
    """The channels this administrator may change."""
    return (
        Channel.objects.filter(
            Q(site__in=sites_where(user, Permission.CHANNEL_MANAGE))
            | Q(site=None, organisation__in=managed_organisations(user)),
            removed_at=None,
        )
        .select_related("site", "organisation")
        .order_by("site__code", "kind", "name", "pk")
    )


def channel_for(user: User, uid: UUID) -> Channel:
    channel = channels_for(user).filter(uid=uid).first()
    if channel is None:
        raise NotFound(_("没有这个渠道，或者您无权管理"))
    return channel


def inherited_kinds(user: User) -> set[ChannelKind]:
    """The ways that the company has set up for sites whose own this person may change."""
    organisations = sites_where(user, Permission.CHANNEL_MANAGE).values("organisation")
    company = Channel.objects.filter(
        site=None, is_enabled=True, organisation__in=organisations
    )
    return {ChannelKind(kind) for kind in company.values_list("kind", flat=True)}


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """Results an administrator may see: of their sites, and of the company itself."""
    return Delivery.objects.filter(
        Q(message__site__in=sites_where(user, Permission.CHANNEL_MANAGE))
        | Q(
            message__site=None,
            message__organisation__in=managed_organisations(user),
        )
    ).select_related("message__site", "user", "channel")


@dataclass(frozen=True, kw_only=True)
class WayResult:
    """What became of one message on one way: ``count`` deliveries that fared alike."""

    delivery: Delivery  # stands for all of them; never saved
    count: int
    slowest: timedelta | None

    @property
    def is_unconfigured(self) -> bool:
        """Nobody has set this way up: no trouble of this message's own."""
        return self.delivery.error == SkipReason.UNCONFIGURED


def recent_results(user: User, *, newest: int) -> list[tuple[Message, list[WayResult]]]:
    """The last messages with their results by way, counted in the database."""
    told = deliveries_for(user).values("message")
    recent = list(
        Message.objects.filter(pk__in=told)
        .select_related("site")
        .order_by("-made_at", "-pk")[:newest]
    )
    taken = ExpressionWrapper(F("sent_at") - F("due_at"), output_field=DurationField())
    counted = (
        Delivery.objects.filter(message__in=recent)
        .values("message", "kind", "state", "error")
        .annotate(count=Count("pk"), slowest=Max(taken))
        .order_by("kind", "state", "error")
    )
    found: dict[int, list[WayResult]] = {}
    for row in counted:
        found.setdefault(row["message"], []).append(
            WayResult(
                delivery=Delivery(
                    kind=row["kind"], state=row["state"], error=row["error"]
                ),
                count=row["count"],
                slowest=row["slowest"],
            )
        )
    order = list(ChannelKind.values)
    return [
        (
            message,
            sorted(
                found.get(message.pk, []), key=lambda r: order.index(r.delivery.kind)
            ),
        )
        for message in recent
    ]


def parked_for(user: User) -> QuerySet[Parked]:
    """What consumers of the record failed on, and nobody has settled yet."""
    return Parked.objects.filter(
        organisation_id__in=managed_organisations(user), settled_at=None
    ).order_by("parked_at", "pk")


def preferences_of(users: Iterable[User]) -> dict[tuple[int, str], Preference]:
    """Their preferences by user and kind; who never chose has none."""
    rows = Preference.objects.filter(user__in=list(users))
    return {(row.user_id, row.kind): row for row in rows}


def open_checks_of(user: User, at: datetime) -> QuerySet[CheckAnswer]:
    """Communication tests that wait for this person's tap."""
    return CheckAnswer.objects.filter(
        user=user, answered_at=None, run__closed_at=None, run__closes_at__gt=at
    ).select_related("run__site")


def checks_for(user: User) -> QuerySet[CheckRun]:
    """The tests of the sites whose roster the user manages, newest first."""
    return (
        CheckRun.objects.filter(site__in=sites_where(user, Permission.ROSTER_MANAGE))
        .select_related("site")
        .order_by("-started_at", "-pk")
    )


def ways_asked(run: CheckRun) -> dict[int, list[Delivery]]:
    """What became of a test on each person's ways outside, by user: did the text arrive?"""
    found: dict[int, list[Delivery]] = {}
    rows = (
        Delivery.objects.filter(message__about=run.subject, user__isnull=False)
        .exclude(kind=ChannelKind.INAPP)
        .exclude(error=SkipReason.UNCONFIGURED)
        .order_by("pk")
    )
    for row in rows:
        if row.user_id is not None:
            found.setdefault(row.user_id, []).append(row)
    return found


def told_about(abouts: Iterable[str]) -> set[str]:
    """Those of them of which somebody was told."""
    found = Message.objects.filter(about__in=list(abouts))
    return set(found.values_list("about", flat=True))


def about_failed_call(message: str) -> str:
    """What the message ``message:<uid>`` was about, if its call has come to nothing.

    Empty when it was about nothing, when somebody took the call after all, or while an
    administrator has it tried again.
    """
    failed = Delivery.objects.filter(
        message__uid=message.partition(":")[2],
        kind=ChannelKind.VOICE,
        state=DeliveryState.FAILED,
    )
    return failed.values_list("message__about", flat=True).first() or ""


def is_configured(kind: ChannelKind, ways: Mapping[ChannelKind, object]) -> bool:
    """Whether a way can be taken at all; in the demo the recorder takes them all."""
    return kind == ChannelKind.INAPP or kind in ways or settings.DEMO


def _words(message: Message, names: dict[str, str]) -> tuple[str, str]:
    if not texts.is_known(message.kind):  # of a later version, or a removed one
        return message.kind, ""
    return texts.words(message.kind, message.params, names, exercise=message.exercise)
