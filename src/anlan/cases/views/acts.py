"""The day of the act: what is known of it, and who established that."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.clock import local_day
from anlan.cases import permissions
from anlan.cases import services as cases
from anlan.cases.act import act_of, reported_act
from anlan.cases.forms.acts import ActForm
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of, sheet


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Establish or correct it; what was said before stays readable."""
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_state_act(reader, case)
    known = act_of(case)

    def state(said: dict[str, Any]) -> HttpResponse:
        cases.state_act(case=case, **said, by=reader, at=timezone.now())
        return redirect("cases:act", number)

    return sheet(
        request,
        number=number,
        title=_("行为发生之日"),
        lead=_("从这一天起算的时效、工伤期限和公安办案期限会随之重新计算。"),
        button=_("登记"),
        body="cases/sheets/act.html",
        form=ActForm(posted(request), initial={"day": local_day(known.at).isoformat()}),
        act=state,
        known=known,
        reported=reported_act(case),
        stated=case.stated_acts.select_related("stated_by").order_by("-pk"),
    )
