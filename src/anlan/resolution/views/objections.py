"""Objections: taken down, and heard by somebody who had no part in the matter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.errors import DomainError
from anlan.cases.selectors import shown_name
from anlan.cases.views.answers import posted, reader_of, sheet, show_refusal
from anlan.law import selectors as law
from anlan.resolution import permissions
from anlan.resolution import services as resolution
from anlan.resolution.enums import ObjectionState, ObjectionWay
from anlan.resolution.forms.notices import HearingForm, ObjectionForm, WithdrawalForm
from anlan.resolution.models import Objection
from anlan.resolution.selectors.notices import objection_for
from anlan.resolution.selectors.plans import measure_for

_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def objection_new(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Take down what is said against a measure."""
    reader = reader_of(request)
    found = measure_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = resolution.receive_objection(
            measure=found,
            way=ObjectionWay(said["way"]),
            words=said["words"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("resolution:objection", number, made.uid)

    return sheet(
        request,
        number=number,
        title=_("登记申诉：%s") % law.measure_title(found.key),
        lead=_("由没有参与本案处理的人在十日内复核；期间案件不能办结。"),
        button=_("登记"),
        form=ObjectionForm(posted(request)),
        act=act,
    )


@login_required
@_either
def objection(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What was said; sent, it is decided."""
    reader = reader_of(request)
    found = objection_for(reader, number, uid)
    if request.method == "GET":
        return _page(request, found)
    form = HearingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        resolution.decide_objection(
            objection=found,
            state=ObjectionState(form.cleaned_data["state"]),
            reason=form.cleaned_data["reason"],
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        fresh = objection_for(reader, number, uid)
        return _page(request, fresh, form=form, status=error.status)
    return redirect("resolution:objection", number, uid)


@login_required
@_either
def objection_withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = objection_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.withdraw_objection(
            objection=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("resolution:objection", number, uid)

    return sheet(
        request,
        number=number,
        title=_("本人撤回申诉 %s") % found.code,
        button=_("登记撤回"),
        form=WithdrawalForm(posted(request)),
        act=act,
    )


def _page(
    request: HttpRequest,
    found: Objection,
    *,
    form: HearingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    is_open = found.state == ObjectionState.OPEN
    return render(
        request,
        "resolution/objection.html",
        {
            "case": found.case,
            "objection": found,
            "measure": law.measure_title(found.measure.key),
            "party": shown_name(found.party),
            "plan": found.measure.plan,
            "form": form or HearingForm(),
            "may_hear": is_open and permissions.can_hear_objection(reader, found),
            "may_withdraw": is_open and permissions.can_hear_objection(reader, found),
        },
        status=status,
    )
