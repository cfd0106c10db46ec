"""Who stands for whom among the parties of a case."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.models.cases import Party
from anlan.ledger.models import Worded


class Guardianship(Worded):
    """That one party is the guardian of another, until it is taken back and said why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="guardianships"
    )
    ward = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="guarded_by")
    relation = models.CharField(max_length=20, blank=True)  # blank once erased
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was taken back

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["guardian", "ward"],
                condition=Q(ended_at=None),
                name="cases_guardian_once",
            ),
            models.CheckConstraint(
                condition=~Q(guardian=F("ward")), name="cases_guardian_two"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="cases_guardian_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} {self.ward_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"guardianship:{self.uid}"
