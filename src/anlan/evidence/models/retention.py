"""How long evidence is kept, what holds it beyond that, and what was deleted.

A hold and a deletion are decided under the lock of the case, so one comes first; the
database refuses what would break that, see ``evidence.deletion_triggers``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import Site, User
from anlan.accounts.roles import ROLE_CHOICES
from anlan.cases.models import Case
from anlan.evidence import enums
from anlan.evidence.models.applications import FootageApplication
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.recordings import Recording
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class RetentionRule(models.Model):
    """For how many days a site keeps a class of evidence; no row is what the law data says."""

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="retention_rules"
    )
    retention_class = models.CharField(
        max_length=8, choices=enums.RetentionClass.choices
    )
    days = models.PositiveIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "retention_class"], name="evidence_retention_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.retention_class}: {self.days}"


class RetentionLook(models.Model):
    """When a case is next looked at: a hundred thousand of them are not, every hour."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="retention_look"
    )
    look_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.look_at}"


class Hold(Worded):
    """A legal hold: nothing of the case, or of one exhibit or recording, is deleted.

    One person places it; two persons of different roles release it.
    """

    Reason = enums.HoldReason

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    number = models.PositiveIntegerField()  # within the case
    exhibit = models.ForeignKey(  # none: not only of it
        Exhibit, on_delete=models.PROTECT, related_name="holds", null=True
    )
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, related_name="holds", null=True
    )
    reason = models.CharField(max_length=8, choices=enums.HoldReason.choices)
    words = models.CharField(max_length=500)
    document_number = models.CharField(max_length=80, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)  # to release it
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    proposed_role = models.CharField(max_length=24, choices=ROLE_CHOICES, blank=True)
    proposal = models.CharField(max_length=500, blank=True)  # why it is not needed
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    released_role = models.CharField(max_length=24, choices=ROLE_CHOICES, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_hold_number"
            ),
            models.CheckConstraint(
                condition=Q(exhibit=None) | Q(recording=None),
                name="evidence_hold_of_one",
            ),
            models.CheckConstraint(
                condition=Q(proposed_at=None, proposed_by=None, proposed_role="")
                | Q(proposed_at__isnull=False, proposed_by__isnull=False)
                & ~Q(proposed_role=""),
                name="evidence_hold_proposed",
            ),
            # G09: two persons, two roles.
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, released_role="")
                | Q(
                    released_at__isnull=False,
                    released_by__isnull=False,
                    proposed_by__isnull=False,
                )
                & ~Q(released_by=F("proposed_by"))
                & ~Q(released_role=F("proposed_role"))
                & ~Q(released_role=""),
                name="evidence_hold_released_by_two",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The holds that stand, of a case and of a site.
            models.Index(fields=["case", "released_at"], name="evidence_hold_standing")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"H-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"hold:{self.uid}"

    @property
    def state(self) -> enums.HoldState:
        if self.released_at is not None:
            return enums.HoldState.RELEASED
        if self.proposed_at is not None:
            return enums.HoldState.PROPOSED
        return enums.HoldState.STANDING

    @property
    def is_whole(self) -> bool:
        """Whether it holds all of the case."""
        return self.exhibit_id is None and self.recording_id is None

    @property
    def holds(self) -> Exhibit | Recording | None:
        return self.exhibit or self.recording


@dataclass(frozen=True)
class CaseWords:
    """Words of a case that stand beside no file; they are deleted as one."""

    case: Case
    kind: enums.WordsKind

    @property
    def case_id(self) -> int:
        return self.case.pk

    @property
    def code(self) -> str:
        return self.kind.value

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"words:{self.kind.value}"


