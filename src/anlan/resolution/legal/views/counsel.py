"""The register of lawyers, who acts in a case, questions and privileged opinions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from anlan.base.errors import DomainError, NotFound
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of, sheet, show_refusal
from anlan.resolution.legal import permissions
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import QuestionState
from anlan.resolution.legal.forms.counsel import (
    EngagementEndForm,
    EngagementForm,
    LawyerForm,
    OpinionForm,
    QuestionForm,
    digest_of,
)
from anlan.resolution.legal.models import CounselQuestion, Opinion
from anlan.resolution.legal.selectors.counsel import (
    draft_of,
    engagement_for,
    engagements_of,
    given_opinions,
    lawyer_for,
    lawyers_of,
    masked_phone,
    question_for,
    questions_of,
)

_either = require_http_methods(["GET", "POST"])


@login_required
@require_safe
def lawyers(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_see_lawyers(reader, reader.organisation)
    rows = [(one, masked_phone(one)) for one in lawyers_of(reader.organisation)]
    return render(request, "legal/lawyers.html", {"lawyers": rows})


@login_required
@_either
def lawyer_new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_keep_lawyers(reader, reader.organisation)
    form = LawyerForm(posted(request), reader=reader)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                legal.add_lawyer(
                    organisation=reader.organisation,
                    by=reader,
                    at=timezone.now(),
                    **form.said(),
                )
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                return redirect("legal:lawyers")
    return render(request, "legal/lawyer_new.html", {"form": form}, status=status)


@login_required
@require_POST
def lawyer_phone(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The number in full; that it was looked at is on the record."""
    reader = reader_of(request)
    found = lawyer_for(reader, uid)
    number = legal.read_lawyer_phone(lawyer=found, by=reader, at=timezone.now())
    return render(
        request, "legal/lawyer_phone.html", {"lawyer": found, "number": number}
    )


@login_required
@require_POST
def lawyer_retirement(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    legal.retire_lawyer(lawyer=lawyer_for(reader, uid), by=reader, at=timezone.now())
    return redirect("legal:lawyers")


@login_required
@require_safe
def counsel(request: HttpRequest, number: str) -> HttpResponse:
    """Who acts, for those who engage; questions, for those who are entitled."""
    reader = reader_of(request)
    case = case_for(reader, number)
    may = permissions.can_engage(reader, case)
    questions = questions_of(case, reader)
    if not may and not questions:
        permissions.check_can_see_engagements(reader, case)
    return render(
        request,
        "legal/counsel.html",
        {
            "case": case,
            "engagements": list(engagements_of(case)) if may else [],
            "questions": questions,
            "may_engage": may,
        },
    )


@login_required
@_either
def engagement_new(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_engage(reader, case)
    form = EngagementForm(posted(request), case=case, reader=reader)

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.engage_counsel(case=case, by=reader, at=timezone.now(), **form.said())
        return redirect("legal:counsel", number)

    return sheet(
        request,
        number=number,
        title=_("登记律师委托"),
        lead=_(
            "登记时检查利益冲突：当事人及其亲属、调查和审批过本案的人、为另一方代理过的律师及其事务所，都不能受委托。"
        ),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def engagement_end(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = engagement_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.end_engagement(
            engagement=found,
            ends_on=said["ends_on"],
            reason=said["reason"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("legal:counsel", number)

    return sheet(
        request,
        number=number,
        title=_("结束委托 %s") % found.code,
        button=_("结束委托"),
        form=EngagementEndForm(posted(request)),
        act=act,
    )


@login_required
@_either
def question_new(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = engagement_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = legal.ask_counsel(
            engagement=found,
            words=said["words"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("legal:question", number, made.uid)

    return sheet(
        request,
        number=number,
        title=_("向%s咨询") % found.lawyer.name,
        button=_("提出咨询"),
        form=QuestionForm(posted(request)),
        act=act,
    )


@login_required
@_either
def question(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Question and answers, privileged; sent by counsel, the draft is saved."""
    reader = reader_of(request)
    found = question_for(reader, number, uid)
    form = OpinionForm(posted(request)) if request.method == "POST" else None
    status = 200
    if form is not None:
        status = 422
        if form.is_valid():
            try:
                legal.save_opinion(
                    question=found,
                    text=form.cleaned_data["text"],
                    by=reader,
                    at=timezone.now(),
                )
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                return redirect("legal:question", number, uid)
    return _page(request, found, form=form, status=status)


@login_required
@require_POST
def opinion_giving(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    legal.give_opinion(
        question=question_for(reader, number, uid),
        shown=request.POST.get("shown", ""),
        by=reader,
        at=timezone.now(),
    )
    return redirect("legal:question", number, uid)


@login_required
@require_POST
def question_withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    legal.withdraw_question(
        question=question_for(reader, number, uid), by=reader, at=timezone.now()
    )
    return redirect("legal:question", number, uid)


@login_required
@require_safe
def opinion(request: HttpRequest, number: str, uid: UUID, version: int) -> HttpResponse:
    """One version in full; that it was read is on the record."""
    reader = reader_of(request)
    found = _opinion_of(question_for(reader, number, uid), version)
    text = legal.read_opinion(opinion=found, by=reader, at=timezone.now())
    return render(
        request,
        "legal/opinion.html",
        {
            "case": found.question.case,
            "question": found.question,
            "opinion": found,
            "text": text,
        },
    )


@login_required
@require_safe
def opinion_paper(
    request: HttpRequest, number: str, uid: UUID, version: int
) -> HttpResponse:
    reader = reader_of(request)
    found = _opinion_of(question_for(reader, number, uid), version)
    content = legal.print_opinion(opinion=found, by=reader, at=timezone.now())
    name = f"{number}-{found.question.code}-v{version}.pdf"
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _opinion_of(found: CounselQuestion, version: int) -> Opinion:
    for one in given_opinions(found):
        if one.version == version:
            one.question = found
            return one
    raise NotFound(_("没有这一版意见"))


def _page(
    request: HttpRequest,
    found: CounselQuestion,
    *,
    form: OpinionForm | None,
    status: int,
) -> HttpResponse:
    reader = reader_of(request)
    may_write = (
        permissions.can_write_opinion(reader, found)
        and found.state != QuestionState.WITHDRAWN
    )
    draft = draft_of(found) if may_write else None
    if form is None and may_write:
        form = OpinionForm(initial={"text": draft.text if draft else ""})
    return render(
        request,
        "legal/question.html",
        {
            "case": found.case,
            "question": found,
            "opinions": given_opinions(found),
            "form": form if may_write else None,
            "draft": draft,
            "shown": digest_of(draft) if draft else "",
            "may_withdraw": found.asked_by_id == reader.pk
            and found.state == QuestionState.OPEN,
        },
        status=status,
    )
