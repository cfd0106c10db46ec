"""What was agreed is performed, term by term; a court may confirm it; one may forgive."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Task
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.mediation import enums
from anlan.resolution.mediation.models.talks import Talks
from anlan.resolution.mediation.models.terms import Term


class Duty(Worded):
    """That a term is performed: its task, and how that ended."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="duties")
    term = models.OneToOneField(Term, on_delete=models.PROTECT, related_name="duty")
    state = models.CharField(
        max_length=9, choices=enums.DutyState.choices, default=enums.DutyState.DUE
    )
    due_on = models.DateField()
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )
    reminded_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)  # when it was told, in a closed case
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    words = models.CharField(max_length=500, blank=True)
    exhibit = models.ForeignKey(  # the receipt, the transfer, the paper
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="due", ended_at=None)
                | ~Q(state="due") & Q(ended_at__isnull=False),
                name="mediation_duty_ended",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: of what is somebody to be reminded?
            models.Index(
                fields=["due_on"],
                condition=Q(state="due", reminded_at=None),
                name="mediation_to_remind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.state}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"duty:{self.uid}"


class Confirmation(Worded):
    """Whether a court makes the agreement enforceable: thirty days, both together."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.OneToOneField(
        Talks, on_delete=models.PROTECT, related_name="confirmation"
    )
    state = models.CharField(
        max_length=9,
        choices=enums.ConfirmationState.choices,
        default=enums.ConfirmationState.POSSIBLE,
    )
    due_on = models.DateField()
    court = models.CharField(max_length=80, blank=True)
    applied_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    number = models.CharField(max_length=60, blank=True)  # of the decision
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    task = models.ForeignKey(  # to ask both; none where the case was closed
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )
    # How many days before the last one it was called to mind, the last time.
    reminded = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: which term is nearly over?
            models.Index(
                fields=["due_on"],
                condition=Q(state="possible"),
                name="mediation_to_confirm",
            )
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.state}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"confirmation:{self.uid}"


class Forgiveness(Worded):
    """谅解书: the victim's own will, apart from every agreement."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.OneToOneField(
        Talks, on_delete=models.PROTECT, related_name="forgiveness"
    )
    text = models.CharField(max_length=1000)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"forgiveness {self.talks_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"forgiveness:{self.uid}"
