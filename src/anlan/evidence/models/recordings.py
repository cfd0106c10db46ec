"""Cameras and their recorders, and what they recorded of a case.

Two clocks are kept apart everywhere: a recorder stamps with its own, which may be wrong,
and no stamp is ever rewritten; the offset says by how much, so that both times are shown.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from anlan.accounts.models import Place, Site, User
from anlan.cases.models import Case, Task
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class Recorder(models.Model):
    """A machine that keeps what cameras see, for some days.

    ``offset_ms`` is its clock minus the right time: positive if it is ahead.
    """

    Kind = enums.RecorderKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="recorders")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=enums.RecorderKind.choices)
    days_kept = models.PositiveSmallIntegerField()
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True)  # encrypted; what it is asked with
    offset_ms = models.BigIntegerField(default=0)
    uncertainty_ms = models.PositiveIntegerField(null=True)  # unknown: never compared
    compared_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "name"], name="evidence_recorder_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"recorder:{self.uid}"

    @property
    def offset(self) -> timedelta:
        return timedelta(milliseconds=self.offset_ms)

    @property
    def is_manual(self) -> bool:
        return self.kind == enums.RecorderKind.MANUAL


class ClockReading(Worded):
    """The clock of a recorder beside the right time, read by somebody at a moment."""

    Way = enums.ClockWay

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recorder = models.ForeignKey(
        Recorder, on_delete=models.PROTECT, related_name="readings"
    )
    offset_ms = models.BigIntegerField()
    uncertainty_ms = models.PositiveIntegerField()
    way = models.CharField(max_length=8, choices=enums.ClockWay.choices)
    words = models.CharField(max_length=300, blank=True)  # how it was done
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    photo = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    def __str__(self) -> str:
        return f"{self.recorder_id} {self.offset_ms} ms"


class Camera(models.Model):
    """A camera: where it hangs, what it sees, and how its recorder calls it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cameras")
    recorder = models.ForeignKey(
        Recorder, on_delete=models.PROTECT, related_name="cameras"
    )
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=60)  # its folder, its channel
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    view = models.CharField(max_length=200, blank=True)  # what it sees, in words
    sees: models.ManyToManyField[Place, Any] = models.ManyToManyField(
        Place, related_name="cameras", blank=True
    )
    is_way_out = models.BooleanField(default=False)
    days_kept = models.PositiveSmallIntegerField(null=True)  # other than its recorder's
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "name"], name="evidence_camera_name_once"
            ),
            models.UniqueConstraint(
                fields=["recorder", "code"], name="evidence_camera_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"camera:{self.uid}"

    @property
    def kept_for(self) -> timedelta:
        """How long a moment stays on the recorder; reads the recorder."""
        return timedelta(days=self.days_kept or self.recorder.days_kept)


class Recording(Worded):
    """What one camera recorded of one case, in a window of true time.

    The job that pulls has a lease and no lock, as bytes are read outside of every
    transaction; the one that makes copies to look at has another.
    """

    Why = enums.WhyCamera
    State = enums.RecordingState
    Problem = enums.PullProblem

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recordings")
    number = models.PositiveSmallIntegerField()  # within the case
    camera = models.ForeignKey(
        Camera, on_delete=models.PROTECT, related_name="recordings"
    )
    why = models.CharField(max_length=8, choices=enums.WhyCamera.choices)
    wanted_from = models.DateTimeField()
    wanted_to = models.DateTimeField()
    offset_ms = models.BigIntegerField(default=0)  # its recorder's, when it was saved
    state = models.CharField(
        max_length=8,
        choices=enums.RecordingState.choices,
        default=enums.RecordingState.WANTED,
    )
    asked_at = models.DateTimeField()
    overwritten_at = models.DateTimeField()  # the first wanted moment, on the recorder
    settled_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=300, blank=True)  # why not, or why only a part
    task = models.OneToOneField(
        Task, on_delete=models.PROTECT, related_name="recording", null=True
    )
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="recordings", null=True
    )
    problem = models.CharField(
        max_length=12, choices=enums.PullProblem.choices, blank=True
    )
    tries = models.PositiveSmallIntegerField(default=0)  # since something came
    warn_at = models.DateTimeField(null=True)  # of being overwritten
    rung = models.PositiveSmallIntegerField(default=0)  # how often that was done
    pull_at = models.DateTimeField(null=True)
    pull_held_until = models.DateTimeField(null=True)
    view_at = models.DateTimeField(null=True)
    view_held_until = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)  # its files, by their period

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "camera"],
                condition=models.Q(deleted_at=None),
                name="evidence_recording_once",
            ),
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_recording_number"
            ),
            models.CheckConstraint(
                condition=models.Q(wanted_to__gt=models.F("wanted_from")),
                name="evidence_recording_window",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's three questions, several times a second.
            models.Index(
                fields=["warn_at"],
                condition=models.Q(warn_at__isnull=False),
                name="evidence_recording_warn",
            ),
            models.Index(
                fields=["pull_at"],
                condition=models.Q(pull_at__isnull=False),
                name="evidence_recording_pull",
            ),
            models.Index(
                fields=["view_at"],
                condition=models.Q(view_at__isnull=False),
                name="evidence_recording_view",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"R-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"recording:{self.uid}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done for it."""
        return self.state in {
            enums.RecordingState.WANTED,
            enums.RecordingState.PULLING,
            enums.RecordingState.PARTLY,
        }

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def tone(self) -> str:
        return enums.RecordingState(self.state).tone

    @property
    def offset(self) -> timedelta:
        return timedelta(milliseconds=self.offset_ms)

    def as_camera(self, moment: datetime) -> datetime:
        """What the recorder's clock showed at a true moment."""
        return moment + self.offset

    def as_true(self, moment: datetime) -> datetime:
        """When it truly was, if the recorder's clock showed this."""
        return moment - self.offset


class Segment(models.Model):
    """A file of a recorder, byte for byte; its times are those of the recorder's clock.

    A recorder that only plays has none: ``recipe`` says how this one was written.

    ``end`` is where the next one begins or, before a gap, what was read from the file;
    none if nobody knows yet.
    """

    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, related_name="segments"
    )
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="segments")
    name = models.CharField(max_length=255)  # as the recorder calls it
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()
    # How we wrote it, of a stream that the recorder played; empty: it is its own file.
    recipe: models.JSONField[Any, Any] = models.JSONField(default=dict)
    exhibit = models.ForeignKey(  # of a file that somebody brought
        Exhibit, on_delete=models.PROTECT, related_name="segments", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recording", "name"], name="evidence_segment_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["recording", "begin"], name="evidence_segment_begin")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_said(self) -> bool:
        """Whether a person said where it ends; reads ``said_length``."""
        return getattr(self, "said_length", None) is not None


