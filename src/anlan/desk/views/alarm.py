"""What a screen says when an incident was reported."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.cases.models import Case
from anlan.cases.selectors import cases_for
from anlan.desk.selectors import room_url
from anlan.desk.views.reader import reader
from anlan.incidents.selectors import lost_a_report


@login_required
@require_GET
def alarm(request: HttpRequest) -> HttpResponse:
    """The incident behind ``?subject=case:<uid>``, for those who command there.

    ``seq`` is the entry that was heard: of a report that was split off both cases say so,
    and only one of them is new.
    """
    user = reader(request)
    try:
        uid = UUID(request.GET.get("subject", "").removeprefix("case:"))
    except ValueError as error:
        raise Http404 from error
    case = (
        cases_for(user)
        .select_related("site", "incident__place")
        .filter(uid=uid, kind=Case.Kind.INCIDENT)
        .first()
    )
    if case is None or not has_permission(
        user, Permission.INCIDENT_COMMAND, site=case.site
    ):
        return HttpResponse(status=204)  # nothing for them; no error in their browser
    seq = request.GET.get("seq", "")
    if seq.isdecimal() and lost_a_report(case, seq=int(seq)):
        return HttpResponse(status=204)
    place = str(case.incident.place)
    words = _("新事件：%(place)s（%(severity)s）") % {
        "place": place,
        "severity": case.get_severity_display(),
    }
    return JsonResponse(
        {
            "url": room_url(case.number),
            "number": case.number,
            "title": case.title,
            "place": place,
            "text": words,
        }
    )
