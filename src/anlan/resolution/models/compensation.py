"""Compensation: official figures with their source, and what was computed from them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Organisation, User
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution import enums


class CompensationFigure(Worded):
    """A figure that an authority published, of a province and a year.

    A row never changes: what was wrong is superseded by the next version, with a reason,
    and what was computed with the old one still names it.
    """

    Key = enums.FigureKey
    Province = enums.Province

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="compensation_figures"
    )
    key = models.CharField(max_length=16, choices=enums.FigureKey.choices)
    province = models.CharField(max_length=2, choices=enums.Province.choices)
    year = models.PositiveSmallIntegerField()
    variant = models.CharField(max_length=60, blank=True)  # the industry
    version = models.PositiveIntegerField()
    value = models.BigIntegerField()  # in the unit of the key
    title = models.CharField(max_length=120)  # of the official document
    issuer = models.CharField(max_length=80)
    issued_on = models.DateField()
    address = models.CharField(max_length=300, blank=True)  # where it can be read
    reason = models.CharField(max_length=300, blank=True)  # for superseding
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=[
                    *("organisation", "province", "year"),
                    *("key", "variant", "version"),
                ],
                name="resolution_figure_version",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0), name="resolution_figure_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""),
                name="resolution_figure_superseded_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.province} {self.year} {self.key} v{self.version}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"figure:{self.uid}"


class Compensation(models.Model):
    """What one victim of a case can claim: a draft that is typed on, and its versions.

    The draft is what was typed, valid or not, step by step; it is nothing that anybody
    relies on, and stands on no record.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="compensations"
    )
    number = models.PositiveIntegerField()  # within the case
    party = models.OneToOneField(
        Party, on_delete=models.PROTECT, related_name="compensation"
    )
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    draft: models.JSONField[dict[str, dict[str, str]], dict[str, dict[str, str]]] = (
        models.JSONField(default=dict)
    )
    draft_version = models.PositiveIntegerField(default=0)  # grows with each saving
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="resolution_compensation_number"
            ),
            models.CheckConstraint(
                condition=Q(drafted_at=None, drafted_by=None)
                | Q(drafted_at__isnull=False, drafted_by__isnull=False),
                name="resolution_compensation_drafted",
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
        return f"compensation:{self.uid}"


class CompensationVersion(Worded):
    """A calculation as it was made: what went in, what came out, by which law.

    ``claim`` and ``outcome`` are JSON; they tell of injuries, so the entry covers them and
    no timeline quotes them. A row never changes, but that both are blank when the case
    is let go.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    compensation = models.ForeignKey(
        Compensation, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    claim = models.TextField()
    outcome = models.TextField()
    law = models.CharField(max_length=64)  # SHA-256 of the articles it rests on
    is_complete = models.BooleanField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["compensation", "number"], name="resolution_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.compensation_id} v{self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"compensation-version:{self.uid}"


class VersionFigure(models.Model):
    """A version was computed with this figure."""

    version = models.ForeignKey(
        CompensationVersion, on_delete=models.PROTECT, related_name="figures"
    )
    figure = models.ForeignKey(
        CompensationFigure, on_delete=models.PROTECT, related_name="uses"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "figure"], name="resolution_figure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.figure_id}"


class VersionExhibit(models.Model):
    """A version cites this exhibit of its case: a receipt, a proof of payment."""

    version = models.ForeignKey(
        CompensationVersion, on_delete=models.PROTECT, related_name="exhibits"
    )
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="compensations"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "exhibit"], name="resolution_exhibit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.exhibit_id}"
