"""Talks between two sides, and the consent of each, which it may take back."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import User
from anlan.cases.enums import Side
from anlan.cases.models import AccessLink, Case, Party, Task
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.mediation import enums
from anlan.resolution.mediation.models.bodies import Body, Mediator

_BEFORE_THE_END = ["requested", "consent", "accepted", "session", "agreed"]


class Given(Worded):
    """Mixed into what a side gave: whether itself, or who for it and with what right."""

    capacity = models.CharField(
        max_length=8, choices=enums.Capacity.choices, default=enums.Capacity.SELF
    )
    giver = models.CharField(max_length=40, blank=True)  # a guardian, an agent
    relation = models.CharField(max_length=20, blank=True)  # of the guardian
    giver_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    authority = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        abstract = True


class Talks(Worded):
    """One matter between two parties: a negotiation of the office, or a mediation."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="talks")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=11, choices=enums.TalksKind.choices)
    state = models.CharField(max_length=10, choices=enums.TalksState.choices)
    victim = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    aggressor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    # Who sees to it in the office; the mediator is somebody else.
    host = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="+", null=True
    )
    mediator = models.ForeignKey(
        Mediator, on_delete=models.PROTECT, related_name="+", null=True
    )
    # A side for whom a guardian acts, whatever their age is known to be.
    victim_has_guardian = models.BooleanField(default=False)
    aggressor_has_guardian = models.BooleanField(default=False)
    about = models.CharField(max_length=1000)  # what is between them
    begun_at = models.DateTimeField()
    # The house's own limit; no law gives one, but of a second time before the police.
    due_on = models.DateField()
    # By which holidays that second time was counted.
    calendar = models.CharField(max_length=200, default="")
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    # Why the matter may not be brought to terms: it holds for the case until it is lifted.
    exclusion = models.CharField(
        max_length=13, choices=enums.Exclusion.choices, blank=True
    )
    excluded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    lift_reason = models.CharField(max_length=500, blank=True)
    # The paper that both accepted, and the day from which it binds.
    deed = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    effective_on = models.DateField(null=True)
    police_task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="mediation_talks_number"
            ),
            models.UniqueConstraint(
                fields=["case", "victim", "aggressor"],
                condition=Q(state__in=_BEFORE_THE_END),
                name="mediation_talks_once",
            ),
            models.CheckConstraint(
                condition=~Q(victim=F("aggressor")), name="mediation_talks_two"
            ),
            models.CheckConstraint(
                condition=Q(kind="negotiation", body=None, mediator=None)
                | ~Q(kind="negotiation") & Q(body__isnull=False),
                name="mediation_talks_body",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["performing", "performed", "breached"])
                | Q(effective_on__isnull=False),
                name="mediation_talks_effective",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | ~Q(exclusion="")
                & Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="mediation_talks_lifted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"M-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"talks:{self.uid}"

    @property
    def is_excluded(self) -> bool:
        return bool(self.exclusion) and self.lifted_at is None

    def party_of(self, side: Side) -> Party:
        return self.victim if side == Side.VICTIM else self.aggressor

    def has_guardian(self, side: Side) -> bool:
        if side == Side.VICTIM:
            return self.victim_has_guardian
        return self.aggressor_has_guardian


class Mandate(Worded):
    """That somebody mediates these talks, from when until when, and why no more."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="mandates")
    mediator = models.ForeignKey(
        Mediator, on_delete=models.PROTECT, related_name="mandates"
    )
    # Of what was written down before this was asked, nothing is known.
    chosen_by = models.CharField(
        max_length=5, choices=enums.Chooser.choices, blank=True
    )
    choice = models.CharField(max_length=200, blank=True)  # in whose words, and how
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    wanted_by = models.CharField(  # that it ends
        max_length=5, choices=enums.Chooser.choices, blank=True
    )
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["talks"],
                condition=Q(ended_at=None),
                name="mediation_mandate_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.mediator_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"mandate:{self.uid}"

    @property
    def is_running(self) -> bool:
        is_left = enums.TalksState(self.talks.state).may_be_left
        return self.ended_at is None and is_left


class Consent(Given):
    """That one side is willing; it may say at any time that it is not any more."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="consents")
    side = models.CharField(max_length=9, choices=Side.choices)
    way = models.CharField(max_length=6, choices=enums.ConsentWay.choices)
    given_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    # The drawing, or the paper that was signed; none where a code was typed.
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_way = models.CharField(
        max_length=9, choices=enums.WithdrawalWay.choices, blank=True
    )
    withdrawn_by = models.ForeignKey(  # who wrote it down; none on the own phone
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["talks", "side"],
                condition=Q(withdrawn_at=None),
                name="mediation_consent_once",
            ),
            models.CheckConstraint(
                condition=Q(way="link") | Q(exhibit__isnull=False),
                name="mediation_consent_proof",
            ),
            models.CheckConstraint(
                condition=~Q(capacity="agent") | Q(authority__isnull=False),
                name="mediation_consent_authority",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.side}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"consent:{self.uid}"


class Standing(Worded):
    """What was looked into about how a side binds itself: with whose paper, and why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="standings")
    side = models.CharField(max_length=9, choices=Side.choices)
    found = models.CharField(max_length=11, choices=enums.Found.choices)
    words = models.CharField(max_length=300, blank=True)
    # The identity document of who is of age; of a mark that was wrong there may be none.
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(found="of_age") | Q(exhibit__isnull=False),
                name="mediation_standing_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.side} {self.found}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"standing:{self.uid}"


class OwnLink(models.Model):
    """The link of one side, and who made it: they never learn the code that goes with it."""

    link = models.OneToOneField(
        AccessLink, on_delete=models.PROTECT, related_name="own_link"
    )
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="own_links")
    side = models.CharField(max_length=9, choices=Side.choices)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"link of {self.talks_id} {self.side}"


class LinkCode(models.Model):
    """Six digits told to one person, good once and for minutes; kept like a password.

    Sent to their own phone, or sealed until a second colleague opens it to tell them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link = models.ForeignKey(AccessLink, on_delete=models.PROTECT, related_name="codes")
    sealed = models.BinaryField(null=True)
    sent_at = models.DateTimeField(null=True)  # to the phone of the side
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    secret = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # No answer of the gateway: it may have arrived all the same.
    unanswered_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)  # used, or replaced

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(ended_at=None),
                name="mediation_code_one_open",
            ),
            models.CheckConstraint(
                condition=Q(sealed=None) | Q(opened_at=None, sent_at=None),
                name="mediation_code_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.link_id}"
