"""Masked copies that are being drawn and made."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.recordings import Derivative

_OPEN = [
    enums.RedactionState.PREPARING,
    enums.RedactionState.DRAFT,
    enums.RedactionState.QUEUED,
    enums.RedactionState.FAILED,
]


class Redaction(models.Model):
    """What of an exhibit is to be covered: one open draft, then the copy that was made.

    ``plan`` is as ``plans`` reads it, ``version`` counts its changes. While it is drawn, a
    working copy lies in a folder of its own, never in the vault: to look at it is to look
    at the original. ``held_until`` is the lease of the worker that makes something.
    """

    State = enums.RedactionState
    Failure = enums.RedactionFailure

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="redactions")
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="redactions"
    )
    # The film of a recording; none: the file of the exhibit itself.
    film = models.ForeignKey(
        Derivative, on_delete=models.PROTECT, related_name="redactions", null=True
    )
    state = models.CharField(
        max_length=9,
        choices=enums.RedactionState.choices,
        default=enums.RedactionState.PREPARING,
    )
    failure = models.CharField(
        max_length=9, choices=enums.RedactionFailure.choices, blank=True
    )
    plan: models.JSONField[Any, Any] = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    # What was read of the original, upright: none before that, nor of what it has not.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    step_us = models.PositiveIntegerField(null=True)  # from picture to picture
    channels = models.PositiveSmallIntegerField(default=0)  # of its sound
    work_sha256 = models.CharField(max_length=64, blank=True)
    work_size = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    held_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_ms = models.PositiveIntegerField(default=0)
    recipe: models.JSONField[Any, Any] = models.JSONField(default=dict)
    result = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="made_by", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["exhibit"],
                condition=models.Q(film=None, state__in=_OPEN),
                name="evidence_redaction_once",
            ),
            models.UniqueConstraint(
                fields=["film"],
                condition=models.Q(film__isnull=False, state__in=_OPEN),
                name="evidence_redaction_film_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=enums.RedactionState.DONE, result__isnull=False
                )
                | ~models.Q(state=enums.RedactionState.DONE) & models.Q(result=None),
                name="evidence_redaction_result",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_at=None, asked_by=None)
                | models.Q(asked_at__isnull=False, asked_by__isnull=False),
                name="evidence_redaction_asked",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What the worker has to do.
            models.Index(fields=["state", "changed_at"], name="evidence_redaction_due")
        ]

    def __str__(self) -> str:
        return f"redaction {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"redaction:{self.uid}"

    @property
    def is_open(self) -> bool:
        return self.state != enums.RedactionState.DONE

    @property
    def media_type(self) -> str:
        """Of what is masked."""
        blob = self.film.blob if self.film else self.exhibit.blob
        return blob.media_type if blob else ""

    @property
    def kind(self) -> str:
        """``image``, ``video`` or ``audio``."""
        return self.media_type.partition("/")[0]

    @property
    def percent(self) -> int:
        begin, end = self.plan.get("part") or (0, self.duration_ms or 0)
        return min(99, self.done_ms * 100 // (end - begin)) if end > begin else 0
