"""Messages to staff, and what became of each on each of its ways."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, Site, User
from anlan.notify.enums import ChannelKind, DeliveryState, SkipReason, Urgency

RECEIPT = "receipt_"  # begins an error that a gateway's receipt spoke of


class Channel(models.Model):
    """One configured way out, of a company or of one of its sites, which it then beats.

    ``settings`` are shown again to an administrator; what opens a door stands in
    ``secrets``, encrypted, and is never shown.
    """

    Kind = ChannelKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=40, blank=True)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True)
    is_enabled = models.BooleanField(default=True)
    # The row stays for what was sent on it; its settings and secrets are gone.
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "site", "kind", "name"],
                condition=Q(removed_at=None),
                name="notify_channel_once",
            ),
            # Two empty sites are not equal to a database; hence this one besides.
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"],
                condition=Q(site=None, removed_at=None),
                name="notify_company_channel_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None)
                | Q(is_enabled=False, secrets=None, settings={}),
                name="notify_removed_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class Message(models.Model):
    """What is to be told. The words are made when it is sent, in the reader's language.

    ``params`` are ids, codes and places. Names are kept as keys (``user:<uid>``), so
    that erasing a person leaves no copy here; what people wrote is never among them.
    """

    Urgency = Urgency

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    subject = models.CharField(max_length=80)  # case:<uid>, site:<uid>
    about = models.CharField(max_length=80, blank=True)  # assignment:<uid>
    kind = models.CharField(max_length=64)
    urgency = models.CharField(max_length=8, choices=Urgency.choices)
    params: models.JSONField[Any, Any] = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)  # the page it leads to
    exercise = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Calling off what a guard has answered already.
            models.Index(fields=["about"], name="notify_about"),
            # The messages of a case.
            models.Index(fields=["subject", "-made_at"], name="notify_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Delivery(models.Model):
    """One message to one person or group on one way, and its result.

    There is no state for "being sent": a sender leases the row by moving its next
    attempt into the future, and one that was killed leaves nothing to clean. ``uid`` is the idempotency key that the other side is given, so that a
    row sent twice by a killed worker is known as one.
    """

    State = DeliveryState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="deliveries"
    )
    user = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    is_alarm = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices)
    due_at = models.DateTimeField()  # when it should go out
    # Also the lease: whoever takes the row puts this ahead, to when it is free again.
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    receipt_at = models.DateTimeField(
        null=True
    )  # when the gateway said what became of it
    provider_id = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["message", "user", "kind"], name="notify_person_once"
            ),
            models.UniqueConstraint(
                fields=["message", "channel"],
                condition=Q(user=None),
                name="notify_group_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(channel__isnull=False),
                name="notify_has_target",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered", "read", "answered"])
                | Q(sent_at__isnull=False),
                name="notify_sent_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What to send next: alarms before everything else.
            models.Index(
                F("is_alarm").desc(),
                "next_attempt_at",
                condition=Q(state="pending"),
                name="notify_due",
            ),
            # What a gateway's receipt is about.
            models.Index(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="notify_receipts",
            ),
            # The number on a person's bell.
            models.Index(
                fields=["user", "-due_at"],
                condition=Q(kind="inapp", seen_at=None),
                name="notify_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.uid}"

    @property
    def idempotency_key(self) -> str:
        return self.uid.hex

    @property
    def is_new(self) -> bool:
        return self.seen_at is None

    @property
    def tone(self) -> str:
        """The colour of its state on a screen."""
        return {
            DeliveryState.FAILED: "bad",
            DeliveryState.PENDING: "info",
            DeliveryState.SKIPPED: "quiet",
            DeliveryState.RECORDED: "quiet",
        }.get(DeliveryState(self.state), "ok")

    @property
    def delay(self) -> timedelta | None:
        """From the moment it should go out until the provider had it."""
        return None if self.sent_at is None else self.sent_at - self.due_at

    @property
    def reason(self) -> str:
        """Why it was not sent, or the provider's own code."""
        if self.error.startswith(RECEIPT):
            code = self.error.removeprefix(RECEIPT)
            return gettext("未送达（%(code)s）") % {"code": code or "-"}
        return str(dict(SkipReason.choices).get(self.error, self.error))


class Preference(models.Model):
    """How one person wants one way used. An alarm does not ask for it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    is_on = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    # The person's id there (WeCom, DingTalk); phone and e-mail are the user's own.
    address = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="notify_preference_once"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="notify_quiet_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.username} {self.kind}"


class CheckPlan(models.Model):
    """When a site asks every guard on duty whether their phone answers."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT)
    daily_at = models.TimeField(_("每天"))
    is_on = models.BooleanField(default=True)
    next_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at"], condition=Q(is_on=True), name="notify_plan_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site.code} {self.daily_at:%H:%M}"


class CheckRun(models.Model):
    """One communication test: who was asked, until when an answer counts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    started_by = models.CharField(max_length=80)  # an actor's key
    started_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["site", "-started_at"], name="notify_runs"),
            models.Index(
                fields=["closes_at"],
                condition=Q(closed_at=None),
                name="notify_open_run",
            ),
        ]

    def __str__(self) -> str:
        return f"check {self.uid}"

    @property
    def subject(self) -> str:
        return f"check:{self.uid}"

    @property
    def counts(self) -> tuple[int, int]:
        """How many answered, and how many were asked."""
        answered = [answer.answered_at is not None for answer in self.answers.all()]
        return sum(answered), len(answered)


class CheckAnswer(models.Model):
    """One guard asked; ``answered_at`` stays empty for a phone that does not answer."""

    run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="answers")
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    post = models.CharField(max_length=40)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "user"], name="notify_asked_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["user"],
                condition=Q(answered_at=None),
                name="notify_unanswered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.username} {self.run}"

    @property
    def span(self) -> timedelta | None:
        return (
            None if self.answered_at is None else self.answered_at - self.run.started_at
        )
