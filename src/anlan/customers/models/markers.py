"""Risk markers 风险标记: what to mind when meeting somebody, decided by a person (G27).

There is no field for a police record, a score or a class of persons, and none may be added:
a marker is advice, with a reason, for a while.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Site, User
from anlan.customers.enums import MarkerState, MarkerStep, ObjectionOutcome
from anlan.customers.models.people import Person
from anlan.ledger.models import Worded

ADVICE_LENGTH = 100
MARKER_WORDS_LENGTH = 500


# Of objections: it was upheld, or never heard. What it is about does not come again by
# whoever decided on that.
STANDS = Q(outcome=ObjectionOutcome.ENDED) | Q(decided_at=None)


class RiskMarker(models.Model):
    """That there is one, where, and until when. What it says stands in its decisions.

    It holds at one site: whoever decided on it knows how people meet there.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="markers")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    # The case that it was set after. No entry refers to it, so that neither the record of
    # a case nor what is made of it (packages, reports) ever carries a marker.
    case_number = models.CharField(max_length=40, blank=True)
    set_at = models.DateTimeField()
    review_on = models.DateField()  # the last day that the newest decision carries it
    expires_on = models.DateField()  # the last day; no decision moves it
    ended_at = models.DateTimeField(null=True)  # before that, by a person

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(review_on__lte=F("expires_on")),
                name="customers_marker_reviewed_before_it_ends",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["site", "review_on"],
                condition=Q(ended_at=None),
                name="customers_markers_due",
            )
        ]

    def __str__(self) -> str:
        # Without the person: this text ends in logs and error reports.
        return f"marker {self.uid}"

    @property
    def key(self) -> str:
        return f"marker:{self.uid}"

    def state(self, *, on: date) -> MarkerState:
        """Read from the days, so that no clock has to run for a marker to end."""
        if self.ended_at is not None:
            return MarkerState.ENDED
        if on > self.expires_on:
            return MarkerState.EXPIRED
        is_unheard = any(
            one.decided_at is None and one.due_on < on for one in self.objections.all()
        )
        if on > self.review_on or is_unheard:
            return MarkerState.RESTING
        return MarkerState.RUNNING

    def lapsed_on(self, *, on: date) -> date | None:
        """The last day on which it held, if it rests or has run out since."""
        state = self.state(on=on)
        if state == MarkerState.EXPIRED:
            return self.expires_on
        if state != MarkerState.RESTING:
            return None
        unheard = [one.due_on for one in self.objections.all() if not one.decided_at]
        return min([self.review_on, *unheard])

    def is_over(self, *, on: date) -> bool:
        return self.ended_at is not None or on > self.expires_on


class MarkerDecision(Worded):
    """One decision: it was set, kept, changed or ended; by whom, why, with which advice."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    marker = models.ForeignKey(
        RiskMarker, on_delete=models.PROTECT, related_name="decisions"
    )
    step = models.CharField(max_length=8, choices=MarkerStep.choices)
    reason = models.CharField(
        _("理由"), max_length=MARKER_WORDS_LENGTH, blank=True
    )  # blank: erased
    advice = models.CharField(_("见面时怎么做"), max_length=ADVICE_LENGTH, blank=True)
    # Whether the person was told, or why that would be a danger; of the first decision.
    told_on = models.DateField(null=True)
    not_told_why = models.CharField(max_length=MARKER_WORDS_LENGTH, blank=True)
    # Why it is set although an objection to an earlier one was upheld, or still waits.
    despite = models.CharField(max_length=MARKER_WORDS_LENGTH, blank=True)
    review_on = models.DateField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"marker decision {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"marker-decision:{self.uid}"


class MarkerObjection(Worded):
    """What the person says against a marker, and what somebody else made of it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    marker = models.ForeignKey(
        RiskMarker, on_delete=models.PROTECT, related_name="objections"
    )
    words = models.CharField(max_length=MARKER_WORDS_LENGTH, blank=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    due_on = models.DateField()  # the last day; after it the marker rests
    outcome = models.CharField(
        max_length=8, choices=ObjectionOutcome.choices, blank=True
    )
    reason = models.CharField(max_length=MARKER_WORDS_LENGTH, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["marker"],
                condition=Q(decided_at=None),
                name="customers_one_open_objection",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, outcome="")
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(outcome=""),
                name="customers_objection_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"marker objection {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"marker-objection:{self.uid}"
