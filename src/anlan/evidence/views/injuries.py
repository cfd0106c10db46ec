"""Injuries: the figure, the list, the photographs in rounds, the papers of doctors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import (
    by_and_at,
    lead_to,
    posted,
    reader_of,
    sheet,
)
from anlan.evidence import services as evidence
from anlan.evidence.bodymap import HEIGHT, WIDTH
from anlan.evidence.enums import InjuryKind, PaperKind, Region, Round
from anlan.evidence.forms.injuries import (
    InjuryForm,
    InjuryPhotoForm,
    MedicalPaperForm,
    RefusePhotosForm,
    WithdrawInjuryForm,
)
from anlan.evidence.models import Injury
from anlan.evidence.selectors.injuries import blank_figure, injured_in, injury_for

_either = require_http_methods(["GET", "POST"])


@login_required
@never_cache
@require_GET
def injuries(request: HttpRequest, number: str) -> HttpResponse:
    """Everybody who was hurt, as far as the reader may know it; looking is on record."""
    reader = reader_of(request)
    case = case_for(reader, number)
    found = injured_in(case, reader)
    parties = [one.party for one in found]
    evidence.show_injuries(case=case, parties=parties, by=reader, at=timezone.now())
    front, back = blank_figure()
    context = {
        "case": case,
        "injured": found,
        "front": front,
        "back": back,
        "width": WIDTH,
        "height": HEIGHT,
        "can_record": has_permission(reader, Permission.INJURY_RECORD, site=case.site),
        "reads_all": has_permission(reader, Permission.INJURY_READ, site=case.site),
    }
    return render(request, "evidence/injuries.html", context)


@login_required
@_either
def recording(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what is seen; the part of the body may come from the figure."""
    reader = reader_of(request)
    case = case_for(reader, number)
    initial = {"party": request.GET.get("party"), "region": request.GET.get("region")}

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.record_injury(
            case=case,
            party=said["party"],
            region=Region(said["region"]),
            kind=InjuryKind(said["kind"]),
            words=said["words"],
            seen_at=said["seen_at"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(request, case)

    return sheet(
        request,
        number=number,
        title=_("记录伤情"),
        lead=_("先急救，再记录。24 小时和 72 小时会提醒客服再拍一次。"),
        button=_("记录"),
        form=InjuryForm(posted(request), case=case, initial=initial),
        act=act,
    )


@login_required
@_either
def photo(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = injury_for(reader, number, uid)
    at = timezone.now()
    form = InjuryPhotoForm(
        posted(request), request.FILES or None, initial={"round": _round(found, at=at)}
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.add_injury_photo(
            injury=found,
            round=Round(said["round"]),
            chunks=said["photo"].chunks(),
            scale_shown=said["scale_shown"],
            has_consent=said["has_consent"],
            request_id=said["request_id"],
            by=reader,
            at=at,
        )
        return _to(request, found.case)

    return sheet(
        request,
        number=number,
        title=_("拍摄伤情：%s") % found.code,
        lead=_("在不被旁人看到的地方拍。照片只有需要的人能看，每次打开都有记录。"),
        button=_("存入"),
        form=form,
        act=act,
    )


@login_required
@_either
def withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    found = injury_for(reader_of(request), number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.withdraw_injury(injury=found, **said, **by_and_at(request))
        return _to(request, found.case)

    return sheet(
        request,
        number=number,
        title=_("划去伤情：%s") % found.code,
        lead=_("记错了人或部位时使用。原记录和理由都保留。"),
        button=_("划去"),
        kind="danger",
        form=WithdrawInjuryForm(posted(request)),
        act=act,
    )


@login_required
@_either
def refusal(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody does not want to be photographed; the clock of that round stops."""
    case = case_for(reader_of(request), number)
    initial = {"party": request.GET.get("party"), "round": request.GET.get("round")}

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.refuse_photos(
            case=case,
            party=said["party"],
            round=Round(said["round"]),
            reason=said["reason"],
            **by_and_at(request),
        )
        return _to(request, case)

    return sheet(
        request,
        number=number,
        title=_("本人不愿拍摄"),
        button=_("记下"),
        form=RefusePhotosForm(posted(request), case=case, initial=initial),
        act=act,
    )


@login_required
@_either
def paper(request: HttpRequest, number: str) -> HttpResponse:
    case = case_for(reader_of(request), number)
    form = MedicalPaperForm(
        posted(request),
        request.FILES or None,
        case=case,
        initial={"party": request.GET.get("party")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.add_medical_paper(
            case=case,
            party=said["party"],
            kind=PaperKind(said["kind"]),
            chunks=said["file"].chunks(),
            file_name=(said["file"].name or "")[:255],
            level=said["level"],
            request_id=said["request_id"],
            **by_and_at(request),
        )
        return _to(request, case)

    return sheet(
        request,
        number=number,
        title=_("登记医疗文书"),
        lead=_("病历、检查报告、票据、鉴定文书；原件由本人保管。"),
        button=_("存入"),
        form=form,
        act=act,
    )


def _round(injury: Injury, *, at: Any) -> str:
    """The round that the hour suggests."""
    passed = at - injury.seen_at
    return max(each for each in Round if each.after / 2 <= passed or each == "0h")


def _to(request: HttpRequest, case: Case) -> HttpResponse:
    return lead_to(request, "evidence:injuries", case.number)
