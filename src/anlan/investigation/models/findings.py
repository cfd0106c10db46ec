"""Findings: sentences that cite, in versions, approved by somebody else."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation import enums
from anlan.ledger.models import Worded

_DECIDED = Q(state__in=["returned", "approved", "superseded", "withdrawn"])


class Finding(Worded):
    """One version of what was found out. From its submission on it does not change."""

    State = enums.FindingState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10,
        choices=enums.FindingState.choices,
        default=enums.FindingState.DRAFT,
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="findings")
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Of whoever decided, or withdrew it.
    remark = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "version"], name="investigation_finding_version"
            ),
            # Nobody works on two versions at once, and one at most is in force.
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "submitted"]),
                name="investigation_finding_open",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="approved"),
                name="investigation_finding_in_force",
            ),
            models.CheckConstraint(
                condition=_DECIDED
                & Q(decided_at__isnull=False, decided_by__isnull=False)
                | ~_DECIDED & Q(decided_at=None, decided_by=None),
                name="investigation_finding_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None)
                | Q(state="withdrawn")  # before it was submitted, or afterwards
                | ~Q(state="draft") & Q(submitted_at__isnull=False),
                name="investigation_finding_submitted",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(state="withdrawn")  # its author may give it up
                | ~Q(decided_by=F("author")),
                name="investigation_finding_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"F-{self.version:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"finding:{self.uid}"

    @property
    def is_draft(self) -> bool:
        return self.state == enums.FindingState.DRAFT


class FindingSentence(Worded):
    """One sentence. Whether it says a fact decides whether it has to cite."""

    Kind = enums.SentenceKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="sentences"
    )
    kind = models.CharField(max_length=12, choices=enums.SentenceKind.choices)
    position = models.PositiveSmallIntegerField()  # within its kind
    text = models.CharField(max_length=500)
    is_fact = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["finding", "kind", "position"],
                name="investigation_sentence_position",
            ),
            models.CheckConstraint(
                condition=Q(is_fact=True) | ~Q(kind__in=["course", "consequences"]),
                name="investigation_sentence_is_fact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.kind} {self.position}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"sentence:{self.uid}"


class Citation(models.Model):
    """What a sentence rests on: an exhibit, or a signed statement, of the same case.

    Cases that were joined are one case.
    """

    sentence = models.ForeignKey(
        FindingSentence, on_delete=models.PROTECT, related_name="citations"
    )
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="citations", null=True
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="citations", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(exhibit__isnull=False, statement=None)
                | Q(exhibit=None, statement__isnull=False),
                name="investigation_cites_one",
            ),
            models.UniqueConstraint(
                fields=["sentence", "exhibit"],
                condition=Q(exhibit__isnull=False),
                name="investigation_cites_exhibit_once",
            ),
            models.UniqueConstraint(
                fields=["sentence", "statement"],
                condition=Q(statement__isnull=False),
                name="investigation_cites_statement_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sentence_id} {self.code}"

    @property
    def source(self) -> Exhibit | Statement:
        found = self.exhibit or self.statement
        if found is None:  # the table takes no such row; for the type checker
            raise ValueError("a citation names one thing")
        return found

    @property
    def code(self) -> str:
        """As it is called in its own case; ``citing.code_in`` says it in another."""
        return self.source.code
