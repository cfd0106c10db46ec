"""What was agreed keeps its case and who agreed, until it is performed or may be sued for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.cases.models import Party
from anlan.customers.keeping import add_keeps
from anlan.customers.models import Person
from anlan.evidence.enums import Ground
from anlan.evidence.selectors.retention import add_anew, add_grounds
from anlan.resolution.mediation.enums import DutyState
from anlan.resolution.mediation.models import Duty


def grounds_of(cases: Collection[int]) -> Mapping[int, set[Ground]]:
    """That something is still to be paid or done, by the keys of cases."""
    rows = Duty.objects.filter(talks__case__in=cases, state=DutyState.DUE)
    return {case: {Ground.CLAIM} for case in rows.values_list("talks__case", flat=True)}


def last_default(cases: Collection[int]) -> Mapping[int, datetime]:
    """When it was last said that a term was not performed: one may sue for it since then.

    Kept as a ground it would keep the case for ever where nobody says any more how it ended.
    """
    rows = Duty.objects.filter(talks__case__in=cases, state=DutyState.DEFAULTED)
    found = rows.values("talks__case").annotate(last=Max("ended_at"))
    return dict(found.values_list("talks__case", "last"))


def is_in_default(person: Person) -> str:
    """Of talks in default, as long as their agreement itself is kept."""
    theirs = Party.objects.filter(person=person, removed_at=None).values("case")
    found = Duty.objects.filter(state=DutyState.DEFAULTED, talks__case__in=theirs)
    number = (
        found.exclude(term__text_salt=b"")
        .order_by("pk")
        .values_list("talks__case__number", flat=True)
        .first()
    )
    if number is None:
        return ""
    return _("案件 %s 的和解协议没有履行，协议保存期间其当事人的资料不能删除") % number


add_grounds(grounds_of)
add_anew(last_default)
add_keeps(is_in_default)
