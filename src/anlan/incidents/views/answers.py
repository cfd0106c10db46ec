"""The room of an incident for a request, and the answer after a change to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from anlan.cases.views.answers import PANELS as CASE_PANELS
from anlan.cases.views.answers import (
    is_in_place,
    page_about,
    page_before,
    panels_answer,
    reader_of,
)
from anlan.incidents.room import IncidentRoom
from anlan.incidents.selectors import incident_and_facts

PANELS: Mapping[str, str] = {
    "calls": "incidents/panels/calls.html",
    "clocks": "incidents/panels/clocks.html",
    "responders": "incidents/panels/responders.html",
    "scene": "incidents/panels/scene.html",
    "reports": "incidents/panels/reports.html",
}


def room_of(request: HttpRequest, number: str, *, at: datetime) -> IncidentRoom:
    reader = reader_of(request)
    incident, facts = incident_and_facts(reader, number)
    return IncidentRoom(
        incident=incident,
        facts=facts,
        reader=reader,
        at=at,
        before=page_before(request),
        about=page_about(request),
    )


def incident_changed(
    request: HttpRequest, number: str, *, at: datetime
) -> HttpResponse:
    """After a change to an incident: every panel, read anew."""
    if not is_in_place(request):
        return redirect("cases:room", number)
    room = room_of(request, number, at=at)
    return panels_answer(request, room, {**CASE_PANELS, **PANELS})
