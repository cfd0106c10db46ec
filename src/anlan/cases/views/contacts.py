"""Talks with the parties, whom each side calls, and who is kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.addresses import public_address
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.forms import ReasonForm
from anlan.cases.forms.contacts import ContactForm, KeepApartForm, NamedContactForm
from anlan.cases.models import Case, Contact
from anlan.cases.selectors import case_for, parties_of, shown_name
from anlan.cases.selectors.contacts import (
    OFFERS,
    aggressors_of,
    contact_for,
    contacts_of,
    kept_apart_from,
    kept_apart_of,
    may_read_contacts,
    shown_contacts,
    sides_seen,
    victim_for,
    victims_with_links,
)
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.cases.wall import behind_the_wall

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """In the room: whom each side calls, and what was promised."""
    reader = reader_of(request)
    return render(
        request, "cases/panels/contacts.html", _context(reader, number, timezone.now())
    )


@login_required
@require_GET
def contacts(request: HttpRequest, number: str) -> HttpResponse:
    """The log, the named contacts, and the plans to keep apart."""
    reader = reader_of(request)
    return render(
        request, "cases/contacts.html", _context(reader, number, timezone.now())
    )


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a talk; with ``corrects`` an earlier one was written down wrongly."""
    reader = reader_of(request)
    case = case_for(reader, number)
    wrong = request.GET.get("corrects", "")
    earlier = contact_for(reader, number, _uid(wrong)) if wrong else None
    hidden = behind_the_wall(reader).filter(case=case)
    form = ContactForm(
        posted(request),
        parties=[one for one in parties_of(case) if one not in set(hidden)],
        initial=_as_it_was(earlier)
        if earlier
        else {"party": request.GET.get("party", "")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        made = cases.record_contact(
            party=said["party"],
            **form.told(earlier),
            corrects=earlier,
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(case, f"contact-{made.uid}")

    title = _("更正沟通 %s") % earlier.code if earlier else _("记录沟通")
    return sheet(
        request,
        number=number,
        title=title,
        lead=_("写对方说的话和您说的话；记下后不能改，只能更正。"),
        button=_("记录"),
        form=form,
        act=act,
    )


@login_required
@_either
def naming(request: HttpRequest, number: str, side: str) -> HttpResponse:
    """Say whom this side calls from now on."""
    reader = reader_of(request)
    case = case_for(reader, number)
    if side not in Side.values:
        raise NotFound("")

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.name_contact(
            case=case,
            side=Side(side),
            user=said["user"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(case)

    return sheet(
        request,
        number=number,
        title=_("指定联系人：%s") % Side(side).label,
        lead=_(
            "联系人看不到另一方的联系方式和伤情；同一案件里，一个人只能担任一方的联系人。"
        ),
        button=_("指定"),
        form=NamedContactForm(posted(request), site=case.site),
        act=act,
    )


@login_required
@never_cache
@require_POST
def own_link(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A new link for a victim, shown once; an earlier one ends."""
    reader, at = reader_of(request), timezone.now()
    party = victim_for(reader, number, uid)
    secret = cases.give_contact_link(party=party, by=reader, at=at)
    given = {
        "name": shown_name(party),
        "address": public_address(reverse("portal:contact", args=[secret]), request),
    }
    context = {**_context(reader, number, at), "given": given}
    return render(request, "cases/contacts.html", context)


@login_required
@require_POST
def own_link_end(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    party = victim_for(reader, number, uid)
    cases.end_contact_link(party=party, by=reader, at=timezone.now())
    return _to(party.case, "own-links")


@login_required
@_either
def keeping_apart(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.keep_apart(case=case, **said, by=reader, at=timezone.now())
        return _to(case, "kept-apart")

    return sheet(
        request,
        number=number,
        title=_("避免接触安排"),
        lead=_("值勤保安在手机上看得到；不要写联系方式、住址和伤情。"),
        button=_("安排"),
        form=KeepApartForm(posted(request), case=case, parties=parties_of(case)),
        act=act,
    )


@login_required
@_either
def ending(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """End a plan to keep apart before its time."""
    reader = reader_of(request)
    plan = kept_apart_from(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.end_keep_apart(
            plan=plan, reason=said["reason"], by=reader, at=timezone.now()
        )
        return _to(plan.case, "kept-apart")

    return sheet(
        request,
        number=number,
        title=_("提前结束：%s") % plan.code,
        button=_("结束"),
        form=ReasonForm(posted(request)),
        act=act,
    )


def _as_it_was(earlier: Contact) -> dict[str, Any]:
    """What a correction begins with: what is left as it is was said again."""
    ticks = ("motive_heard", "background_heard", "consequences_explained")
    same = ("channel", "direction", "held_at", "words", *OFFERS, *ticks)
    return {
        "party": earlier.party.uid,
        **{name: getattr(earlier, name) for name in same},
    }


def _context(reader: User, number: str, at: datetime) -> dict[str, Any]:
    case = case_for(reader, number)

    def may(permission: Permission) -> bool:
        return case.is_open and has_permission(reader, permission, site=case.site)

    rows = shown_contacts(contacts_of(case, reader), at=at)
    return {
        "case": case,
        "sees": may_read_contacts(reader, case),
        "rows": rows,
        "open_promises": [
            (row, one)
            for row in rows
            for one in row.promises
            if one.promise.task.ended_at is None
        ],
        "sides": sides_seen(case),
        "pairs": [(pair, pair.plan.state_at(at)) for pair in kept_apart_of(case)],
        # A page of another package writes it; may they, it asks again.
        "to_explain": {
            party: shown_name(party) for party in aggressors_of(case, reader)
        }
        if may(Permission.PLAN_DRAFT) and may(Permission.INVESTIGATION_READ)
        else {},
        "own_links": victims_with_links(case, reader, at=at),
        "may_record": may(Permission.CONTACT_RECORD),
        "may_command": may(Permission.INCIDENT_COMMAND),
        "now": at,
    }


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("没有这次沟通记录，或者您无权查看")) from None


def _to(case: Case, anchor: str = "") -> HttpResponse:
    response = redirect("cases:contacts", case.number)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response