class Deletion(models.Model):
    """An exhibit, a recording or words that are due: announced, then decided, then gone.

    Words are those of a case, or of an application that belongs to none.

    Once it is decided nothing brings it back; until then a hold, a longer period or an
    opened case takes the row away.
    """

    State = enums.DeletionState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="deletions", null=True
    )
    application = models.ForeignKey(  # that belongs to no case
        FootageApplication,
        on_delete=models.PROTECT,
        related_name="deletions",
        null=True,
    )
    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="deletion", null=True
    )
    recording = models.OneToOneField(
        Recording, on_delete=models.PROTECT, related_name="deletion", null=True
    )
    words = models.CharField(  # of the case, if neither of the two
        max_length=8, choices=enums.WordsKind.choices, blank=True
    )
    retention_class = models.CharField(
        max_length=8, choices=enums.RetentionClass.choices
    )
    days = models.PositiveIntegerField()  # of the rule by which it is due
    counted_from = models.DateTimeField()  # when the case was closed
    state = models.CharField(
        max_length=8,
        choices=enums.DeletionState.choices,
        default=enums.DeletionState.ANNOUNCED,
    )
    announced_at = models.DateTimeField()
    delete_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    files_count = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes of them

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(exhibit=None, recording__isnull=False, words="")
                | Q(exhibit__isnull=False, recording=None, words="")
                | Q(exhibit=None, recording=None) & ~Q(words=""),
                name="evidence_deletion_of_one",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, application=None)
                | Q(
                    case=None,
                    application__isnull=False,
                    words=enums.WordsKind.LOOKS,
                ),
                name="evidence_deletion_of_case",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(decided_at=None, application__isnull=False),
                name="evidence_deletion_application_once",
            ),
            # What is written down after a decision is due by itself, later.
            models.UniqueConstraint(
                fields=["case", "words"],
                condition=Q(decided_at=None) & ~Q(words=""),
                name="evidence_deletion_words_once",
            ),
            models.CheckConstraint(
                condition=Q(state="due", decided_at=None, done_at=None)
                | Q(state="deleting", decided_at__isnull=False, done_at=None)
                | Q(state="deleted", decided_at__isnull=False, done_at__isnull=False),
                name="evidence_deletion_moments",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What is due next, and the list of a site in that order.
            models.Index(fields=["state", "delete_at"], name="evidence_deletion_due")
        ]

    def __str__(self) -> str:
        return f"deletion {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"deletion:{self.uid}"

    @property
    def thing(self) -> Exhibit | Recording | CaseWords | FootageApplication:
        if self.words and self.case is not None:
            return CaseWords(self.case, enums.WordsKind(self.words))
        found = self.exhibit or self.recording or self.application
        assert found is not None  # noqa: S101 -- a constraint says so
        return found

    @property
    def name(self) -> str:
        """As people call it: its code, or what words they are."""
        return enums.WordsKind(self.words).words if self.words else self.thing.code

    @property
    def owner(self) -> Case | FootageApplication:
        """To what it belongs."""
        found = self.case or self.application
        assert found is not None  # noqa: S101 -- a constraint says so
        return found

    @property
    def site(self) -> Site:
        return self.owner.site

    @property
    def number(self) -> str:
        """Of the case, or of the application."""
        return self.owner.number

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    @property
    def tone(self) -> str:
        return enums.DeletionState(self.state).tone


class DeletedFile(models.Model):
    """A file of something that is deleted; gone once no store has it.

    Bytes that are somebody else's as well are not: they go with the last of them.
    """

    deletion = models.ForeignKey(
        Deletion, on_delete=models.PROTECT, related_name="files"
    )
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="deletions")
    part = models.CharField(max_length=8, choices=enums.FilePart.choices)
    is_shared = models.BooleanField(default=False)
    # How the files looked, by store: whoever takes the bytes again changes that.
    looks: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict
    )
    next_at = models.DateTimeField(null=True)  # to be tried; none is over
    tries = models.PositiveSmallIntegerField(default=0)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["deletion", "blob"], name="evidence_deleted_file_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question.
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="evidence_deleted_file_next",
            )
        ]

    def __str__(self) -> str:
        return f"{self.deletion_id} {self.blob_id}"
