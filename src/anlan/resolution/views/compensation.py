"""Compensation: filled in by steps, computed, shown with every formula, printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import ValidationError

from anlan.accounts.views.common import act
from anlan.base.clock import local_day
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, parties_of, shown_name
from anlan.cases.views.answers import reader_of
from anlan.evidence.selectors import exhibits_of
from anlan.law.selectors import refusal_words
from anlan.resolution import services as resolution
from anlan.resolution.compensation import Claim
from anlan.resolution.forms.compensation import STEP_OF, STEPS, Filled, claim_data
from anlan.resolution.models import Compensation, CompensationVersion
from anlan.resolution.permissions import (
    can_make_compensation,
    can_see_compensation,
    check_can_make_compensation,
    check_can_see_compensation,
)
from anlan.resolution.selectors.compensation import (
    cited_exhibits,
    claim_of,
    compensation_for,
    law_digest,
    listed_in,
    outcome_of,
    shown_lines,
    version_of,
    versions_of,
)
from anlan.resolution.selectors.kindness import kindness_words
from anlan.resolution.wording import ESTIMATE, KINDNESS, MANAGER, sums_of


@login_required
@never_cache
@require_GET
def compensations(request: HttpRequest, number: str) -> HttpResponse:
    """The calculations of a case; to who may not see injuries, only that there are."""
    reader = reader_of(request)
    case = case_for(reader, number)
    listed = listed_in(case, reader)
    begun = {one.compensation.party_id for one in listed}
    context = {
        "case": case,
        "listed": [(one, shown_name(one.compensation.party)) for one in listed],
        "victims": [
            (party, shown_name(party))
            for party in _victims(case)
            if party.pk not in begun
        ],
        "can_make": can_make_compensation(reader, case),
        "sees": can_see_compensation(reader, case),
        "estimate": ESTIMATE,
    }
    return render(request, "resolution/compensations.html", context)


@login_required
@require_POST
def beginning(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    wanted = request.POST.get("party", "")
    party = next((one for one in _victims(case) if str(one.uid) == wanted), None)
    if party is None:
        raise NotFound(_("本案没有这位当事人"))
    made = resolution.begin_compensation(
        case=case, party=party, by=reader, at=timezone.now()
    )
    return redirect("resolution:step", number, made.uid, "forum")


@login_required
@require_GET
def compensation(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The newest result, or the first step where there is none."""
    found = compensation_for(reader_of(request), number, uid)
    newest = versions_of(found).first()
    if newest is None:
        return redirect("resolution:step", number, uid, "forum")
    return redirect("resolution:compensation_version", number, uid, newest.number)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, number: str, uid: UUID, step: str) -> HttpResponse:
    """One page of the form: kept as it is typed, then on to the next, at last computed."""
    reader = reader_of(request)
    found = compensation_for(reader, number, uid)
    check_can_make_compensation(reader, found.case)
    if step not in STEPS:
        raise NotFound(_("没有这一步"))
    if request.method == "GET":
        resolution.show_compensation(compensation=found, by=reader, at=timezone.now())
        return _step_page(request, found, step)
    return _save(request, found, step)


