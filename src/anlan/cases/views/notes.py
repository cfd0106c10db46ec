"""Lines that people write on the timeline, and the striking of wrong ones."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.forms import NoteForm, ReasonForm
from anlan.cases.room import Room
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import (
    PANELS,
    case_changed,
    is_in_place,
    page_about,
    panels_answer,
    posted,
    reader_of,
    sheet,
)


@login_required
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Write a line; a time before now is when it happened, the other clock is ours."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)
    form = NoteForm(posted(request))

    def act(said: dict[str, Any]) -> HttpResponse:
        try:
            cases.write_note(
                case=case,
                text=said["text"],
                happened=said["happened"],
                request_id=said["request_id"],
                by=reader,
                at=at,
            )
        except Conflict as error:
            # The answer to an earlier note got lost, and the field kept its id. With that
            # one it would be refused for ever; whether it is another note is theirs to say.
            form.data = {**request.POST.dict(), "request_id": str(uuid4())}
            raise Conflict(
                _("上一条已经记在时间线上，这一条还没有记。请看一眼，要记就再按一次。")
            ) from error
        if not is_in_place(request):
            return case_changed(request, number, at=at)
        room = Room(case=case, reader=reader, at=at, about=page_about(request))
        panels = {
            "timeline": PANELS["timeline"],
            "composer": "cases/panels/composer.html",
        }
        return panels_answer(request, room, panels, emptied="composer")

    return sheet(
        request,
        number=number,
        title=_("记录现场情况"),
        button=_("记录"),
        form=form,
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def strike(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """Declare a line wrong: it stays readable, struck through, with who and why."""
    at = timezone.now()
    reader = reader_of(request)
    case = case_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        cases.strike_entry(case=case, seq=seq, reason=said["reason"], by=reader, at=at)
        return case_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("划去第 %d 条记录") % seq,
        lead=_("原文保留可见，旁边写明谁、为什么划去。"),
        button=_("划去"),
        form=ReasonForm(posted(request)),
        act=act,
    )
