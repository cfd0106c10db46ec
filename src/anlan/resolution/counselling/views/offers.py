"""For who offers support: whom to ask, what they said, where they were referred."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.cases.selectors import shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.resolution.counselling import permissions, services
from anlan.resolution.counselling.enums import CareState, Ending, OfferWay
from anlan.resolution.counselling.forms import (
    CounsellorForm,
    EndingForm,
    OfferForm,
    ReferralForm,
)
from anlan.resolution.counselling.selectors import (
    cares_in,
    counsellors_of,
    helplines,
    offered_care,
    offered_case,
    parties_to_ask,
    party_to_ask,
)
from anlan.resolution.counselling.views.answers import form_page
from anlan.resolution.counselling.views.people import record_follow_up

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """Who was asked and how far it is; after the referral no more than a word."""
    reader = reader_of(request)
    case = offered_case(reader, number)
    at = timezone.now()
    cares = {care.party_id: care for care in cares_in(case)}
    people = []
    for party in parties_to_ask(case):
        care = cares.get(party.pk)
        is_early = bool(care and care.not_before and at < care.not_before)
        people.append((party, shown_name(party), care, is_early))
    outside = [
        care
        for care in cares.values()
        if care.is_running and (care.counsellor is None or not care.counsellor.user_id)
    ]
    context = {
        "case": case,
        "people": people,
        "due": [
            (one, care, shown_name(care.party))
            for care in outside
            for one in care.follow_ups.filter(ended_at=None).order_by("due_at")[:1]
        ],
        "helplines": helplines(),
    }
    return render(request, "counselling/status.html", context)


@login_required
@_either
def offer(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    party = party_to_ask(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.offer_support(
            party=party,
            way=OfferWay(said["way"]),
            answer=CareState(said["answer"]),
            not_before=said["not_before"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("counselling:status", number)

    return sheet(
        request,
        number=number,
        title=_("提出支持：%s") % shown_name(party),
        lead=_(
            "可以这样说：“发生这样的事，难受、睡不好都很常见。您愿意的话，可以和一位辅导员谈谈，内容保密；不愿意也完全没关系，不影响任何事情。”不追问经过，不劝第二次。"
        ),
        button=_("登记"),
        form=OfferForm(posted(request)),
        act=act,
    )


@login_required
@_either
def referral(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = offered_care(reader, number, uid)
    form = ReferralForm(posted(request), case=care.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.refer(care=care, by=reader, at=timezone.now(), **form.chosen())
        return redirect("counselling:status", number)

    return sheet(
        request,
        number=number,
        title=_("转介：%s") % shown_name(care.party),
        lead=_(
            "当事人、到场的人和处理本案的人不在名单里。转介以后，这里只显示已转介、已随访。"
        ),
        button=_("转介"),
        form=form,
        act=act,
    )


@login_required
@require_POST
def follow_up(request: HttpRequest, number: str, uid: UUID, one: UUID) -> HttpResponse:
    reader = reader_of(request)
    record_follow_up(request, reader, offered_care(reader, number, uid), one)
    return redirect("counselling:status", number)


@login_required
@_either
def ending(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Of somebody who was given a number outside."""
    reader = reader_of(request)
    care = offered_care(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.close_care(
            care=care, ending=Ending(said["ending"]), by=reader, at=timezone.now()
        )
        return redirect("counselling:status", number)

    return sheet(
        request,
        number=number,
        title=_("结束支持"),
        lead=_("以后本人需要，随时可以重新提出。"),
        button=_("结束"),
        form=EndingForm(posted(request)),
        act=act,
    )


@login_required
@_either
def register(request: HttpRequest) -> HttpResponse:
    """The counsellors of the company; who manages all of its people keeps the list."""
    reader = reader_of(request)
    permissions.check_can_see_register(reader)
    may_edit = permissions.can_keep_register(reader, reader.organisation)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.enter_counsellor(
            organisation=reader.organisation, by=reader, at=timezone.now(), **said
        )
        return redirect("support:register")

    if request.method == "GET" and "new" not in request.GET:
        context = {"rows": counsellors_of(reader.organisation), "may_edit": may_edit}
        return render(request, "counselling/register.html", context)
    permissions.check_can_keep_register(reader, reader.organisation)
    return form_page(
        request,
        title=_("登记辅导员"),
        button=_("登记"),
        form=CounsellorForm(posted(request), by=reader),
        back=reverse("support:register"),
        act=act,
    )


@login_required
@require_POST
def counsellor_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_keep_register(reader, reader.organisation)
    found = counsellors_of(reader.organisation).filter(uid=uid).first()
    if found is not None:
        services.end_counsellor(counsellor=found, by=reader, at=timezone.now())
    return redirect("support:register")
