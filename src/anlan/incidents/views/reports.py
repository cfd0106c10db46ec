"""What people said happened: confirmed, split off, and the files that came along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts.models import User
from anlan.base.addresses import public_address
from anlan.base.download import is_shown, ranged_answer, shown_answer
from anlan.base.errors import Conflict, NotFound
from anlan.cases.enums import Way
from anlan.cases.views.answers import one_tap, reader_of
from anlan.evidence.services.opening import good_path
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment, Report
from anlan.incidents.selectors import incident_for
from anlan.incidents.views.answers import incident_changed
from anlan.law.selectors import refusal_words


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
    report = _report(reader, number, uid)
    incidents.split_report(report=report, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_POST
@one_tap
def link_end(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The address with which a visitor follows their report fell into other hands."""
    at = timezone.now()
    reader = reader_of(request)
    report = _report(reader, number, uid)
    incidents.revoke_report_links(report=report, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@never_cache
@require_POST
def link(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A new address for whoever reported, on paper and as a code; shown this once."""
    at = timezone.now()
    reader = reader_of(request)
    report = _report(reader, number, uid)
    secret = incidents.give_report_link(report=report, by=reader, at=at)
    context = {
        "case": report.incident.case,
        "report": report,
        "address": public_address(reverse("portal:follow", args=[secret]), request),
    }
    return render(request, "incidents/report_link.html", context)


@login_required
@require_GET
def attachment(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """What a photo shows, the copy of a sound or a film; looking is on the record."""
    reader, at = reader_of(request), timezone.now()
    found = _attachment(reader, number, uid)
    if found.is_played:
        return _played(request, found, reader, at)
    path = incidents.open_attachment(
        attachment=found,
        by=reader,
        at=at,
        way=Way.VIEWED if is_shown(found.media_type) else Way.DOWNLOADED,
    )
    return shown_answer(
        path, media_type=found.media_type, name=f"{number}-{found.sha256[:8]}"
    )


@login_required
@require_GET
def attachment_player(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A voice with its wave, or a film: the copy, which is heard once it is begun."""
    reader, at = reader_of(request), timezone.now()
    found = _attachment(reader, number, uid)
    if not found.is_played:
        raise NotFound(_("没有这个附件"))
    try:
        copy, refusal = incidents.playing_copy(attachment=found, at=at), ""
    except Conflict as error:
        copy, refusal = None, refusal_words(error)
    context = {
        "case": found.report.incident.case,
        "attachment": found,
        "copy": copy,
        "refusal": refusal,
        "source": reverse("incidents:attachment", args=[number, uid]),
    }
    return render(request, "incidents/attachment.html", context)


def _report(reader: User, number: str, uid: UUID) -> Report:
    incident = incident_for(reader, number)
    found = (
        incident.reports.select_related("place__site", "incident__case__site")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("本事件没有这份报告"))
    return found


def _attachment(reader: User, number: str, uid: UUID) -> Attachment:
    incident = incident_for(reader, number)
    found = (
        Attachment.objects.select_related("report__incident__case__site")
        .filter(report__incident=incident, uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个附件"))
    return found


def _played(
    request: HttpRequest, found: Attachment, reader: User, at: datetime
) -> HttpResponseBase:
    blob = incidents.playing_copy(attachment=found, at=at).blob
    assert blob is not None  # noqa: S101 -- a copy that is ready has bytes

    def open_part(first: int, last: int) -> Path:
        incidents.open_attachment_copy(
            attachment=found, by=reader, at=at, first=first, last=last
        )
        return good_path(blob)

    return ranged_answer(
        request.headers.get("Range", ""),
        size=blob.size,
        media_type=blob.media_type,
        name=f"{found.report.incident.case.number}-{found.sha256[:8]}-copy",
        open_part=open_part,
    )
