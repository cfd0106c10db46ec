"""Self-defence facts beside their sources, with what nobody says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.errors import NotFound
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.investigation import services as investigation
from anlan.investigation.defence import defence_questions
from anlan.investigation.forms.facts import FactForm, WithdrawalForm
from anlan.investigation.selectors.facts import fact_for, facts_of, injuries_in
from anlan.investigation.views.frame import opened, page

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def facts(request: HttpRequest, number: str) -> HttpResponse:
    reader, case = opened(request, number)
    answered = facts_of(case)
    return page(
        request,
        "facts.html",
        case=case,
        tab="facts",
        answered=answered,
        gaps=sum(one.is_gap for one in answered),
        injuries=injuries_in(case, reader),
    )


@login_required
@_either
def addition(request: HttpRequest, number: str, question: str) -> HttpResponse:
    reader, case = opened(request, number)
    words = {one.key: one.words for one in defence_questions()}
    if question not in words:
        raise NotFound(_("没有这个问题"))

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.note_fact(
            case=case, question=question, **said, by=reader, at=timezone.now()
        )
        return redirect("investigation:facts", number)

    return sheet(
        request,
        number=number,
        title=words[question],
        lead=_("一份材料一条。说法不同的，各记一条，不作取舍。"),
        button=_("记下"),
        form=FactForm(posted(request), case=case, reader=reader),
        act=act,
    )


@login_required
@_either
def withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = fact_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.withdraw_fact(fact=found, **said, by=reader, at=timezone.now())
        return redirect("investigation:facts", number)

    return sheet(
        request,
        number=number,
        title=_("划去这一项"),
        lead=_("原文保留可见，旁边写明谁、为什么划去。"),
        button=_("划去"),
        form=WithdrawalForm(posted(request)),
        act=act,
    )
