"""Masked copies: begun, drawn over what is looked at on the record, made."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.download import ranged_answer
from anlan.base.errors import DomainError, InvalidInput
from anlan.cases.forms import PlainForm
from anlan.cases.views.answers import (
    lead_to,
    posted,
    reader_of,
    sheet,
)
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    BoxFill,
    BoxLabel,
    RedactionState,
    SoundChoice,
    SpanFill,
)
from anlan.evidence.forms.redaction import plan_from_rows
from anlan.evidence.models import Redaction
from anlan.evidence.redaction_plan import Plan, plan_from
from anlan.evidence.selectors import exhibit_for
from anlan.evidence.selectors.recordings import derivative_for
from anlan.evidence.selectors.redaction import redaction_for
from anlan.evidence.services.redaction import (
    WORK_TYPES,
    PlanChanged,
    sight_of,
    work_path,
)
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])
_SHOWN = [RedactionState.DRAFT, RedactionState.FAILED]


@login_required
@_either
def mask(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Begin with the file of an exhibit, or go on where somebody was."""
    reader = reader_of(request)
    exhibit = exhibit_for(reader, number, uid)
    permissions.check_can_mask(reader, exhibit)

    def act(_said: dict[str, Any]) -> HttpResponse:
        made = evidence.begin_redaction(exhibit=exhibit, by=reader, at=timezone.now())
        return _to(request, made)

    return _beginning(request, number, exhibit.code, act)


@login_required
@_either
def mask_film(
    request: HttpRequest, number: str, uid: UUID, derivative: UUID
) -> HttpResponse:
    """The same with a film of a recording, after a reason was given."""
    reader = reader_of(request)
    film = derivative_for(reader, number, uid, derivative)

    def act(_said: dict[str, Any]) -> HttpResponse:
        made = evidence.begin_film_redaction(film=film, by=reader, at=timezone.now())
        return _to(request, made)

    return _beginning(request, number, film.recording.code, act)


@login_required
@never_cache
@require_GET
def redaction(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What is drawn, how far the copy is, or where it lies."""
    return _page(request, _found(request, number, uid))


@login_required
@never_cache
@require_GET
def state(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """How far it is; asked again and again while something is made."""
    found = _found(request, number, uid)
    if found.state in {RedactionState.PREPARING, RedactionState.QUEUED}:
        return render(request, "evidence/mask_state.html", _context(request, found))
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def copy(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """What is drawn on: each range on the record before its first byte."""
    reader, at = reader_of(request), timezone.now()
    found = _found(request, number, uid)
    return ranged_answer(
        request.headers.get("Range", ""),
        size=found.work_size,
        media_type=WORK_TYPES.get(found.kind, ""),
        name=f"{number}-{found.exhibit.code}",
        open_part=lambda first, last: (
            evidence.open_working_copy(
                redaction=found, by=reader, at=at, first=first, last=last
            ).path
        ),
    )


@login_required
@require_POST
def plan(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The draft, from the script after each change, from a plain form all at once."""
    found = _found(request, number, uid)
    is_script = request.content_type == "application/json"
    try:
        version, said = _said(request) if is_script else _rows(request)
        saved = evidence.save_plan(
            redaction=found,
            version=version,
            said=said,
            by=reader_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        if not is_script:
            return _page(request, _found(request, number, uid), refusal=error)
        body = {"error": refusal_words(error), "clash": isinstance(error, PlanChanged)}
        return JsonResponse(body, status=error.status)
    if is_script:
        return JsonResponse({"version": saved.version})
    return _to(request, saved)


@login_required
@require_POST
def making(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Let the copy be made, or made again after it failed."""
    found = _found(request, number, uid)
    version = request.POST.get("version", "")
    try:
        evidence.ask_masked_copy(
            redaction=found,
            version=int(version) if version.isdecimal() else -1,
            request_id=_uuid(request.POST.get("request_id", "")),
            by=reader_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(request, _found(request, number, uid), refusal=error)
    return _to(request, found)


def _beginning(request: HttpRequest, number: str, code: str, act: Any) -> HttpResponse:
    return sheet(
        request,
        number=number,
        title=_("打码：%s") % code,
        lead=_("原件不会改动；打码副本是一件新的证据。打开画面会记录您的姓名和时间。"),
        button=_("打开并打码"),
        form=PlainForm(posted(request)),
        act=act,
    )


def _found(request: HttpRequest, number: str, uid: UUID) -> Redaction:
    reader = reader_of(request)
    found = redaction_for(reader, number, uid)
    permissions.check_can_mask(reader, found.exhibit)
    return found


def _page(
    request: HttpRequest, found: Redaction, *, refusal: DomainError | None = None
) -> HttpResponse:
    context = {**_context(request, found), "refusal": refusal}
    status = 200 if refusal is None else refusal.status
    return render(request, "evidence/mask.html", context, status=status)


def _context(request: HttpRequest, found: Redaction) -> dict[str, Any]:
    has_work = found.work_size > 0 and work_path(found).is_file()
    is_shown = found.state in _SHOWN and has_work
    drawn = plan_from(found.plan, sight_of(found)) if is_shown else Plan()
    return {
        "case": found.case,
        "exhibit": found.exhibit,
        "redaction": found,
        "is_shown": is_shown,
        "plan": drawn,
        "plan_json": drawn.as_json(),
        "labels": BoxLabel.choices,
        "fills": BoxFill.choices,
        "sounds": SoundChoice.choices,
        "span_fills": SpanFill.choices,
        "request_id": uuid4(),
        "seconds": (found.duration_ms or 0) / 1000,
    }


def _said(request: HttpRequest) -> tuple[int, Any]:
    try:
        said = orjson.loads(request.body)
        version, plan = said["version"], said["plan"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise _unread() from None
    if type(version) is not int:
        raise _unread()
    return version, plan


def _rows(request: HttpRequest) -> tuple[int, Any]:
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise _unread()
    return int(version), plan_from_rows(request.POST)


def _unread() -> InvalidInput:
    return InvalidInput(_("打码方案读不懂，请刷新页面再试"), path="plan")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _to(request: HttpRequest, made: Redaction) -> HttpResponse:
    return lead_to(request, "evidence:redaction", made.case.number, made.uid)
