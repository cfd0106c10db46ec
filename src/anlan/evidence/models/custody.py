"""Physical exhibits: where each is, and what was done with it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from anlan.accounts.models import Organisation, User
from anlan.cases.models import Party
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


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
