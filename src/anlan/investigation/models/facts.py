"""What each source says to the neutral questions about self-defence."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation.citing import code_in
from anlan.ledger.models import Worded

_SAID = Q(statement__isnull=False, exhibit=None) | Q(
    statement=None, exhibit__isnull=False
)


class DefenceFact(Worded):
    """What one statement or exhibit says to one question; or that it cannot be known yet.

    Nothing is weighed here, and nothing concluded.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="defence_facts"
    )
    question = models.CharField(max_length=24)  # a key of the set
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="+", null=True
    )
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    is_unknown = models.BooleanField(default=False)
    words = models.CharField(max_length=500, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=300, blank=True)  # of the withdrawal

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(is_unknown=True) | _SAID, name="investigation_fact_sourced"
            ),
            models.CheckConstraint(
                condition=Q(statement=None) | Q(exhibit=None),
                name="investigation_fact_of_one",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="investigation_fact_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.question}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"fact:{self.uid}"

    @property
    def source(self) -> Statement | Exhibit | None:
        """Which thing says so; none where nobody knows."""
        return self.statement or self.exhibit

    @property
    def source_code(self) -> str:
        """As it is called in the case of the fact; empty where nobody knows."""
        return code_in(self.source, self.case_id) if self.source else ""
