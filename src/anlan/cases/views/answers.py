"""How every action of a room answers: in place for a browser with scripts, else by page.

With htmx a change answers with the panels anew, and a refusal as a sentence near the
hand; without it a change leads back to the room, and a refusal is a page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from anlan.accounts.models import User
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.cases.about import About
from anlan.cases.room import Room
from anlan.cases.selectors import case_for
from anlan.law.selectors import refusal_words

PANELS: Mapping[str, str] = {
    "head": "cases/panels/head.html",
    "actions": "cases/panels/actions.html",
    "phases": "cases/panels/phases.html",
    "tasks": "cases/panels/tasks.html",
    "parties": "cases/panels/parties.html",
    "timeline": "cases/panels/timeline.html",
}

Answer = Callable[..., HttpResponse]


def reader_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # login_required has seen to it
        raise NotFound("")
    return request.user


def by_and_at(request: HttpRequest) -> dict[str, Any]:
    """Who does it and when, as every service is told."""
    return {"by": reader_of(request), "at": timezone.now()}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; a page that is only looked at has an unbound one."""
    return request.POST if request.method == "POST" else None


def page_before(request: HttpRequest) -> int | None:
    """Where the page of the timeline begins that was asked for; none is the newest."""
    before = request.GET.get("before", "")
    return int(before) if before.isdecimal() and len(before) < 19 else None


def page_about(request: HttpRequest) -> About | None:
    """What the timeline is narrowed to: as asked, or on the page whose button was pressed."""
    asked = request.GET
    if "about" not in asked:
        page = getattr(getattr(request, "htmx", None), "current_url", None)
        asked = QueryDict(urlsplit(page or "").query)
    about = asked.get("about", "")
    return About(about) if about in About.values else None


def is_in_place(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of the page."""
    return bool(getattr(request, "htmx", False))


def lead_to(request: HttpRequest, name: str, *where: object) -> HttpResponse:
    """After a step: the whole page of what was changed, not a sheet on the one before."""
    if not is_in_place(request):
        return redirect(name, *where)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse(name, args=where)
    return response


def one_tap(view: Answer) -> Answer:
    """For a button without fields: its refusal is a message beside the page."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            if not is_in_place(request):
                raise
            response = HttpResponse(status=error.status)
            response["HX-Reswap"] = "none"
            told = {"text": refusal_words(error), "tone": "warn", "target": "body"}
            response["HX-Trigger"] = json.dumps({"toast": told})
            return response

    return answered


def case_changed(request: HttpRequest, number: str, *, at: datetime) -> HttpResponse:
    """After a change to a case: its panels, read anew."""
    if not is_in_place(request):
        return redirect("cases:room", number)
    reader = reader_of(request)
    case = case_for(reader, number)
    room = Room(case=case, reader=reader, at=at, about=page_about(request))
    return panels_answer(request, room, PANELS)


def panels_answer(
    request: HttpRequest, room: Room, panels: Mapping[str, str], *, emptied: str = ""
) -> HttpResponse:
    """The panels, each for its place in the page; whatever sheet is open closes.

    They are morphed, so that words half typed elsewhere stay; ``emptied`` names the one
    whose words were just taken.
    """
    parts = (
        (
            name,
            "outerHTML" if name == emptied else "outerMorph",
            panel(request, room, template),
        )
        for name, template in panels.items()
    )
    response = HttpResponse(
        format_html_join(
            "\n",
            '<hx-partial hx-target="#panel-{}" hx-swap="{}">{}</hx-partial>',
            parts,
        )
    )
    response["HX-Trigger"] = json.dumps({"room:done": {}})  # told to what has asked
    return response


def panel(request: HttpRequest, room: Room, template: str) -> SafeString:
    text = render_to_string(template, {"room": room, "case": room.case}, request)
    return mark_safe(text)  # noqa: S308 -- a template's output is escaped


def one_panel(
    request: HttpRequest, room: Room, panels: Mapping[str, str], name: str
) -> HttpResponse:
    if name not in panels:
        raise NotFound("")
    return HttpResponse(panel(request, room, panels[name]))


def sheet(
    request: HttpRequest,
    *,
    number: str,
    title: str,
    button: str = "",
    form: forms.Form | None = None,
    act: Callable[[dict[str, Any]], HttpResponse] | None = None,
    body: str = "cases/sheets/form.html",
    kind: str = "primary",
    page: str = "cases/sheet.html",
    **more: Any,
) -> HttpResponse:
    """A form on a sheet over the room, or on a page of its own.

    ``act`` gets the cleaned values and answers; its refusal is shown at the field it
    names, or above the form, and what was typed stays. ``page`` is the page of its own.
    """
    status = 200
    if request.method == "POST" and form is not None and act is not None:
        if form.is_valid():
            try:
                return act(form.cleaned_data)
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
        else:
            status = 422
    context = {
        "number": number,
        "title": title,
        "button": button,
        "form": form,
        "body": body,
        "kind": kind,
        "room_url": reverse("cases:room", args=[number]),
        **more,
    }
    template = body if is_in_place(request) else page
    return render(request, template, context, status=status)


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """At the field that it names, or above the form."""
    path = error.path if isinstance(error, InvalidInput) else None
    form.add_error(path if path in form.fields else None, refusal_words(error))
