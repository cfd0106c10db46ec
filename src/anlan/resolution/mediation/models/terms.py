"""Offers and proposals: every version with its terms, and who accepted which."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.enums import Side
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.mediation import enums
from anlan.resolution.mediation.models.talks import Given, Talks
from anlan.resolution.models import CompensationVersion, KindnessWords


class Proposal(Worded):
    """A version of what might be agreed; it never changes, the next one takes its place."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talks = models.ForeignKey(Talks, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10,
        choices=enums.ProposalState.choices,
        default=enums.ProposalState.OPEN,
    )
    by = models.CharField(max_length=9, choices=enums.Proposer.choices)
    facts = models.CharField(max_length=1500)  # what happened, as both say
    share_victim = models.PositiveSmallIntegerField(null=True)  # per cent
    share_aggressor = models.PositiveSmallIntegerField(null=True)
    in_default = models.CharField(
        max_length=300
    )  # what follows if one does not perform
    compensation = models.ForeignKey(
        CompensationVersion, on_delete=models.PROTECT, related_name="+", null=True
    )
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["talks", "number"], name="mediation_proposal_number"
            ),
            models.UniqueConstraint(
                fields=["talks"],
                condition=Q(state="open"),
                name="mediation_proposal_one_open",
            ),
            models.UniqueConstraint(
                fields=["talks"],
                condition=Q(state="agreed"),
                name="mediation_proposal_one_agreed",
            ),
            models.CheckConstraint(
                condition=Q(share_victim=None, share_aggressor=None)
                | Q(share_victim__lte=100, share_aggressor__lte=100),
                name="mediation_proposal_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.talks_id} {self.code}"

    @property
    def code(self) -> str:
        return f"V-{self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"proposal:{self.uid}"


class OfficeApproval(models.Model):
    """Who stands for what the office promises in a version, and is not who wrote it."""

    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, related_name="office_approval"
    )
    # Counsel's words for a kindness in it, as they were in force (G34).
    kindness = models.ForeignKey(
        KindnessWords, on_delete=models.PROTECT, related_name="+", null=True
    )
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.approved_by_id}"


class Term(Worded):
    """One thing that somebody does by a day, with how."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="terms"
    )
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=enums.TermKind.choices)
    by = models.CharField(max_length=9, choices=enums.TermBy.choices)
    words = models.CharField(max_length=500, blank=True)
    manner = models.CharField(max_length=120, blank=True)
    fen = models.BigIntegerField(null=True)
    due_on = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal", "position"], name="mediation_term_position"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "kindness"], fen__gt=0)
                | ~Q(kind__in=["payment", "kindness"]) & Q(fen=None),
                name="mediation_term_sum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.position}"

    @property
    def is_ours(self) -> bool:
        """Whether the office itself is to do it."""
        return self.by == enums.TermBy.OFFICE

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"term:{self.uid}"


class Acceptance(Given):
    """That one side signed this version, and no other."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="acceptances"
    )
    side = models.CharField(max_length=9, choices=Side.choices)
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal", "side"], name="mediation_accepted_once"
            ),
            models.CheckConstraint(
                condition=~Q(capacity="agent") | Q(authority__isnull=False),
                name="mediation_acceptance_authority",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.side}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"acceptance:{self.uid}"
