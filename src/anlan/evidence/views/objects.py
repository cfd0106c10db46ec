"""Things that are evidence: what is done with them, their story on paper, their label."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import User
from anlan.accounts.proof import ask_proof, is_proof_fresh
from anlan.base.download import file_answer, shown_answer
from anlan.base.errors import NotFound
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import (
    by_and_at,
    lead_to,
    posted,
    reader_of,
    sheet,
)
from anlan.evidence import services as evidence
from anlan.evidence.enums import Printout
from anlan.evidence.forms import (
    DecisionForm,
    DisposalForm,
    HandOverForm,
    MoveForm,
    ObjectForm,
    ReturnForm,
    SealCheckForm,
    SealingForm,
)
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors import custody_story, object_for
from anlan.evidence.services.opening import good_path

_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """Take a thing into custody; whoever registers it has it from then on."""
    reader = reader_of(request)
    case = case_for(reader, number)
    form = ObjectForm(posted(request), request.FILES or None, case=case)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = evidence.register_object(
            case=case,
            title=said["title"],
            how=said["how"],
            happened=said["happened"],
            handed_in_by=said["party"] or said["colleague"],
            seal_number=said["seal_number"],
            kept_where=said["kept_where"],
            photos=[photo.chunks() for photo in said["photos"]],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(request, made)

    return sheet(
        request,
        number=number,
        title=_("登记实物证据"),
        lead=_("登记后由您保管，直到您签字交给别人。"),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def sealing(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    exhibit = _exhibit(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.reseal(exhibit=exhibit, **said, **by_and_at(request))
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("重新封存：%s") % exhibit.code,
        lead=_seal_words(exhibit),
        button=_("封存"),
        form=SealingForm(posted(request)),
        act=act,
    )


@login_required
@_either
def seal_check(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    exhibit = _exhibit(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.check_seal(
            exhibit=exhibit,
            is_whole=said.pop("seal") == "whole",
            **said,
            **by_and_at(request),
        )
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("检查封条：%s") % exhibit.code,
        lead=_seal_words(exhibit),
        button=_("记录"),
        form=SealCheckForm(posted(request)),
        act=act,
    )


@login_required
@_either
def move(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    exhibit = _exhibit(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.move(exhibit=exhibit, **said, **by_and_at(request))
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("移动位置：%s") % exhibit.code,
        lead=_("现在在：%s") % exhibit.item.kept_where,
        button=_("移动"),
        form=MoveForm(posted(request)),
        act=act,
    )


@login_required
@_either
def hand_over(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Both sign on one screen: the giver, who is signed in, and whoever was chosen."""
    reader = reader_of(request)
    exhibit = _exhibit(request, number, uid)
    form = HandOverForm(
        posted(request), request.FILES or None, site=exhibit.case.site, by=reader
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.hand_over(
            exhibit=exhibit,
            receiver=said["receiver"],
            kept_where=said["kept_where"],
            words=said["words"],
            request_id=said["request_id"],
            signed=form.signed(),
            **by_and_at(request),
        )
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("交接：%s") % exhibit.code,
        lead=_giving_words(request, exhibit),
        button=_("双方已签字，交接"),
        form=form,
        act=act,
    )


