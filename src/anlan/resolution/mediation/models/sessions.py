"""Sessions, and what is said in them, which is never evidence."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.ledger.models import Worded
from anlan.resolution.mediation import enums
from anlan.resolution.mediation.models.talks import Talks


class Session(Worded):
    """One meeting: when, where, who; what was said stands apart."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=9,
        choices=enums.SessionState.choices,
        default=enums.SessionState.PLANNED,
    )
    planned_at = models.DateTimeField()
    place = models.CharField(max_length=120)
    present = models.CharField(max_length=300, blank=True)
    is_closed = models.BooleanField(default=True)  # 不公开
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Who reads the notes beside whoever leads the talks.
    readers = models.ManyToManyField(User, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["talks", "number"], name="mediation_session_number"
            ),
            models.UniqueConstraint(
                fields=["talks"],
                condition=Q(state="open"),
                name="mediation_session_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"session:{self.uid}"


class Writing(Worded):
    """Who writes down what was said for a mediator without an account, at whose wish.

    They are one of the readers; this says why they became one after it had begun.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="writings"
    )
    writer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(
        max_length=300, blank=True
    )  # how the mediator asked for it
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"writing of {self.session_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"session_writing:{self.uid}"


class SessionNote(Worded):
    """What was said, for those who lead the talks; it leaves the house in nothing."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=4000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note of {self.session_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"session_note:{self.uid}"
