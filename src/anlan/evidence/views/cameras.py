"""The register of recorders and cameras of a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import Site
from anlan.accounts.permissions import holds_somewhere, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for
from anlan.accounts.views.common import tried
from anlan.base.errors import NotAllowed
from anlan.cases.views.answers import posted, reader_of
from anlan.evidence import services as evidence
from anlan.evidence.enums import ClockWay, RecorderKind
from anlan.evidence.events.recordings import offset_words
from anlan.evidence.forms import (
    CameraChangeForm,
    CameraForm,
    ClockForm,
    RecorderChangeForm,
    RecorderForm,
)
from anlan.evidence.models import Camera, Recorder
from anlan.evidence.recorders import Part, Unreachable, kind_of
from anlan.evidence.selectors.recordings import (
    camera_for,
    cameras_of,
    recorder_for,
    recorders_of,
)

LOOKED_BACK = timedelta(minutes=10)
_either = require_http_methods(["GET", "POST"])


@dataclass(frozen=True)
class Look:
    """What a recorder has of a camera, of the last ten minutes by its clock."""

    camera: Camera
    parts: list[Part]
    is_unreachable: bool = False

    @property
    def newest(self) -> datetime | None:
        return self.parts[-1].begin if self.parts else None

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The sites whose cameras the reader looks after; of one, its page."""
    reader = reader_of(request)
    if not holds_somewhere(reader, Permission.CAMERA_EDIT):
        raise NotAllowed(_("您没有“%s”的权限") % Permission.CAMERA_EDIT.label)
    sites = list(
        sites_where(reader, Permission.CAMERA_EDIT)
        .filter(closed_at=None)
        .annotate(count=Count("cameras"))
        .order_by("code")
    )
    if len(sites) == 1:
        return redirect("cameras:site", sites[0].code)
    return render(request, "evidence/camera_sites.html", {"sites": sites})


@login_required
@require_GET
def site(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _site(request, code))


@login_required
@require_POST
def add_recorder(request: HttpRequest, code: str) -> HttpResponse:
    found, reader = _site(request, code), reader_of(request)
    form = RecorderForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: evidence.register_recorder(
                site=found,
                name=said["name"],
                kind=RecorderKind(said["kind"]),
                days_kept=said["days_kept"],
                settings=form.settings(),
                by=reader,
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, _("已登记录像机：%s") % made.name)
            return redirect("cameras:recorder", made.uid)
    return _page(request, found, recorder_form=form)


@login_required
@require_POST
def add_camera(request: HttpRequest, code: str) -> HttpResponse:
    found, reader = _site(request, code), reader_of(request)
    form = CameraForm(request.POST, site=found)
    if form.is_valid():
        made = tried(
            form,
            lambda: evidence.register_camera(
                **form.cleaned_data, by=reader, at=timezone.now()
            ),
        )
        if made is not None:
            messages.success(request, _("已登记摄像头：%s") % made.name)
            return redirect("cameras:site", code)
    return _page(request, found, camera_form=form)


@login_required
@_either
def camera(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a camera, or put it out of use."""
    reader = reader_of(request)
    found = camera_for(reader, uid)
    form = CameraChangeForm.of(found, posted(request))
    if request.method == "POST" and form.is_valid():
        changed = tried(
            form,
            lambda: evidence.change_camera(
                camera=found, **form.cleaned_data, by=reader, at=timezone.now()
            ),
        )
        if changed is not None:
            messages.success(request, _("已保存"))
            return redirect("cameras:site", found.site.code)
    context = {"camera": found, "site": found.site, "form": form}
    status = 422 if form.errors else 200
    return render(request, "evidence/camera.html", context, status=status)


@login_required
@_either
def recorder(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a recorder; see how its clock goes and what it has just now."""
    reader, at = reader_of(request), timezone.now()
    found = recorder_for(reader, uid)
    form = RecorderChangeForm(
        posted(request),
        initial={
            "days_kept": found.days_kept,
            "is_active": found.is_active,
            **found.settings,
        },
    )
    if request.method == "POST" and form.is_valid():
        changed = tried(
            form,
            lambda: evidence.change_recorder(
                recorder=found,
                days_kept=form.cleaned_data["days_kept"],
                is_active=form.cleaned_data["is_active"],
                settings=form.settings(),
                by=reader,
                at=at,
            ),
        )
        if changed is not None:
            messages.success(request, _("已保存"))
            return redirect("cameras:recorder", uid)
    return _recorder_page(request, found, at, form=form)


@login_required
@require_POST
def clock(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader, at = reader_of(request), timezone.now()
    found = recorder_for(reader, uid)
    form = ClockForm(request.POST, at=at)
    if form.is_valid():
        reading = tried(
            form,
            lambda: evidence.compare_clock(
                recorder=found,
                shown=form.cleaned_data["shown"],
                true=form.cleaned_data["true"],
                way=ClockWay(form.cleaned_data["way"]),
                words=form.cleaned_data["words"],
                by=reader,
                at=at,
            ),
        )
        if reading is not None:
            shown = offset_words(reading.offset_ms)
            messages.success(request, _("时钟已记录：%s") % shown)
            return redirect("cameras:recorder", uid)
    return _recorder_page(request, found, at, clock_form=form)


def _recorder_page(
    request: HttpRequest,
    found: Recorder,
    at: datetime,
    *,
    form: RecorderChangeForm | None = None,
    clock_form: ClockForm | None = None,
) -> HttpResponse:
    is_refused = bool((form and form.errors) or (clock_form and clock_form.errors))
    context = {
        "recorder": found,
        "site": found.site,
        "offset": offset_words(found.offset_ms),
        "form": form
        or RecorderChangeForm(
            initial={
                "days_kept": found.days_kept,
                "is_active": found.is_active,
                **found.settings,
            }
        ),
        "clock_form": clock_form or ClockForm(at=at),
        "readings": [
            (reading, offset_words(reading.offset_ms))
            for reading in found.readings.select_related("read_by").order_by("-pk")[:5]
        ],
        "looks": _looks(found, at) if "look" in request.GET else None,
    }
    status = 422 if is_refused else 200
    return render(request, "evidence/recorder.html", context, status=status)


def _looks(found: Recorder, at: datetime) -> list[Look]:
    kind = kind_of(found.kind)
    if kind is None:
        return []
    opened = kind.open(found.settings)
    end = at + found.offset
    looks = []
    for row in found.cameras.filter(is_active=True).order_by("name"):
        try:
            parts = opened.parts(row.code, end - LOOKED_BACK, end)
        except Unreachable:
            looks.append(Look(row, [], is_unreachable=True))
        else:
            looks.append(Look(row, parts))
    return looks


def _site(request: HttpRequest, code: str) -> Site:
    return site_for(reader_of(request), code, Permission.CAMERA_EDIT)


def _page(
    request: HttpRequest,
    found: Site,
    *,
    recorder_form: RecorderForm | None = None,
    camera_form: CameraForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "site": found,
        "recorders": [
            (row, offset_words(row.offset_ms)) for row in recorders_of(found)
        ],
        "cameras": cameras_of(found),
        "recorder_form": recorder_form or RecorderForm(),
        "camera_form": camera_form or CameraForm(site=found),
    }
    status = 422 if recorder_form or camera_form else 200
    return render(request, "evidence/cameras.html", context, status=status)
