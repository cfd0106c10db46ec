"""Files of the vault and their copies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.base.stores import BACKUP, PRIMARY
from anlan.evidence import enums


class Blob(models.Model):
    """Bytes in the vault, once however many exhibits they are."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    media_type = models.CharField(max_length=60)
    kept_at = models.DateTimeField()
    # Nothing speaks of these bytes any more: their files go, and the digest stays.
    deleted_at = models.DateTimeField(null=True)
    scan = models.CharField(
        max_length=8, choices=enums.Scan.choices, default=enums.Scan.NONE
    )
    scanned_at = models.DateTimeField(null=True)
    # What was found, why nobody could look, or the program that found nothing.
    scan_note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["scan", "scanned_at"], name="evidence_blob_scan")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_infected(self) -> bool:
        return self.scan == enums.Scan.INFECTED

    @property
    def has_two_copies(self) -> bool:
        """Reads ``copies``, so a list prefetches them."""
        states = [copy.state for copy in self.copies.all()]
        return states.count(enums.CopyState.PRESENT) == len(Copy.Store)


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
    # What a bucket that locks was told of it, and when to see whether that is still so.
    locked_until = models.DateTimeField(null=True)
    is_lock_held = models.BooleanField(default=False)
    lock_due_at = models.DateTimeField(null=True)  # none is now

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
