"""Talks of a case: the list, each of them, and the steps that the office takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.base.addresses import public_address
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.cases.enums import Side
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import by_and_at, posted, reader_of, sheet
from anlan.law.selectors import refusal_words
from anlan.notify.services.outward import has_text_messages
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import (
    Capacity,
    Chooser,
    Exclusion,
    Found,
    TalksKind,
    TalksState,
    WithdrawalWay,
)
from anlan.resolution.mediation.exclusions import may_be_a_crime
from anlan.resolution.mediation.forms import (
    AnswerForm,
    ApplicationForm,
    BeginningForm,
    ConsentForm,
    CourtForm,
    EffectForm,
    ForgivenessForm,
    LeavingForm,
    LiftForm,
    MandateEndForm,
    MandateForm,
    ReasonForm,
    RulingForm,
    StandingForm,
)
from anlan.resolution.mediation.models import Talks
from anlan.resolution.mediation.remedies import remedies_of, review
from anlan.resolution.mediation.selectors.codes import code_for
from anlan.resolution.mediation.selectors.showing import (
    duties_shown,
    proposals_shown,
    sessions_shown,
    sides_shown,
)
from anlan.resolution.mediation.selectors.standing import (
    needs_guardian,
)
from anlan.resolution.mediation.selectors.talks import (
    confirmation_for,
    confirmation_of,
    forgiveness_for,
    mandates_of,
    talks_for,
    talks_of,
    talks_to_mediate,
)

_either = require_http_methods(["GET", "POST"])
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_GET
def talks_list(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_see_case_talks(reader, case)
    return render(
        request,
        "mediation/list.html",
        {
            "case": case,
            "rows": [
                (row, shown_name(row.victim), shown_name(row.aggressor))
                for row in talks_of(case)
            ],
            "may_run": permissions.can_run_talks(reader, case) and case.is_open,
        },
    )


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What somebody from outside mediates; they see no case."""
    reader = reader_of(request)
    rows = [
        (row, shown_name(row.victim), shown_name(row.aggressor))
        for row in talks_to_mediate(reader)
    ]
    return render(request, "mediation/list.html", {"rows": rows})


