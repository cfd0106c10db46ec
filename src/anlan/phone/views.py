"""The guard's phone: raise an alarm, answer one, work off what is mine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypedDict, Unpack
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import Place, User
from anlan.accounts.permissions import has_permission, holds_somewhere, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import places_of, shared_phone_for, site_of
from anlan.accounts.signed_in import PHONE_COOKIE
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.forms import DoneForm, ReasonForm
from anlan.cases.models import Task
from anlan.cases.permissions import can_know_task
from anlan.cases.room import Room
from anlan.cases.selectors import (
    case_for,
    cases_for,
    my_tasks,
    photos_for,
    timeline,
)
from anlan.cases.selectors.contacts import kept_apart_for
from anlan.cases.selectors.markers import minded_in
from anlan.evidence.selectors import case_number_of, receipts_for
from anlan.evidence.views.pages import receipt_page
from anlan.evidence.views.uploads import ANY, upload_page
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    AssignmentState,
    Channel,
    Discarded,
    Dissuasion,
    EmergencyService,
    Flag,
    HappenedSource,
)
from anlan.incidents.models import Assignment, Incident, Report
from anlan.incidents.policies import dissuasion_of, may_still_go
from anlan.incidents.selectors import helping
from anlan.incidents.views import help as calling
from anlan.law.selectors import refusal_words
from anlan.notify import selectors as notify_selectors
from anlan.notify import services as notify
from anlan.phone.forms import STALE, ActForm, DiscardForm, ReportForm
from anlan.resolution.counselling.permissions import is_counsellor

RECENT = 6  # places offered at once
ELSEWHERE = 600  # places of further sites on one list; beyond it the poster is scanned
UNREAD = 5  # messages shown on the first screen
_PLACE = "phone.place"  # session key: the code of the poster scanned last
_PLACE_AT = "phone.place_at"  # session key: when, in epoch seconds
# Whoever walks a round is elsewhere by then, and an alarm must not name where they were.
STILL_HERE = timedelta(minutes=15)
AGAIN = timedelta(minutes=1)  # writing the session costs as much as the report itself


@dataclass(frozen=True, kw_only=True)
class Known:
    """The place of the poster scanned last, or reported from last, and when that was."""

    place: Place
    at: datetime


class Said(TypedDict):
    """Who says something at a scene, and when: by both clocks, once."""

    by: User
    at: datetime
    via: str
    happened: datetime | None
    request_id: UUID | None


_CALL_PAGES = calling.Pages(sheet="phone/sheet.html", incident="phone:incident")


def at_scene(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a button: what is refused is said on the page of the scene.

    A page of its own would lead away from it. What the reader may not know of has none.
    """

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except NotFound:
            raise
        except DomainError as error:
            if _wants_json(request):
                return _refused(error)
            messages.error(request, refusal_words(error))
            return redirect(_page_behind(request, **kwargs))

    return answered


