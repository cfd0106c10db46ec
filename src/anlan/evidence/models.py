"""Files of the vault and their copies, exhibits of a case, and the custody of objects."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.base.errors import Conflict
from anlan.base.stores import BACKUP, PRIMARY
from anlan.cases.models import Case, Party
from anlan.evidence import enums
from anlan.ledger.models import Worded


class Blob(models.Model):
    """Bytes in the vault, once however many exhibits they are."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    media_type = models.CharField(max_length=60)
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def has_two_copies(self) -> bool:
        """Reads ``copies``, so a list prefetches them."""
        states = [copy.state for copy in self.copies.all()]
        return states.count(enums.CopyState.PRESENT) == len(Copy.Store.values)


class Copy(models.Model):
    """One of the places where a blob lies, and when that was last seen to be true."""

    class Store(models.TextChoices):
        PRIMARY = PRIMARY
        BACKUP = BACKUP

    State = enums.CopyState

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="copies")
    store = models.CharField(max_length=8, choices=Store.choices)
    state = models.CharField(max_length=8, choices=enums.CopyState.choices)
    seen_at = models.DateTimeField(null=True)  # there, with its size
    rehashed_at = models.DateTimeField(null=True)  # every byte of it
    due_at = models.DateTimeField(null=True)  # to be rehashed; none is now
    tries = models.PositiveSmallIntegerField(default=0)  # to make it whole
    retry_at = models.DateTimeField(null=True)  # none is now

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["blob", "store"], name="evidence_copy_a_store"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "seen_at"], name="evidence_copy_seen"),
            models.Index(
                fields=["state", "rehashed_at"], name="evidence_copy_rehashed"
            ),
            models.Index(fields=["state", "due_at"], name="evidence_copy_due"),
        ]

    def __str__(self) -> str:
        return f"{self.blob_id} {self.store}"