class SaidLength(Worded):
    """Why a person says where a file ends: the program cannot read how long it is."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    segment = models.OneToOneField(
        Segment, on_delete=models.PROTECT, related_name="said_length"
    )
    words = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"length {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"length:{self.uid}"


class Derivative(models.Model):
    """Something made of originals, to look at: its bytes, and how to make them again.

    ``blob`` is none if it could not be made; ``recipe`` then says what was tried.
    ``holes`` are seconds [from, to] after ``begin`` without a picture.
    """

    Kind = enums.DerivativeKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, related_name="derivatives"
    )
    kind = models.CharField(max_length=8, choices=enums.DerivativeKind.choices)
    begin = models.DateTimeField()  # by the recorder's clock
    end = models.DateTimeField()
    segments_count = models.PositiveIntegerField()
    blob = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="derivatives", null=True
    )
    recipe: models.JSONField[Any, Any] = models.JSONField(default=dict)
    holes: models.JSONField[Any, Any] = models.JSONField(default=list)
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recording", "kind", "begin"],
                condition=models.Q(is_current=True),
                name="evidence_derivative_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recording_id} {self.begin}"


class FootageRequest(Worded):
    """A look of ours: somebody said why they must see a recording; for a while they may (G10).

    ``application`` is the approved one of an outsider under which it is shown to them:
    a ``FootageApplication``, which the API calls a footage request. Entries of erased
    words say this model by its name, so it keeps it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, related_name="requests"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        "evidence.FootageApplication",
        on_delete=models.PROTECT,
        related_name="looks",
        null=True,
    )
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["recording", "by", "until"], name="evidence_request_running"
            )
        ]

    def __str__(self) -> str:
        return f"request {self.uid}"
