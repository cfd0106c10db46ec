"""A fight and what is done about it: reports, people sent, calls for help."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, Place, Post, Site, User
from anlan.cases.models import Case, VaultFile
from anlan.incidents import enums
from anlan.incidents.enums import (
    AssignmentState,
    DeviceKind,
    DeviceMode,
    EmergencyService,
)
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

    @property
    def key(self) -> str:
        return f"report:{self.uid}"

    @property
    def is_followable(self) -> bool:
        """Whether somebody without an account said it; a device asks for nothing."""
        return self.channel in (enums.Channel.PUBLIC, enums.Channel.DESK)


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

    Outcome = enums.CallOutcome

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="calls"
    )
    service = models.CharField(max_length=4, choices=Service.choices)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT)
    called_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=12, choices=Outcome.choices, default=Outcome.CONNECTED
    )
    # Composed from the record, as shown to the caller; none of a call that a phone kept.
    words = models.TextField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    receipt = models.CharField(_("接警单号"), max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.service} {self.uid}"

    @property
    def is_missed(self) -> bool:
        return self.outcome == self.Outcome.MISSED

    @property
    def other_outcome(self) -> enums.CallOutcome:
        """What a correction makes of it."""
        outcome = self.Outcome
        return outcome.CONNECTED if self.is_missed else outcome.MISSED

    @property
    def awaits_answer(self) -> bool:
        """Whether somebody took it up, and nobody wrote down yet what they said."""
        is_open = not self.is_missed and self.answered_at is None
        return is_open and not self.is_erased


def _by_two(name: str) -> list[models.BaseConstraint]:
    """Decided with all that belongs to it, and never by whoever proposed it."""
    return [
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
            name=f"{name}_decided",
        ),
        models.CheckConstraint(
            condition=Q(decided_by=None) | ~Q(decided_by=models.F("proposed_by")),
            name=f"{name}_of_two",
        ),
    ]


class ByTwo(Worded):
    """What one person proposes with a reason, and a second one agrees to or does not."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    prefix: ClassVar[str]  # of its name on the record

    class Meta:
        abstract = True

    @property
    def thing(self) -> str:
        """As the record names it."""
        return f"{self.prefix}:{self.uid}"


class PoliceWaiver(ByTwo):
    """The decision not to call the police: a reason, and a second person who agrees (G05)."""

    prefix = "waiver"

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="police_waivers"
    )
    ended_at = models.DateTimeField(null=True)  # when it was no longer allowed

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = _by_two("incidents_waiver")

    def __str__(self) -> str:
        return f"waiver {self.uid}"


class FalseAlarmProposal(ByTwo):
    """That it was a false alarm, where something speaks against it."""

    prefix = "false_alarm"

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="false_alarm_proposals"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_by_two("incidents_false_alarm"),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(decided_at=None),
                name="incidents_one_false_alarm_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"false alarm {self.uid}"


class Attachment(VaultFile):
    """A photo or a voice message that came with a report."""

    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="attachments"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The same file sent again with the same report is one attachment.
            models.UniqueConstraint(
                fields=["report", "sha256"], name="incidents_attached_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"

    @property
    def is_played(self) -> bool:
        """Whether it is heard or watched, from a copy and never as it came."""
        return self.media_type.startswith(("audio/", "video/"))


class Device(models.Model):
    """A panic button, a camera or another box that may raise an alarm by itself."""

    Kind = DeviceKind

    Mode = DeviceMode

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="devices")
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    mode = models.CharField(_("认证方式"), max_length=12, choices=Mode.choices)
    # Encrypted; a signature and a digest are computed from it, so no hash would do.
    secret = models.BinaryField(null=True)
    # SHA-256, by which a secret address finds its device.
    secret_digest = models.BinaryField(max_length=32, null=True, unique=True)
    # Networks from which it may speak, "10.0.3.0/24"; none: from everywhere.
    addresses: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, blank=True
    )
    mapping = models.CharField(_("报文格式"), max_length=40)
    topic = models.CharField(_("MQTT 主题"), max_length=200, blank=True)
    rate = models.PositiveSmallIntegerField(_("每分钟最多条数"), default=30)
    registered_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    # Until then its next message is taken for a test, and raises no alarm.
    test_until = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    window_began_at = models.DateTimeField(null=True)
    window_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(disabled_at=None),
                name="incidents_device_name_once",
            ),
            models.UniqueConstraint(
                fields=["topic"],
                condition=~Q(topic="") & Q(disabled_at=None),
                name="incidents_device_topic_once",
            ),
            models.CheckConstraint(
                condition=Q(mode="broker") | Q(secret__isnull=False),
                name="incidents_device_has_secret",
            ),
            models.CheckConstraint(
                condition=~Q(mode="broker") | ~Q(topic=""),
                name="incidents_device_has_topic",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} @ {self.place}"

    @property
    def actor_key(self) -> str:
        return f"device:{self.uid}"

    @property
    def is_signed(self) -> bool:
        return DeviceMode(self.mode).is_signed

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None


class DeviceNonce(models.Model):
    """A nonce that a device has used; kept until its time stamp is too old anyway."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    nonce = models.CharField(max_length=100)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["device", "nonce"], name="incidents_nonce_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.nonce}"


class DeviceRefusal(models.Model):
    """Messages refused from one address in one minute: counted, then one entry."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=45)
    reason = models.CharField(max_length=24)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["minute", "address"], name="incidents_refused_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: which minutes are over and not on the record?
            models.Index(
                fields=["minute"],
                condition=Q(recorded_at=None),
                name="incidents_refusals_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.reason} from {self.address}"


class MonitorTile(models.Model):
    """A picture on the wall of a monitor room: the post that watches it, and its place."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="monitor_tiles"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    label = models.CharField(_("画面名称"), max_length=40)  # "CAM-07"
    position = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["post", "label"],
                condition=Q(removed_at=None),
                name="incidents_tile_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.place_id}"
