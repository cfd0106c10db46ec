"""The register of those who may mediate: bodies of a lawful kind, and their mediators."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.accounts.models import Organisation, User
from anlan.resolution.mediation import enums


class Body(models.Model):
    """A body as it was checked last; public, and nothing of it is a secret."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mediation_bodies"
    )
    kind = models.CharField(max_length=10, choices=enums.BodyKind.choices)
    name = models.CharField(max_length=80)
    area = models.CharField(max_length=120)
    address = models.CharField(max_length=160, blank=True)
    contact = models.CharField(max_length=80)
    verified_on = models.DateField()  # that it exists and may mediate
    verified_how = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="mediation_body_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"body:{self.uid}"


class Mediator(models.Model):
    """Somebody of a body; with an account they read what is theirs alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mediators")
    name = models.CharField(max_length=40)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["body", "name"],
                condition=Q(ended_at=None),
                name="mediation_mediator_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"mediator:{self.uid}"
