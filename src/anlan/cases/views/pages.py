"""The frame of the room, its panels alone, and the end of a case."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.beside import closed_elsewhere
from anlan.cases.forms import CommandForm, JoinForm, PlainForm, ReasonForm
from anlan.cases.room import Room
from anlan.cases.selectors import case_for, open_cases_beside
from anlan.cases.views.answers import (
    PANELS,
    case_changed,
    is_in_place,
    one_panel,
    one_tap,
    page_about,
    page_before,
    panel,
    posted,
    reader_of,
    sheet,
)


def room_of(request: HttpRequest, number: str) -> Room:
    reader = reader_of(request)
    return Room(
        case=case_for(reader, number),
        reader=reader,
        at=timezone.now(),
        before=page_before(request),
        about=page_about(request),
    )


@login_required
@require_GET
def room(request: HttpRequest, number: str) -> HttpResponse:
    """The room of a case that is of no special kind."""
    found = room_of(request, number)
    return render(request, "cases/room.html", {"room": found, "case": found.case})


@login_required
@require_GET
def one(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """A panel alone, for a page that follows the record."""
    return one_panel(request, room_of(request, number), PANELS, name)


@login_required
@require_GET
def entries(request: HttpRequest, number: str) -> HttpResponse:
    """Older lines of the timeline, to be put below those that are there."""
    template = "cases/panels/timeline.html#lines"
    return HttpResponse(panel(request, room_of(request, number), template))


@login_required
@require_http_methods(["GET", "POST"])
def phase(request: HttpRequest, number: str) -> HttpResponse:
    """The gate to the next phase: what is still open, or the way through."""
    at = timezone.now()
    found = room_of(request, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.advance_phase(case=found.case, by=found.reader, at=at)
        return case_changed(request, number, at=at)

    following = found.next_phase
    return sheet(
        request,
        number=number,
        title=_("进入“%s”") % following.label if following else _("最后一个阶段"),
        button="" if found.gates or following is None else _("进入下一阶段"),
        form=PlainForm(posted(request)),
        act=act,
        body="cases/sheets/phase.html",
        room=found,
        case=found.case,
    )


@login_required
@require_http_methods(["GET", "POST"])
def command(request: HttpRequest, number: str) -> HttpResponse:
    """Who commands at the scene from now on."""
    at = timezone.now()
    found = room_of(request, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.take_command(
            case=found.case, commander=said["commander"], by=found.reader, at=at
        )
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("移交现场指挥"),
        button=_("移交"),
        form=CommandForm(
            posted(request),
            site=found.case.site,
            initial={"commander": found.reader.uid},
        ),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def joining(request: HttpRequest, number: str) -> HttpResponse:
    """Lay this case into another one: one fight, two numbers."""
    at = timezone.now()
    found = room_of(request, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.join_cases(case=found.case, host=said["host"], by=found.reader, at=at)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("并入另一案件"),
        button=_("并入"),
        form=JoinForm(posted(request), hosts=open_cases_beside(found.case)),
        act=act,
    )


@login_required
@require_POST
@one_tap
def parting(request: HttpRequest, number: str) -> HttpResponse:
    at = timezone.now()
    found = room_of(request, number)
    cases.part_cases(case=found.case, by=found.reader, at=at)
    return case_changed(request, number, at=at)


@login_required
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, number: str) -> HttpResponse:
    """What still holds the case open, and the button that ends it."""
    found = room_of(request, number)
    if elsewhere := closed_elsewhere(found.case):
        raise Conflict(elsewhere)
    if request.method == "POST":
        cases.close_case(case=found.case, by=found.reader, at=timezone.now())
        return redirect("cases:closing", number)
    return render(request, "cases/closing.html", {"room": found, "case": found.case})


@login_required
@require_http_methods(["GET", "POST"])
def reopening(request: HttpRequest, number: str) -> HttpResponse:
    """Open a closed case again; the reason becomes a note."""
    at = timezone.now()
    found = room_of(request, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.reopen_case(
            case=found.case, reason=said["reason"], by=found.reader, at=at
        )
        if is_in_place(request):
            response = HttpResponse()
            response["HX-Refresh"] = "true"
            return response
        return redirect("cases:room", number)

    return sheet(
        request,
        number=number,
        title=_("重新打开案件"),
        button=_("重新打开"),
        form=ReasonForm(posted(request)),
        act=act,
    )