@login_required
@require_POST
def again(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The newest claim by the figures and the law of now."""
    reader = reader_of(request)
    found = compensation_for(reader, number, uid)
    before = versions_of(found).first()
    made: list[CompensationVersion] = []

    def change() -> None:
        made.append(
            resolution.reckon_again(compensation=found, by=reader, at=timezone.now())
        )

    act(
        request,
        change,
        done=_("已按现在的参数和条文重新计算"),
        words=refusal_words,
    )
    if made and before and made[0].pk == before.pk:
        messages.info(request, _("没有变化，不产生新的一版"))
    return redirect("resolution:compensation", number, uid)


@login_required
@never_cache
@require_GET
def version(request: HttpRequest, number: str, uid: UUID, version: int) -> HttpResponse:
    """A result, beside the one before it or the one that is asked for."""
    reader = reader_of(request)
    found = compensation_for(reader, number, uid)
    resolution.show_compensation(compensation=found, by=reader, at=timezone.now())
    shown = version_of(found, version)
    others = [one for one in versions_of(found) if one.pk != shown.pk]
    before = _before(request, shown, others)
    outcome = outcome_of(shown)
    context = {
        "case": found.case,
        "compensation": found,
        "victim": shown_name(found.party),
        "version": shown,
        "others": others,
        "before": before,
        "claim": claim_of(shown),
        "outcome": outcome,
        "outcome_before": outcome_of(before) if before else None,
        "lines": shown_lines(shown, before=before),
        "sums": sums_of(outcome),
        "exhibits": cited_exhibits(shown),
        "is_law_changed": shown.law != law_digest(),
        "can_make": can_make_compensation(reader, found.case),
        "estimate": ESTIMATE,
        "kindness": KINDNESS if outcome.kindness_fen else "",
        "kindness_words": kindness_words(found.case.organisation),
        "manager": MANAGER if outcome.manager_cap_fen else "",
    }
    return render(request, "resolution/compensation.html", context)


@login_required
@never_cache
@require_GET
def paper(request: HttpRequest, number: str, uid: UUID, version: int) -> HttpResponse:
    reader = reader_of(request)
    found = compensation_for(reader, number, uid)
    check_can_see_compensation(reader, found.case)
    shown = version_of(found, version)
    pdf = resolution.print_compensation(version=shown, by=reader, at=timezone.now())
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"{found.case.number}-{found.code}-v{shown.number}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _save(request: HttpRequest, found: Compensation, step: str) -> HttpResponse:
    reader, at = reader_of(request), timezone.now()
    wants_json = request.headers.get("Accept", "") == "application/json"
    draft_version = request.POST.get("draft_version", "")
    try:
        found = resolution.save_draft(
            compensation=found,
            step=step,
            typed=_typed(request),
            version=int(draft_version)
            if draft_version.isdecimal() and len(draft_version) < 9
            else -1,
            by=reader,
            at=at,
        )
    except DomainError as error:
        if wants_json:
            return JsonResponse({"error": refusal_words(error)}, status=error.status)
        return _step_page(request, found, step, typed=_typed(request), refusal=error)
    if wants_json:
        return JsonResponse({"version": found.draft_version})
    keys = list(STEPS)
    go = request.POST.get("go", "")
    if go == "reckon":
        return _reckon(request, found, step)
    if go == "stay" or not _filled(request, found)[step].is_valid:
        return _step_page(request, found, step, status=200 if go == "stay" else 422)
    following = keys[min(keys.index(step) + 1, len(keys) - 1)]
    return redirect("resolution:step", found.case.number, found.uid, following)


def _reckon(request: HttpRequest, found: Compensation, step: str) -> HttpResponse:
    """All steps together; what is wrong is shown on the first step that has it."""
    steps = _sent(_filled(request, found))
    wrong = next((key for key, filled in steps.items() if not filled.is_valid), "")
    if wrong:
        return _step_page(request, found, wrong, status=422)
    try:
        claim = _claim(steps)
        made = resolution.make_compensation(
            compensation=found, claim=claim, by=reader_of(request), at=timezone.now()
        )
    except InvalidInput as error:
        where = STEP_OF.get(error.path, step)
        return _step_page(request, found, where, refusal=error)
    return redirect(
        "resolution:compensation_version", found.case.number, found.uid, made.number
    )


def _claim(steps: Mapping[str, Filled]) -> Claim:
    """
    Raises:
        InvalidInput: a number is beyond what can be.
    """
    try:
        return Claim.model_validate(claim_data(steps))
    except ValidationError as error:
        path = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else ""
        raise InvalidInput(_("数值不在可能的范围内"), path=path) from error


def _filled(
    request: HttpRequest,
    found: Compensation,
    *,
    typed: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Filled]:
    """Every step: from the draft, else from the newest version."""
    newest = versions_of(found).first()
    claim = claim_of(newest) if newest else None
    exhibits = list(exhibits_of(found.case, reader_of(request)).order_by("number"))
    draft: dict[str, Mapping[str, str]] = {**found.draft, **(typed or {})}
    today = {"reckoned_on": local_day(timezone.now()), "forum": "civil"}
    return {
        key: Filled(
            one,
            typed=draft.get(key),
            claim=claim,
            exhibits=exhibits,
            initial=today if key == "forum" else None,
        )
        for key, one in STEPS.items()
    }


def _sent(steps: Mapping[str, Filled]) -> dict[str, Filled]:
    """The same as if every step had been sent, also those that nobody touched."""
    return {key: filled.sent() for key, filled in steps.items()}


def _step_page(
    request: HttpRequest,
    found: Compensation,
    step: str,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = _filled(request, found, typed={step: typed} if typed else None)
    keys = list(STEPS)
    place = keys.index(step)
    context = {
        "case": found.case,
        "compensation": found,
        "victim": shown_name(found.party),
        "step": STEPS[step],
        "filled": steps[step],
        "steps": [
            {
                "title": one.title,
                "url": reverse(
                    "resolution:step", args=[found.case.number, found.uid, key]
                ),
                "is_here": key == step,
                "is_done": keys.index(key) < place,
            }
            for key, one in STEPS.items()
        ],
        "place": place + 1,
        "count": len(keys),
        "is_last": place == len(keys) - 1,
        "refusal": refusal_words(refusal) if refusal else "",
        "estimate": ESTIMATE,
    }
    code = refusal.status if refusal else status
    return render(request, "resolution/step.html", context, status=code)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed, as it was; not the token, nor which button was pressed."""
    left_out = {"csrfmiddlewaretoken", "draft_version", "go"}
    return {
        name[:80]: value
        for name, value in request.POST.items()
        if name not in left_out and isinstance(value, str)
    }


def _before(
    request: HttpRequest,
    shown: CompensationVersion,
    others: list[CompensationVersion],
) -> CompensationVersion | None:
    """The version to compare with: the one asked for, else the one before."""
    asked = request.GET.get("before", "")
    if asked.isdecimal():
        return next((one for one in others if str(one.number) == asked), None)
    earlier = [one for one in others if one.number < shown.number]
    return earlier[0] if earlier else None


def _victims(case: Case) -> list[Any]:
    return [
        party
        for party in parties_of(case)
        if any(row.role == "victim" for row in party.roles.all())
    ]
