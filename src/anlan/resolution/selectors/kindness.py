"""The words of a humanitarian payment: those in force, and all before."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.accounts.models import Organisation
from anlan.resolution.models import KindnessWords


def kindness_words(organisation: Organisation) -> KindnessWords | None:
    """Those in force, if counsel has approved any."""
    return all_kindness_words(organisation).first()


def all_kindness_words(organisation: Organisation) -> QuerySet[KindnessWords]:
    """Every version, the newest first."""
    return (
        KindnessWords.objects.filter(organisation=organisation)
        .select_related("approved_by")
        .order_by("-version")
    )
