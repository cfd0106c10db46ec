"""The holds of a case: placed, proposed to be released, decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.proof import ask_proof, is_proof_fresh
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import lead_to, posted, reader_of, sheet
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.forms.retention import HoldForm, ReleaseDecisionForm, ReleaseForm
from anlan.evidence.models import Hold
from anlan.evidence.selectors.holds import hold_for, holds_of, release_advice
from anlan.evidence.selectors.retention import keepers_of

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def holds(request: HttpRequest, number: str) -> HttpResponse:
    """What is held by whom, and what keeps the case by itself."""
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_place_hold(reader, case)
    context = {
        "case": case,
        "holds": holds_of(case, reader),
        "keepers": keepers_of(case, at=timezone.now()),
        "can_release": permissions.can_release_hold(reader, case),
        "advice": release_advice(),
    }
    return render(request, "evidence/holds.html", context)


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_place_hold(reader, case)
    form = HoldForm(
        posted(request),
        case=case,
        reader=reader,
        initial={"held": request.GET.get("held", "")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.place_hold(case=case, **said, by=reader, at=timezone.now())
        return _to(request, number)

    return sheet(
        request,
        number=number,
        title=_("保全证据"),
        lead=_(
            "保全马上生效：到期也不删除，录像机上的马上去取。解除要两个不同岗位的人同意。"
        ),
        button=_("保全"),
        form=form,
        act=act,
    )


@login_required
@_either
def proposal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Say why it is not needed any more; the advice of the law stands above."""
    hold = _releasable(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.propose_release(
            hold=hold, **said, by=reader_of(request), at=timezone.now()
        )
        return _to(request, number)

    return sheet(
        request,
        number=number,
        title=_("申请解除保全 %s") % hold.code,
        lead=release_advice(),
        button=_("申请"),
        form=ReleaseForm(posted(request)),
        act=act,
    )


@login_required
@_either
def decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The second person, of another role, after a fresh proof that it is them."""
    hold = _releasable(request, number, uid)
    if not is_proof_fresh(request, at=timezone.now()):
        return ask_proof(request, back=request.path)

    def act(said: dict[str, Any]) -> HttpResponse:
        is_yes = said["decision"] == "yes"
        decide = evidence.release_hold if is_yes else evidence.refuse_release
        decide(hold=hold, by=reader_of(request), at=timezone.now())
        return _to(request, number)

    asked = (
        _("%(name)s申请：%(words)s")
        % {"name": hold.proposed_by.name, "words": hold.proposal}
        if hold.proposed_by
        else _("没有等待决定的解除申请")
    )
    return sheet(
        request,
        number=number,
        title=_("决定解除保全 %s") % hold.code,
        lead=f"{asked} {release_advice()}",
        button=_("决定"),
        kind="danger",
        form=ReleaseDecisionForm(posted(request)),
        act=act,
    )


def _releasable(request: HttpRequest, number: str, uid: UUID) -> Hold:
    reader = reader_of(request)
    hold = hold_for(reader, number, uid)
    permissions.check_can_release_hold(reader, hold.case)
    return hold


def _to(request: HttpRequest, number: str) -> HttpResponse:
    return lead_to(request, "evidence:holds", number)
