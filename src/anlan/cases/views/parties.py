"""Who the case is about: added, identified, given other roles, looked at unmasked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.forms import (
    CorrectionForm,
    ErasureForm,
    HomeForm,
    IdentityForm,
    PartyForm,
    RevealForm,
    RolesForm,
)
from anlan.cases.models import Case, Party
from anlan.cases.permissions import check_can_correct_contact, check_can_look_behind
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import case_changed, posted, reader_of, sheet
from anlan.customers import services as customers
from anlan.customers.enums import KEEP, ErasureReason, OccupancyRole, ProtectedField
from anlan.customers.models import Occupancy
from anlan.customers.selectors import occupancies_of


@login_required
@require_http_methods(["GET", "POST"])
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """A colleague, a customer by name and phone, or somebody not yet known."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        who = {field: said[field] for field in ("roles", "user", "description")}
        about: dict[str, Any] = {
            "case": case,
            "request_id": said["request_id"],
            "by": reader,
            "at": at,
        }
        if said["name"]:
            cases.add_customer(name=said["name"], phone=said["phone"], **who, **about)
        else:
            cases.add_party(**who, **about)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("登记当事人"),
        button=_("登记"),
        form=PartyForm(posted(request), site=case.site),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Say who somebody described is; the description stays on the record."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    party = party_in(case, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        about: dict[str, Any] = {
            "party": party,
            "user": said["user"],
            "by": reader,
            "at": at,
        }
        if said["name"]:
            cases.identify_customer(name=said["name"], phone=said["phone"], **about)
        else:
            cases.identify_party(**about)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("确认身份：%s") % shown_name(party),
        button=_("确认身份"),
        form=IdentityForm(posted(request), site=case.site),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def roles(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    at = timezone.now()
    reader = reader_of(request)
    party = party_in(case_for(reader, number), uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.set_party_roles(party=party, roles=said["roles"], by=reader, at=at)
        return case_changed(request, number, at=at)

    held = [row.role for row in party.roles.all()]
    return sheet(
        request,
        number=number,
        title=_("修改角色：%s") % shown_name(party),
        button=_("保存"),
        form=RolesForm(posted(request), initial={"roles": held}),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The unmasked value, once, with the reason on the record; it is kept nowhere."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    party = party_in(case, uid)
    if party.person is None:
        raise NotFound(_("身份还没有确认，没有联系方式"))
    check_can_look_behind(reader, party)

    def act(said: dict[str, Any]) -> HttpResponse:
        field = ProtectedField(said["field"])
        value = cases.reveal_contact(
            party=party, field=field, reason=said["reason"], by=reader, at=at
        )
        return _revealed(request, number, field, value)

    return sheet(
        request,
        number=number,
        title=_("查看：%s") % shown_name(party),
        button=_("查看"),
        form=RevealForm(posted(request), initial={"field": ProtectedField.PHONE}),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Which room somebody owns, lives or works in; earlier cases of the room count by it."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    check_permission(reader, Permission.PARTY_EDIT, site=case.site)
    party = party_in(case, uid)
    if party.person is None:
        raise NotFound(_("身份还没有确认，不能登记房屋"))
    check_can_look_behind(reader, party)
    person = party.person

    def act(said: dict[str, Any]) -> HttpResponse:
        made = customers.note_occupancy(
            person=person,
            place=said["place"],
            role=OccupancyRole(said["role"]),
            since_on=said["since_on"],
            until_on=said["until_on"],
            by=reader,
            at=at,
        )
        if said["until_on"] and made.until_on is None:
            customers.end_occupancy(
                occupancy=made, until_on=said["until_on"], by=reader, at=at
            )
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("房屋：%s") % shown_name(party),
        lead=_homes_words(list(occupancies_of(person, case.site))),
        button=_("登记"),
        form=HomeForm(
            posted(request), site=case.site, initial={"since_on": local_day(at)}
        ),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Another name or telephone, as the person says it is right."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    check_can_correct_contact(reader, case)
    party = party_in(case, uid)
    check_can_look_behind(reader, party)

    def act(said: dict[str, Any]) -> HttpResponse:
        phone = said["phone"] or ("" if said["without_phone"] else KEEP)
        cases.correct_contact(
            party=party,
            name=said["name"] or KEEP,
            phone=phone,
            reason=said["reason"],
            by=reader,
            at=at,
        )
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("更正资料：%s") % shown_name(party),
        lead=_(
            "在这位人员的所有案件里一起更正。原来的内容和理由留存，供有权的人查看；在已经办结的案件里，由有权查看个人资料的人更正。"
        ),
        button=_("更正"),
        form=CorrectionForm(posted(request)),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Who it was is deleted for good, if no case or hold keeps it; that it was, stays."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    for permission in (Permission.SITE_MANAGE, Permission.PERSON_UNMASK):
        check_permission(reader, permission, site=case.site)
    party = party_in(case, uid)
    check_can_look_behind(reader, party)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.erase_contact(
            party=party, reason=ErasureReason(said["reason"]), by=reader, at=at
        )
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("删除个人资料：%s") % shown_name(party),
        lead=_(
            "删除姓名、电话、身份证号码、备注、房屋和查看的理由。案件没有办结、有保全、录像申请没有办结的，不能删除。情况说明和证据按各自的保存期限处理。"
        ),
        button=_("永久删除"),
        kind="danger",
        form=ErasureForm(posted(request)),
        act=act,
    )


def _homes_words(rows: list[Occupancy]) -> str:
    """What is there already, in one sentence."""
    if not rows:
        return _("还没有登记。登记以后，同一房屋此前的案件会列在调查的背景里。")
    words = [
        _("%(place)s（%(role)s，%(since)s 起%(until)s）")
        % {
            "place": row.place.label,
            "role": row.get_role_display(),
            "since": row.since_on.isoformat(),
            "until": _("，%s 止") % row.until_on.isoformat() if row.until_on else "",
        }
        for row in rows
    ]
    return _("已登记：%s") % _("；").join(words)


def _revealed(
    request: HttpRequest, number: str, field: ProtectedField, value: str
) -> HttpResponse:
    body = "cases/sheets/revealed.html"
    response = render(
        request,
        body if getattr(request, "htmx", False) else "cases/sheet.html",
        {
            "number": number,
            "title": field.label,
            "value": value,
            "is_phone": field == ProtectedField.PHONE,
            "body": body,
        },
    )
    response["Cache-Control"] = "no-store"
    return response


def party_in(case: Case, uid: UUID) -> Party:
    found = (
        Party.objects.filter(case=case, uid=uid, removed_at=None)
        .select_related("person", "user", "case__site")
        .first()
    )
    if found is None:
        raise NotFound(_("本案没有这位当事人"))
    return found
