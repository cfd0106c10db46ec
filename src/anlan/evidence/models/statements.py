"""Statements 情况说明: one person's, in their own words, frozen once they signed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded

# Everything that must be there once a statement is frozen, and may not be before.
_SIGNED = Q(state="frozen", exhibit__isnull=False, signature__isnull=False)
_NOT_SIGNED = ~Q(state="frozen") & Q(exhibit=None, signature=None)


class Statement(Worded):
    """What one person says happened. Two persons never share one.

    Its words are protected: nothing quotes them on a timeline. From the moment it is
    frozen neither it nor its answers change; what is wrong is said in an ``Addendum``.
    """

    Role = enums.StatementRole
    Mode = enums.StatementMode
    State = enums.StatementState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField()  # within the case
    role = models.CharField(max_length=9, choices=enums.StatementRole.choices)
    # Whose it is: a party of the case, or a colleague who is none.
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="statements", null=True
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="given_statements", null=True
    )
    taken_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="taken_statements"
    )
    mode = models.CharField(max_length=7, choices=enums.StatementMode.choices)
    language = models.CharField(max_length=40)
    place = models.CharField(max_length=120)  # where it was taken
    present = models.CharField(max_length=200, blank=True)  # who else was there
    is_minor = models.BooleanField(default=False)
    # Of somebody under 14: that the guardian agreed, without which nothing is kept.
    has_consent = models.BooleanField(default=False)
    # Who was with them, and as the paper prints it; names alone are of earlier times.
    guardian_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    guardian = models.CharField(max_length=60, blank=True)
    relation = models.CharField(max_length=20, blank=True)  # of the guardian
    state = models.CharField(
        max_length=9,
        choices=enums.StatementState.choices,
        default=enums.StatementState.DRAFT,
    )
    # Why nothing was said, or why the draft was given up.
    reason = models.CharField(max_length=500, blank=True)
    draft = models.PositiveIntegerField(
        default=1
    )  # grows when it goes back from reading
    begun_at = models.DateTimeField()
    read_back_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # frozen, refused or discarded
    on_paper = models.BooleanField(default=False)
    signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )
    guardian_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="statement", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_statement_number"
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False, user=None)
                | Q(party=None, user__isnull=False),
                name="evidence_statement_of_one",
            ),
            models.CheckConstraint(
                condition=_SIGNED | _NOT_SIGNED, name="evidence_statement_signed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "read_back"], ended_at=None)
                | Q(
                    state__in=["frozen", "refused", "discarded"], ended_at__isnull=False
                ),
                name="evidence_statement_ended",
            ),
            # One open statement of a person at a time: nobody is heard twice at once.
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(state__in=["draft", "read_back"]),
                name="evidence_statement_open_party",
            ),
            models.UniqueConstraint(
                fields=["case", "user"],
                condition=Q(state__in=["draft", "read_back"]),
                name="evidence_statement_open_user",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"S-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"statement:{self.uid}"

    @property
    def is_open(self) -> bool:
        return enums.StatementState(self.state).is_open

    @property
    def is_frozen(self) -> bool:
        return self.state == enums.StatementState.FROZEN


class StatementAnswer(Worded):
    """A question that was asked, in its words, and what was said. Not asked: no row."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="answers"
    )
    key = models.CharField(max_length=24)  # of the guide; ``own-1`` is a further one
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=4000, blank=True)
    is_declined = models.BooleanField(default=False)  # asked, and not answered
    version = models.PositiveIntegerField(default=1)
    said_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["statement", "key"], name="evidence_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(is_declined=False) | Q(answer=""),
                name="evidence_declined_says_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.key}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"answer:{self.uid}"


class StatementFile(models.Model):
    """A sound recorded while somebody spoke, with notice, or the paper that they signed."""

    Kind = enums.StatementFileKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="files"
    )
    kind = models.CharField(max_length=9, choices=enums.StatementFileKind.choices)
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="file_of"
    )
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind}"


class Addendum(Worded):
    """A correction of a frozen statement: which sentence, and what is right instead."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="addenda"
    )
    number = models.PositiveSmallIntegerField()
    answer = models.ForeignKey(
        StatementAnswer, on_delete=models.PROTECT, related_name="addenda"
    )
    sentence = models.PositiveIntegerField()  # its number in the statement
    quoted = models.TextField(max_length=4000)
    text = models.TextField(max_length=2000)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    guardian_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    guardian = models.CharField(max_length=60, blank=True)
    on_paper = models.BooleanField(default=False)
    signature = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    guardian_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="addendum"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["statement", "number"], name="evidence_addendum_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} +{self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"addendum:{self.uid}"
