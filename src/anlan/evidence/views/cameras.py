"""The register of recorders and cameras of a site."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.forms import SheetForm
from anlan.accounts.models import Site
from anlan.accounts.permissions import holds_somewhere, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for
from anlan.accounts.views.common import act, tried
from anlan.accounts.views.organisation import download
from anlan.base.errors import NotAllowed
from anlan.base.sheet import write_csv
from anlan.cases.views.answers import posted, reader_of
from anlan.evidence import services as evidence
from anlan.evidence.camera_file import (
    HEADER,
    ReadCameras,
    read_cameras,
    write_cameras,
)
from anlan.evidence.enums import ClockWay, RecorderKind
from anlan.evidence.events.recordings import offset_words
from anlan.evidence.forms import (
    CameraChangeForm,
    CameraForm,
    ClockForm,
    RecorderChangeForm,
    RecorderForm,
)
from anlan.evidence.models import Recorder
from anlan.evidence.recorders import kind_of
from anlan.evidence.recorders.trying import look_at
from anlan.evidence.selectors.recordings import (
    camera_for,
    cameras_of,
    least_kept,
    recorder_for,
    recorder_secrets,
    recorders_of,
    short_cameras,
)

_either = require_http_methods(["GET", "POST"])
PROGRAM_MS = 1000  # an answer says whole seconds
DOUBTED = timedelta(seconds=5)  # of a clock: more than a second is no rounding


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
    short = short_cameras(sites_where(reader, Permission.CAMERA_EDIT))
    context = {
        "sites": [(site, short[site.pk]) for site in sites],
        "least": least_kept(),
    }
    return render(request, "evidence/camera_sites.html", context)


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
                secrets=form.secrets(),
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
def import_table(request: HttpRequest, code: str) -> HttpResponse:
    """Bring in a table of cameras, or only say what is wrong with it."""
    found, reader = _site(request, code), reader_of(request)
    form = SheetForm(posted(request), request.FILES or None)
    read: ReadCameras | None = None
    if request.method == "POST" and form.is_valid():
        read = tried(form, lambda: read_cameras(form.read(), found))
        if read and not read.errors and "trial" not in request.POST:
            rows = read.rows
            made = tried(
                form,
                lambda: evidence.import_cameras(
                    site=found, rows=rows, by=reader, at=timezone.now()
                ),
            )
            if made is not None:
                messages.success(
                    request,
                    _("新增 %(added)d 个摄像头，已有 %(kept)d 个")
                    % {"added": len(made), "kept": read.kept},
                )
                return redirect("cameras:site", code)
    context = {
        "site": found,
        "form": form,
        "read": read,
        "errors": read.errors if read else [],
        "header": _("、").join(HEADER),
    }
    status = 422 if form.errors or (read and read.errors) else 200
    return render(request, "evidence/cameras_import.html", context, status=status)


@login_required
@require_GET
def export_table(request: HttpRequest, code: str) -> HttpResponse:
    """The register as the table that can be brought in again."""
    found = _site(request, code)
    name = f"cameras-{slugify(found.code)}.csv"
    return download(write_csv(write_cameras(found)), name)


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
    least = least_kept()
    context = {
        "camera": found,
        "site": found.site,
        "form": form,
        "least": least,
        "is_short": least.is_short(found.kept_for),
    }
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
        kind=found.kind,
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
                secrets=form.secrets(),
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


@login_required
@require_POST
def program_clock(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take over what the recorder's own answer says that its clock shows."""
    reader, at = reader_of(request), timezone.now()
    found = recorder_for(reader, uid)
    clock = _trial(found, at).get("clock")
    if clock is None:
        messages.error(request, _("录像机没有说它的时间，请按画面核对"))
    else:
        offset_ms = _offset_ms(clock, at)
        act(
            request,
            lambda: evidence.compare_clock(
                recorder=found,
                shown=at + timedelta(milliseconds=offset_ms),
                true=at,
                way=ClockWay.BY_PROGRAM,
                uncertainty_ms=PROGRAM_MS,
                by=reader,
                at=at,
            ),
            done=_("时钟已记录：%s") % offset_words(offset_ms),
        )
    return redirect("cameras:recorder", uid)


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
            kind=found.kind,
            initial={
                "days_kept": found.days_kept,
                "is_active": found.is_active,
                **found.settings,
            },
        ),
        "clock_form": clock_form or ClockForm(at=at),
        "readings": [
            (reading, offset_words(reading.offset_ms))
            for reading in found.readings.select_related("read_by").order_by("-pk")[:5]
        ],
        **(_trial(found, at) if "look" in request.GET else {}),
    }
    status = 422 if is_refused else 200
    return render(request, "evidence/recorder.html", context, status=status)


def _trial(found: Recorder, at: datetime) -> dict[str, Any]:
    """What it answers just now, and by how much its clock is not as was thought."""
    kind = kind_of(found.kind)
    if kind is None:
        return {}
    end = at + found.offset
    opened = kind.open(found.settings, secrets=recorder_secrets(found), now=end)
    cameras = found.cameras.filter(is_active=True).order_by("name")
    looks = look_at(opened, cameras, end)
    clock = opened.clock()
    is_doubted = clock is not None and abs(clock - end) > DOUBTED
    return {
        "looks": looks,
        "problem": next((look.problem for look in looks if look.problem), None),
        "is_cut_short": not all(look.is_asked for look in looks),
        "clock": clock,
        "clock_words": offset_words(_offset_ms(clock, at)) if clock else "",
        "is_clock_doubted": is_doubted,
    }


def _offset_ms(clock: datetime, at: datetime) -> int:
    """Whole seconds: its answers say no more."""
    return round((clock - at).total_seconds()) * 1000


def _site(request: HttpRequest, code: str) -> Site:
    return site_for(reader_of(request), code, Permission.CAMERA_EDIT)


def _page(
    request: HttpRequest,
    found: Site,
    *,
    recorder_form: RecorderForm | None = None,
    camera_form: CameraForm | None = None,
) -> HttpResponse:
    recorder_form = recorder_form or RecorderForm()
    kinds, least = recorder_form.kinds_of(), least_kept()
    context: dict[str, Any] = {
        "site": found,
        "recorder_fields": [(field, kinds[field.name]) for field in recorder_form],
        "recorders": [
            (row, offset_words(row.offset_ms)) for row in recorders_of(found)
        ],
        "cameras": [
            (camera, least.is_short(camera.kept_for)) for camera in cameras_of(found)
        ],
        "least": least,
        "recorder_form": recorder_form,
        "camera_form": camera_form or CameraForm(site=found),
    }
    is_refused = recorder_form.is_bound or camera_form is not None
    status = 422 if is_refused else 200
    return render(request, "evidence/cameras.html", context, status=status)
