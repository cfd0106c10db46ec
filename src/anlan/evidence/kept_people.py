"""What is held or claimed keeps its people: asked before a customer is erased."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.cases.models import Case, Party
from anlan.customers.keeping import add_keeps
from anlan.customers.models import Person
from anlan.evidence.enums import ApplicationState, Ground
from anlan.evidence.models import FootageApplication
from anlan.evidence.selectors.holds import holds_standing
from anlan.evidence.selectors.retention import grounds_of, with_hosts

_RUNS = [
    ApplicationState.ASKED,
    *(state for state in ApplicationState if state.is_running),
]


def is_held(person: Person) -> str:
    """By a hold on a case of theirs, or on a part of it; which one, not everybody knows."""
    for case in Case.objects.filter(parties__person=person).distinct().order_by("pk"):
        if holds_standing(case):
            return _("案件 %s 有保全，解除以前其当事人的资料不能删除") % case.number
    return ""


def is_claimed(person: Person) -> str:
    """What keeps the evidence of a case keeps who owes and who is owed (第四十七条第二款)."""
    theirs = Case.objects.filter(
        parties__in=Party.objects.filter(person=person, removed_at=None)
    )
    for case in theirs.distinct().order_by("pk"):
        if any(Ground.CLAIM in grounds_of(one) for one in with_hosts(case)):
            return (
                _(
                    "案件 %s 有时效、诉讼、工伤或者和解履行在办，办结以前其当事人的资料不能删除"
                )
                % case.number
            )
    return ""


def is_applying(person: Person) -> str:
    """Who asked for footage, until it was decided and, if it was approved, is over."""
    found = FootageApplication.objects.filter(person=person, state__in=_RUNS)
    number = found.order_by("pk").values_list("number", flat=True).first()
    if number is None:
        return ""
    return _("这位人员的录像申请 %s 还没有办结，办结以前不能删除") % number


add_keeps(is_held)
add_keeps(is_claimed)
add_keeps(is_applying)
