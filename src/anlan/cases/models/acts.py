"""The day of an act as somebody of the office established it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from anlan.accounts.models import User
from anlan.cases.models.cases import Case
from anlan.ledger.models import Worded


class StatedAct(Worded):
    """On which day it was, and how that is known; of several the newest counts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stated_acts")
    day = models.DateField()
    words = models.CharField(max_length=500, blank=True)  # blank once erased
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Asked by whatever counts from the act: the newest of a case.
            models.Index(fields=["case", "-id"], name="cases_newest_act")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.day}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"stated_act:{self.uid}"