@login_required
@_either
def beginning(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_run_talks(reader, case)
    form = BeginningForm(posted(request), case=case)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = mediation.begin_talks(
            case=case, by=reader, at=timezone.now(), **form.begun()
        )
        return redirect("mediation:talks", made.uid)

    return sheet(
        request,
        number=number,
        title=_("发起协商或者调解"),
        lead=_("双方自愿；任何一方不同意就不进行。随时可以报警、起诉，不受影响。"),
        button=_("发起"),
        form=form,
        act=act,
    )


@login_required
@never_cache
@require_GET
def talks(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    return page(request, talks_for(reader, uid))


def page(
    request: HttpRequest,
    found: Talks,
    *,
    given: dict[str, str] | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    """Everything about talks that the reader may see; what only some read is left out."""
    reader = reader_of(request)
    state, at = TalksState(found.state), timezone.now()
    kind = TalksKind(found.kind)
    may_run = permissions.can_run_talks(reader, found.case)
    may_lead = permissions.can_lead_talks(reader, found)
    confirmation = confirmation_for(found)
    can_talk = state in {TalksState.ACCEPTED, TalksState.IN_SESSION}
    return render(
        request,
        "mediation/talks.html",
        {
            "case": found.case,
            "talks": found,
            "is_mediation": kind.is_mediation,
            "sees_case": permissions.can_see_case_talks(reader, found.case),
            "sides": sides_shown(reader, found, at=at),
            "sends_codes": has_text_messages(found.case.site),
            "sessions": sessions_shown(reader, found),
            "proposals": proposals_shown(reader, found),
            "duties": duties_shown(found),
            "confirmation": confirmation,
            "court_form": CourtForm(
                initial={"court": confirmation.court if confirmation else ""}
            ),
            "forgiveness": forgiveness_for(found),
            "remedies": remedies_of(found),
            "why_reviewed": _why_reviewed(found, reader),
            "is_talking": state.is_talking,
            "follows_closed": not found.case.is_open
            and state in {TalksState.PERFORMING, TalksState.BREACHED},
            "may_be_left": state.may_be_left,
            "mandates": mandates_of(found),
            "waits_for_body": state == TalksState.REQUESTED,
            "waits_for_consent": state == TalksState.CONSENT_PENDING,
            "can_talk": can_talk,
            "may_run": may_run,
            "may_lead": may_lead,
            "may_lift": found.is_excluded
            and permissions.can_lift_exclusion(reader, found),
            "may_forgive": may_run
            and state in {TalksState.PERFORMING, TalksState.PERFORMED},
            "all_sides": list(Side),
            "given": given,
            "refusal": refusal_words(refusal) if refusal else "",
        },
        status=refusal.status if refusal else 200,
    )


def _why_reviewed(found: Talks, reader: User) -> str:
    """Until the terms are performed; after that the task says it.

    Somebody from outside who mediates sees no case, and is not told how it was appraised.
    """
    is_open = TalksState(found.state).may_be_left or found.state in {
        TalksState.PERFORMING,
        TalksState.BREACHED,
    }
    if not is_open or not permissions.can_see_case_talks(reader, found.case):
        return ""
    return review().words if may_be_a_crime(found.case) else ""


@login_required
@_either
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = talks_for(reader_of(request), uid)
    form = AnswerForm(posted(request), talks=found)
    return step(
        request,
        found,
        form,
        lambda said, **who: mediation.record_answer(
            talks=found, **form.answered(), **who
        ),
        title=_("登记调解组织的答复"),
        button=_("登记"),
    )


@login_required
@_either
def mandate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who mediates from now on; the form asks why another does not any more."""
    found = talks_for(reader_of(request), uid)
    permissions.check_can_run_talks(reader_of(request), found.case)
    form = MandateForm(posted(request), talks=found)
    return step(
        request,
        found,
        form,
        lambda said, **who: mediation.appoint_mediator(
            talks=found, **form.appointed(), **who
        ),
        title=_("更换调解员") if found.mediator else _("登记调解员"),
        lead=_("调解员由调解组织指定，或者由双方选择；会谈和方案由调解员主持。"),
        button=_("登记"),
    )


@login_required
@_either
def mandate_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = talks_for(reader_of(request), uid)
    permissions.check_can_run_talks(reader_of(request), found.case)
    return step(
        request,
        found,
        MandateEndForm(posted(request)),
        lambda said, **who: mediation.end_mandate(
            talks=found,
            reason=said["reason"],
            wanted_by=Chooser(said["wanted_by"]),
            **who,
        ),
        title=_("调解员不再主持 %s") % found.code,
        lead=_(
            "没有调解员时，不能会谈，也不能提出方案；这位调解员不再看到本案的调解。"
        ),
        button=_("登记"),
        kind="danger",
    )


@login_required
@_either
def consent(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    """Signed on this screen, or on the paper that is chosen."""
    reader = reader_of(request)
    found, chosen = talks_for(reader, uid), side_of(side)
    permissions.check_can_run_talks(reader, found.case)
    by_guardian = needs_guardian(found, chosen, at=timezone.now())
    form = ConsentForm(
        posted(request),
        talks=found,
        side=chosen,
        reader=reader,
        initial={"capacity": Capacity.GUARDIAN} if by_guardian else None,
    )

    def act(said: dict[str, Any], **who: Any) -> None:
        paper = form.paper()
        if paper is not None:
            mediation.consent_on_paper(
                talks=found,
                side=chosen,
                exhibit=paper,
                giver=form.giver_said(),
                **who,
            )
            return
        mediation.consent_on_screen(
            talks=found,
            side=chosen,
            signature=[said["signature"]],
            giver=form.giver_said(),
            **who,
        )

    return step(
        request,
        found,
        form,
        act,
        title=_("%(side)s同意参加 %(code)s")
        % {"side": chosen.label, "code": found.code},
        lead=_("单独征求这一方的意见，另一方不在场。不愿意的，登记退出。"),
        button=_("同意"),
    )


@login_required
@_either
def standing(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    """That a side needs no guardian after all."""
    reader = reader_of(request)
    found, chosen = talks_for(reader, uid), side_of(side)
    permissions.check_can_run_talks(reader, found.case)
    form = StandingForm(posted(request), case=found.case, reader=reader)
    return step(
        request,
        found,
        form,
        lambda said, **who: mediation.record_standing(
            talks=found,
            side=chosen,
            found=Found(said["found"]),
            words=said["words"],
            exhibit=form.paper(),
            **who,
        ),
        title=_("%(side)s由本人自己办理") % {"side": chosen.label},
        lead=_("监护人已经同意或者签字的，不能再改。"),
        button=_("登记"),
    )


@login_required
@never_cache
@require_POST
def link(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    """A new link for one side, shown once; an earlier one ends."""
    reader = reader_of(request)
    found, chosen = talks_for(reader, uid), side_of(side)
    try:
        secret = mediation.give_link(
            talks=found, side=chosen, by=reader, at=timezone.now()
        )
    except DomainError as error:
        return page(request, found, refusal=error)
    address = public_address(reverse("portal:talks", args=[secret]), request)
    given = {"side": str(chosen.label), "address": address}
    return page(request, talks_for(reader, uid), given=given)


@login_required
@never_cache
@require_POST
def code(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    """A code for the link of one side: sent to its phone, or sealed; shown to nobody here."""
    reader = reader_of(request)
    found, chosen = talks_for(reader, uid), side_of(side)
    try:
        mediation.give_code(talks=found, side=chosen, by=reader, at=timezone.now())
    except DomainError as error:
        return page(request, found, refusal=error)
    return redirect("mediation:talks", uid)


@login_required
@never_cache
@require_POST
def code_opening(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A sealed code, shown once to somebody who did not make the link."""
    reader, at = reader_of(request), timezone.now()
    sealed = code_for(reader, uid)
    own = sealed.link.own_link
    try:
        digits = mediation.open_code(code=sealed, by=reader, at=at)
    except DomainError as error:
        return page(request, talks_for(reader, own.talks.uid), refusal=error)
    given = {"side": str(Side(own.side).label), "code": digits}
    return page(request, talks_for(reader, own.talks.uid), given=given)


@login_required
@_either
def withdrawal(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    found, chosen = talks_for(reader_of(request), uid), side_of(side)
    return step(
        request,
        found,
        LeavingForm(posted(request)),
        lambda said, **who: mediation.record_withdrawal(
            talks=found,
            side=chosen,
            way=WithdrawalWay(said["way"]),
            words=said["words"],
            **who,
        ),
        title=_("%(side)s退出 %(code)s") % {"side": chosen.label, "code": found.code},
        lead=_("退出不需要理由，也不能劝阻；进行中的会谈和方案随之结束。"),
        button=_("登记退出"),
        kind="danger",
    )


@login_required
@_either
def ending(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = talks_for(reader_of(request), uid)
    return step(
        request,
        found,
        ReasonForm(posted(request)),
        lambda said, **who: mediation.end_talks(
            talks=found,
            reason=said["reason"],
            exclusion=Exclusion(said["exclusion"]) if said["exclusion"] else None,
            **who,
        ),
        title=_("%s 没有达成协议") % found.code,
        lead=_("结束以后，双方会看到还可以走的途径。"),
        button=_("结束"),
        kind="danger",
    )


@login_required
@_either
def lifting(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What ended the talks speaks against talks no more; another person says why."""
    found = talks_for(reader_of(request), uid)
    permissions.check_can_lift_exclusion(reader_of(request), found)
    return step(
        request,
        found,
        LiftForm(posted(request)),
        lambda said, **who: mediation.lift_exclusion(
            talks=found, reason=said["reason"], **who
        ),
        title=_("解除不适用情形：%s") % found.get_exclusion_display(),
        lead=_("解除以后，本案可以重新协商或者调解。"),
        button=_("解除"),
    )


@login_required
@_either
def effect(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = talks_for(reader, uid)
    form = EffectForm(
        posted(request),
        case=found.case,
        reader=reader,
        initial={"effective_on": timezone.localdate()},
    )

    def act(said: dict[str, Any], **who: Any) -> None:
        paper = form.paper()
        if paper is None:
            raise InvalidInput(
                _("请选择双方和调解员签字、盖章的协议书"), path="exhibit"
            )
        mediation.make_effective(
            talks=found, exhibit=paper, effective_on=said["effective_on"], **who
        )

    return step(
        request,
        found,
        form,
        act,
        title=_("协议生效 %s") % found.code,
        lead=_("先把双方签字、调解员签名并盖章的协议书上传为证据。"),
        button=_("登记生效"),
    )


@login_required
@_either
def application(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = talks_for(reader_of(request), uid)
    confirmation = confirmation_of(found)
    return step(
        request,
        found,
        ApplicationForm(posted(request), initial={"applied_on": timezone.localdate()}),
        lambda said, **who: mediation.record_application(
            confirmation=confirmation, **said, **who
        ),
        title=_("登记司法确认申请"),
        lead=_("双方共同申请，最晚 %s。") % confirmation.due_on,
        button=_("登记"),
    )


@login_required
@_either
def ruling(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = talks_for(reader, uid)
    confirmation = confirmation_of(found)
    form = RulingForm(posted(request), case=found.case, reader=reader)
    return step(
        request,
        found,
        form,
        lambda said, **who: mediation.record_ruling(
            confirmation=confirmation,
            is_confirmed=said["result"] == "yes",
            number=said["number"],
            decided_on=said["decided_on"],
            exhibit=form.paper(),
            **who,
        ),
        title=_("登记法院的裁定"),
        button=_("登记"),
    )


@login_required
@_either
def forgiveness(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = talks_for(reader_of(request), uid)
    return step(
        request,
        found,
        ForgivenessForm(posted(request)),
        lambda said, **who: mediation.write_forgiveness(talks=found, **said, **who),
        title=_("制作谅解书"),
        lead=_(
            "谅解书是受害人自己的意思，不是协议的条件；不要求、不劝说，本人不要就不做。"
        ),
        button=_("制作谅解书"),
    )


@login_required
@require_GET
def word(request: HttpRequest, uid: UUID, paper: str) -> HttpResponse:
    """A paper for a word processor; that it was taken is on the record."""
    reader = reader_of(request)
    found = talks_for(reader, uid)
    content = mediation.take_word(
        talks=found,
        kind=paper,
        court=request.GET.get("court", ""),
        by=reader,
        at=timezone.now(),
    )
    response = HttpResponse(content, content_type=_DOCX)
    name = f"{found.case.number}-{found.code}-{paper}.docx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def side_of(text: str) -> Side:
    if text not in Side.values:
        raise NotFound(_("没有找到"))
    return Side(text)


def step(
    request: HttpRequest,
    found: Talks,
    form: forms.Form,
    act: Callable[..., Any],
    *,
    title: str,
    button: str,
    lead: str | Promise = "",
    kind: str = "primary",
    **more: Any,
) -> HttpResponse:
    """A form on a sheet; done, it leads back to the talks."""
    who = by_and_at(request)

    def done(said: dict[str, Any]) -> HttpResponse:
        act(said, **who)
        return redirect("mediation:talks", found.uid)

    return sheet(
        request,
        number=found.case.number,
        title=title,
        lead=lead,
        button=button,
        kind=kind,
        form=form,
        act=done,
        **more,
    )
