"""The plan of interviews, one of them, and its panel in the room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.cases.models import Case
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.evidence.services.protecting import REPORT_TASK
from anlan.investigation import permissions
from anlan.investigation import services as investigation
from anlan.investigation.enums import InterviewState
from anlan.investigation.forms.interviews import (
    BeginningForm,
    CancelForm,
    InterviewForm,
    PlanForm,
    StopForm,
    planned_as,
)
from anlan.investigation.models import Interview
from anlan.investigation.selectors.findings import findings_of
from anlan.investigation.selectors.interviews import (
    gaps_of,
    interview_for,
    shown_interviews,
    unasked_of,
)
from anlan.investigation.services.interviews import MOST_QUESTION
from anlan.investigation.services.protecting import SIDES
from anlan.investigation.views.frame import opened, page
from anlan.law import selectors as law

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """In the room: how far it is; nothing for who may not see it."""
    reader = reader_of(request)
    case = case_for(reader, number)
    sees = permissions.can_see(reader, case)
    rows = shown_interviews(case) if sees else []
    context = {
        "case": case,
        "sees": sees,
        "held": sum(one.interview.is_over for one in rows),
        "rows": rows,
        "finding": findings_of(case).first() if sees else None,
    }
    return render(request, "investigation/panel.html", context)


@login_required
@require_GET
def interviews(request: HttpRequest, number: str) -> HttpResponse:
    _reader, case = opened(request, number)
    return page(
        request,
        "interviews.html",
        case=case,
        tab="interviews",
        rows=shown_interviews(case),
        gaps=gaps_of(case),
    )


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """Plan to hear one person."""
    reader, case = opened(request, number)
    form = InterviewForm(
        posted(request),
        case=case,
        initial={
            "interviewer": reader.uid,
            "parties": request.GET.getlist("party"),
            "questions": request.GET.get("question", "")[:MOST_QUESTION],
        },
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        made = investigation.plan_interview(
            case=case,
            parties=list(said["parties"]),
            role=StatementRole(said["role"]),
            plan=form.plan(),
            questions=said["questions"].splitlines(),
            take_up=list(said.get("take_up") or ()),
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(case, made)

    return sheet(
        request,
        number=number,
        title=_("安排谈话"),
        lead=_("一次一个人，双方分开。本人所说记为情况说明，由本人核对、签字。"),
        button=_("安排"),
        form=form,
        act=act,
    )


@login_required
@require_GET
def interview(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    found = interview_for(reader_of(request), number, uid)
    unasked = {question.pk for question in unasked_of(found)}
    return page(
        request,
        "interview.html",
        case=found.case,
        tab="interviews",
        interview=found,
        name=shown_name(found.party),
        questions=[
            (question, question.pk in unasked) for question in found.questions.all()
        ],
        is_planned=found.state == InterviewState.PLANNED,
        is_running=found.state == InterviewState.RUNNING,
        is_mine=found.interviewer_id == reader_of(request).pk,
        report=found.case.tasks.filter(key=REPORT_TASK).first(),
        is_of_a_side=found.party.roles.filter(role__in=SIDES).exists(),
        retaliation=law.guardrail("G23").words,
    )


@login_required
@_either
def plan(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Who asks, when, where, in which order; who is heard stays."""
    reader = reader_of(request)
    found = interview_for(reader, number, uid)
    form = PlanForm(posted(request), case=found.case, initial=planned_as(found))

    def act(_said: dict[str, Any]) -> HttpResponse:
        investigation.replan_interview(
            interview=found, plan=form.plan(), by=reader, at=timezone.now()
        )
        return _to(found.case, found)

    return sheet(
        request,
        number=number,
        title=_("调整安排：%s") % found.code,
        button=_("保存"),
        form=form,
        act=act,
    )


@login_required
@_either
def beginning(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Tell them their rights, then write down what they say."""
    reader = reader_of(request)
    found = interview_for(reader, number, uid)
    form = BeginningForm(
        posted(request), ward=found.party, initial={"place": found.place}
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        said = form.rest_said()
        begun = investigation.begin_interview(
            interview=found,
            mode=StatementMode(said.pop("mode")),
            guardian=form.guardian_said(),
            **said,
            by=reader,
            at=timezone.now(),
        )
        if begun.statement is None:
            return _to(found.case, found)
        return redirect("evidence:statement", number, begun.statement.uid)

    return sheet(
        request,
        number=number,
        title=_("开始谈话：%(code)s %(name)s")
        % {"code": found.code, "name": shown_name(found.party)},
        lead=_("先告知：这是自愿的，可以不回答，可以随时停止。"),
        button=_("开始"),
        form=form,
        act=act,
    )


@login_required
@_either
def stopping(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = interview_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.stop_interview(
            interview=found, **said, by=reader, at=timezone.now()
        )
        return _to(found.case, found)

    return sheet(
        request,
        number=number,
        title=_("本人要求停止：%s") % found.code,
        lead=_(
            "这是本人的权利。已经说的，仍可读给本人听并签字；不愿签的，记为不愿说明。"
        ),
        button=_("停止谈话"),
        form=StopForm(posted(request)),
        act=act,
    )


@login_required
@_either
def cancellation(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = interview_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.cancel_interview(
            interview=found, **said, by=reader, at=timezone.now()
        )
        return _to(found.case, found)

    return sheet(
        request,
        number=number,
        title=_("取消谈话：%s") % found.code,
        lead=_("拟问的问题仍列为没有问到，可以放进下一次谈话。"),
        button=_("取消谈话"),
        kind="danger",
        form=CancelForm(posted(request)),
        act=act,
    )


def _to(case: Case, found: Interview) -> HttpResponse:
    return redirect("investigation:interview", case.number, found.uid)
