"""Injuries of a party, their photographs in rounds, and the papers of doctors."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.ledger.models import Worded


class Injury(Worded):
    """What was seen on a body, or was said to hurt, in a layman's words.

    Place, kind and words are medical data: the entry covers them and tells none.
    """

    Region = enums.Region
    Kind = enums.InjuryKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="injuries")
    number = models.PositiveIntegerField()  # within the case
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="injuries")
    region = models.CharField(max_length=16, choices=enums.Region.choices)
    kind = models.CharField(max_length=9, choices=enums.InjuryKind.choices)
    words = models.CharField(max_length=500, blank=True)
    seen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)  # written down wrongly
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=300, blank=True)  # for withdrawing it

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_injury_number"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="evidence_injury_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"I-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"injury:{self.uid}"


class InjuryPhoto(models.Model):
    """A photograph of an injury in one of its rounds."""

    Round = enums.Round

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    injury = models.ForeignKey(Injury, on_delete=models.PROTECT, related_name="photos")
    round = models.CharField(max_length=3, choices=enums.Round.choices)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="injury_photos"
    )
    scale_shown = models.BooleanField()  # a ruler lies beside the place
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["injury", "round", "exhibit"], name="evidence_injury_photo_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.injury_id} {self.round}"


class InjuryRefusal(Worded):
    """Somebody did not want to be photographed in this round."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="injury_refusals"
    )
    round = models.CharField(max_length=3, choices=enums.Round.choices)
    reason = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "round"], name="evidence_injury_refused_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.round}"


class MedicalPaper(Worded):
    """A doctor's paper about a party; the appraised level stands only on one of these."""

    Kind = enums.PaperKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="medical_papers"
    )
    kind = models.CharField(max_length=11, choices=enums.PaperKind.choices)
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="medical_paper"
    )
    level = models.CharField(
        max_length=9, choices=enums.AppraisedLevel.choices, blank=True
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(level="") | Q(kind="appraisal"),
                name="evidence_level_is_appraised",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind}"
