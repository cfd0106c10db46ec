"""What is to be done about a case: versions of measures, each approved by others."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.enums import Severity
from anlan.cases.models import Case, Party
from anlan.investigation.models import Finding, FindingSentence
from anlan.ledger.models import Worded
from anlan.resolution import enums

_ENDED = Q(state__in=["returned", "withdrawn", "approved", "superseded"])


class Plan(Worded):
    """One version of what is to be done. From its submission on it does not change."""

    State = enums.PlanState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=enums.PlanState.choices, default=enums.PlanState.DRAFT
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="plans")
    begun_at = models.DateTimeField()
    # What the submitted version was measured by: later changes of the case change nothing.
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="plans", null=True
    )
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, null=True)
    history = models.PositiveSmallIntegerField(choices=enums.History.choices, null=True)
    beyond = models.CharField(max_length=500, blank=True)  # why out of the range
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # approved, returned, withdrawn
    reason = models.CharField(max_length=500, blank=True)  # why it was withdrawn

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "version"], name="resolution_plan_version"
            ),
            # Nobody works on two versions at once, and one at most is in force.
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "submitted"]),
                name="resolution_plan_open",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="approved"),
                name="resolution_plan_in_force",
            ),
            models.CheckConstraint(
                condition=_ENDED & Q(ended_at__isnull=False)
                | ~_ENDED & Q(ended_at=None),
                name="resolution_plan_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None)
                | Q(state="withdrawn")
                | ~Q(state__in=["draft", "withdrawn"])
                & Q(
                    submitted_at__isnull=False,
                    finding__isnull=False,
                    severity__isnull=False,
                    history__isnull=False,
                ),
                name="resolution_plan_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"P-{self.version:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"plan:{self.uid}"

    @property
    def is_draft(self) -> bool:
        return self.state == enums.PlanState.DRAFT


class PlanMeasure(Worded):
    """One measure of a version, about one party. ``key`` names it in the law as data."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="measures")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=24)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="measures")
    words = models.CharField(max_length=500)  # what exactly, and why
    clause = models.CharField(max_length=120, blank=True)
    clause_version = models.CharField(max_length=60, blank=True)
    binds = models.CharField(max_length=200, blank=True)  # why it binds the person
    amount = models.BigIntegerField(null=True)  # fen
    amount_basis = models.CharField(max_length=300, blank=True)
    service = models.CharField(max_length=24, choices=enums.Service.choices, blank=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the last day
    appeal = models.CharField(max_length=200, blank=True)
    appeal_days = models.PositiveSmallIntegerField(null=True)  # from its arrival
    despite = models.CharField(max_length=500, blank=True)  # an upheld objection: why
    sentences = models.ManyToManyField(
        FindingSentence, through="MeasureGround", related_name="measures"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["plan", "position"], name="resolution_measure_position"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="resolution_measure_amount",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None)
                | Q(begins_on__isnull=False, ends_on__gte=F("begins_on")),
                name="resolution_measure_ends",
            ),
            models.CheckConstraint(
                condition=Q(appeal_days=None) | Q(appeal_days__range=(1, 180)),
                name="resolution_measure_appeal_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.position} {self.key}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"measure:{self.uid}"


class MeasureGround(models.Model):
    """A measure rests on this sentence of the findings."""

    measure = models.ForeignKey(
        PlanMeasure, on_delete=models.PROTECT, related_name="grounds"
    )
    sentence = models.ForeignKey(
        FindingSentence, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["measure", "sentence"], name="resolution_ground_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.sentence_id}"


class PlanApproval(Worded):
    """What one person said to a submitted version; nobody says it twice."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_approved = models.BooleanField()
    is_legal = models.BooleanField()  # given as legal counsel
    remark = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["plan", "by"], name="resolution_approval_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.by_id} {self.is_approved}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"approval:{self.uid}"
