"""Talks with the parties, what was promised in them, and how they are kept apart."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import Place, User
from anlan.cases import enums
from anlan.cases.models.cases import Case, Party, Task
from anlan.ledger.models import Worded


class NamedContact(models.Model):
    """The person of the office whom one side calls; who was it before stays readable."""

    Side = enums.Side

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="named_contacts"
    )
    side = models.CharField(max_length=9, choices=enums.Side.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "side"],
                condition=Q(ended_at=None),
                name="cases_one_named_contact",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.side} {self.user_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"named_contact:{self.uid}"


class Contact(Worded):
    """One talk with a party, as it was written down; it is corrected by a further one.

    What was said, and how somebody answered an offer of help, are vouched for by digests
    and told on no timeline.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    number = models.PositiveIntegerField()  # within the case
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contacts")
    # Theirs when it was held; none for a witness, or who stands on both.
    side = models.CharField(max_length=9, choices=enums.Side.choices, blank=True)
    channel = models.CharField(max_length=9, choices=enums.ContactChannel.choices)
    direction = models.CharField(max_length=3, choices=enums.Direction.choices)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    words = models.CharField(max_length=4000, blank=True)  # blank once erased
    concern = models.CharField(
        max_length=8, choices=enums.OfferAnswer.choices, blank=True
    )
    medical = models.CharField(
        max_length=8, choices=enums.OfferAnswer.choices, blank=True
    )
    psychological = models.CharField(
        max_length=8, choices=enums.OfferAnswer.choices, blank=True
    )
    companion = models.CharField(
        max_length=8, choices=enums.OfferAnswer.choices, blank=True
    )
    motive_heard = models.BooleanField(default=False)
    background_heard = models.BooleanField(default=False)
    consequences_explained = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True)
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="corrections"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="cases_contact_number"
            ),
            models.CheckConstraint(
                condition=Q(held_at__lte=F("recorded_at")), name="cases_contact_held"
            ),
            models.CheckConstraint(
                condition=Q(next_due_at=None) | Q(next_due_at__gt=F("recorded_at")),
                name="cases_contact_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"C-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"contact:{self.uid}"


class Promise(Worded):
    """What the office said it would do; kept when its task is done, broken when late."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="promises"
    )
    position = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300, blank=True)  # blank once erased
    due_at = models.DateTimeField()
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="promise")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["contact", "position"], name="cases_promise_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.position}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"promise:{self.uid}"

    def state_at(self, at: datetime) -> enums.PromiseState:
        """Read from its task and the time; it is stored nowhere."""
        ended = self.task.ended_at
        if ended is None:
            is_late = at > self.due_at
            return enums.PromiseState.BROKEN if is_late else enums.PromiseState.RUNNING
        if self.task.state == enums.TaskState.SKIPPED:
            return enums.PromiseState.BROKEN
        is_late = ended > self.due_at
        return enums.PromiseState.KEPT_LATE if is_late else enums.PromiseState.KEPT


class KeepApart(Worded):
    """How two parties do not meet on the site for a time; guards see it on their phones."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="kept_apart")
    number = models.PositiveIntegerField()  # within the case
    one = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    places = models.ManyToManyField(Place, related_name="+")
    words = models.CharField(
        max_length=500, blank=True
    )  # what to do; blank once erased
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # before its time
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)  # for ending it early

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="cases_keep_apart_number"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="cases_keep_apart_ends"
            ),
            models.CheckConstraint(
                condition=~Q(one=F("other")), name="cases_keep_apart_two"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="cases_keep_apart_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"K-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"keep_apart:{self.uid}"

    def state_at(self, at: datetime) -> enums.KeepApartState:
        """Read from its times; it is stored nowhere."""
        if self.ended_at is not None:
            return enums.KeepApartState.ENDED
        if at < self.begins_at:
            return enums.KeepApartState.PLANNED
        is_running = at < self.ends_at
        return enums.KeepApartState.RUNNING if is_running else enums.KeepApartState.OVER
