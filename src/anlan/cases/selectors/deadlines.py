"""Clocks of a case as everybody may see them who sees the case."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.cases.events.cases import PERSONAL
from anlan.cases.models import Deadline


def shown_deadlines() -> QuerySet[Deadline]:
    return Deadline.objects.exclude(key__startswith=PERSONAL)


def is_personal(deadline: Deadline) -> bool:
    return deadline.key.startswith(PERSONAL)
