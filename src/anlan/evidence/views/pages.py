"""The list of evidence of a case, one exhibit, its bytes and its receipt."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base import stores
from anlan.base.download import picture_answer, ranged_answer
from anlan.base.errors import NotFound
from anlan.cases.forms import ReasonForm
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitKind, Printout, Way
from anlan.evidence.permissions import (
    can_hand_over_package,
    can_mask,
    can_open,
    can_place_hold,
    can_unsay_footage,
    check_can_open,
    check_can_unsay_footage,
)
from anlan.evidence.policies import can_be_masked, check_can_be_shown, is_heic
from anlan.evidence.selectors import (
    PAGE,
    arrival_of,
    custody_story,
    exhibit_for,
    exhibit_page,
    exhibits_of,
    story_of,
)
from anlan.evidence.selectors.deletions import deletion_of
from anlan.evidence.selectors.holds import holds_standing, is_held
from anlan.evidence.selectors.injuries import injuries_for
from anlan.evidence.selectors.outside import checkpoint_of
from anlan.evidence.selectors.playing import is_played, neighbours_of, playing_copy_of
from anlan.evidence.selectors.recordings import (
    case_to_add_camera,
    is_of_recording,
    lacks_recording,
    unexplained_recording,
)
from anlan.evidence.selectors.redaction import masked_copies_of, original_of
from anlan.evidence.selectors.statements import statements_for

SHOWN_IN_ROOM = 5
WHOLE = 5000  # rows of the list on one page, to be printed
_NUMBER = re.compile(r"[0-9]{1,9}")


@login_required
@require_GET
def exhibits(request: HttpRequest, number: str) -> HttpResponse:
    """The list of evidence 证据清单, of one kind or of all, a page at a time.

    ``whole`` gives all of it, to be printed.
    """
    reader = reader_of(request)
    case = case_for(reader, number)
    kind = request.GET.get("kind", "")
    after = request.GET.get("after", "")
    is_whole = "whole" in request.GET
    if is_whole:
        evidence.note_printout(
            page=Printout.LIST,
            case=case,
            code=case.number,
            by=reader,
            at=timezone.now(),
        )
    found = exhibit_page(
        case,
        reader,
        kind=kind,
        after=int(after) if _NUMBER.fullmatch(after) else 0,
        page=WHOLE if is_whole else PAGE,
    )
    context = {
        "case": case,
        "exhibits": found.exhibits,
        "after": found.after,
        "is_first": not after,
        "kind": kind if kind in found.kinds else "",
        "kinds": [(each, each.label, count) for each, count in found.kinds.items()],
        "count": sum(found.kinds.values()),
        "hidden": found.hidden,
        **_beside(case, reader),
        "can_add": has_permission(reader, Permission.EVIDENCE_ADD, site=case.site),
        "can_package": can_hand_over_package(reader, case),
        "can_keep": has_permission(reader, Permission.EVIDENCE_KEEP, site=case.site),
        "can_ask_footage": any(
            has_permission(reader, permission, site=case.site)
            for permission in (Permission.FOOTAGE_TAKE_IN, Permission.FOOTAGE_APPROVE)
        ),
        "disks": stores.disks(),
        **_held(case, reader),
    }
    return render(request, "evidence/exhibits.html", context)


@login_required
@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """The newest of the list, for the room."""
    reader = reader_of(request)
    case = case_for(reader, number)
    found = exhibits_of(case, reader)
    context = {
        "case": case,
        "newest": found.order_by("-number")[:SHOWN_IN_ROOM],
        "count": found.count(),
        **_beside(case, reader),
        "can_add": has_permission(reader, Permission.EVIDENCE_ADD, site=case.site),
        "is_held": bool(holds_standing(case)),
    }
    return render(request, "evidence/panel.html", context)


@login_required
@require_GET
def exhibit(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What it is, where its copies lie, and all that happened to it."""
    reader = reader_of(request)
    found = exhibit_for(reader, number, uid)
    may_open = can_open(reader, found)
    context = {
        "case": found.case,
        "exhibit": found,
        "can_open": may_open,
        "unexplained": unexplained_recording(found, reader, at=timezone.now()),
        "camera_case": case_to_add_camera(found),
        "lacks_recording": lacks_recording(found),
        "can_look": may_open
        and found.kind == ExhibitKind.PHOTO
        and not found.is_deleted
        and not is_heic(found),
        "is_heic": is_heic(found) and not found.is_deleted,
        "can_mask": can_be_masked(found) and can_mask(reader, found),
        "masked_copies": masked_copies_of(found, reader),
        "original": original_of(found, reader),
        "can_unsay_footage": found.is_footage
        and not found.is_deleted
        and not is_of_recording(found)
        and can_unsay_footage(reader, found),
        "can_hold": can_place_hold(reader, found.case),
        "is_held": is_held(found),
        "deletion": deletion_of(found),
        "can_play": may_open and is_played(found) and not found.is_deleted,
        "played": playing_copy_of(found) if may_open and is_played(found) else None,
        "neighbours": neighbours_of(found, reader)
        if may_open and found.kind == ExhibitKind.PHOTO
        else None,
        "scans": bool(settings.CLAMAV),
        "is_looking": "look" in request.GET,
        "disks": stores.disks(),
        # A thing has its story; what happened to a file are the lines of the record.
        "story": custody_story(found, reader) if found.is_object else None,
        "told": None if found.is_object else story_of(found, before=_before(request)),
    }
    return render(request, "evidence/exhibit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def not_footage(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """It was ticked as CCTV by mistake."""
    reader = reader_of(request)
    found = exhibit_for(reader, number, uid)
    check_can_unsay_footage(reader, found)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.unsay_footage(
            exhibit=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("evidence:exhibit", number, uid)

    return sheet(
        request,
        number=number,
        title=_("更正：%s 不是监控录像") % found.code,
        lead=_("更正以后，查看不再登记事由，交出不再经申请。更正和理由留在台账。"),
        button=_("更正"),
        kind="danger",
        form=ReasonForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def picture(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What a photo shows, drawn anew; looking is on the record."""
    reader = reader_of(request)
    found = exhibit_for(reader, number, uid)
    if found.kind != ExhibitKind.PHOTO:
        raise NotFound(_("这件证据不是照片"))
    check_can_be_shown(found)
    opened = evidence.open_exhibit(
        exhibit=found, way=Way.VIEWED, by=reader, at=timezone.now()
    )
    return picture_answer(opened.path)


@login_required
@require_GET
def played(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """The copy of a film or a sound, each range on the record before its first byte."""
    reader, at = reader_of(request), timezone.now()
    found = exhibit_for(reader, number, uid)
    if not is_played(found):
        raise NotFound(_("这件证据不能播放"))
    check_can_open(reader, found)
    copy = evidence.ready_copy(original=found.file, at=at).blob
    assert copy is not None  # noqa: S101 -- a copy that is ready has bytes
    return ranged_answer(
        request.headers.get("Range", ""),
        size=copy.size,
        media_type=copy.media_type,
        name=f"{number}-{found.code}-copy",
        open_part=lambda first, last: (
            evidence.open_playing_copy(
                exhibit=found, by=reader, at=at, first=first, last=last
            ).path
        ),
    )


@login_required
@require_GET
def original(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """The bytes as they came, or a part of them, to be saved and never shown."""
    reader = reader_of(request)
    at = timezone.now()
    found = exhibit_for(reader, number, uid)
    return ranged_answer(
        request.headers.get("Range", ""),
        size=found.file.size,
        media_type=found.file.media_type,
        name=f"{number}-{found.code}",
        open_part=lambda first, last: (
            evidence.open_exhibit(
                exhibit=found,
                way=Way.DOWNLOADED,
                by=reader,
                at=at,
                first=first,
                last=last,
                knows_of_malware="malware" in request.GET,
            ).path
        ),
    )


@login_required
@require_GET
def receipt(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return receipt_page(request, number, uid, template="evidence/receipt.html")


def receipt_page(
    request: HttpRequest, number: str, uid: UUID, *, template: str
) -> HttpResponse:
    """What whoever brought it takes along: the digest makes them a witness.

    On paper, or in the shell of the phone.
    """
    reader = reader_of(request)
    found = exhibit_for(reader, number, uid)
    evidence.show_receipt(exhibit=found, by=reader, at=timezone.now())
    arrival = arrival_of(found)
    checkpoint = checkpoint_of(found, arrival.seq)
    context = {
        "checkpoint": checkpoint,
        "checkpoint_root": bytes(checkpoint.root).hex() if checkpoint else "",
        "case": found.case,
        "exhibit": found,
        "arrival": arrival,
        "entry_digest": bytes(arrival.digest).hex(),
        "disks": stores.disks(),
        "address": settings.PUBLIC_URL,
    }
    return render(request, template, context)


def _before(request: HttpRequest) -> int | None:
    before = request.GET.get("before", "")
    return int(before) if _NUMBER.fullmatch(before) else None


def _held(case: Case, reader: User) -> dict[str, object]:
    holds = holds_standing(case)
    return {
        "can_hold": can_place_hold(reader, case),
        "is_case_held": any(hold.is_whole for hold in holds),
        "held": {hold.exhibit_id for hold in holds if hold.exhibit_id},
    }


def _beside(case: Case, reader: User) -> dict[str, int]:
    """What lies beside the list: how much of it the reader may know."""
    return {
        "statements_count": statements_for(reader).filter(case=case).count(),
        "injuries_count": injuries_for(reader).filter(case=case).count(),
    }
