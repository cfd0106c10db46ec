"""A risk marker for a party of a case: set there, kept with the person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from anlan.base.calendar.terms import add_months
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases.policies import check_is_real
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import case_changed, posted, reader_of, sheet
from anlan.cases.views.parties import party_in
from anlan.customers import services as customers
from anlan.customers.forms import MarkerForm
from anlan.customers.permissions import check_can_set_marker
from anlan.customers.selectors.markers import objected_to

# What is proposed: half of what the law notes allow at most.
_REVIEW_MONTHS, _MONTHS = 3, 6


@login_required
@require_http_methods(["GET", "POST"])
def addition(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Say what colleagues mind when they meet this person, why, and for how long."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    party = party_in(case, uid)
    person = party.person
    if person is None:
        raise NotFound(_("身份还没有确认，不能设置风险标记"))
    check_can_set_marker(reader, person, case.site)
    check_is_real(case)

    def act(said: dict[str, Any]) -> HttpResponse:
        customers.set_marker(
            person=person,
            site=case.site,
            **said,
            case_number=case.number,
            by=reader,
            at=at,
        )
        return case_changed(request, number, at=at)

    today = local_day(at)
    return sheet(
        request,
        number=number,
        title=_("设置风险标记：%s") % shown_name(party),
        lead=_(
            "由您决定并负责；本人可以提出异议，由他人复核。到期自动失效，不会自动延长。"
        ),
        button=pgettext("a marker", "设置"),
        form=MarkerForm(
            posted(request),
            is_objected=objected_to(person, case.site).exists(),
            initial={
                "review_on": add_months(today, _REVIEW_MONTHS),
                "expires_on": add_months(today, _MONTHS),
            },
        ),
        act=act,
    )
