"""Raise an alarm with a guard's phone, and see what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.permissions import holds_somewhere
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import shared_phone_for, site_of
from anlan.accounts.signed_in import PHONE_COOKIE
from anlan.base.errors import DomainError, NotFound
from anlan.cases.selectors import cases_for, my_tasks
from anlan.evidence.selectors import receipts_for
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, Discarded, Flag, HappenedSource
from anlan.incidents.models import Report
from anlan.incidents.selectors import helping
from anlan.law.selectors import refusal_words
from anlan.notify import selectors as notify_selectors
from anlan.notify import services as notify
from anlan.phone.forms import DiscardForm, ReportForm
from anlan.phone.views.places import (
    known_place,
    place_of,
    places_by_building,
    post_of,
    recent_places,
    remember_place,
    scan_time,
)
from anlan.phone.views.reader import reader, refused_json, wants_json
from anlan.phone.views.scene import assignments_of, at_scene

UNREAD = 5  # messages shown on the first screen


@login_required
@require_GET
def alarm(request: HttpRequest) -> HttpResponse:
    """The first screen: one large button, and what waits for an answer."""
    user = reader(request)
    now = timezone.now()
    scanned_at = scan_time(request, now=now)
    remember_place(request, request.GET.get("place", ""), at=scanned_at)
    news = list(notify_selectors.unread_for(user)[:UNREAD])
    # The service worker fetches this page too, to keep it: nobody has read that one.
    if news and request.headers.get("Sec-Fetch-Dest", "document") == "document":
        notify.see(deliveries=news, at=now)
    # What waits for an answer has a card of its own.
    unread = notify_selectors.words_of(n for n in news if not n.message.about)
    known = known_place(request)
    return render(
        request,
        "phone/alarm.html",
        {
            "unread": unread,
            "commands": holds_somewhere(user, Permission.INCIDENT_COMMAND),
            "discards": Discarded,
            "checks": list(notify_selectors.open_checks_of(user, now)),
            "place": place_of(user, known, at=now),
            "site": site_of(user, known=known.place if known else None),
            "tasks": list(my_tasks(user)[:4]),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The second and the third tap: what is happening, and send."""
    user = reader(request)
    form = ReportForm(request.POST or None, reporter=user)
    status, at = 200, timezone.now()
    if request.method == "POST":
        if form.is_valid():
            try:
                made = _send(form, request, at=at)
            except DomainError as error:
                form.add_error(None, refusal_words(error))
                status = error.status
            else:
                return _sent(request, made)
        else:
            status = 422
    if status != 200 and wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    known = known_place(request)
    # What was refused stays chosen: the next press must not report from elsewhere.
    post = post_of(user, at=at)
    here = place_of(user, known, at=at)
    place = form.cleaned_data.get("place") if form.is_bound else here
    return render(
        request,
        "phone/report.html",
        {
            "form": form,
            "site": site_of(user, known=known.place if known else None),
            "place": place,
            "recent": recent_places(
                user, [place, here, known.place if known else None, post]
            ),
            "known": known,
            "post": post,
            "places": places_by_building(user),
            "flags": Flag,
            "chosen": request.POST.getlist("flags"),
        },
        status=status,
    )


@login_required
@require_GET
def sent(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of my report: who is coming, and how long it has been."""
    user = reader(request)
    made = _report_of(request, uid)
    incident = helping(made.incident)
    return render(
        request,
        "phone/sent.html",
        {
            "report": made,
            "case": made.incident.case,
            "host": incident.case,
            "assignments": assignments_of(incident),
            "attachments": made.attachments.order_by("pk"),
            "receipts": receipts_for(
                user, made.attachments.values_list("uid", flat=True)
            ),
        },
    )


@login_required
@require_POST
def files(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Photos and voice that are added after the alarm was sent."""
    try:
        made = _report_of(request, uid)
        refused = _attach(made, request, at=timezone.now())
    except NotFound as error:
        if wants_json(request):
            return refused_json(error)
        raise
    if not wants_json(request):
        if not request.FILES.getlist("files"):
            messages.warning(request, _("没有选文件，什么也没有上传"))
        _say_refused(request, refused)
        return redirect("phone:sent", uid)
    # The outbox sends one at a time, and keeps what was refused.
    return refused_json(refused[0][1]) if refused else JsonResponse({}, status=201)


@login_required
@require_POST
def discards(request: HttpRequest) -> JsonResponse:
    """What another left on this phone is thrown away: first it is on the record why."""
    user, at = reader(request), timezone.now()
    phone = shared_phone_for(request.COOKIES.get(PHONE_COOKIE, ""))
    site = phone.site if phone is not None else site_of(user)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    said = form.cleaned_data
    try:
        if site is None:
            raise NotFound(_("没有这个人"))
        incidents.discard_unsent(
            site=site,
            writer=said["writer"],
            what=said["what"],
            reason=said["reason"],
            made=form.happened(at=at),
            request_id=said["request_id"],
            is_refused=said["refused"],
            by=user,
            at=at,
        )
    except DomainError as error:
        return refused_json(error)
    return JsonResponse({"request_id": str(said["request_id"])}, status=201)


@login_required
@require_POST
@at_scene
def withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    made = _report_of(request, uid)
    incidents.withdraw_report(report=made, by=reader(request), at=timezone.now())
    return redirect("phone:sent", uid)


def _send(form: ReportForm, request: HttpRequest, *, at: datetime) -> Report:
    said = form.cleaned_data
    made = incidents.report_incident(
        place=said["place"],
        channel=Channel.PHONE_APP,
        flags=said["flags"],
        people_count=said["people_count"],
        words=said["words"],
        happened=form.happened(at=at),
        happened_source=HappenedSource.PHONE,
        request_id=said["request_id"],
        on_behalf_of=said["on_behalf_of"],
        by=reader(request),
        at=at,
    )
    if said["on_behalf_of"] is None:  # else it is where another was
        remember_place(request, said["place"].code, at=form.happened(at=at) or at)
    _say_refused(request, _attach(made, request, at=at))
    return made


def _attach(
    made: Report, request: HttpRequest, *, at: datetime
) -> list[tuple[str, DomainError]]:
    """Keep what can be kept; the names of the others, and why not.

    The alarm itself never fails because of a picture.
    """
    refused = []
    for upload in request.FILES.getlist("files"):
        try:
            incidents.attach(
                report=made, chunks=upload.chunks(), by=reader(request), at=at
            )
        except DomainError as error:
            refused.append((upload.name or "", error))
    return refused


def _say_refused(request: HttpRequest, refused: list[tuple[str, DomainError]]) -> None:
    for name, error in refused:
        words = {"file": name, "error": refusal_words(error)}
        messages.warning(request, _("%(file)s：%(error)s") % words)


def _sent(request: HttpRequest, made: Report) -> HttpResponse:
    url = reverse("phone:sent", args=[made.uid])
    if wants_json(request):
        answer = {
            "request_id": request.POST.get("request_id"),
            "number": made.incident.case.number,
            "url": url,
        }
        return JsonResponse(answer, status=201)
    return redirect(url)


def _report_of(request: HttpRequest, uid: UUID) -> Report:
    """A report the reader made, or of a case they may see."""
    made = (
        Report.objects.select_related(
            "place",
            "incident__place",
            "incident__case__site",
            "incident__case__joined_into",
        )
        .filter(uid=uid)
        .first()
    )
    user = reader(request)
    if made is None or not (
        made.reporter_id == user.pk
        or cases_for(user).filter(pk=made.incident.case_id).exists()
    ):
        raise NotFound(_("没有这份报告，或者您无权查看"))
    return made
