"""Letters to the person a measure is about, what they object, what was carried out."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Organisation, User
from anlan.cases.models import Case, Party, Task
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution import enums
from anlan.resolution.models.plans import PlanMeasure


class NoticeTemplate(models.Model):
    """One version of a letter's text, as legal counsel wrote it; the newest is in force."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="notice_templates"
    )
    kind = models.CharField(max_length=20, choices=enums.NoticeKind.choices)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=40)
    body = models.TextField(max_length=6000)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "version"],
                name="resolution_template_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"template:{self.uid}"


class Notice(Worded):
    """One letter about one measure, or about what may follow in law.

    ``text`` is what it says, from its issue on.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    number = models.PositiveIntegerField()
    measure = models.ForeignKey(
        PlanMeasure, on_delete=models.PROTECT, related_name="notices", null=True
    )
    # Whom it is about; of a letter about a measure, whom that is about.
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=enums.NoticeKind.choices)
    state = models.CharField(
        max_length=10,
        choices=enums.NoticeState.choices,
        default=enums.NoticeState.DRAFT,
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    begun_at = models.DateTimeField()
    facts = models.CharField(max_length=1500, blank=True)  # what happened, as told them
    request = models.CharField(max_length=1000, blank=True)  # what is asked of them
    template_version = models.PositiveIntegerField(null=True)  # 0 is the program's own
    title = models.CharField(max_length=40, blank=True)
    text = models.TextField(max_length=12_000, blank=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    # The PDF that was handed over, kept as every exhibit is.
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=500, blank=True)  # why it was revoked

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="resolution_notice_number"
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=~Q(state="revoked"),
                name="resolution_notice_once",
            ),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(kind="consequences") & ~Q(state="revoked"),
                name="resolution_consequences_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="consequences", measure=None)
                | ~Q(kind="consequences") & Q(measure__isnull=False),
                name="resolution_notice_of_measure",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "revoked"])
                | Q(
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    exhibit__isnull=False,
                    template_version__isnull=False,
                ),
                name="resolution_notice_issued",
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False)
                | ~Q(state="revoked") & Q(revoked_at=None),
                name="resolution_notice_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"N-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"notice:{self.uid}"

    @property
    def is_draft(self) -> bool:
        return self.state == enums.NoticeState.DRAFT


class NoticeDelivery(Worded):
    """One attempt to deliver a notice, and what came of it; nothing is ever changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="deliveries"
    )
    way = models.CharField(max_length=10, choices=enums.DeliveryWay.choices)
    result = models.CharField(max_length=10, choices=enums.DeliveryResult.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    said_at = models.DateTimeField()
    tracking = models.CharField(max_length=60, blank=True)
    witnesses = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=500, blank=True)
    # The signed copy, the slip of the post, a photo of the door.
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    def __str__(self) -> str:
        return f"{self.notice_id} {self.result}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"delivery:{self.uid}"


class Objection(Worded):
    """What a person says against a measure, heard by somebody who had no part in it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objections")
    number = models.PositiveIntegerField()
    measure = models.ForeignKey(
        PlanMeasure, on_delete=models.PROTECT, related_name="objections"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=enums.ObjectionWay.choices)
    state = models.CharField(
        max_length=10,
        choices=enums.ObjectionState.choices,
        default=enums.ObjectionState.OPEN,
    )
    words = models.CharField(max_length=2000)
    received_at = models.DateTimeField()
    # Who took it down; nobody did what came through the person's own link.
    received_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="resolution_objection_number"
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state="open"),
                name="resolution_objection_open",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="resolution_objection_decided",
            ),
            models.CheckConstraint(
                condition=Q(way="portal", received_by=None)
                | ~Q(way="portal") & Q(received_by__isnull=False),
                name="resolution_objection_taken_down",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"O-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"objection:{self.uid}"


class Carrying(Worded):
    """That an approved measure is carried out: its task, and how that ended."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    measure = models.OneToOneField(
        PlanMeasure, on_delete=models.PROTECT, related_name="carrying"
    )
    state = models.CharField(
        max_length=10,
        choices=enums.CarryingState.choices,
        default=enums.CarryingState.DUE,
    )
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )
    # When the worker said that the last day of the measure has passed.
    ran_out_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: whose last day has passed?
            models.Index(
                fields=["measure"],
                condition=Q(state="done", ran_out_at=None),
                name="resolution_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.state}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"carrying:{self.uid}"
