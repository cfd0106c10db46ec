"""A fight and what is done about it: reports, people sent, calls for help."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, User
from anlan.cases.models import Case
from anlan.incidents import enums
from anlan.incidents.enums import AssignmentState, EmergencyService
from anlan.ledger.models import Worded


class Incident(models.Model):
    """An assault, as a kind of case."""

    Dissuasion = enums.Dissuasion

    Police = enums.Police

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="incident")
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    flags: models.JSONField[Any, Any] = models.JSONField(default=list)
    people_count = models.PositiveSmallIntegerField(null=True)
    suggested_severity = models.PositiveSmallIntegerField()
    reported_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    controlled_at = models.DateTimeField(null=True)
    controlled_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dissuasion = models.CharField(max_length=12, choices=Dissuasion.choices, blank=True)
    police = models.CharField(max_length=8, choices=Police.choices, blank=True)
    false_alarm_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False),
                name="incidents_confirmed_pair",
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.case_id}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class Report(Worded):
    """What one person, or one device, said happened. The first opens the incident."""

    Channel = enums.Channel

    HappenedSource = enums.HappenedSource

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="reports"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    reporter = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    reporter_key = models.CharField(max_length=80)
    words = models.CharField(max_length=1000, blank=True)
    flags: models.JSONField[Any, Any] = models.JSONField(default=list)
    people_count = models.PositiveSmallIntegerField(null=True)
    happened_at = models.DateTimeField()
    happened_source = models.CharField(max_length=8, choices=HappenedSource.choices)
    received_at = models.DateTimeField()
    opened_incident = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"report {self.uid}"


class Assignment(models.Model):
    """One rung of the ladder: a person sent, the reason why, and what they answered."""

    Rung = enums.Rung

    State = AssignmentState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="assignments"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    rung = models.CharField(max_length=16, choices=Rung.choices)
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.ALERTED
    )
    alerted_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["incident", "user"],
                condition=~Q(state="expired") & ~Q(state="stood_down"),
                name="incidents_assigned_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # A guard's phone: what is mine to answer?
            models.Index(
                fields=["user", "-alerted_at"],
                condition=Q(ended_at=None),
                name="incidents_assigned_to",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rung} {self.state}"


class EmergencyCall(Worded):
    """A call to 110 or 120: the words to say, when it was made, what was answered."""

    Service = EmergencyService

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="calls"
    )
    service = models.CharField(max_length=4, choices=Service.choices)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT)
    called_at = models.DateTimeField()
    words = models.TextField()  # composed from the record, as shown to the caller
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    receipt = models.CharField(_("接警单号"), max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.service} {self.uid}"


class PoliceWaiver(Worded):
    """The decision not to call the police: a reason, and a second person who agrees (G05)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="police_waivers"
    )
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    approved__isnull=True,
                )
                | Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    approved__isnull=False,
                ),
                name="incidents_waiver_decided",
            )
        ]

    def __str__(self) -> str:
        return f"waiver {self.uid}"


class Attachment(models.Model):
    """A photo or a voice message that came with a report; its bytes lie in the vault."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="attachments"
    )
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The same file sent again with the same report is one attachment.
            models.UniqueConstraint(
                fields=["report", "sha256"], name="incidents_attached_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"
