"""The room of an incident, its panels alone, and its closing page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.errors import DomainError
from anlan.cases.views.answers import one_panel
from anlan.incidents import services as incidents
from anlan.incidents.views.answers import PANELS, room_of


@login_required
@require_GET
def room(request: HttpRequest, number: str) -> HttpResponse:
    """The duty officer's live room."""
    found = room_of(request, number, at=timezone.now())
    return render(request, "incidents/room.html", {"room": found, "case": found.case})


@login_required
@require_GET
def one(request: HttpRequest, number: str, name: str) -> HttpResponse:
    found = room_of(request, number, at=timezone.now())
    return one_panel(request, found, PANELS, name)


@login_required
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, number: str) -> HttpResponse:
    """What still holds it open, its times against the standard, and the end."""
    at = timezone.now()
    found = room_of(request, number, at=at)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            incidents.close_incident(incident=found.incident, by=found.reader, at=at)
        except DomainError as error:
            refusal = error
        else:
            return redirect("cases:closing", number)
    return render(
        request,
        "incidents/closing.html",
        {"room": found, "case": found.case, "refusal": refusal},
        status=refusal.status if refusal else 200,
    )
