"""Raising the alarm at a desk, and from the pictures of a monitor room."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.accounts.models import Post, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import DomainError
from anlan.desk import selectors
from anlan.desk.forms import AlarmForm, TileForm
from anlan.desk.views.reader import reader
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.incidents.models import MonitorTile, Report
from anlan.law.selectors import refusal_words

MOST_PLACES = 1000  # offered while typing; beyond it a label must be written out


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Somebody called the desk: where, what, send."""
    user = reader(request)
    places = selectors.places_to_report(user)
    form = AlarmForm(
        request.POST or None, places=places, place=_label_of(request, user)
    )
    status = 200
    if request.method == "POST":
        made, status = _send(form, request, channel=Channel.DESK)
        if made is not None:
            return _to_room(request, made)
    return render(
        request,
        "desk/report.html",
        {
            "form": form,
            "places": places[:MOST_PLACES],
            "names_site": sites_where(user, Permission.INCIDENT_REPORT).count() > 1,
        },
        status=status,
    )


@login_required
@require_http_methods(["GET", "POST"])
def monitor(request: HttpRequest) -> HttpResponse:
    """The wall of a monitor room: one tap on a picture, one to send."""
    user = reader(request)
    form = AlarmForm(request.POST or None, places=selectors.places_to_report(user))
    status = 200
    if request.method == "POST":
        made, status = _send(form, request, channel=Channel.CAMERA)
        if made is not None:  # the watcher keeps watching
            return redirect("desk:monitor")
    posts = selectors.posts_to_arrange(user)
    tile_form = TileForm(posts=posts) if posts else None
    return _wall_page(request, form=form, tile_form=tile_form, status=status)


@login_required
@require_POST
def tile_addition(request: HttpRequest) -> HttpResponse:
    """Put a picture on the wall."""
    user = reader(request)
    form = TileForm(request.POST, posts=selectors.posts_to_arrange(user))
    alarm = AlarmForm(places=selectors.places_to_report(user))
    if not form.is_valid():
        return _wall_page(request, form=alarm, tile_form=form, status=422)
    said = form.cleaned_data
    post: Post = said["post"]
    try:
        incidents.add_monitor_tile(
            post=post,
            place=said["place"],
            label=said["label"],
            by=user,
            at=timezone.now(),
        )
    except DomainError as error:
        form.add_error(None, refusal_words(error))
        return _wall_page(request, form=alarm, tile_form=form, status=error.status)
    return redirect("desk:monitor")


@login_required
@require_POST
def tile_removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = reader(request)
    tile = get_object_or_404(
        MonitorTile.objects.select_related("post__site"),
        uid=uid,
        post__site__in=sites_where(user, Permission.INCIDENT_SEE),
    )
    incidents.remove_monitor_tile(tile=tile, by=user, at=timezone.now())
    return redirect("desk:monitor")


def _wall_page(
    request: HttpRequest, *, form: AlarmForm, tile_form: TileForm | None, status: int
) -> HttpResponse:
    """The walls; a picture that could not be added stands there as it was typed."""
    context = {
        "walls": selectors.walls_for(reader(request), at=timezone.now()),
        "form": form,
        "tile_form": tile_form,
    }
    return render(request, "desk/monitor.html", context, status=status)


def _send(
    form: AlarmForm, request: HttpRequest, *, channel: Channel
) -> tuple[Report | None, int]:
    """The report, or none and the status of the page that says why."""
    if not form.is_valid():
        return None, 422
    said = form.cleaned_data
    try:
        made = incidents.report_incident(
            place=said["place"],
            channel=channel,
            flags=said["flags"],
            people_count=said["people_count"],
            words=said["words"],
            request_id=said["request_id"],
            by=reader(request),
            at=timezone.now(),
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return None, error.status
    number = made.incident.case.number
    messages.success(request, _("已上报：%(number)s") % {"number": number})
    return made, 302


def _label_of(request: HttpRequest, user: User) -> str:
    """The place that ``?place=<code>`` names, if the reader may report from it."""
    code = request.GET.get("place", "")
    place = selectors.places_to_report(user).filter(code=code).first() if code else None
    return place.label if place else ""


def _to_room(request: HttpRequest, made: Report) -> HttpResponse:
    case = made.incident.case
    if selectors.may_open(reader(request), case):
        return redirect(selectors.room_url(case.number))
    return redirect("phone:sent", made.uid)
