"""Findings: the versions, the draft, the decision, and the sheet of paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.errors import DomainError
from anlan.cases.forms import ReasonForm
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.investigation import permissions, policies
from anlan.investigation import services as investigation
from anlan.investigation.enums import FindingState, SentenceKind
from anlan.investigation.forms.findings import (
    ChangeForm,
    DecisionForm,
    SentenceForm,
)
from anlan.investigation.models import Finding
from anlan.investigation.reading import codes_of, content_of, sentences_of
from anlan.investigation.selectors.findings import (
    finding_for,
    findings_of,
    parts_of,
    sentence_for,
)
from anlan.investigation.selectors.scene import GRID, looks_of, pins_of, sketches_of
from anlan.investigation.views.frame import opened, page
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """All versions; sent, it begins the next one."""
    reader, case = opened(request, number)
    if request.method == "POST":
        made = investigation.begin_finding(case=case, by=reader, at=timezone.now())
        return redirect("investigation:finding", number, made.uid)
    rows = list(findings_of(case))
    is_open = bool(rows) and rows[0].state in {
        FindingState.DRAFT,
        FindingState.SUBMITTED,
    }
    return page(
        request,
        "findings.html",
        case=case,
        tab="findings",
        rows=rows,
        may_begin=not is_open,
    )


@login_required
@require_GET
def finding(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _page(request, finding_for(reader_of(request), number, uid))


@login_required
@_either
def sentence_addition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = finding_for(reader, number, uid)
    form = SentenceForm(
        posted(request),
        case=found.case,
        reader=reader,
        initial={"kind": request.GET.get("kind")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.add_sentence(
            finding=found,
            kind=SentenceKind(said.pop("kind")),
            **said,
            by=reader,
            at=timezone.now(),
        )
        return redirect("investigation:finding", number, uid)

    return sheet(
        request,
        number=number,
        title=_("写一句：%s") % found.code,
        lead=_("一次一句，每一句事实引用证据或者已签字的情况说明。"),
        button=_("写入草稿"),
        form=form,
        act=act,
    )


@login_required
@_either
def sentence(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Write a sentence of a draft anew."""
    reader = reader_of(request)
    found = sentence_for(reader, number, uid)
    form = ChangeForm(
        posted(request),
        case=found.finding.case,
        reader=reader,
        initial={
            "text": found.text,
            "is_fact": found.is_fact,
            "sources": codes_of(found),
        },
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.change_sentence(
            sentence=found, **said, by=reader, at=timezone.now()
        )
        return redirect("investigation:finding", number, found.finding.uid)

    return sheet(
        request,
        number=number,
        title=_("修改：%(part)s %(position)s")
        % {"part": found.get_kind_display(), "position": found.position},
        button=_("保存"),
        form=form,
        act=act,
    )


@login_required
@require_POST
def sentence_removal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = sentence_for(reader, number, uid)
    finding = found.finding
    investigation.remove_sentence(sentence=found, by=reader, at=timezone.now())
    return redirect("investigation:finding", number, finding.uid)


@login_required
@require_POST
def submission(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = finding_for(reader, number, uid)
    try:
        investigation.submit_finding(finding=found, by=reader, at=timezone.now())
    except DomainError as error:
        return _page(request, finding_for(reader, number, uid), refusal=error)
    return redirect("investigation:finding", number, uid)


@login_required
@require_POST
def decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Approved, or returned; ``return`` is the other button's name."""
    reader = reader_of(request)
    found = finding_for(reader, number, uid)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        investigation.decide_finding(
            finding=found,
            is_approved="return" not in request.POST,
            remark=form.cleaned_data["remark"],
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(
            request, finding_for(reader, number, uid), form=form, refusal=error
        )
    return redirect("investigation:finding", number, uid)


@login_required
@_either
def withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """By its author, or by an approver where the author cannot go on."""
    reader = reader_of(request)
    found = finding_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.withdraw_finding(
            finding=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("investigation:finding", number, uid)

    return sheet(
        request,
        number=number,
        title=_("撤回调查结论 %s") % found.code,
        lead=_(
            "撤回以后这一版保留在案，不再使用；别人可以起草新的版本，新版本不沿用它的内容。"
        ),
        button=_("撤回"),
        kind="danger",
        form=ReasonForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def paper(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The version with the scene and its sketches, to be printed."""
    reader = reader_of(request)
    found = finding_for(reader, number, uid)
    with translation.override("zh-hans"):
        context = {
            "case": found.case,
            "finding": found,
            "parts": parts_of(found, reader),
            "content": content_of(sentences_of(found)),
            "looks": [one for one in looks_of(found.case) if one.look],
            "sketches": [(one, pins_of(one)) for one in sketches_of(found.case)],
            "grid": GRID,
        }
        return render(request, "investigation/paper.html", context)


@login_required
@never_cache
@require_GET
def pdf(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The same as a file, in the language of the reader."""
    reader = reader_of(request)
    found = finding_for(reader, number, uid)
    content = investigation.print_finding(finding=found, by=reader, at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{number}-{found.code}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(
    request: HttpRequest,
    found: Finding,
    *,
    form: DecisionForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    parts = parts_of(found, reader)
    return page(
        request,
        "finding.html",
        case=found.case,
        tab="findings",
        status=refusal.status if refusal else status,
        finding=found,
        parts=parts,
        bare=sum(line.is_bare for part in parts for line in part.lines),
        may_write=found.is_draft and found.author_id == reader.pk,
        may_decide=found.state == FindingState.SUBMITTED
        and permissions.can_decide(reader, found),
        may_withdraw=policies.can_be_withdrawn(found)
        and permissions.can_withdraw(reader, found),
        form=form or DecisionForm(),
        refusal=refusal_words(refusal) if refusal else "",
    )
