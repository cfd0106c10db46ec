"""The library of lessons, and cases that are like one: with the reasons, and no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.cases.enums import CaseState
from anlan.cases.models import Case
from anlan.cases.selectors import cases_for
from anlan.resolution.review import permissions
from anlan.resolution.review.case_facts import Known, known_of_all
from anlan.resolution.review.enums import Cause, ReportState, Section
from anlan.resolution.review.models import Report, ReportParagraph

MOST_LESSONS = 100
MOST_SIMILAR = 10
LOOKED_BACK = timedelta(days=730)
_MOST_COMPARED = 300  # the newest ones
_LEAST_SHARED = 2  # words, before the text counts as alike
_MOST_WORDS = 4  # that a reason names
_SAME_PLACE, _NEAR, _SAME_SITE, _SAME_CAUSE, _SAME_ACT, _ALIKE = 4, 3, 1, 3, 2, 2
_NEAR_STEPS = 2  # its room, or a spot beside it
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Pairs of characters that almost every report has: they say nothing of likeness.
_COMMON = frozenset(
    [
        "有人",
        "打架",
        "起来",
        "一个",
        "现在",
        "这里",
        "那里",
        "正在",
        "男子",
        "女子",
        "发生",
        "争执",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """``case`` is there only for whoever may see it."""

    row: ReportParagraph
    case: Case | None


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A case like this one: every reason with what it counts."""

    case: Case
    reasons: tuple[str, ...]
    points: int
    lessons: tuple[ReportParagraph, ...]


def lessons_for(
    reader: User, *, text: str = "", cause: Cause | None = None
) -> list[Lesson]:
    """Of all approved reports of the company, the newest first.

    Raises:
        NotAllowed: they read no investigations anywhere.
    """
    permissions.check_can_see_lessons(reader, reader.organisation)
    rows = _lessons().filter(report__case__organisation=reader.organisation_id)
    if cause is not None:
        rows = rows.filter(report__cause=cause)
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(text__icontains=word)
            | Q(tags__icontains=word)
            | Q(report__place__label__icontains=word)
        )
    found = list(rows.order_by("-report__decided_at", "position")[:MOST_LESSONS])
    keys = {one.report.case_id for one in found}
    seen = set(cases_for(reader).filter(pk__in=keys).values_list("pk", flat=True))
    return [
        Lesson(row=one, case=one.report.case if one.report.case_id in seen else None)
        for one in found
    ]


def similar_cases(case: Case, reader: User) -> list[Similar]:
    """Earlier cases that the reader may see, the most alike first.

    Alike is by place, act, cause and the words of the report; each reason is named, so
    that a person can judge it.
    """
    earlier = list(
        cases_for(reader)
        .filter(
            organisation=case.organisation_id,
            kind=case.kind,
            exercise=case.exercise,
            opened_at__lt=case.opened_at,
            opened_at__gte=case.opened_at - LOOKED_BACK,
        )
        .exclude(pk=case.pk)
        .exclude(state=CaseState.JOINED)
        .select_related("site")
        .order_by("-opened_at")[:_MOST_COMPARED]
    )
    known, causes = known_of_all([case, *earlier]), _causes([case, *earlier])
    found = []
    for other in earlier:
        reasons = list(_reasons(case, other, known, causes))
        points = sum(count for count, _words in reasons)
        if points > _SAME_SITE:
            found.append((points, other, tuple(said for _count, said in reasons)))
    found.sort(key=lambda one: (-one[0], -one[1].opened_at.timestamp()))
    return [
        Similar(
            case=other,
            reasons=reasons,
            points=points,
            lessons=tuple(_lessons().filter(report__case=other).order_by("position")),
        )
        for points, other, reasons in found[:MOST_SIMILAR]
    ]


def _reasons(
    case: Case, other: Case, every: Mapping[int, Known], causes: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """Each with what it counts."""
    known, theirs = every[case.pk], every[other.pk]
    if known.place is not None and theirs.place is not None:
        if known.place == theirs.place:
            yield _SAME_PLACE, _("同一地点（+%s）") % _SAME_PLACE
        elif (
            case.site_id == other.site_id
            and known.place.distance_to(theirs.place) <= _NEAR_STEPS
        ):
            yield _NEAR, _("地点相邻（+%s）") % _NEAR
    if case.site_id == other.site_id:
        yield _SAME_SITE, _("同一项目（+%s）") % _SAME_SITE
    shared = [name for code, name in known.acts if (code, name) in theirs.acts]
    for name in shared:
        yield (
            _SAME_ACT,
            _("情形相同：%(name)s（+%(n)s）") % {"name": name, "n": _SAME_ACT},
        )
    cause = causes.get(case.pk)
    if cause and cause == causes.get(other.pk):
        label = Cause(cause).label
        yield (
            _SAME_CAUSE,
            _("原因相同：%(name)s（+%(n)s）")
            % {
                "name": label,
                "n": _SAME_CAUSE,
            },
        )
    alike = sorted(_pairs(known.words) & _pairs(theirs.words))
    if len(alike) >= _LEAST_SHARED:
        yield (
            _ALIKE,
            _("报告里都有：%(words)s（+%(n)s）")
            % {
                "words": _("、").join(alike[:_MOST_WORDS]),
                "n": _ALIKE,
            },
        )


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters, which stand for words in Chinese well enough."""
    pairs = {
        run[at : at + 2] for run in _HAN.findall(text) for at in range(len(run) - 1)
    }
    return frozenset(pairs) - _COMMON


def _causes(rows: list[Case]) -> dict[int, str]:
    """By case: what its newest report says, approved ones alone for others' cases."""
    found = Report.objects.filter(
        case__in=[row.pk for row in rows], state=ReportState.APPROVED
    )
    return dict(found.values_list("case", "cause"))


def _lessons() -> QuerySet[ReportParagraph]:
    return (
        ReportParagraph.objects.filter(
            section=Section.LESSONS,
            is_left_out=False,
            report__state=ReportState.APPROVED,
            report__case__exercise=False,
        )
        .exclude(text="")
        .select_related("report__case__site", "report__place")
    )
