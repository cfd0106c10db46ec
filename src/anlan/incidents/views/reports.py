"""What people said happened: confirmed, split off, and the files that came along."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.download import shown_answer
from anlan.base.errors import NotFound
from anlan.cases.views.answers import one_tap, reader_of
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.incidents.selectors import incident_for
from anlan.incidents.views.answers import incident_changed


@login_required
@require_POST
@one_tap
def confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """Staff say that a visitor's report is true; the ladder need not wait."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    incidents.confirm_report(incident=incident, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_POST
@one_tap
def splitting(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A further report is another fight after all: a case of its own."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    report = (
        incident.reports.select_related("place__site", "incident__case__site")
        .filter(uid=uid)
        .first()
    )
    if report is None:
        raise NotFound(_("本事件没有这份报告"))
    incidents.split_report(report=report, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_GET
def attachment(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """The bytes of a photo or a recording; looking at them is on the record."""
    reader = reader_of(request)
    incident = incident_for(reader, number)
    found = (
        Attachment.objects.select_related("report__incident__case__site")
        .filter(report__incident=incident, uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个附件"))
    path = incidents.open_attachment(attachment=found, by=reader, at=timezone.now())
    return shown_answer(
        path, media_type=found.media_type, name=f"{number}-{found.sha256[:8]}"
    )
