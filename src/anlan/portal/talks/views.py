"""A side's own page of talks: what is asked of it, its consent, leaving. No account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.errors import DomainError
from anlan.base.limits import count_up
from anlan.cases.enums import Side
from anlan.cases.models import AccessLink
from anlan.cases.selectors import link_for
from anlan.law.selectors import refusal_words
from anlan.portal.forms import CodeForm, LeaveForm
from anlan.portal.visitors import WINDOW
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import ProposalState, TalksState
from anlan.resolution.mediation.models import Session, Talks
from anlan.resolution.mediation.papers import term_words
from anlan.resolution.mediation.remedies import remedies_of
from anlan.resolution.mediation.selectors.standing import (
    needs_guardian,
)
from anlan.resolution.mediation.selectors.talks import (
    consents_of,
    current_proposal,
    mandates_of,
    sessions_of,
)
from anlan.resolution.mediation.services.consents import talks_of_link

MOST_TRIES = 20  # of one link in a window, whatever was typed
_VIA = "public"


@never_cache
@require_GET
def talks(request: HttpRequest, secret: str) -> HttpResponse:
    """What is proposed to this side, in plain words; of the other side there is nothing."""
    link = link_for(secret, at=timezone.now())
    return _page(request, link, secret)


# As the other pages of a secret address: there is no session to ride on.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, secret: str) -> HttpResponse:
    at = timezone.now()
    link = link_for(secret, at=at)
    if request.method == "GET":
        return redirect("portal:talks", secret)
    form = CodeForm(request.POST)
    if count_up(f"portal:talks:{link.uid}", seconds=WINDOW) > MOST_TRIES:
        form.add_error("code", _("试得太多了，请过十分钟再试，或者打电话给管理处"))
        return _page(request, link, secret, form=form, status=429)
    if not form.is_valid():
        return _page(request, link, secret, form=form, status=422)
    try:
        mediation.consent_by_link(
            link=link, code=form.cleaned_data["code"], by=link, at=at, via=_VIA
        )
    except DomainError as error:
        form.add_error("code", refusal_words(error))
        return _page(request, link, secret, form=form, status=error.status)
    messages.success(request, _("您已同意参加；随时可以在本页退出"))
    return redirect("portal:talks", secret)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def withdrawal(request: HttpRequest, secret: str) -> HttpResponse:
    """Leaving asks for no code and no reason."""
    at = timezone.now()
    link = link_for(secret, at=at)
    if request.method == "GET":
        return redirect("portal:talks", secret)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, link, secret, leaving=form, status=422)
    try:
        mediation.withdraw_by_link(
            link=link, words=form.cleaned_data["words"], by=link, at=at, via=_VIA
        )
    except DomainError as error:
        form.add_error(None, refusal_words(error))
        return _page(request, link, secret, leaving=form, status=error.status)
    messages.success(request, _("您已退出，不需要理由，也没有人可以要求您继续"))
    return redirect("portal:talks", secret)


def _page(
    request: HttpRequest,
    link: AccessLink,
    secret: str,
    *,
    form: CodeForm | None = None,
    leaving: LeaveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found, side = talks_of_link(link)
    state = TalksState(found.state)
    own = consents_of(found)[side]
    is_willing = own is not None and own.withdrawn_at is None
    proposal = current_proposal(found) if is_willing else None
    return render(
        request,
        "portal/talks.html",
        {
            "secret": secret,
            "talks": found,
            "side": side,
            "own": own,
            "is_willing": is_willing,
            "may_be_left": state.may_be_left,
            "asks": state == TalksState.CONSENT_PENDING and not is_willing,
            "by_guardian": needs_guardian(found, side, at=timezone.now()),
            "mandates": mandates_of(found),
            "sessions": _coming(found) if is_willing else [],
            "proposal": proposal,
            "terms": [term_words(term) for term in proposal.terms.all()]
            if proposal
            else [],
            "remedies": remedies_of(found),
            "site": found.case.site,
            "form": form or CodeForm(),
            "leaving": leaving or LeaveForm(),
            "is_open": proposal is not None and proposal.state == ProposalState.OPEN,
            "is_victim": side == Side.VICTIM,
        },
        status=status,
    )


def _coming(found: Talks) -> list[Session]:
    return [one for one in sessions_of(found) if one.ended_at is None]
