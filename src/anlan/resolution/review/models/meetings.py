"""Meetings after the event: about how it was handled, and never about how people feel."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.ledger.models import Worded


class Meeting(Worded):
    """One meeting, with what was said about the handling; nothing is ever changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    number = models.PositiveIntegerField()
    held_at = models.DateTimeField()
    where = models.CharField(max_length=120, blank=True)
    minutes = models.TextField(max_length=4000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="review_meeting_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"M-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"meeting:{self.uid}"


class MeetingGuest(Worded):
    """Somebody who took part: a colleague, or somebody from outside by name."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="guests"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(name=""), name="review_guest_one_identity"
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"],
                condition=Q(user__isnull=False),
                name="review_guest_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} guest"

    @property
    def shown(self) -> str:
        return self.user.name if self.user else self.name

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"guest:{self.uid}"
