"""Finding what a request speaks of; what is not the caller's does not exist."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.api.access import case_of
from anlan.api.auth import Caller
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases.models import Case, Party
from anlan.cases.selectors import cases_for
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.selectors.exhibits import exhibits_of, kept_of_one_case
from anlan.evidence.selectors.statements import statements_of_one_case
from anlan.investigation import permissions
from anlan.investigation.models import (
    DefenceFact,
    Finding,
    FindingSentence,
    Interview,
    Pin,
    Sketch,
)

Row = TypeVar("Row", bound=Model)


def seen_case(caller: Caller, number: str) -> Case:
    """The case, for whoever may see its investigation."""
    case = case_of(caller, number)
    permissions.check_can_see(caller.user, case)
    return case


def interview_of(caller: Caller, uid: UUID) -> Interview:
    rows = Interview.objects.select_related(
        *("case__site", "party__person", "party__user"),
        *("interviewer", "planned_by", "statement"),
    ).filter(uid=uid, case__in=cases_for(caller.user))
    found = _seen(rows, _("没有这次谈话"))
    permissions.check_can_see(caller.user, found.case)
    return found


def sketch_of(caller: Caller, uid: UUID) -> Sketch:
    rows = Sketch.objects.select_related("case__site", "exhibit").filter(
        uid=uid, case__in=cases_for(caller.user)
    )
    found = _seen(rows, _("没有这张现场图"))
    permissions.check_can_see(caller.user, found.case)
    return found


def pin_of(caller: Caller, uid: UUID) -> Pin:
    rows = Pin.objects.select_related("sketch__case__site", "party").filter(
        uid=uid, sketch__case__in=cases_for(caller.user)
    )
    found = _seen(rows, _("没有这个标记"))
    permissions.check_can_see(caller.user, found.sketch.case)
    return found


def fact_of(caller: Caller, uid: UUID) -> DefenceFact:
    rows = DefenceFact.objects.select_related(
        "case__site", "statement__case", "exhibit__case", "written_by"
    ).filter(uid=uid, case__in=cases_for(caller.user))
    found = _seen(rows, _("没有这一项"))
    permissions.check_can_see(caller.user, found.case)
    return found


def finding_of(caller: Caller, uid: UUID) -> Finding:
    rows = Finding.objects.select_related("case__site", "author", "decided_by").filter(
        uid=uid, case__in=cases_for(caller.user)
    )
    found = _seen(rows, _("没有这份调查结论"))
    permissions.check_can_see(caller.user, found.case)
    return found


def sentence_of(caller: Caller, uid: UUID) -> FindingSentence:
    rows = FindingSentence.objects.select_related(
        "finding__case__site", "finding__author"
    ).filter(uid=uid, finding__case__in=cases_for(caller.user))
    found = _seen(rows, _("没有这一句"))
    permissions.check_can_see(caller.user, found.finding.case)
    return found


def parties_named(case: Case, uids: list[UUID]) -> list[Party]:
    """In the order of the request; how many there may be is for the service to say."""
    found = {
        party.uid: party
        for party in Party.objects.select_related("person", "user").filter(
            uid__in=uids, case=case, removed_at=None
        )
    }
    if set(found) != set(uids):
        raise InvalidInput(_("本案没有这个人"), path="parties")
    return [found[uid] for uid in dict.fromkeys(uids)]


def source_named(
    user: User, case: Case, uid: UUID, *, path: str
) -> Statement | Exhibit:
    """A statement or an exhibit of the case, by its uid."""
    statement = statements_of_one_case(case, user).filter(uid=uid).first()
    found = statement or kept_of_one_case(case, user).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("请选择本案的证据或者情况说明"), path=path)
    return found


def exhibit_named(user: User, case: Case, uid: UUID | None) -> Exhibit | None:
    if uid is None:
        return None
    found = exhibits_of(case, user).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("请选择本案的证据或者情况说明"), path="exhibit")
    return found


def _seen(rows: QuerySet[Row], refusal: str) -> Row:
    row = rows.first()
    if row is None:
        raise NotFound(refusal)
    return row
