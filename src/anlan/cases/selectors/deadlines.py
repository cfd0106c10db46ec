"""Clocks of a case as everybody may see them who sees the case."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.cases.models import Deadline

# Of what somebody is offered for themselves: their own pages say what is due, and that a
# clock runs at all would tell everybody else that they accepted.
_PERSONAL = "support."


def shown_deadlines() -> QuerySet[Deadline]:
    return Deadline.objects.exclude(key__startswith=_PERSONAL)


def is_personal(deadline: Deadline) -> bool:
    return deadline.key.startswith(_PERSONAL)
