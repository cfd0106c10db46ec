"""Interviews: one person each, planned, held, and what was to be asked."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Statement
from anlan.investigation import enums
from anlan.ledger.models import Worded

_BEGUN = Q(state__in=["running", "held", "stopped"])


class Interview(Worded):
    """A talk with one party. What they say is a statement, which is kept as evidence."""

    State = enums.InterviewState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interviews")
    number = models.PositiveIntegerField()  # within the case
    position = models.PositiveSmallIntegerField()  # in which order
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="interviews"
    )
    role = models.CharField(max_length=9, choices=StatementRole.choices)
    interviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="interviews"
    )
    planned_for = models.DateTimeField(null=True)
    place = models.CharField(max_length=120, blank=True)
    topics = models.CharField(max_length=1000, blank=True)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    state = models.CharField(
        max_length=9,
        choices=enums.InterviewState.choices,
        default=enums.InterviewState.PLANNED,
    )
    # Seen by the interviewer with somebody under 18; name and relation are the statement's.
    guardian_present = models.BooleanField(default=False)
    # Of somebody under 14, whose guardian has to agree that their words are kept.
    is_under_fourteen = models.BooleanField(default=False)
    has_consent = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # What the person said when they stopped, or why it was called off.
    reason = models.CharField(max_length=500, blank=True)
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, related_name="interview", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="investigation_interview_number"
            ),
            models.CheckConstraint(
                condition=(_BEGUN & Q(statement__isnull=False, begun_at__isnull=False))
                | (~_BEGUN & Q(statement=None, begun_at=None)),
                name="investigation_interview_begun",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "running"], ended_at=None)
                | Q(state__in=["held", "stopped", "cancelled"], ended_at__isnull=False),
                name="investigation_interview_ended",
            ),
            models.CheckConstraint(
                condition=Q(is_under_fourteen=False)
                | Q(has_consent=True, guardian_present=True),
                name="investigation_interview_consented",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"T-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"interview:{self.uid}"

    @property
    def is_over(self) -> bool:
        return enums.InterviewState(self.state).is_over


class InterviewQuestion(Worded):
    """A question of one's own, beside the guide's, that is to be asked in an interview."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    interview = models.ForeignKey(
        Interview, on_delete=models.PROTECT, related_name="questions"
    )
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    # The one that nobody asked in an earlier interview, and that this one takes up.
    taken_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="taken_up", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["interview", "position"], name="investigation_question_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.interview_id} {self.position}"

    @property
    def answer_key(self) -> str:
        """Under which its answer stands in the statement."""
        return f"own-{self.position}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"question:{self.uid}"