class Exhibit(Worded):
    """One item of the list of evidence of a case: a file as it came, or a thing.

    Its words are covered by the entry of its arrival and never change.
    """

    Kind = enums.ExhibitKind
    Source = enums.Source
    Reading = enums.Reading
    State = enums.ExhibitState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibits")
    number = models.PositiveIntegerField()  # within the case
    kind = models.CharField(max_length=8, choices=enums.ExhibitKind.choices)
    title = models.CharField(max_length=120)
    file_name = models.CharField(max_length=255, blank=True)  # as the sender called it
    how = models.CharField(max_length=500, blank=True)  # got, where and by whom
    source = models.CharField(max_length=8, choices=enums.Source.choices)
    source_uid = models.UUIDField(null=True)  # the photo, the attachment, the upload
    blob = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="exhibits", null=True
    )
    reading = models.CharField(max_length=8, choices=enums.Reading.choices, blank=True)
    happened_at = models.DateTimeField(null=True)  # taken or found, as was said
    received_at = models.DateTimeField()
    received_from = models.CharField(max_length=60)  # key of an actor
    state = models.CharField(
        max_length=8,
        choices=enums.ExhibitState.choices,
        default=enums.ExhibitState.KEPT,
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_exhibit_number"
            ),
            models.UniqueConstraint(
                fields=["source", "source_uid"], name="evidence_source_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=enums.ExhibitKind.OBJECT, blob=None)
                | models.Q(blob__isnull=False)
                & ~models.Q(kind=enums.ExhibitKind.OBJECT),
                name="evidence_thing_or_file",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"E-{self.number:04}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"exhibit:{self.uid}"

    @property
    def file(self) -> Blob:
        """Its bytes in the vault.

        Raises:
            Conflict: it is a thing.
        """
        if self.blob is None:
            raise Conflict(_("实物证据没有文件可以打开"))
        return self.blob

    @property
    def is_object(self) -> bool:
        return self.kind == enums.ExhibitKind.OBJECT


class PhysicalItem(models.Model):
    """Where a physical exhibit is now; how it came there is in its steps.

    What is not in our hands any more has no ``holder``, and frees the number of its seal.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="item"
    )
    seal_number = models.CharField(max_length=40, blank=True)
    kept_where = models.CharField(max_length=120)
    holder = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    holder_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "seal_number"],
                condition=models.Q(holder__isnull=False) & ~models.Q(seal_number=""),
                name="evidence_seal_once",
            )
        ]

    def __str__(self) -> str:
        return f"item {self.exhibit_id}"


class CustodyStep(Worded):
    """Something that was done with a physical exhibit, signed by whom it concerns.

    Seal and place are those after the step, so that each row says where the thing was.
    One photo of a paper that both signed is the signature of both.
    """

    Kind = enums.StepKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=14, choices=enums.StepKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    receiver = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    receiver_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    seal_number = models.CharField(max_length=40, blank=True)
    seal_is_whole = models.BooleanField(null=True)
    kept_where = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=500, blank=True)
    giver_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )
    receiver_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["exhibit", "at"], name="evidence_step_at")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"custody:{self.uid}"

    @property
    def is_on_paper(self) -> bool:
        return (
            self.giver_signature_id is not None
            and self.giver_signature_id == self.receiver_signature_id
        )


class Upload(models.Model):
    """A file that is coming in parts; how far it is, the draft on the disk says."""

    State = enums.UploadState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    request_id = models.UUIDField()
    size = models.PositiveBigIntegerField()  # bytes that were announced
    title = models.CharField(max_length=120)
    file_name = models.CharField(max_length=255, blank=True)
    how = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=7, choices=enums.UploadState.choices, default=enums.UploadState.OPEN
    )
    refusal = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["by", "request_id"], name="evidence_upload_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "expires_at"], name="evidence_upload_expiry")
        ]

    def __str__(self) -> str:
        return f"upload {self.uid}"


class CheckRun(models.Model):
    """One run of a check; that none came is an alarm as well."""

    Kind = enums.CheckKind

    kind = models.CharField(max_length=6, choices=enums.CheckKind.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    copies = models.PositiveIntegerField()
    bytes_read = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    corrupt = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-ended_at"], name="evidence_check_newest")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ended_at}"

    @property
    def length(self) -> timedelta:
        return self.ended_at - self.began_at

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.corrupt or self.repaired or self.failed)

    @property
    def failed(self) -> int:
        """Copies that could not be made; they are tried again."""
        is_making = self.kind == enums.CheckKind.COPIES
        return self.copies - self.repaired if is_making else 0

    @property
    def repaired_words(self) -> str:
        """What ``repaired`` counts in a run of this kind."""
        words = {
            enums.CheckKind.SWEEP: _("移入隔离"),
            enums.CheckKind.ADOPT: _("登记"),
        }
        return words.get(enums.CheckKind(self.kind), _("补齐或修复"))


LATE_AFTER: dict[str, timedelta] = {
    enums.CheckKind.QUICK: timedelta(hours=2),
    enums.CheckKind.DEEP: timedelta(days=8),
}
IDLE_AFTER = timedelta(minutes=5)


class CheckTurn(models.Model):
    """When a check is due, who does it just now, and how far the run that goes on is.

    A worker holds a turn for a minute and asks for more while it works: of one that was
    killed the turn runs out, and another goes on where it was.
    """

    Kind = enums.CheckKind

    kind = models.CharField(max_length=6, choices=enums.CheckKind.choices, unique=True)
    due_at = models.DateTimeField()
    holder = models.CharField(max_length=16, blank=True)
    held_until = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)  # the run that goes on
    ended_at = models.DateTimeField(null=True)  # the last one that came to its end
    reached = models.BigIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    corrupt = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    late_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # that it did not come

    def __str__(self) -> str:
        return f"turn of {self.kind}"

    def is_late(self, *, at: datetime) -> bool:
        """Whether no run has come to its end for longer than it may take."""
        return at - (self.ended_at or self.due_at) > LATE_AFTER[self.kind]

    def is_idle(self, *, at: datetime) -> bool:
        """Whether no worker has looked after the copies for minutes, nor does now."""
        is_held = self.held_until is not None and self.held_until > at
        return not is_held and at - (self.ended_at or self.due_at) > IDLE_AFTER
