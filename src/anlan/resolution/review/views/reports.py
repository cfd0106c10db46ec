"""Reports: the versions, the draft, the decision, what leaves, and two versions compared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.errors import DomainError, InvalidInput
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.investigation.citing import code_in
from anlan.law.selectors import refusal_words
from anlan.resolution.review import permissions
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, Form, ReportState, Section
from anlan.resolution.review.extract import read_extract
from anlan.resolution.review.forms.reports import (
    CauseForm,
    ChangeForm,
    CopyForm,
    DecisionForm,
    ParagraphForm,
    WithdrawalForm,
)
from anlan.resolution.review.models import Report
from anlan.resolution.review.selectors.improvements import improvements_of
from anlan.resolution.review.selectors.reports import (
    compared,
    copies_of,
    newer_entries,
    paragraph_for,
    parts_of,
    report_for,
    reports_of,
    reviewed_case,
    verified,
)
from anlan.resolution.review.views.frame import page

_either = require_http_methods(["GET", "POST"])
_TYPES = {
    Form.PDF: "application/pdf",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@login_required
@_either
def reports(request: HttpRequest, number: str) -> HttpResponse:
    """All versions; sent, it begins the next one."""
    reader = reader_of(request)
    case = reviewed_case(reader, number)
    if request.method == "POST":
        made = review.begin_report(case=case, by=reader, at=timezone.now())
        return redirect("review:report", number, made.uid)
    rows = list(reports_of(case))
    is_open = bool(rows) and ReportState(rows[0].state).is_open
    in_force = next((row for row in rows if row.state == ReportState.APPROVED), None)
    return page(
        request,
        "reports.html",
        case=case,
        tab="reports",
        rows=rows,
        newer=newer_entries(in_force).count() if in_force else 0,
        in_force=in_force,
        may_begin=permissions.can_write(reader, case) and not is_open,
    )


@login_required
@require_GET
def report(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _page(request, report_for(reader_of(request), number, uid))


@login_required
@_either
def paragraph_addition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    form = ParagraphForm(
        posted(request),
        case=found.case,
        reader=reader,
        initial={"section": request.GET.get("section")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        review.add_paragraph(
            report=found,
            section=Section(said.pop("section")),
            **said,
            by=reader,
            at=timezone.now(),
        )
        return redirect("review:report", number, uid)

    return sheet(
        request,
        number=number,
        title=_("写一段：%s") % found.code,
        lead=_("自己补充的事实，引用证据或者已签字的情况说明；教训写以后怎样做。"),
        button=_("写入草稿"),
        form=form,
        act=act,
    )


@login_required
@_either
def paragraph(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Write a paragraph of a draft anew."""
    reader = reader_of(request)
    found = paragraph_for(reader, number, uid)
    form = ChangeForm(
        posted(request),
        case=found.report.case,
        reader=reader,
        initial={
            "text": found.text,
            "is_fact": found.is_fact,
            "sources": [
                code_in(one.source, found.report.case_id)
                for one in found.citations.all()
            ],
            "tags": found.tags,
        },
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        review.change_paragraph(paragraph=found, **said, by=reader, at=timezone.now())
        return redirect("review:report", number, found.report.uid)

    return sheet(
        request,
        number=number,
        title=_("修改：%s") % found.get_section_display(),
        lead=_("记录现在这样写：%s") % found.composed if found.composed else "",
        button=_("保存"),
        form=form,
        act=act,
    )


@login_required
@require_POST
def paragraph_leaving(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Left out, or taken in again; ``again`` is the other button's name."""
    reader = reader_of(request)
    found = paragraph_for(reader, number, uid)
    report = found.report
    review.leave_paragraph(
        paragraph=found,
        is_left_out="again" not in request.POST,
        by=reader,
        at=timezone.now(),
    )
    return redirect("review:report", number, report.uid)


@login_required
@require_POST
def composition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    done = review.compose_again(report=found, by=reader, at=timezone.now())
    messages.success(
        request,
        _(
            "已按现在的记录编写：新增 %(added)s 段，改动 %(changed)s 段，去掉 %(removed)s 段；您写的都保留"
        )
        % {"added": done.added, "changed": done.changed, "removed": done.removed},
    )
    return redirect("review:report", number, uid)


@login_required
@require_POST
def cause(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    form = CauseForm(request.POST)
    if not form.is_valid():
        refusal = InvalidInput(_("请先选择主要原因属于哪一类"), path="cause")
        return _page(request, found, refusal=refusal)
    review.set_cause(
        report=found,
        cause=Cause(form.cleaned_data["cause"]),
        by=reader,
        at=timezone.now(),
    )
    return redirect("review:report", number, uid)


@login_required
@require_POST
def submission(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    try:
        review.submit_report(report=found, by=reader, at=timezone.now())
    except DomainError as error:
        return _page(request, report_for(reader, number, uid), refusal=error)
    return redirect("review:report", number, uid)


@login_required
@require_POST
def decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Approved, or returned; ``return`` is the other button's name."""
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        review.decide_report(
            report=found,
            is_approved="return" not in request.POST,
            remark=form.cleaned_data["remark"],
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(request, report_for(reader, number, uid), form=form, refusal=error)
    return redirect("review:report", number, uid)


@login_required
@_either
def withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    permissions.check_can_withdraw(reader, found)

    def act(said: dict[str, Any]) -> HttpResponse:
        review.withdraw_report(
            report=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("review:reports", number)

    return sheet(
        request,
        number=number,
        title=_("撤回事件报告 %s") % found.code,
        lead=_("这一版保留可查，撤回以后可以编写新版本，并带入它的文字。"),
        button=_("撤回"),
        kind="danger",
        form=WithdrawalForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def comparison(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A version beside the one before it."""
    found = report_for(reader_of(request), number, uid)
    earlier = reports_of(found.case).filter(version=found.version - 1).first()
    return page(
        request,
        "comparison.html",
        case=found.case,
        tab="reports",
        report=found,
        earlier=earlier,
        rows=list(compared(earlier, found)),
    )


@login_required
@never_cache
@require_GET
def export(request: HttpRequest, number: str, uid: UUID, form: str) -> HttpResponse:
    """The file; that it was taken is on the record."""
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    chosen = Form(form)
    content = review.export_report(
        report=found, form=chosen, by=reader, at=timezone.now()
    )
    response = HttpResponse(content, content_type=_TYPES[chosen])
    name = f"{number}-{found.code}.{chosen.value}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@never_cache
@_either
def copy(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The copy for one side; sent, it answers with the file and is on the record."""
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    permissions.check_can_hand_out(reader, found.case)
    form = CopyForm(posted(request), case=found.case)

    def act(_said: dict[str, Any]) -> HttpResponse:
        made, content = review.hand_out_copy(
            report=found, **form.handed(), by=reader, at=timezone.now()
        )
        response = HttpResponse(content, content_type=_TYPES[Form.PDF])
        name = f"{number}-{found.code}-{made.side}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return sheet(
        request,
        number=number,
        title=_("给一方的副本：%s") % found.code,
        lead=_(
            "另一方的姓名、联系方式、伤情和措施都略去，出门前再检查一遍；交给谁记录在案。"
        ),
        button=_("生成并登记交付"),
        form=form,
        act=act,
        saves_file=True,
    )


@login_required
@require_GET
def verification(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Where the code on paper leads: the paper compared with the record."""
    found = report_for(reader_of(request), number, uid)
    seq = request.GET.get("seq", "")
    return page(
        request,
        "verification.html",
        case=found.case,
        tab="reports",
        report=found,
        verified=verified(
            found,
            content=request.GET.get("content", "")[:64],
            seq=int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 19 else 0,
            head=request.GET.get("head", "")[:64],
        ),
    )


def _page(
    request: HttpRequest,
    found: Report,
    *,
    form: DecisionForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    parts = parts_of(found, reader)
    lines = [line for part in parts for line in part.lines]
    return page(
        request,
        "report.html",
        case=found.case,
        tab="reports",
        status=refusal.status if refusal else status,
        report=found,
        parts=parts,
        extract=read_extract(found.record),
        bare=sum(line.is_bare for line in lines),
        behind=sum(line.row.is_behind for line in lines),
        newer=newer_entries(found).count(),
        may_write=found.is_draft
        and found.author_id == reader.pk
        and permissions.can_write(reader, found.case),
        may_decide=found.state == ReportState.SUBMITTED
        and permissions.can_decide(reader, found),
        may_withdraw=ReportState(found.state).is_open
        and permissions.can_withdraw(reader, found),
        may_hand_out=permissions.can_hand_out(reader, found.case),
        copies=copies_of(found),
        cause_form=CauseForm(initial={"cause": found.cause}),
        improvements=improvements_of(found.case),
        form=form or DecisionForm(),
        refusal=refusal_words(refusal) if refusal else "",
    )