@login_required
@require_GET
def alarm(request: HttpRequest) -> HttpResponse:
    """The first screen: one large button, and what waits for an answer."""
    user = _user(request)
    now = timezone.now()
    scanned_at = _scanned_at(request, now=now)
    _remember_place(request, request.GET.get("place", ""), at=scanned_at)
    news = list(notify_selectors.unread_for(user)[:UNREAD])
    # The service worker fetches this page too, to keep it: nobody has read that one.
    if news and request.headers.get("Sec-Fetch-Dest", "document") == "document":
        notify.see(deliveries=news, at=now)
    # What waits for an answer has a card of its own.
    unread = notify_selectors.words_of(n for n in news if not n.message.about)
    known = _known_place(request)
    return render(
        request,
        "phone/alarm.html",
        {
            "unread": unread,
            "commands": holds_somewhere(user, Permission.INCIDENT_COMMAND),
            "discards": Discarded,
            "checks": list(notify_selectors.open_checks_of(user, now)),
            "place": _here(user, known, at=now),
            "site": site_of(user, known=known.place if known else None),
            "tasks": list(my_tasks(user)[:4]),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The second and the third tap: what is happening, and send."""
    user = _user(request)
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
    if status != 200 and _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    known = _known_place(request)
    # What was refused stays chosen: the next press must not report from elsewhere.
    post = _post_of(user, at=at)
    here = _here(user, known, at=at)
    place = form.cleaned_data.get("place") if form.is_bound else here
    return render(
        request,
        "phone/report.html",
        {
            "form": form,
            "site": site_of(user, known=known.place if known else None),
            "place": place,
            "recent": _recent_places(
                user, [place, here, known.place if known else None, post]
            ),
            "known": known,
            "post": post,
            "places": _by_building(user),
            "flags": Flag,
            "chosen": request.POST.getlist("flags"),
        },
        status=status,
    )


@login_required
@require_GET
def sent(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of my report: who is coming, and how long it has been."""
    user = _user(request)
    made = _report_of(request, uid)
    incident = helping(made.incident)
    return render(
        request,
        "phone/sent.html",
        {
            "report": made,
            "case": made.incident.case,
            "host": incident.case,
            "assignments": _assignments(incident),
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
        if _wants_json(request):
            return _refused(error)
        raise
    if not _wants_json(request):
        if not request.FILES.getlist("files"):
            messages.warning(request, _("没有选文件，什么也没有上传"))
        _say_refused(request, refused)
        return redirect("phone:sent", uid)
    # The outbox sends one at a time, and keeps what was refused.
    return _refused(refused[0][1]) if refused else JsonResponse({}, status=201)


@login_required
@require_POST
def discards(request: HttpRequest) -> JsonResponse:
    """What another left on this phone is thrown away: first it is on the record why."""
    user, at = _user(request), timezone.now()
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
        return _refused(error)
    return JsonResponse({"request_id": str(said["request_id"])}, status=201)


@login_required
@require_POST
@at_scene
def withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    made = _report_of(request, uid)
    incidents.withdraw_report(report=made, by=_user(request), at=timezone.now())
    return redirect("phone:sent", uid)


@login_required
@require_GET
def incident_page(request: HttpRequest, number: str) -> HttpResponse:
    """The scene on a small screen: where, who, what to do, and what not to do (G07).

    The message of a case that was joined since leads to the host: its people went there.
    """
    user, now = _user(request), timezone.now()
    case = case_for(user, number)
    if case.joined_into is not None:
        words = {"number": number, "host": case.joined_into.number}
        messages.info(request, _("%(number)s 已并入 %(host)s") % words)
        return redirect("phone:incident", case.joined_into.number)
    incident = get_object_or_404(
        Incident.objects.select_related("place", "case__site"), case=case
    )
    mine = (
        Assignment.objects.filter(incident=incident, user=user)
        .order_by("-alerted_at", "-pk")
        .first()
    )
    commands = has_permission(user, Permission.INCIDENT_COMMAND, site=case.site)
    room = Room(case=case, reader=user, at=now)
    return render(
        request,
        "phone/incident.html",
        {
            "case": case,
            "incident": incident,
            "mine": mine,
            "can_go": case.is_open
            and has_permission(user, Permission.INCIDENT_RESPOND, site=case.site)
            and may_still_go(incident, last=mine),
            "states": AssignmentState,
            "commands": commands,
            "phases": room.phases,
            "can_take_back_control": case.is_open
            and incident.controlled_at is not None
            and (commands or (incident.controlled_by_id == user.pk)),
            "calls": incident.calls.select_related("called_by").order_by(
                "called_at", "pk"
            ),
            "assignments": _assignments(incident),
            "dissuasions": Dissuasion,
            "tasks": sorted(
                room.tasks.get(case.phase, []),
                key=lambda task: task.state != TaskState.OPEN,  # handled ones last
            ),
            "minded": minded_in(case, user, on=local_day(now)),
            "lines": timeline(case, newest=12),
        },
    )


@login_required
@require_POST
@at_scene
def acknowledgement(request: HttpRequest, uid: UUID) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        assignment = _assignment(request, uid)
        return incidents.acknowledge(assignment=assignment, **said).incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def arrival(request: HttpRequest, uid: UUID) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        assignment = _assignment(request, uid)
        return incidents.arrive(assignment=assignment, **said).incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def arrival_withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Not there yet: the button was pressed too early."""
    assignment = _assignment(request, uid)
    incidents.take_back_arrival(
        assignment=assignment, by=_user(request), at=timezone.now(), via="phone"
    )
    return redirect("phone:incident", assignment.incident.case.number)


@login_required
@require_POST
@at_scene
def response(request: HttpRequest, number: str) -> HttpResponse:
    """I was not alerted, but I am going there."""

    def say(**said: Unpack[Said]) -> Incident:
        made = incidents.join_response(
            incident=_incident(request, number),
            user=said["by"],
            by=said["by"],
            at=said["at"],
            via=said["via"],
            request_id=said["request_id"],
        )
        return made.incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def control(request: HttpRequest, number: str) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        return incidents.control_scene(incident=_incident(request, number), **said)

    return _say(request, say)


@login_required
@require_POST
@at_scene
def control_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """Not under control yet: whoever was called off is alerted again."""
    incident = _incident(request, number)
    incidents.take_back_control(
        incident=incident, by=_user(request), at=timezone.now(), via="phone"
    )
    return redirect("phone:incident", incident.case.number)


@login_required
@require_http_methods(["GET", "POST"])
@at_scene
def call(request: HttpRequest, number: str, service: str) -> HttpResponse:
    """110 or 120 was dialled from the scene: whether somebody took it up.

    Phones that keep a page of before lead here by a link: the words stand on the scene.
    """
    if service not in EmergencyService.values:
        raise NotFound("")
    if request.method == "GET":
        return redirect("phone:incident", number)
    outcome = calling.outcome_of(request)

    def say(**said: Unpack[Said]) -> Incident:
        incident = _incident(request, number)
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService(service),
            outcome=outcome,
            **said,
        )
        return incident

    return _say(request, say)


@login_required
@require_http_methods(["GET", "POST"])
def call_answer(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return calling.answer(request, number, uid, pages=_CALL_PAGES)


@login_required
@require_POST
@at_scene
def call_correction(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """It was recorded wrongly whether somebody took the call up."""
    outcome = calling.outcome_of(request)
    made = calling.call_of(request, number, uid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("请写明为什么更正"), path="reason")

    def say(**said: Unpack[Said]) -> Incident:
        corrected = incidents.correct_emergency_call(
            call=made, outcome=outcome, reason=form.cleaned_data["reason"], **said
        )
        return corrected.incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def dissuasion(request: HttpRequest, number: str) -> HttpResponse:
    result = dissuasion_of(request.POST.get("result", ""), at=timezone.now())

    def say(**said: Unpack[Said]) -> Incident:
        incident = _incident(request, number)
        return incidents.record_dissuasion(incident=incident, result=result, **said)

    return _say(request, say)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Photos, sounds and films of a case, also large ones, from the phone's own pages."""
    return upload_page(
        request,
        number,
        template="phone/upload.html",
        then=reverse("phone:receipt", args=[ANY]),
    )


@login_required
@require_GET
def receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What whoever brought it takes along, also from a shared phone."""
    return receipt_page(
        request, case_number_of(uid), uid, template="phone/receipt.html"
    )


@login_required
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What is to be done, and who is kept apart at the reader's sites."""
    user = _user(request)
    context = {
        "tasks": list(my_tasks(user)[:60]),
        "pairs": kept_apart_for(user, at=timezone.now()),
    }
    return render(request, "phone/tasks.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One task: what to do, what was done, and the photos that prove it."""
    user = _user(request)
    try:
        found = _task(request, uid)
    except NotFound as error:
        if _wants_json(request):
            return _refused(error)
        raise
    form = DoneForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            cases.complete_task(
                task=found, by=user, at=timezone.now(), via="phone", **form.done()
            )
        except DomainError as error:
            form.add_error(None, refusal_words(error))
            status = error.status
        else:
            return _task_done(request, found)
    elif request.method == "POST":
        status = 422
    if status != 200 and _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    proof = photos_for(user, found)
    context = {
        "task": found,
        "form": form,
        "photos": proof,
        "receipts": receipts_for(user, [photo.uid for photo in proof]),
    }
    return render(request, "phone/task.html", context, status=status)


@login_required
@require_POST
def photos(request: HttpRequest, uid: UUID) -> JsonResponse:
    """Photos from the outbox, before the words that complete the task."""
    try:
        found = _task(request, uid)
        for upload in request.FILES.getlist("files"):
            cases.add_task_photo(
                task=found,
                chunks=upload.chunks(),
                by=_user(request),
                at=timezone.now(),
                via="phone",
            )
    except DomainError as error:
        return _refused(error)
    return JsonResponse({}, status=201)


@login_required
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    found = cases_for(_user(request)).select_related("site", "incident__place")
    return render(
        request,
        "phone/events.html",
        {"cases": list(found.order_by("-opened_at", "-pk")[:40])},
    )


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    now = timezone.now()
    shifts = user.shifts.filter(ends_at__gt=now).select_related("post", "site")
    context = {
        "shifts": list(shifts.order_by("starts_at")[:5]),
        "takes_in": holds_somewhere(user, Permission.FOOTAGE_TAKE_IN),
        "counsels": is_counsellor(user),
    }
    return render(request, "phone/me.html", context)


@never_cache
@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Who is called and what the tabs count, for the page that is open, named by ``at``.

    An entry of a site's record concerns each phone that is open there: all of its page,
    read anew by every one of them, would cost more than what was recorded.
    """
    request.path = request.GET.get("at", "")  # of which the parts are
    return render(request, "phone/waiting.html")


@login_required
@require_POST
def check_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The communication test: this phone answers."""
    user, at = _user(request), timezone.now()
    answer = notify_selectors.open_checks_of(user, at).filter(pk=pk).first()
    if answer is None:
        messages.info(request, _("这次通信测试已经结束"))
    else:
        notify.answer_check(answer=answer, by=user, at=at)
        messages.success(request, _("已收到，手机正常"))
    return redirect("phone:alarm")


@login_required
@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """A fresh form token for the outbox: the page it was written on may be days old."""
    return JsonResponse({"csrf": get_token(request), "user": str(_user(request).uid)})


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The offline shell. Served from here so that its scope is the phone's pages."""
    shell = [
        reverse("phone:alarm"),
        reverse("phone:report"),
        static("desk/app.css"),
        static("desk/app.js"),
        static("phone/outbox.js"),
        static("phone/calling.js"),
        static("phone/older.js"),
        static("phone/shared.js"),
        # What they import has the addresses that it imports them by.
        urljoin(settings.STATIC_URL, "phone/asking.js"),
        urljoin(settings.STATIC_URL, "phone/holder.js"),
        urljoin(settings.STATIC_URL, "phone/store.js"),
        static("vendor/icons.svg"),
    ]
    response = render(
        request,
        "phone/sw.js",
        {"shell": json.dumps(shell)},
        content_type="text/javascript",
    )
    response["Service-Worker-Allowed"] = reverse("phone:alarm")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """What the home screen of a phone needs to show Anlan as an app."""
    body = {
        "name": _("安澜"),
        "short_name": _("安澜"),
        "start_url": reverse("phone:alarm"),
        "scope": "/m/",
        "display": "standalone",
        "background_color": "#f5f6f8",
        "theme_color": "#f5f6f8",
        "icons": [
            {"src": static("desk/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")


def _say(request: HttpRequest, say: Callable[..., Incident]) -> HttpResponse:
    """What is said at a scene by one tap, now, or by the outbox that kept it."""
    at = timezone.now()
    form = ActForm(request.POST)
    form.is_valid()  # of nonsense nothing is left
    if form.has_error("age", STALE):
        raise Conflict(form.errors["age"][0])
    said = Said(
        by=_user(request),
        at=at,
        via="phone",
        happened=form.happened(at=at),
        request_id=form.cleaned_data.get("request_id"),
    )
    try:
        incident = say(**said)
    except DomainError as error:
        if _wants_json(request):
            return _refused(error)
        raise
    url = reverse("phone:incident", args=[incident.case.number])
    if _wants_json(request):
        answer = {"request_id": request.POST.get("request_id"), "url": url}
        return JsonResponse(answer, status=201)
    return redirect(url)


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
        by=_user(request),
        at=at,
    )
    if said["on_behalf_of"] is None:  # else it is where another was
        _remember_place(request, said["place"].code, at=form.happened(at=at) or at)
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
                report=made, chunks=upload.chunks(), by=_user(request), at=at
            )
        except DomainError as error:
            refused.append((upload.name or "", error))
    return refused


def _say_refused(request: HttpRequest, refused: list[tuple[str, DomainError]]) -> None:
    for name, error in refused:
        words = {"file": name, "error": refusal_words(error)}
        messages.warning(request, _("%(file)s：%(error)s") % words)


def _page_behind(
    request: HttpRequest, *, number: str = "", uid: UUID | None = None, **_more: str
) -> str:
    """Where the button stands: the scene, or the reader's report of it."""
    if uid is None:
        return reverse("phone:incident", args=[number])
    if Report.objects.filter(uid=uid).exists():
        return reverse("phone:sent", args=[uid])
    number = _assignment(request, uid).incident.case.number
    return reverse("phone:incident", args=[number])


def _refused(error: DomainError) -> JsonResponse:
    """For the outbox, which shows the sentence beside what it keeps."""
    path = error.path if isinstance(error, InvalidInput) else "__all__"
    return JsonResponse({"errors": {path: [refusal_words(error)]}}, status=error.status)


def _task_done(request: HttpRequest, found: Task) -> HttpResponse:
    messages.success(request, _("已完成：%s") % found.title)
    url = reverse("phone:tasks")
    if _wants_json(request):
        answer = {"request_id": request.POST.get("request_id"), "url": url}
        return JsonResponse(answer, status=201)
    return redirect(url)


def _sent(request: HttpRequest, made: Report) -> HttpResponse:
    url = reverse("phone:sent", args=[made.uid])
    if _wants_json(request):
        answer = {
            "request_id": request.POST.get("request_id"),
            "number": made.incident.case.number,
            "url": url,
        }
        return JsonResponse(answer, status=201)
    return redirect(url)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # login_required has seen to it
        raise NotFound(_("请先登录"))
    return request.user


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
    user = _user(request)
    if made is None or not (
        made.reporter_id == user.pk
        or cases_for(user).filter(pk=made.incident.case_id).exists()
    ):
        raise NotFound(_("没有这份报告，或者您无权查看"))
    return made


def _task(request: HttpRequest, uid: UUID) -> Task:
    found = (
        Task.objects.select_related("case__site", "ended_by")
        .filter(uid=uid, case__in=cases_for(_user(request)))
        .first()
    )
    if found is None or not can_know_task(_user(request), found, found.case):
        raise NotFound(_("没有这项任务，或者您无权查看"))
    return found


def _assignment(request: HttpRequest, uid: UUID) -> Assignment:
    found = (
        Assignment.objects.select_related("incident__case__site", "user")
        .filter(uid=uid, user=_user(request))
        .first()
    )
    if found is None:
        raise NotFound(_("没有派给您的这项任务"))
    return found


def _incident(request: HttpRequest, number: str) -> Incident:
    """The incident of this case, or of the one that it was joined into meanwhile."""
    case = case_for(_user(request), number)
    return get_object_or_404(
        Incident.objects.select_related("place", "case__site"),
        case=case.joined_into or case,
    )


def _assignments(incident: Incident) -> list[Assignment]:
    return list(
        incident.assignments.select_related("user").order_by("alerted_at", "pk")
    )


def _scanned_at(request: HttpRequest, *, now: datetime) -> datetime:
    """When the poster was scanned, as the address says.

    A page that stays open is fetched again hours later: nobody came by the poster then.
    """
    said = request.GET.get("at", "")
    if not (said.isascii() and said.isdigit()):
        return now
    return min(now, datetime.fromtimestamp(int(said[:10]), UTC))


def _remember_place(request: HttpRequest, code: str, *, at: datetime) -> None:
    known = request.session.get(_PLACE)
    since = at.timestamp() - request.session.get(_PLACE_AT, 0)
    # An alarm that was kept for a while says where somebody was, and not where they are.
    if not code or since < 0 or (code == known and since < AGAIN.total_seconds()):
        return
    if Place.objects.filter(code=code, is_active=True).exists():
        request.session[_PLACE] = code
        request.session[_PLACE_AT] = int(at.timestamp())


def _known_place(request: HttpRequest) -> Known | None:
    code = request.session.get(_PLACE, "")
    seconds = request.session.get(_PLACE_AT)
    allowed = sites_where(_user(request), Permission.INCIDENT_REPORT)
    place = (
        Place.objects.select_related("site")
        .filter(code=code, site__in=allowed, is_active=True)
        .first()
    )
    if place is None or seconds is None:
        return None
    return Known(place=place, at=datetime.fromtimestamp(seconds, UTC))


def _here(user: User, known: Known | None, *, at: datetime) -> Place | None:
    """Where somebody is who does not say so: where they were just now, else at their post."""
    if known is not None and at - known.at <= STILL_HERE:
        return known.place
    return _post_of(user, at=at)


def _post_of(user: User, *, at: datetime) -> Place | None:
    """Where the shift that runs is stood; none if the report would refuse it."""
    allowed = sites_where(user, Permission.INCIDENT_REPORT)
    running = user.shifts.filter(
        starts_at__lte=at,
        ends_at__gt=at,
        post__place__site__in=allowed,
        post__place__is_active=True,
    )
    shift = running.select_related("post__place__site").order_by("starts_at").last()
    return shift.post.place if shift else None


def _recent_places(user: User, first: list[Place | None]) -> list[Place]:
    """``first``, the places this person reported from last, then the posts of the site."""
    places = [place for place in first if place]
    # None that the report would refuse.
    allowed = sites_where(user, Permission.INCIDENT_REPORT)
    reported = Report.objects.filter(
        reporter=user, place__site__in=allowed, place__is_active=True
    ).select_related("place__site")
    places += [made.place for made in reported.order_by("-received_at", "-pk")[:20]]
    shifts = user.shifts.filter(
        post__place__site__in=allowed, post__place__is_active=True
    ).select_related("post__place__site")
    places += [shift.post.place for shift in shifts.order_by("-starts_at")[:3]]
    site = site_of(user)
    if site is not None:
        places += list(places_of(site).filter(kind=Place.Kind.SPOT)[:RECENT])
    return list(dict.fromkeys(places))[:RECENT]


def _by_building(user: User) -> dict[str, list[Place]]:
    """The places from which the user may report, those of the own site first.

    The buildings of several sites bear the site's name too.
    """
    own = site_of(user)
    if own is None:
        return {}
    allowed = sites_where(user, Permission.INCIDENT_REPORT).exclude(pk=own.pk)
    elsewhere = Place.objects.filter(site__in=allowed, is_active=True)
    others = elsewhere.select_related("site").order_by("site__code", "label", "pk")
    places = [(own, place) for place in places_of(own)]
    places += [(place.site, place) for place in others[:ELSEWHERE]]
    several = any(site != own for site, _place in places)
    grouped: dict[str, list[Place]] = {}
    for site, place in places:
        building = place.label.partition(" ")[0]
        heading = f"{site.name} · {building}" if several else building
        grouped.setdefault(heading, []).append(place)
    return grouped
