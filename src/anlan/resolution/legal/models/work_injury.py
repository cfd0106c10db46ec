"""That staff were struck at work, and how its recognition as a work injury goes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party, Task
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.legal import enums


class WorkInjury(Worded):
    """The track of one person; it opens by itself and ends with what was decided."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="work_injuries"
    )
    number = models.PositiveIntegerField()
    party = models.OneToOneField(
        Party, on_delete=models.PROTECT, related_name="work_injury"
    )
    employer = models.CharField(
        max_length=8, choices=enums.Employer.choices, default=enums.Employer.OWN
    )
    employer_name = models.CharField(max_length=80, blank=True)  # of another company
    state = models.CharField(
        max_length=10,
        choices=enums.WorkInjuryState.choices,
        default=enums.WorkInjuryState.OPEN,
    )
    injured_on = models.DateField()
    due_on = models.DateField()  # the employer's last day, with what was granted
    opened_at = models.DateTimeField()
    told_on = models.DateField(null=True)
    filer = models.CharField(max_length=8, choices=enums.Filer.choices, blank=True)
    filed_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    # The authority's own limit is shorter where the facts are clear.
    is_clear = models.BooleanField(default=False)
    decided_on = models.DateField(null=True)
    # When the worker warns of what may be done against a refusal; none where there is none.
    remedy_look_on = models.DateField(null=True)
    # What is to be done now; none in a closed case.
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="legal_work_injury_number"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["filed", "accepted", "refused"])
                | Q(filed_on__isnull=False) & ~Q(filer=""),
                name="legal_work_injury_filed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["recognised", "denied"])
                | Q(decided_on__isnull=False),
                name="legal_work_injury_decided",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: whose remedies run out soon?
            models.Index(
                fields=["remedy_look_on"],
                condition=Q(remedy_look_on__isnull=False),
                name="legal_work_injury_remedy",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"W-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"work_injury:{self.uid}"

    @property
    def is_ours(self) -> bool:
        return self.employer == enums.Employer.OWN


class WorkInjuryStep(Worded):
    """One thing that happened, with its paper; nothing is ever changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    injury = models.ForeignKey(
        WorkInjury, on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.CharField(max_length=10, choices=enums.WorkInjuryStepKind.choices)
    happened_on = models.DateField()
    last_day = models.DateField(null=True)  # what an extension grants
    paper = models.CharField(max_length=60, blank=True)  # its number
    words = models.CharField(max_length=500, blank=True)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind="extended", last_day__isnull=False)
                | ~Q(kind="extended") & Q(last_day=None),
                name="legal_work_injury_extended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.injury_id} {self.kind}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"work_injury_step:{self.uid}"


class WorkInjuryMaterial(models.Model):
    """Which exhibit is which paper of the application."""

    injury = models.ForeignKey(
        WorkInjury, on_delete=models.PROTECT, related_name="materials"
    )
    material = models.CharField(max_length=10, choices=enums.Material.choices)
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["injury", "material", "exhibit"],
                name="legal_work_injury_material_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.injury_id} {self.material}"
