"""Who stands for a minor, and who is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.forms.guardians import GuardianForm, OfAgeForm, UnlinkForm
from anlan.cases.permissions import check_can_edit_parties
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.selectors.guardians import guardianship_for, guardianships_of
from anlan.cases.views.answers import case_changed, posted, reader_of, sheet
from anlan.cases.views.parties import party_in
from anlan.customers import services as customers

_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def guardians(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Say who stands for somebody; who did before stays readable."""
    reader = reader_of(request)
    case = case_for(reader, number)
    check_can_edit_parties(reader, case)
    ward = party_in(case, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.link_guardian(ward=ward, **said, by=reader, at=timezone.now())
        return redirect("cases:guardians", number, uid)

    return sheet(
        request,
        number=number,
        title=_("监护人：%s") % shown_name(ward),
        button=_("登记"),
        body="cases/sheets/guardians.html",
        form=GuardianForm(posted(request), ward=ward),
        act=act,
        links=[(one, shown_name(one.guardian)) for one in guardianships_of(ward)],
    )


@login_required
@_either
def unlinking(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Take back that somebody stands for another."""
    reader = reader_of(request)
    link = guardianship_for(reader, uid)
    if link.ward.case.number != number:
        raise NotFound(_("没有这项监护人登记"))

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.unlink_guardian(
            link=link, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("cases:guardians", number, link.ward.uid)

    return sheet(
        request,
        number=number,
        title=_("撤销监护人：%s") % shown_name(link.guardian),
        lead=_("已经由监护人同意和签字的不变；登记和撤销都留在记录上。"),
        button=_("撤销"),
        form=UnlinkForm(posted(request)),
        act=act,
    )


@login_required
@_either
def of_age(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Take back the mark of a minor of whom nothing else tells that they are one."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    party = party_in(case, uid)
    person = party.person
    if person is None:
        raise NotFound(_("身份还没有确认"))

    def act(said: dict[str, Any]) -> HttpResponse:
        customers.unmark_minor(person=person, site=case.site, **said, by=reader, at=at)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("撤销未成年人的标记：%s") % shown_name(party),
        lead=_(
            "事发时未满十八周岁的，请填写从哪一天起已满；那一天以前仍按未成年人对待。"
        ),
        button=_("撤销"),
        form=OfAgeForm(posted(request)),
        act=act,
    )
