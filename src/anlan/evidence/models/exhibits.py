"""Exhibits of a case: files as they came, things, and uploads that become them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict
from anlan.cases.models import Case
from anlan.evidence import enums
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class Exhibit(Worded):
    """One item of the list of evidence of a case: a file as it came, or a thing.

    Its words are covered by the entry of its arrival and never change.
    """

    Kind = enums.ExhibitKind
    Source = enums.Source
    Reading = enums.Reading
    State = enums.ExhibitState
    Protection = enums.Protection

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
    # The exhibit that this one was made from, as a masked copy is.
    derived_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="derived", null=True
    )
    # Whoever brought it said that it came out of a CCTV recorder; placed or not, it is
    # footage, and of which recording, if they said that too.
    is_footage = models.BooleanField(default=False)
    brought_for = models.ForeignKey(
        "evidence.Recording",
        on_delete=models.PROTECT,
        related_name="brought",
        null=True,
    )
    happened_at = models.DateTimeField(null=True)  # taken or found, as was said
    received_at = models.DateTimeField()
    received_from = models.CharField(max_length=60)  # key of an actor
    protection = models.CharField(
        max_length=6, choices=enums.Protection.choices, blank=True
    )
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

    # Django's own way translates every choice that there is, for each row of a list.
    @property
    def kind_label(self) -> str:
        return str(enums.ExhibitKind(self.kind).label)

    @property
    def source_label(self) -> str:
        return str(enums.Source(self.source).label)

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
    def is_in_two_copies(self) -> bool | None:
        """Whether its file lies in two sound copies; of a thing there is nothing to say."""
        return self.blob.has_two_copies if self.blob else None

    @property
    def is_deleted(self) -> bool:
        return self.state == enums.ExhibitState.DELETED

    @property
    def is_object(self) -> bool:
        return self.kind == enums.ExhibitKind.OBJECT


class FootageCorrection(Worded):
    """A file was said to come out of a CCTV recorder, and does not: who says so, and why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="footage_corrections"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"footage correction {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"footage_correction:{self.uid}"


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
    is_footage = models.BooleanField(default=False)  # as of exhibits
    brought_for = models.ForeignKey(
        "evidence.Recording", on_delete=models.PROTECT, related_name="+", null=True
    )
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
