"""What people decided about the accounts side by side; the program only proposed it.

The words of an account stand in its statement. A place in them is counted in characters
of the account as it is read (``selectors.comparison.account_text``), which never changes:
a statement is frozen, and a correction comes behind it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence.models import Statement
from anlan.investigation import enums
from anlan.ledger.models import Worded


class FreeFact(Worded):
    """A fact beside the standard list, in the words of whoever compares."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="free_facts")
    number = models.PositiveSmallIntegerField()  # within the case
    words = models.CharField(max_length=120)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="investigation_free_fact_number"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="investigation_free_fact_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.slug}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"free_fact:{self.uid}"

    @property
    def slug(self) -> str:
        """As its cells name it, beside the keys of the standard list."""
        return f"free-{self.number}"


class CellReading(Worded):
    """What a person says that one account says to one fact; the newest counts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="cell_readings"
    )
    # Of the standard list, or a free fact's slug; where that is of a joined case, the key
    # of its case and its number.
    fact = models.CharField(max_length=12)
    says = models.CharField(max_length=7, choices=enums.CellSays.choices)
    # What the program had proposed then; nothing for a free fact.
    proposed = models.CharField(
        max_length=7, choices=enums.CellSays.choices, blank=True
    )
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(says="silent", start=None, end=None)
                | ~Q(says="silent") & Q(start__isnull=False, end__gt=F("start")),
                name="investigation_cell_quotes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.fact}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"cell:{self.uid}"


class PairReading(Worded):
    """Whether two sentences do contradict, or agree, as the program proposed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=10, choices=enums.ComparedTopic.choices)
    first_start = models.PositiveIntegerField()
    second_start = models.PositiveIntegerField()
    holds = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="investigation_pair_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.topic}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"pair:{self.uid}"


class Naming(Worded):
    """How one account calls somebody whom it does not name; the newest counts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="namings"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=120, blank=True)  # a line each
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.statement_id} {self.party_id}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"naming:{self.uid}"
