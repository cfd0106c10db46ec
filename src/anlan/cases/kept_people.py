"""Of an open case the parties are known: what is asked before a customer is erased."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.cases.enums import CaseState
from anlan.cases.models import Party
from anlan.customers.keeping import add_keeps
from anlan.customers.models import Person

_RUNS = Q(case__state=CaseState.OPEN) | (
    Q(case__state=CaseState.JOINED) & ~Q(case__joined_into__state=CaseState.CLOSED)
)


def is_of_an_open_case(person: Person) -> str:
    """Who was taken off a case by mistake is no party of it any more."""
    found = Party.objects.filter(_RUNS, person=person, removed_at=None)
    number = found.order_by("pk").values_list("case__number", flat=True).first()
    if number is None:
        return ""
    return _("这位人员是案件 %s 的当事人，案件还没有办结，办结以前不能删除") % number


add_keeps(is_of_an_open_case)
