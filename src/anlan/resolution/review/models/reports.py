"""Reports: composed from the record, edited by a person, in versions, approved by another."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import Place, User
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit, Statement
from anlan.ledger.models import Worded
from anlan.resolution.review import enums

_DECIDED = Q(state__in=["returned", "approved", "superseded"])


class Report(Worded):
    """One version. ``record`` is what was read from the record when it was composed.

    From its submission on it does not change: what happened since stands in the case, and
    the page says how much that is.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10,
        choices=enums.ReportState.choices,
        default=enums.ReportState.DRAFT,
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports")
    begun_at = models.DateTimeField()
    composed_at = models.DateTimeField()
    composed_seq = models.BigIntegerField()  # of the chain, when it was composed
    record = models.TextField()  # JSON, see ``extract.Extract``
    cause = models.CharField(max_length=12, choices=enums.Cause.choices, blank=True)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="+", null=True
    )
    acts: models.JSONField[Any, Any] = models.JSONField(default=list)
    content = models.CharField(max_length=64, blank=True)  # digest of what is submitted
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    remark = models.CharField(max_length=500, blank=True)  # of whoever decided
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=500, blank=True)  # why it was withdrawn
    # Names and the address as they stand on paper, from the approval on: who is called
    # otherwise later, or moves the program, changes no file that was handed out.
    printed: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "version"], name="review_report_version"
            ),
            # Nobody works on two versions at once, and one at most is in force.
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "submitted"]),
                name="review_report_open",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="approved"),
                name="review_report_in_force",
            ),
            models.CheckConstraint(
                condition=_DECIDED
                & Q(decided_at__isnull=False, decided_by__isnull=False)
                | ~_DECIDED & Q(decided_at=None, decided_by=None),
                name="review_report_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None)
                | Q(state="withdrawn")
                | ~Q(state__in=["draft", "withdrawn"]) & Q(submitted_at__isnull=False),
                name="review_report_submitted",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="withdrawn",
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                )
                | ~Q(state="withdrawn") & Q(withdrawn_at=None, withdrawn_by=None),
                name="review_report_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("author")),
                name="review_report_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"R-{self.version:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"report_version:{self.uid}"

    @property
    def is_draft(self) -> bool:
        return self.state == enums.ReportState.DRAFT

    @property
    def was_approved(self) -> bool:
        """Whether it may leave the program: what was only drafted may not."""
        return self.state in {
            enums.ReportState.APPROVED,
            enums.ReportState.SUPERSEDED,
        }


class ReportParagraph(Worded):
    """One paragraph, composed from the record or written by the author.

    ``source`` names what it was composed from, ``composed`` what the record says now, and
    ``written_over`` what it said when the author wrote other words in its place.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="paragraphs"
    )
    section = models.CharField(max_length=12, choices=enums.Section.choices)
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=1000)
    is_fact = models.BooleanField(default=True)
    origin = models.CharField(max_length=8, choices=enums.Origin.choices)
    source = models.CharField(max_length=80, blank=True)
    composed = models.CharField(max_length=1000, blank=True)
    written_over = models.CharField(max_length=1000, blank=True)
    tags = models.CharField(max_length=120, blank=True)  # of a lesson
    is_left_out = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report", "source"],
                condition=~Q(source=""),
                name="review_paragraph_source_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The library of lessons.
            models.Index(
                fields=["report"],
                condition=Q(section="lessons", is_left_out=False),
                name="review_lessons",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.section} {self.position}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"paragraph:{self.uid}"

    @property
    def is_behind(self) -> bool:
        """Whether the record changed under what the author wrote over it."""
        return (
            self.origin == enums.Origin.WRITTEN
            and bool(self.source)
            and self.composed != self.written_over
        )


class ReportCopy(Worded):
    """That one side was given its copy of a version; nothing of it is ever changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="copies")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=9, choices=Side.choices)
    receiver = models.CharField(max_length=100)  # who took it; blank once erased
    sha256 = models.CharField(max_length=64)  # of the file
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"copy of {self.report_id} for {self.side}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"report_copy:{self.uid}"


class ReportCitation(models.Model):
    """What a paragraph rests on: an exhibit, or a signed statement, of the same case."""

    paragraph = models.ForeignKey(
        ReportParagraph, on_delete=models.PROTECT, related_name="citations"
    )
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(exhibit__isnull=False, statement=None)
                | Q(exhibit=None, statement__isnull=False),
                name="review_cites_one",
            ),
            models.UniqueConstraint(
                fields=["paragraph", "exhibit"],
                condition=Q(exhibit__isnull=False),
                name="review_cites_exhibit_once",
            ),
            models.UniqueConstraint(
                fields=["paragraph", "statement"],
                condition=Q(statement__isnull=False),
                name="review_cites_statement_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paragraph_id} {self.code}"

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
