"""Until when somebody may claim, and what interrupted or suspended that."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.legal import enums
from anlan.resolution.legal.models.work_injury import WorkInjury


class Limitation(Worded):
    """One right and its last day; the days are facts, ``due_on`` follows from them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="limitations")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=enums.LimitationKind.choices)
    # Whose right it is; none is the office's own.
    holder = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    against = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    injury = models.ForeignKey(
        WorkInjury, on_delete=models.PROTECT, related_name="limitations", null=True
    )
    hurt_on = models.DateField()  # the act, as it is known now
    # As it was entered, and moved by nobody; counted is never from before the act.
    starts_on = models.DateField()
    is_from_act = models.BooleanField(default=False)  # then it moves with the act
    granted_on = models.DateField(null=True)  # what an authority agreed to
    state = models.CharField(
        max_length=8,
        choices=enums.LimitationState.choices,
        default=enums.LimitationState.RUNNING,
    )
    due_on = models.DateField(null=True)  # none while proceedings or an obstacle last
    # What the last day was computed from; with other holidays it is counted anew.
    calendar = models.CharField(max_length=200, default="")
    # When the worker looks again: a warning, or the day after the last.
    look_on = models.DateField(null=True)
    words = models.CharField(max_length=500, blank=True)  # why from that day
    reason = models.CharField(max_length=500, blank=True)  # why it ended
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="legal_limitation_number"
            ),
            models.CheckConstraint(
                condition=Q(is_from_act=False) | Q(starts_on=F("hurt_on")),
                name="legal_limitation_starts",
            ),
            models.CheckConstraint(
                condition=Q(state="running") | Q(look_on=None),
                name="legal_limitation_looks",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: of what is to be warned today?
            models.Index(
                fields=["look_on"],
                condition=Q(state="running"),
                name="legal_limitation_look",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"L-{self.number:02}"

    @property
    def counts_from(self) -> date:
        return max(self.starts_on, self.hurt_on)

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"limitation:{self.uid}"


class LimitationTurn(Worded):
    """What interrupted or suspended a period, with its proof; a wrong one is struck out."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    limitation = models.ForeignKey(
        Limitation, on_delete=models.PROTECT, related_name="turns"
    )
    ground = models.CharField(max_length=10, choices=enums.TurnGround.choices)
    on = models.DateField()
    until = models.DateField(null=True)
    words = models.CharField(max_length=500, blank=True)
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # why it was struck out

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("on")),
                name="legal_turn_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.limitation_id} {self.ground}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"limitation_turn:{self.uid}"
