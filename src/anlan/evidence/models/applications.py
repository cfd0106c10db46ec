"""Applications of outsiders to see or to get footage, looks under them, and extracts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from anlan.accounts.models import Place, Site, User
from anlan.cases.models import Case
from anlan.customers.models import Person
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.recordings import Camera, Recording
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class FootageApplication(Worded):
    """An outsider asks to see or to get footage of a site; who decides is another person.

    Why one of ours looks at a recording is a ``FootageRequest``; one may be of this.
    Whoever asks for themselves or for a client is a ``person`` of the site, masked like
    all of them; of an authority the unit and its officers are words of this row. What
    was asked never changes; what was approved stands beside it.
    """

    Applicant = enums.Applicant
    State = enums.ApplicationState
    Way = enums.FootageWay

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="footage_applications"
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        related_name="footage_applications",
        null=True,
    )
    applicant = models.CharField(max_length=8, choices=enums.Applicant.choices)
    relation = models.CharField(max_length=8, choices=enums.Relation.choices)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True
    )
    colleague = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    unit = models.CharField(max_length=120, blank=True)
    officers = models.CharField(max_length=200, blank=True)  # a line each: name, number
    identity_paper = models.CharField(max_length=8, choices=enums.IdentityPaper.choices)
    identity_tail = models.CharField(max_length=4)  # all of it that is kept
    document_kind = models.CharField(
        max_length=8, choices=enums.AuthorityPaper.choices, blank=True
    )
    document_number = models.CharField(max_length=80, blank=True)
    # The paper of an authority asks for statements too: they may be approved, one by one.
    names_statements = models.BooleanField(default=False)
    document = models.ForeignKey(  # a photo of the paper
        Blob, on_delete=models.PROTECT, related_name="+", null=True
    )
    purpose = models.CharField(max_length=300)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="+", null=True
    )
    cameras = models.ManyToManyField(Camera, related_name="footage_applications")
    wanted = models.CharField(max_length=4, choices=enums.FootageWay.choices)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    goal_at = models.DateTimeField()  # our own; no law sets it
    reminded_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=11,
        choices=enums.ApplicationState.choices,
        default=enums.ApplicationState.ASKED,
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    decision = models.CharField(max_length=300, blank=True)  # why not, or on what terms
    way = models.CharField(max_length=4, choices=enums.FootageWay.choices, blank=True)
    until = models.DateTimeField(null=True)
    recordings = models.ManyToManyField(Recording, related_name="footage_applications")
    exhibits = models.ManyToManyField(Exhibit, related_name="footage_applications")
    withdrawal = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "number"], name="evidence_application_number"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, colleague=None, unit="")
                | models.Q(person=None, colleague__isnull=False, unit="")
                | models.Q(person=None, colleague=None) & ~models.Q(unit="")
                # Its words were let go when the period of the register had passed.
                | models.Q(person=None, colleague=None, text_salt=b""),
                name="evidence_application_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None, decided_at=None)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(decided_by=models.F("taken_by")),
                name="evidence_application_two",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["site", "state", "taken_at"], name="evidence_asked"),
            # The worker's two questions: who waits too long, and what runs out.
            models.Index(
                fields=["goal_at"],
                condition=models.Q(state="asked", reminded_at=None),
                name="evidence_asked_waiting",
            ),
            models.Index(
                fields=["until"],
                condition=models.Q(state__in=["approved", "viewed", "handed_over"]),
                name="evidence_approval_running",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"application:{self.uid}"

    @property
    def code(self) -> str:
        return self.number

    @property
    def kind(self) -> enums.Applicant:
        return enums.Applicant(self.applicant)

    @property
    def tone(self) -> str:
        return enums.ApplicationState(self.state).tone

    @property
    def is_asked(self) -> bool:
        return self.state == enums.ApplicationState.ASKED

    @property
    def officer_lines(self) -> list[tuple[str, str]]:
        """Name and number of each officer."""
        pairs = (line.rpartition(" ") for line in self.officers.splitlines())
        return [(name, number) for name, _space, number in pairs]

    def holds(self, at: datetime) -> bool:
        """Whether something may be seen or given under it at this moment."""
        return (
            enums.ApplicationState(self.state).is_running
            and self.until is not None
            and at < self.until
        )


class FootageWindow(models.Model):
    """One stretch of true time that an application asks for."""

    application = models.ForeignKey(
        FootageApplication, on_delete=models.PROTECT, related_name="windows"
    )
    begin = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("begin")),
                name="evidence_asked_window",
            )
        ]

    def __str__(self) -> str:
        return f"{self.begin} – {self.end}"


class FootageViewing(Worded):
    """An applicant looked, on our screen and in company; what was seen, and how long."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        FootageApplication, on_delete=models.PROTECT, related_name="viewings"
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    companion = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen = models.CharField(max_length=300, blank=True)  # in the companion's words

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(ended_at=None),
                name="evidence_one_viewing",
            ),
        ]

    def __str__(self) -> str:
        return f"viewing {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"viewing:{self.uid}"


class RegisterExtract(Worded):
    """The register was taken with the names in full, for whoever may ask for it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"extract {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"register:{self.uid}"
