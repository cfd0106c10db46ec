"""Improvements: of a case, one of them, and those of every site that the reader sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.clock import local_day
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.resolution.review import permissions
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, ImprovementState, RecurrenceState
from anlan.resolution.review.forms.improvements import (
    CheckForm,
    DoneForm,
    DropForm,
    ImprovementForm,
    RecurrenceForm,
)
from anlan.resolution.review.selectors.improvements import (
    Which,
    check_for,
    counts,
    grounds_of,
    improvement_for,
    improvements_of,
    is_late,
    listed,
    recurrence_for,
)
from anlan.resolution.review.selectors.lessons import lessons_for, similar_cases
from anlan.resolution.review.selectors.reports import reviewed_case
from anlan.resolution.review.views.frame import page

_either = require_http_methods(["GET", "POST"])
_MOST_TYPED = 60
_USUAL = timedelta(days=14)
_IN_ROOM = 3  # similar cases


@login_required
@require_GET
def improvements(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = reviewed_case(reader, number)
    at = timezone.now()
    return page(
        request,
        "improvements.html",
        case=case,
        tab="improvements",
        rows=[(row, is_late(row, at=at)) for row in improvements_of(case)],
    )


@login_required
@_either
def improvement_addition(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = reviewed_case(reader, number)
    form = ImprovementForm(
        posted(request),
        case=case,
        grounds=grounds_of(case),
        initial={"due_on": local_day(timezone.now() + _USUAL)},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        made = review.make_improvement(
            case=case, **form.named(), by=reader, at=timezone.now()
        )
        return redirect("review:improvement", number, made.uid)

    return sheet(
        request,
        number=number,
        title=_("提出改进措施"),
        lead=_(
            "案件办结以后继续；做完以后第 30 天和第 90 天由负责人以外的人检查是否有效。"
        ),
        button=pgettext("an improvement", "提出"),
        form=form,
        act=act,
    )


@login_required
@require_GET
def improvement(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = improvement_for(reader, number, uid)
    return page(
        request,
        "improvement.html",
        case=found.case,
        tab="improvements",
        improvement=found,
        is_late=is_late(found, at=timezone.now()),
        may_read_ground=permissions.can_see(reader, found.case),
        may_finish=found.state == ImprovementState.OPEN
        and permissions.can_finish(reader, found),
        may_check=permissions.can_check(reader, found),
        may_drop=found.state == ImprovementState.OPEN
        and permissions.can_drop(reader, found),
        recurrences=[
            (one, one.state == RecurrenceState.POSSIBLE)
            for one in found.recurrences.all()
        ],
    )


@login_required
@_either
def improvement_done(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = improvement_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        review.finish_improvement(
            improvement=found,
            words=said["words"],
            exhibit=said["exhibit"],
            photo=said["photo"].chunks() if said["photo"] else (),
            by=reader,
            at=timezone.now(),
        )
        return redirect("review:improvement", number, uid)

    return sheet(
        request,
        number=number,
        title=_("登记完成：%s") % found.code,
        lead=found.what,
        button=_("登记完成"),
        form=DoneForm(
            posted(request), request.FILES or None, case=found.case, reader=reader
        ),
        act=act,
    )


@login_required
@_either
def improvement_dropping(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = improvement_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        review.drop_improvement(
            improvement=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("review:improvement", number, uid)

    return sheet(
        request,
        number=number,
        title=_("不再进行：%s") % found.code,
        lead=found.what,
        button=_("不再进行"),
        kind="danger",
        form=DropForm(posted(request)),
        act=act,
    )


@login_required
@_either
def check(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = check_for(reader, number, uid)
    row = found.improvement

    def act(said: dict[str, Any]) -> HttpResponse:
        review.check_improvement(check=found, **said, by=reader, at=timezone.now())
        return redirect("review:improvement", number, row.uid)

    return sheet(
        request,
        number=number,
        title=_("效果检查：%(code)s 第 %(days)s 天")
        % {"code": row.code, "days": found.days},
        lead=row.what,
        button=_("登记检查"),
        form=CheckForm(posted(request), case=row.case, reader=reader),
        act=act,
    )


@login_required
@_either
def recurrence(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = recurrence_for(reader, number, uid)
    row = found.improvement

    def act(said: dict[str, Any]) -> HttpResponse:
        review.say_recurrence(recurrence=found, **said, by=reader, at=timezone.now())
        return redirect("review:improvement", number, row.uid)

    return sheet(
        request,
        number=number,
        title=_("同一地点又有事件：%s") % found.case.number,
        lead=row.what,
        button=_("登记"),
        form=RecurrenceForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def similar(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = reviewed_case(reader, number)
    return page(
        request,
        "similar.html",
        case=case,
        tab="similar",
        rows=similar_cases(case, reader),
    )


@login_required
@require_GET
def similar_panel(request: HttpRequest, number: str) -> HttpResponse:
    """For the room of a case that has just begun: what was like it, and what was learned."""
    reader = reader_of(request)
    case = case_for(reader, number)
    rows = similar_cases(case, reader) if permissions.can_see(reader, case) else []
    shown = [(one, _("、").join(one.reasons)) for one in rows[:_IN_ROOM]]
    context = {"case": case, "rows": shown, "count": len(rows)}
    return render(request, "review/similar_panel.html", context)


@login_required
@require_GET
def everywhere(request: HttpRequest) -> HttpResponse:
    """Of every site that the reader sees; a guard's own."""
    reader = reader_of(request)
    at = timezone.now()
    asked = request.GET.get("which", "")
    which = Which(asked) if asked in set(Which) else Which.OPEN
    today = local_day(at)
    names = {
        Which.OPEN: _("进行中的"),
        Which.LATE: _("超期的"),
        Which.WATCHED: _("观察效果的"),
        Which.WORKED: _("有效的"),
        Which.ALL: _("全部"),
    }
    return render(
        request,
        "review/everywhere.html",
        {
            "which": which,
            "tabs": [
                (one.which, names[one.which], one.count)
                for one in counts(reader, today=today)
            ],
            "rows": [
                (row, is_late(row, at=at))
                for row in listed(reader, which=which, today=today)
            ],
        },
    )


@login_required
@require_GET
def lessons(request: HttpRequest) -> HttpResponse:
    """The library, searched by words and by cause."""
    reader = reader_of(request)
    text = request.GET.get("text", "")[:_MOST_TYPED].strip()
    asked = request.GET.get("cause", "")
    cause = Cause(asked) if asked in Cause.values else None
    return render(
        request,
        "review/lessons.html",
        {
            "text": text,
            "cause": cause,
            "causes": Cause.choices,
            "rows": [
                (one, Cause(one.row.report.cause).label)
                for one in lessons_for(reader, text=text, cause=cause)
            ],
        },
    )
