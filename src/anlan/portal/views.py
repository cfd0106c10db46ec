"""The public's pages: report from a poster, follow what happens. No account."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import Place, User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import place_with_code
from anlan.base.errors import Conflict, DomainError, NotFound
from anlan.cases import services as cases
from anlan.cases.models import AccessLink
from anlan.cases.selectors import link_for
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.incidents.models import Report
from anlan.law.selectors import refusal_words
from anlan.portal.forms import PublicReportForm, WordsForm
from anlan.portal.outside import WAYS
from anlan.portal.progress import progress_of
from anlan.portal.promises import steps_of
from anlan.portal.record import as_text, own_files, record_of
from anlan.portal.refusals import closed_place
from anlan.portal.visitors import (
    Visitor,
    may_add,
    may_ask_again,
    may_read_record,
    may_report,
)


# The form may be sent by a phone that has cookies off or kept the page for hours; there
# is no session to ride on, so a forged request could only do what anybody may do.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """What the code on the wall opens: for staff their phone, for all others a report."""
    place = _place(code)
    if not place.is_active:
        return closed_place(request, place)
    if request.method == "GET" and _is_staff_of(request, place):
        scanned = urlencode(
            {"place": place.code, "at": int(timezone.now().timestamp())}
        )
        return redirect(f"{reverse('phone:alarm')}?{scanned}")
    form = PublicReportForm(request.POST or None, initial={"request_id": uuid4()})
    status = 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        at = timezone.now()
        visitor = Visitor(form.cleaned_data["request_id"])
        # A phone that sends the same again asks for its answer: no report is counted.
        is_taken = (
            may_ask_again(visitor)
            if _is_sent(form, place, by=visitor)
            else may_report(request, place=place, at=at)
        )
        if not is_taken:
            return render(request, "portal/too_many.html", {"place": place}, status=429)
        try:
            secret = _report(form, place, by=visitor, at=at)
        except DomainError as error:
            form.add_error(None, refusal_words(error))
            status = error.status
        else:
            return redirect("portal:follow", secret)
    context = {"form": form, "place": place, "site": place.site}
    return render(request, "portal/report.html", context, status=status)


@never_cache
@require_GET
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """What became of the report: times, who came (by role), what was promised, rights."""
    _link, report = _followed(secret)
    return _follow_page(request, secret, report)


@never_cache
@require_GET
def record(request: HttpRequest, secret: str) -> HttpResponse:
    """One's own report and what came of it, to print or, with ``file``, to keep."""
    at = timezone.now()
    link, report = _followed(secret)
    if not may_read_record(link):
        place = report.place
        return render(request, "portal/too_many.html", {"place": place}, status=429)
    found = record_of(report, at=at)
    number = report.incident.case.number
    if request.GET.get("file"):
        return HttpResponse(
            as_text(found),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{number}.txt"'},
        )
    context = {
        "secret": secret,
        "case": report.incident.case,
        "site": report.incident.case.site,
        "record": found,
        "ways": WAYS,
    }
    return render(request, "portal/record.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, secret: str) -> HttpResponse:
    """Add to one's own report, in one's own words; what is refused stays typed."""
    link, report = _followed(secret)
    if request.method == "GET":
        return redirect("portal:follow", secret)
    form = WordsForm(request.POST)
    if not may_add(link):
        form.add_error(
            "words",
            _("十分钟内补充得太多，这一次没有收下。请过一会再发，或者直接打电话。"),
        )
        return _follow_page(request, secret, report, form=form, status=429)
    if not form.is_valid():
        return _follow_page(request, secret, report, form=form, status=422)
    try:
        _add(form, report, by=link, at=timezone.now())
    except DomainError as error:
        form.add_error("words", refusal_words(error))
        return _follow_page(request, secret, report, form=form, status=error.status)
    messages.success(request, _("已补充，处理人员能看到"))
    return redirect("portal:follow", secret)


@csrf_exempt
@require_POST
def files(request: HttpRequest, secret: str) -> HttpResponse:
    """Add photos or voice to one's own report."""
    link, report = _followed(secret)
    if not request.FILES.getlist("files"):
        messages.warning(request, _("没有选文件，什么也没有上传"))
    for upload in request.FILES.getlist("files"):
        try:
            incidents.attach(
                report=report, chunks=upload.chunks(), by=link, at=timezone.now()
            )
        except DomainError as error:
            messages.warning(
                request,
                _("%(file)s：%(error)s") % {"file": upload.name, "error": error},
            )
        else:
            messages.success(request, _("已收到：%s") % upload.name)
    return redirect("portal:follow", secret)


@csrf_exempt
@require_POST
def withdrawal(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the report back; whoever was sent still comes and looks."""
    link, report = _followed(secret)
    incidents.withdraw_report(report=report, by=link, at=timezone.now())
    return redirect("portal:follow", secret)


def _follow_page(
    request: HttpRequest,
    secret: str,
    report: Report,
    *,
    form: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    case = report.incident.case
    progress = progress_of(report)
    context = {
        "secret": secret,
        "report": report,
        "case": case,
        "site": case.site,
        "progress": progress,
        "steps": steps_of(report, incident=progress.incident, at=timezone.now()),
        "ways": WAYS,
        "told": {way.number for way in WAYS},
        "files": own_files(report),
        "form": form or WordsForm(initial={"request_id": uuid4()}),
    }
    return render(request, "portal/follow.html", context, status=status)


def _add(form: WordsForm, report: Report, *, by: AccessLink, at: datetime) -> None:
    """Write the note once, however often it is sent; other words are a note of their own."""
    said = form.cleaned_data
    *ids, last = Visitor(said["request_id"] or uuid4()).request_ids()

    def add(request_id: UUID) -> None:
        incidents.add_words(
            report=report, text=said["words"], by=by, at=at, request_id=request_id
        )

    for request_id in ids:
        with suppress(Conflict):
            add(request_id)
            return
    add(last)


def _is_sent(form: PublicReportForm, place: Place, *, by: Visitor) -> bool:
    said = form.cleaned_data
    return by.has_said(place=place, flags=said["flags"], words=said["words"])


def _report(form: PublicReportForm, place: Place, *, by: Visitor, at: datetime) -> str:
    """Report, and make the secret with which this person follows it."""
    report = _reported(form, place, by=by, at=at)
    _link, secret = cases.make_access_link(
        case=report.incident.case, about=report.key, by=by, at=at
    )
    return secret


def _reported(
    form: PublicReportForm, place: Place, *, by: Visitor, at: datetime
) -> Report:
    """The report that this form made or makes.

    Words added after an answer that got lost are a further report: nobody is to be
    told that they said something else before.
    """
    said = form.cleaned_data
    *ids, last = by.request_ids()

    def report(request_id: UUID) -> Report:
        return incidents.report_incident(
            place=place,
            channel=Channel.PUBLIC,
            flags=said["flags"],
            words=said["words"],
            request_id=request_id,
            by=by,
            at=at,
        )

    for request_id in ids:
        with suppress(Conflict):
            return report(request_id)
    return report(last)


def _place(code: str) -> Place:
    place = place_with_code(code.upper())
    if place is None:
        raise NotFound(_("没有这个点位码，请直接拨打 110 或联系管理处"))
    return place


def _is_staff_of(request: HttpRequest, place: Place) -> bool:
    """Only they find the place on their phone; anybody else there is a visitor."""
    user = request.user
    return isinstance(user, User) and has_permission(
        user, Permission.INCIDENT_REPORT, site=place.site
    )


def _followed(secret: str) -> tuple[AccessLink, Report]:
    link = link_for(secret, at=timezone.now())
    kind, _separator, uid = link.about.partition(":")
    report = (
        Report.objects.select_related(
            "place", "incident__case__site", "incident__case__joined_into"
        )
        .filter(uid=uid)
        .first()
        if kind == "report"
        else None
    )
    if report is None:
        raise NotFound(_("这个链接已经失效"))
    return link, report
