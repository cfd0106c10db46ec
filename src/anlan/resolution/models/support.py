"""What is done for those who were hurt: part of a version of the plan."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Party, Task
from anlan.ledger.models import Worded
from anlan.resolution import enums
from anlan.resolution.models.plans import Plan


class PlanSupport(Worded):
    """One offer to one person, whose it is to make, and within how many days."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="support")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=enums.SupportKind.choices)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="support")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500)
    # Once the version is in force: what its owner has to do.
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["plan", "position"], name="resolution_support_position"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=365), name="resolution_support_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.position} {self.kind}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"support:{self.uid}"
