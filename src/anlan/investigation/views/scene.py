"""The scene aspect by aspect, sketches, and what came before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.clock import local_day
from anlan.base.errors import DomainError, NotFound
from anlan.cases.views.answers import posted, reader_of, sheet, show_refusal
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.forms.scene import LookForm, PinForm, PlaceForm, SketchForm
from anlan.investigation.models import Pin, Sketch
from anlan.investigation.selectors.background import (
    LOOKED_BACK,
    background_of,
    standing_of,
)
from anlan.investigation.selectors.scene import (
    GRID,
    looks_of,
    pins_of,
    sketch_for,
    sketches_of,
)
from anlan.investigation.views.frame import opened, page

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def scene(request: HttpRequest, number: str) -> HttpResponse:
    _reader, case = opened(request, number)
    return page(
        request,
        "scene.html",
        case=case,
        tab="scene",
        looks=looks_of(case),
        sketches=sketches_of(case),
    )


@login_required
@_either
def look(request: HttpRequest, number: str, aspect: str) -> HttpResponse:
    """Say how one aspect was."""
    reader, case = opened(request, number)
    if aspect not in SceneAspect.values:
        raise NotFound(_("没有这一项"))
    seen = SceneAspect(aspect)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.look_at_scene(
            case=case,
            aspect=seen,
            rating=SceneRating(said.pop("rating")),
            **said,
            by=reader,
            at=timezone.now(),
        )
        return redirect("investigation:scene", number)

    return sheet(
        request,
        number=number,
        title=_("现场：%s") % seen.label,
        lead=_("以前的记录保留在旁边。"),
        button=_("记下"),
        form=LookForm(posted(request), case=case, reader=reader),
        act=act,
    )


@login_required
@_either
def sketch_addition(request: HttpRequest, number: str) -> HttpResponse:
    reader, case = opened(request, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = investigation.draw_sketch(
            case=case, **said, by=reader, at=timezone.now()
        )
        return redirect("investigation:sketch", number, made.uid)

    return sheet(
        request,
        number=number,
        title=_("新建现场图"),
        button=_("新建"),
        form=SketchForm(posted(request), case=case, reader=reader),
        act=act,
    )


@login_required
@_either
def sketch(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The picture with its pins and their legend; sent, it sets another pin."""
    reader = reader_of(request)
    found = sketch_for(reader, number, uid)
    form = PinForm(posted(request), case=found.case, initial={"x": 500, "y": 500})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = dict(form.cleaned_data)
            try:
                investigation.set_pin(
                    sketch=found,
                    kind=PinKind(said.pop("kind")),
                    **said,
                    by=reader,
                    at=timezone.now(),
                )
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                return redirect("investigation:sketch", number, uid)
    return page(
        request,
        "sketch.html",
        case=found.case,
        tab="scene",
        status=status,
        sketch=found,
        pins=pins_of(found),
        form=form,
        grid=GRID,
    )


@login_required
@require_POST
def pin_place(request: HttpRequest, number: str, uid: UUID, pin: UUID) -> HttpResponse:
    """Put a pin elsewhere: typed, dragged, or moved with the arrow keys."""
    reader = reader_of(request)
    found = _pin_of(sketch_for(reader, number, uid), pin)
    form = PlaceForm(request.POST)
    if form.is_valid():
        investigation.move_pin(
            pin=found, **form.cleaned_data, by=reader, at=timezone.now()
        )
    return redirect("investigation:sketch", number, uid)


@login_required
@require_POST
def pin_removal(
    request: HttpRequest, number: str, uid: UUID, pin: UUID
) -> HttpResponse:
    reader = reader_of(request)
    found = _pin_of(sketch_for(reader, number, uid), pin)
    investigation.remove_pin(pin=found, by=reader, at=timezone.now())
    return redirect("investigation:sketch", number, uid)


@login_required
@require_GET
def background(request: HttpRequest, number: str) -> HttpResponse:
    reader, case = opened(request, number)
    standing = standing_of(case, reader, on=local_day(timezone.now()))
    return page(
        request,
        "background.html",
        case=case,
        tab="background",
        standing=standing,
        stands=any(one.count for one in standing),
        earlier=background_of(case, reader),
        days=LOOKED_BACK.days,
    )


def _pin_of(found: Sketch, uid: UUID) -> Pin:
    pin = (
        found.pins.filter(uid=uid).select_related("sketch__case__site", "party").first()
    )
    if pin is None:
        raise NotFound(_("没有这个标记"))
    return pin
