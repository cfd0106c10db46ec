"""Improvements as they are read: of a case, of all sites one sees, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, cases_for
from anlan.investigation.models import FindingSentence
from anlan.resolution.review import permissions
from anlan.resolution.review.enums import ImprovementState, ReportState, Section
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    ImprovementProof,
    Meeting,
    Recurrence,
    ReportParagraph,
)
from anlan.resolution.selectors.plans import finding_sentences

PAGE = 50

Ground = FindingSentence | ReportParagraph | Meeting


class Which(StrEnum):
    """Which improvements a list shows."""

    OPEN = "open"
    LATE = "late"
    WATCHED = "watched"
    WORKED = "worked"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Counted:
    which: Which
    count: int


def improvements_of(case: Case) -> QuerySet[Improvement]:
    return _rows().filter(case=case).order_by("number")


def improvements_for(reader: User) -> QuerySet[Improvement]:
    """Of cases that the reader sees: all where they read investigations, else their own."""
    reads = sites_where(reader, Permission.INVESTIGATION_READ)
    return _rows().filter(
        Q(case__site__in=reads) | Q(owner=reader), case__in=cases_for(reader)
    )


def listed(
    reader: User, *, which: Which, today: date, site: Site | None = None
) -> list[Improvement]:
    """Some of them, what is due first at the top; no drill."""
    rows = improvements_for(reader).filter(_which(which, today), case__exercise=False)
    if site is not None:
        rows = rows.filter(case__site=site)
    return list(rows.order_by("due_on", "pk")[:PAGE])


def counts(reader: User, *, today: date) -> list[Counted]:
    rows = improvements_for(reader).filter(case__exercise=False)
    return [
        Counted(which=which, count=rows.filter(_which(which, today)).count())
        for which in Which
    ]


def improvement_for(reader: User, number: str, uid: UUID) -> Improvement:
    """
    Raises:
        NotFound: unknown, of another case, or not for the reader.
    """
    case = case_for(reader, number)
    found = improvements_of(case).filter(uid=uid).first()
    if found is None or not permissions.can_see_improvement(reader, found):
        raise NotFound(_("没有这项改进措施，或者您无权查看"))
    found.case = case
    return found


def check_for(reader: User, number: str, uid: UUID) -> ImprovementCheck:
    """
    Raises:
        NotFound: unknown, of another case, or not for the reader.
    """
    found = (
        ImprovementCheck.objects.select_related("improvement")
        .filter(uid=uid, improvement__case__number=number)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次检查"))
    found.improvement = improvement_for(reader, number, found.improvement.uid)
    return found


def recurrence_for(reader: User, number: str, uid: UUID) -> Recurrence:
    """
    Raises:
        NotFound: unknown, of another case, or not for the reader.
    """
    found = (
        Recurrence.objects.select_related("improvement", "case")
        .filter(uid=uid, improvement__case__number=number)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条提示"))
    found.improvement = improvement_for(reader, number, found.improvement.uid)
    return found


def grounds_of(case: Case) -> dict[str, Ground]:
    """What an improvement may rest on, by the key of its choice."""
    found: dict[str, Ground] = {
        one.ref: one
        for one in finding_sentences(case)
        if one.kind in {"cause", "factors", "failings"}
    }
    lessons = ReportParagraph.objects.filter(
        report__case=case,
        report__state=ReportState.APPROVED,
        section__in=[Section.FACTORS, Section.LESSONS],
        is_left_out=False,
    ).select_related("report")
    found |= {one.ref: one for one in lessons.order_by("section", "position", "pk")}
    found |= {one.key: one for one in case.meetings.order_by("number")}
    return found


def ground_words(ground: Ground) -> str:
    """As a choice shows it."""
    if isinstance(ground, FindingSentence):
        return _("查明：%s") % ground.text
    if isinstance(ground, ReportParagraph):
        return _("报告：%s") % ground.text
    return _("复盘会 %s") % ground.code


def is_late(row: Improvement, *, at: datetime) -> bool:
    return row.state == ImprovementState.OPEN and row.due_on < local_day(at)


def _rows() -> QuerySet[Improvement]:
    return Improvement.objects.select_related(
        *("case__site", "owner", "made_by", "place"),
        *("sentence__finding", "paragraph__report", "meeting"),
    ).prefetch_related(
        Prefetch(
            "proofs",
            ImprovementProof.objects.select_related("by", "exhibit").order_by("turn"),
        ),
        Prefetch(
            "checks",
            ImprovementCheck.objects.select_related("by", "exhibit").order_by(
                "turn", "days"
            ),
        ),
        Prefetch(
            "recurrences",
            Recurrence.objects.select_related("case", "said_by").order_by("found_at"),
        ),
    )


def _which(which: Which, today: date) -> Q:
    is_open = Q(state=ImprovementState.OPEN)
    return {
        Which.OPEN: is_open,
        Which.LATE: is_open & Q(due_on__lt=today),
        Which.WATCHED: Q(state=ImprovementState.WATCHED),
        Which.WORKED: Q(state=ImprovementState.WORKED),
        Which.ALL: Q(),
    }[which]
