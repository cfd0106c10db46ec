"""The words that go with a humanitarian payment, as legal counsel approved them (G34)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Organisation, User
from anlan.ledger.models import Worded


class KindnessWords(Worded):
    """One version; the newest is in force, and none ever changes."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="kindness_words"
    )
    version = models.PositiveIntegerField()
    words = models.CharField(max_length=500)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "version"], name="resolution_kindness_version"
            ),
            models.CheckConstraint(
                condition=~Q(words=""), name="resolution_kindness_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} v{self.version}"

    @property
    def ref(self) -> str:
        """As the record names it."""
        return f"kindness-words:{self.uid}"
