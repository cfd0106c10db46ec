"""Reports to the police: where, with what, what came back in the end, and until when."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Place, Site, User
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.legal import enums


class PoliceProcedure(models.Model):
    """How a site reports to its police station; of several the newest in force counts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="police_procedures"
    )
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    station = models.CharField(max_length=60)
    phone = models.CharField(max_length=40)
    address = models.CharField(max_length=120)
    receives = models.CharField(max_length=120)  # desk and hours
    bring = models.TextField(max_length=1000)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "version"], name="legal_procedure_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.version}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"procedure:{self.uid}"


class PoliceReport(Worded):
    """One delivery of material to the police. ``listing`` is what was handed over."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="police_reports"
    )
    number = models.PositiveIntegerField()
    procedure = models.ForeignKey(
        PoliceProcedure, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Further material of a report that the police have already.
    supplements = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="supplements_to", null=True
    )
    state = models.CharField(
        max_length=8,
        choices=enums.ReportState.choices,
        default=enums.ReportState.PREPARING,
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    station = models.CharField(max_length=60, blank=True)
    officer = models.CharField(max_length=60, blank=True)
    officer_number = models.CharField(max_length=30, blank=True)
    signers = models.CharField(max_length=200, blank=True)
    listing = models.TextField(max_length=8000, blank=True)
    gaps = models.CharField(max_length=500, blank=True)  # why it goes incomplete
    words = models.CharField(max_length=500, blank=True)
    # The police's own list of what they accepted.
    receipt = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Who agreed that what is on the list goes to the police; a list that changes is
    # asked about anew.
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    dropped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="legal_report_number"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="draft"),
                name="legal_report_preparing_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"], handed_at=None)
                | ~Q(state__in=["draft", "dropped"])
                & Q(handed_at__isnull=False, handed_by__isnull=False),
                name="legal_report_handed",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="legal_report_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"PR-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"policereport:{self.uid}"

    @property
    def is_preparing(self) -> bool:
        return self.state == enums.ReportState.PREPARING

    @property
    def tone(self) -> str:
        return enums.ReportState(self.state).tone


class ReportItem(models.Model):
    """One kind of material; nothing changes once the report was handed over."""

    report = models.ForeignKey(
        PoliceReport, on_delete=models.PROTECT, related_name="items"
    )
    kind = models.CharField(max_length=10, choices=enums.ItemKind.choices)
    state = models.CharField(max_length=5, choices=enums.ItemState.choices)
    # What is brought besides the exhibits, or why there is nothing to bring.
    words = models.CharField(max_length=300, blank=True)
    exhibits = models.ManyToManyField(Exhibit, related_name="+")
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    # Who chose what is listed, also before whoever chose last: none of them approves it.
    listed_by = models.ManyToManyField(User, related_name="+")
    is_accepted = models.BooleanField(default=False)  # by the police

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report", "kind"], name="legal_report_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"


class PolicePaper(Worded):
    """One paper about a report, of police, prosecutor or court.

    One that was entered wrongly is revoked.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(
        PoliceReport, on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField(max_length=10, choices=enums.PaperKind.choices)
    number = models.CharField(max_length=80, blank=True)
    office = models.CharField(max_length=60, blank=True)
    officer = models.CharField(max_length=90, blank=True)
    words = models.CharField(max_length=500, blank=True)
    # Whom it is about: each is tried alone. One that names nobody may be about anybody.
    against = models.ManyToManyField(Party, related_name="+")
    dated_on = models.DateField()
    received_on = models.DateField()
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # why it was revoked

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(received_on__gte=models.F("dated_on")),
                name="legal_paper_received_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"policepaper:{self.uid}"


class PolicePeriod(models.Model):
    """A time that runs after something happened; made from the papers, and made anew."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(
        PoliceReport, on_delete=models.PROTECT, related_name="periods"
    )
    rule = models.CharField(max_length=8)  # of the register: D07
    opened_by = models.CharField(max_length=50)  # the key of what opened it
    begins_at = models.DateTimeField()
    due_at = models.DateTimeField()
    calendar = models.CharField(max_length=200)  # what the due time was computed from
    ended_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)  # when the worker said that it passed

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report", "rule", "opened_by"], name="legal_period_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: what has passed and nobody was told?
            models.Index(
                fields=["due_at"],
                condition=Q(ended_at=None, said_at=None),
                name="legal_period_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.rule}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"policeperiod:{self.uid}"


class RightsTold(Worded):
    """That somebody of the victim's side was told what they may do; ``sheet`` is all of it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rights_told")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=enums.ToldWay.choices)
    sheet = models.TextField(max_length=6000)
    words = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.party_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"rights:{self.uid}"


class Retaliation(Worded):
    """That somebody was retaliated against; what follows is an incident of its own (G23)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="retaliations"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    is_ongoing = models.BooleanField()
    words = models.CharField(max_length=500)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    # The case that was opened for it, in the same transaction.
    opened = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="retaliation_of", null=True
    )

    def __str__(self) -> str:
        return f"{self.case_id} {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"retaliation:{self.uid}"