@login_required
@_either
def return_(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    exhibit = _exhibit(request, number, uid)
    form = ReturnForm(posted(request), request.FILES or None, case=exhibit.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.return_to(
            exhibit=exhibit,
            party=said["party"],
            words=said["words"],
            request_id=said["request_id"],
            signed=form.signed(),
            **by_and_at(request),
        )
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("退还：%s") % exhibit.code,
        lead=_giving_words(request, exhibit),
        button=_("双方已签字，退还"),
        kind="danger",
        form=form,
        act=act,
    )


@login_required
@_either
def disposal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    exhibit = _exhibit(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.ask_disposal(exhibit=exhibit, **said, **by_and_at(request))
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("申请处置：%s") % exhibit.code,
        lead=_("移交公安、销毁等都须两人：您申请，另一位有权的人决定。"),
        button=_("提出申请"),
        form=DisposalForm(posted(request)),
        act=act,
    )


@login_required
@_either
def disposal_decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The second of two persons agrees, or says why not; both after a fresh proof."""
    exhibit = _exhibit(request, number, uid)
    if not is_proof_fresh(request, at=timezone.now()):
        return ask_proof(request, back=request.path)
    asked = custody_story(exhibit, reader_of(request)).asked

    def act(said: dict[str, Any]) -> HttpResponse:
        decide = (
            evidence.confirm_disposal
            if said.pop("decision") == "yes"
            else evidence.refuse_disposal
        )
        decide(exhibit=exhibit, **said, **by_and_at(request))
        return _to(request, exhibit)

    return sheet(
        request,
        number=number,
        title=_("决定处置：%s") % exhibit.code,
        lead=(
            _("%(name)s申请：%(words)s") % {"name": asked.by.name, "words": asked.words}
            if asked
            else _("没有等待决定的处置申请")
        ),
        button=_("决定"),
        kind="danger",
        form=DecisionForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def custody_sheet(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The story of a thing as A4, with every signature and digest."""
    reader = reader_of(request)
    at = timezone.now()
    exhibit = object_for(reader, number, uid)
    _note_printout(exhibit, Printout.CUSTODY, by=reader, at=at)
    context = {
        "case": exhibit.case,
        "exhibit": exhibit,
        "story": custody_story(exhibit, reader),
        "printed_at": at,
    }
    return render(request, "evidence/custody_sheet.html", context)


@login_required
@require_GET
def label(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What sticks on the bag, for a printer of labels 62 mm wide."""
    reader = reader_of(request)
    exhibit = object_for(reader, number, uid)
    _note_printout(exhibit, Printout.LABEL, by=reader, at=timezone.now())
    context = {
        "case": exhibit.case,
        "exhibit": exhibit,
        "item": exhibit.item,
        "address": exhibit_address(exhibit),
    }
    return render(request, "evidence/label.html", context)


@login_required
@require_GET
def signature(
    request: HttpRequest, number: str, uid: UUID, step: UUID, side: str
) -> HttpResponseBase:
    """A signature, for whoever sees the case: it is part of the record, not evidence."""
    exhibit = object_for(reader_of(request), number, uid)
    found = exhibit.steps.filter(uid=step).first()
    sides = (
        {}
        if found is None
        else {
            "giver": found.giver_signature,
            "receiver": found.receiver_signature,
        }
    )
    blob = sides.get(side)
    if blob is None:
        raise NotFound(_("没有这个签名"))
    # A photo of the paper is drawn anew: what a phone wrote into it stays here.
    answer = shown_answer if found and found.is_on_paper else file_answer
    return answer(good_path(blob), media_type=blob.media_type, name=blob.sha256[:12])


def exhibit_address(exhibit: Exhibit) -> str:
    """What the QR code says; nothing until the installation knows its own address."""
    if not settings.PUBLIC_URL:
        return ""
    return f"{settings.PUBLIC_URL}/cases/{exhibit.case.number}/evidence/{exhibit.uid}/"


def _note_printout(exhibit: Exhibit, page: Printout, *, by: User, at: datetime) -> None:
    evidence.note_printout(
        page=page,
        case=exhibit.case,
        code=exhibit.code,
        thing=exhibit.key,
        by=by,
        at=at,
    )


def _exhibit(request: HttpRequest, number: str, uid: UUID) -> Exhibit:
    return object_for(reader_of(request), number, uid)


def _to(request: HttpRequest, exhibit: Exhibit) -> HttpResponse:
    return lead_to(request, "evidence:exhibit", exhibit.case.number, exhibit.uid)


def _seal_words(exhibit: Exhibit) -> str:
    seal = exhibit.item.seal_number
    return _("现在的封条：%s") % seal if seal else _("现在没有封条。")


def _giving_words(request: HttpRequest, exhibit: Exhibit) -> str:
    holder = exhibit.item.holder
    if holder is None or holder == reader_of(request):
        return _("先一起看封条和实物，再签字。")
    return (
        _("现在由%s保管。其不在时由您代为交出，须写明原因，记录会显示其没有签字。")
        % holder.name
    )
