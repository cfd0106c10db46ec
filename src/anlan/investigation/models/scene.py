"""The scene: what was looked at, and sketches with pins."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.investigation import enums
from anlan.ledger.models import Worded

FULL = 1000  # of either side of a sketch


class SceneLook(Worded):
    """What somebody saw of one aspect; a later look stands beside it, and is the one shown."""

    Aspect = enums.SceneAspect
    Rating = enums.SceneRating

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="scene_looks")
    aspect = models.CharField(max_length=11, choices=enums.SceneAspect.choices)
    rating = models.CharField(max_length=7, choices=enums.SceneRating.choices)
    note = models.CharField(max_length=1000, blank=True)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.aspect}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"look:{self.uid}"


class Sketch(Worded):
    """A photo of the scene, or an empty grid, on which pins are set."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sketches")
    number = models.PositiveIntegerField()  # within the case
    title = models.CharField(max_length=80)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="investigation_sketch_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"K-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"sketch:{self.uid}"


class Pin(Worded):
    """Where somebody stood or something was: thousandths of the picture's sides."""

    Kind = enums.PinKind

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sketch = models.ForeignKey(Sketch, on_delete=models.PROTECT, related_name="pins")
    number = models.PositiveSmallIntegerField()  # on the sketch, as its legend counts
    kind = models.CharField(max_length=6, choices=enums.PinKind.choices)
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=60, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sketch", "number"], name="investigation_pin_number"
            ),
            models.CheckConstraint(
                condition=Q(x__lte=FULL, y__lte=FULL), name="investigation_pin_within"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id} {self.number}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"pin:{self.uid}"
