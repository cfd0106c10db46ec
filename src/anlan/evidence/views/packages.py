"""Packages of a case: the list, a new one, how far it is, its file, and who signed for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.proof import ask_proof, is_proof_fresh
from anlan.base.download import file_answer, ranged_answer, shown_answer
from anlan.base.errors import NotFound
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import lead_to, posted, reader_of, sheet
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import PackageState, Printout
from anlan.evidence.forms import PackageForm, PackageReceiptForm, WithdrawalForm
from anlan.evidence.models import Package
from anlan.evidence.selectors import (
    checks_of,
    package_for,
    packages_of,
    receipts_of,
    withdrawal_of,
)
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.services.opening import good_path
from anlan.evidence.verifier import published_digest

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def packages(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_hand_over_package(reader, case)
    context = {
        "case": case,
        "packages": packages_of(case),
        "can_make": permissions.can_make_package(reader, case),
        "has_exhibits": kept_of(case, reader).exists(),
    }
    return render(request, "evidence/packages.html", context)


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """For what, for whom, what, how much; beside it, what is not ready yet."""
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_make_package(reader, case)
    form = PackageForm(posted(request), case=case, reader=reader)

    def act(_said: dict[str, Any]) -> HttpResponse:
        made = evidence.ask_package(
            case=case, by=reader, at=timezone.now(), **form.asked()
        )
        return _to(request, made)

    return sheet(
        request,
        number=number,
        title=_("制作证据包"),
        button=_("制作并签名"),
        form=form,
        act=act,
        body="evidence/package_form.html",
        checks=checks_of(kept_of(case, reader)),
    )


@login_required
@require_GET
def package(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return render(request, "evidence/package.html", _context(request, number, uid))


@login_required
@require_GET
def state(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """How far it is; asked again and again while it is made."""
    template = "evidence/package_state.html"
    return render(request, template, _context(request, number, uid))


@login_required
@require_GET
def content(request: HttpRequest, number: str, uid: UUID) -> HttpResponseBase:
    """The file or a part of it, on the record before its first byte leaves.

    Whoever proved long ago who they are does so again, and comes back to the page.
    """
    reader = reader_of(request)
    at = timezone.now()
    found = package_for(reader, number, uid)
    permissions.check_can_take_package(reader, found.case)
    if not is_proof_fresh(request, at=at):
        return ask_proof(request, back=reverse("evidence:package", args=[number, uid]))
    return ranged_answer(
        request.headers.get("Range", ""),
        size=found.size or 1,
        media_type="application/zip",
        name=f"{number}-{found.code}",
        open_part=lambda first, last: (
            evidence.open_package(
                package=found, by=reader, at=at, first=first, last=last
            ).path
        ),
    )


@login_required
@_either
def hand_over(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Whoever takes it signs on the giver's screen, or on paper."""
    reader = reader_of(request)
    found = package_for(reader, number, uid)
    permissions.check_can_hand_over_package(reader, found.case)
    initial = {"identity": found.identity}
    form = PackageReceiptForm(posted(request), request.FILES or None, initial=initial)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.hand_over_package(
            package=found,
            receiver=said["receiver"],
            identity=said["identity"],
            way=said["way"],
            request_id=said["request_id"],
            signed=form.signed(),
            by=reader,
            at=timezone.now(),
        )
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("交付证据包：%s") % found.code,
        lead=_("只交给：%s。先当面核对公钥指纹，再签收。") % found.recipient,
        button=_("对方已签收，交付"),
        form=form,
        act=act,
    )


@login_required
@_either
def withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Something about it was wrong: say so, and what to use instead."""
    reader = reader_of(request)
    found = package_for(reader, number, uid)
    permissions.check_can_make_package(reader, found.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.withdraw_package(package=found, **said, by=reader, at=timezone.now())
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("撤回证据包：%s") % found.code,
        lead=_(
            "撤回以后不能再下载、交付，本机的文件删除。对方手里的收不回来："
            "请当面或书面通知已签收的人；本案以后的证据包会写明它已撤回。"
        ),
        button=_("撤回"),
        kind="danger",
        form=WithdrawalForm(posted(request), package=found),
        act=act,
    )


@login_required
@require_GET
def receipt(request: HttpRequest, number: str, uid: UUID, receipt: UUID) -> Any:
    """What both signed, as A4."""
    reader, at = reader_of(request), timezone.now()
    found = package_for(reader, number, uid)
    signed = receipts_of(found).filter(uid=receipt).first()
    if signed is None:
        raise NotFound(_("没有这份签收单"))
    evidence.note_printout(
        page=Printout.RECEIPT,
        case=found.case,
        code=found.code,
        thing=found.key,
        by=reader,
        at=at,
    )
    context = _context(request, number, uid) | {
        "receipt": signed,
        "printed_at": at,
    }
    return render(request, "evidence/package_receipt.html", context)


@login_required
@require_GET
def signature(
    request: HttpRequest, number: str, uid: UUID, receipt: UUID, side: str
) -> HttpResponseBase:
    found = package_for(reader_of(request), number, uid)
    signed = receipts_of(found).filter(uid=receipt).first()
    sides = (
        {"giver": signed.giver_signature, "receiver": signed.receiver_signature}
        if signed
        else {}
    )
    blob = sides.get(side)
    if blob is None:
        raise NotFound(_("没有这个签名"))
    # A photo of the paper is drawn anew: what a phone wrote into it stays here.
    answer = shown_answer if signed and signed.is_on_paper else file_answer
    return answer(good_path(blob), media_type=blob.media_type, name=blob.sha256[:12])


def _context(request: HttpRequest, number: str, uid: UUID) -> dict[str, Any]:
    reader = reader_of(request)
    found = package_for(reader, number, uid)
    groups = [found.fingerprint[i : i + 4] for i in range(0, 64, 4)]
    return {
        "case": found.case,
        "package": found,
        "receipts": receipts_of(found),
        "withdrawal": withdrawal_of(found),
        "was_made": PackageState(found.state).was_made,
        "gaps": found.known_gaps,
        "recorder_files": found.files.count(),
        "can_hand_over": permissions.can_hand_over_package(reader, found.case),
        "can_take": permissions.can_take_package(reader, found.case),
        "is_proof_fresh": is_proof_fresh(request, at=timezone.now()),
        "can_make": permissions.can_make_package(reader, found.case),
        "groups": groups if found.fingerprint else [],
        "file_name": f"{number}-{found.code}.zip",
        "verifier_digest": published_digest(),
    }


def _to(request: HttpRequest, package: Package) -> HttpResponse:
    return lead_to(request, "evidence:package", package.case.number, package.uid)
