"""Risk markers: the list of who decides, one of them, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import User
from anlan.accounts.views.common import signed_in, tried
from anlan.base.clock import local_day
from anlan.customers import permissions, services
from anlan.customers.enums import MarkerState, MarkerStep, ObjectionOutcome
from anlan.customers.forms import HearingForm, ObjectionForm, ReviewForm
from anlan.customers.models import MarkerDecision, MarkerObjection, RiskMarker
from anlan.customers.selectors import masked
from anlan.customers.selectors.markers import (
    SOON,
    Which,
    counts,
    decisions_of,
    listed,
    marker_for,
    newest_decision,
    newest_decisions,
    objection_for,
    objections_to,
)
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])
_PAGE = 50


@login_required
@require_GET
def markers(request: HttpRequest) -> HttpResponse:
    """What waits for a decision first; of the reader's sites."""
    reader = signed_in(request)
    permissions.check_can_list_markers(reader)
    on = local_day(timezone.now())
    asked = request.GET.get("which", "")
    which = Which(asked) if asked in list(Which) else Which.DUE
    numbers = counts(reader, on=on)
    rows = listed(reader, which, on=on).prefetch_related("objections")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    told = newest_decisions(page)
    context = {
        "page": page,
        "which": which.value,
        "tabs": [
            (one.value, words, numbers[one])
            for one, words in (
                (Which.DUE, _("等待决定")),
                (Which.RUNNING, pgettext("a marker", "有效")),
                (Which.OVER, _("已结束")),
            )
        ],
        "rows": [_row(row, told.get(row.pk), on=on) for row in page],
    }
    return render(request, "customers/markers.html", context)


@login_required
@require_GET
def marker(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The advice; for who decides, the reasons, every decision and every objection too.

    Whoever decides nothing here reads the advice as long as it holds.
    """
    reader = signed_in(request)
    on = local_day(timezone.now())
    found = marker_for(reader, uid, on=on)
    may_decide = permissions.can_review_marker(reader, found)
    state = found.state(on=on)
    is_over = found.is_over(on=on)
    is_told = may_decide or state == MarkerState.RUNNING
    context = {
        "marker": found,
        "name": masked(found.person).name,
        "advice": newest_decision(found).advice if is_told else "",
        "is_told": is_told,
        "state": state.value,
        "is_due": _is_due(found, on=on),
        "is_objected": _is_objected(found),
        "is_over": is_over,
        "may_decide": may_decide,
        "may_review": not is_over and may_decide,
        "may_object": not is_over and not _is_objected(found),
        "decisions": decisions_of(found) if may_decide else [],
        "objections": [
            (one, _can_hear(reader, one))
            for one in (objections_to(found) if may_decide else [])
        ],
    }
    return render(request, "customers/marker.html", context)


@login_required
@_either
def review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep it for a while, change the advice, or end it."""
    reader = signed_in(request)
    found = marker_for(reader, uid, on=local_day(timezone.now()))
    permissions.check_can_review_marker(reader, found)
    now = newest_decision(found)
    form = ReviewForm(
        request.POST or None, initial={"advice": now.advice, "step": MarkerStep.KEPT}
    )

    def act(said: dict[str, Any]) -> RiskMarker:
        return services.review_marker(
            marker=found,
            **{**said, "step": MarkerStep(said["step"])},
            by=reader,
            at=timezone.now(),
        )

    return _form(
        request,
        found,
        form,
        act,
        title=_("复查风险标记"),
        lead=_("到期日 %s 不变；要更久的，到期以后重新设置。") % found.expires_on,
        button=_("作出决定"),
        done=_("决定已记录"),
    )


@login_required
@_either
def objection(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take down what the person says against it."""
    reader = signed_in(request)
    found = marker_for(reader, uid, on=local_day(timezone.now()))
    permissions.check_can_object_to_marker(reader, found)

    def act(said: dict[str, Any]) -> object:
        return services.object_to_marker(
            marker=found, **said, by=reader, at=timezone.now()
        )

    return _form(
        request,
        found,
        ObjectionForm(request.POST or None),
        act,
        title=_("登记本人的异议"),
        lead=_("%s 天以内由没有作过决定的人复核；到时没有复核，标记停用。")
        % services.HEARD_WITHIN.days,
        button=_("登记"),
        done=_("异议已登记"),
    )


@login_required
@_either
def hearing(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say whether the marker stays; of one that was ended, whether the objection is right."""
    reader = signed_in(request)
    found = objection_for(reader, uid)
    permissions.check_can_hear_marker(reader, found)

    def act(said: dict[str, Any]) -> object:
        return services.decide_marker_objection(
            objection=found,
            outcome=ObjectionOutcome(said["outcome"]),
            reason=said["reason"],
            by=reader,
            at=timezone.now(),
        )

    return _form(
        request,
        found.marker,
        HearingForm(request.POST or None, is_ended=found.marker.ended_at is not None),
        act,
        title=_("复核异议"),
        lead=_("撤销的，在岗的人不再看到提醒；保留的，复查日和到期日不变。"),
        words=found.words,
        button=_("作出复核决定"),
        done=_("复核结果已记录，请告知本人"),
    )


def _form(
    request: HttpRequest,
    marker: RiskMarker,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    lead: str,
    button: str,
    done: str,
    words: str = "",
) -> HttpResponse:
    """A form on a page of its own; a refusal stands at its field, and what was typed stays."""
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: act(form.cleaned_data), words=refusal_words)
        if made is not None:
            messages.success(request, done)
            return redirect("markers:marker", marker.uid)
    context = {
        "marker": marker,
        "name": masked(marker.person).name,
        "form": form,
        "title": title,
        "may_decide": permissions.can_review_marker(signed_in(request), marker),
        "lead": lead,
        "words": words,
        "button": button,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "customers/marker_form.html", context, status=status)


def _row(
    marker: RiskMarker, told: MarkerDecision | None, *, on: date
) -> dict[str, Any]:
    """For the list, with the one mark that matters most: a phone has room for one."""
    state = marker.state(on=on)
    is_objected = _is_objected(marker) and state != MarkerState.RESTING
    is_over_but_unheard = is_objected and marker.is_over(on=on)
    return {
        "marker": marker,
        "name": masked(marker.person).name,
        "advice": told.advice if told else _("已删除"),
        "state": "" if is_over_but_unheard else state.value,
        "is_objected": is_objected,
        "is_due": not is_objected and _is_due(marker, on=on),
    }


def _is_objected(marker: RiskMarker) -> bool:
    """What was erased meanwhile is heard by nobody any more."""
    return any(one.decided_at is None and one.words for one in marker.objections.all())


def _can_hear(reader: User, one: MarkerObjection) -> bool:
    is_open = one.decided_at is None and bool(one.words)
    return is_open and permissions.can_hear_marker(reader, one)


def _is_due(marker: RiskMarker, *, on: date) -> bool:
    return on <= marker.review_on <= on + SOON
