"""Improvements: what is done so that it does not happen again, and whether that worked."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Place, User
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.investigation.models import FindingSentence
from anlan.ledger.models import Worded
from anlan.resolution.review import enums
from anlan.resolution.review.models.meetings import Meeting
from anlan.resolution.review.models.reports import ReportParagraph


class Improvement(Worded):
    """One improvement. It outlives its case: closing that neither needs nor ends it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="improvements"
    )
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=200)
    why = models.CharField(max_length=500)
    # What was found, or learned, that asks for it.
    sentence = models.ForeignKey(
        FindingSentence, on_delete=models.PROTECT, related_name="+", null=True
    )
    paragraph = models.ForeignKey(
        ReportParagraph, on_delete=models.PROTECT, related_name="+", null=True
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="improvements", null=True
    )
    cause = models.CharField(max_length=12, choices=enums.Cause.choices)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="improvements", null=True
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="improvements"
    )
    due_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=8,
        choices=enums.ImprovementState.choices,
        default=enums.ImprovementState.OPEN,
    )
    turn = models.PositiveSmallIntegerField(
        default=1
    )  # grows when it is taken up again
    done_at = models.DateTimeField(null=True)  # of this turn
    late_at = models.DateTimeField(
        null=True
    )  # when headquarters were told, of this turn
    reason = models.CharField(max_length=500, blank=True)  # for dropping it

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="review_improvement_number"
            ),
            models.CheckConstraint(
                condition=Q(sentence__isnull=False)
                | Q(paragraph__isnull=False)
                | Q(meeting__isnull=False),
                name="review_improvement_rests_on",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["watched", "worked"], done_at__isnull=False)
                | Q(state__in=["open", "dropped"]),
                name="review_improvement_done",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: whose day has passed?
            models.Index(
                fields=["due_on"],
                condition=Q(state="open", late_at=None),
                name="review_improvement_due",
            ),
            # Of a new incident: was anything improved here?
            models.Index(fields=["place", "state"], name="review_improvement_place"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"A-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"improvement:{self.uid}"


class ImprovementProof(Worded):
    """That it was done, in one turn; nothing is ever changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    improvement = models.ForeignKey(
        Improvement, on_delete=models.PROTECT, related_name="proofs"
    )
    turn = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["improvement", "turn"], name="review_proof_of_turn"
            )
        ]

    def __str__(self) -> str:
        return f"{self.improvement_id} {self.turn}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"proof:{self.uid}"


class ImprovementCheck(Worded):
    """A look, some weeks later, at whether it worked; by somebody else than its owner."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    improvement = models.ForeignKey(
        Improvement, on_delete=models.PROTECT, related_name="checks"
    )
    turn = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()  # after it was done
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when it fell due and was said
    late_at = models.DateTimeField(null=True)  # when headquarters were told
    cancelled_at = models.DateTimeField(null=True)  # taken up again before
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(null=True)
    is_effective = models.BooleanField(null=True)
    looked = models.CharField(max_length=500, blank=True)  # at what
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["improvement", "turn", "days"], name="review_check_once"
            ),
            models.CheckConstraint(
                condition=Q(at=None, by=None, is_effective=None)
                | Q(at__isnull=False, by__isnull=False, is_effective__isnull=False),
                name="review_check_said",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"],
                condition=Q(at=None, cancelled_at=None),
                name="review_check_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.improvement_id} {self.turn}/{self.days}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"check:{self.uid}"


class Recurrence(Worded):
    """A new incident where something was improved: somebody says whether it is the same."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    improvement = models.ForeignKey(
        Improvement, on_delete=models.PROTECT, related_name="recurrences"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recurrences")
    state = models.CharField(
        max_length=8,
        choices=enums.RecurrenceState.choices,
        default=enums.RecurrenceState.POSSIBLE,
    )
    found_at = models.DateTimeField()
    said_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    said_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["improvement", "case"], name="review_recurrence_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.improvement_id} {self.case_id} {self.state}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"recurrence:{self.uid}"
