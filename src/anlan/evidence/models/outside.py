"""Who keeps checkpoints outside of this machine."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from anlan.accounts.models import Organisation, User
from anlan.ledger.models import Worded


class OutsideKeeper(Worded):
    """Somebody who gets the newest checkpoints by mail and keeps them.

    The owners' committee, a lawyer, the police station: whom nobody here can ask to
    delete a mail.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="keepers"
    )
    name = models.CharField(max_length=60)
    address = models.BinaryField()  # encrypted, see selectors.outside
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # the next mail
    sent_at = models.DateTimeField(null=True)  # the last one that a server took
    problem = models.CharField(max_length=80, blank=True)  # why the last did not go
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="evidence_keeper_due")
        ]

    def __str__(self) -> str:
        return f"keeper {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"keeper:{self.uid}"
