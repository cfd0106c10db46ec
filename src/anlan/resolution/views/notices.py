"""Letters of a case: what is still to be told, each letter, and how it arrived."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.addresses import public_address
from anlan.base.errors import DomainError
from anlan.cases.selectors import full_name, shown_name
from anlan.cases.views.answers import (
    posted,
    reader_of,
    sheet,
    show_refusal,
)
from anlan.investigation.selectors.interviews import investigated_case
from anlan.law import selectors as law
from anlan.law.selectors import refusal_words
from anlan.resolution import permissions
from anlan.resolution import services as resolution
from anlan.resolution.enums import NoticeKind, NoticeState
from anlan.resolution.forms.notices import DeliveryForm, NoticeForm, RevocationForm
from anlan.resolution.models import Notice
from anlan.resolution.selectors.notices import (
    carried_out,
    consequences_of,
    is_to_guardian,
    letter_of,
    link_of,
    masked_letter,
    named_guardians,
    notice_for,
    notices_of,
    objections_of,
    plan_in_force,
    somebody_to_explain_to,
    to_explain_to,
    untold_measures,
)
from anlan.resolution.selectors.plans import measure_for

_either = require_http_methods(["GET", "POST"])
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_GET
def notices(request: HttpRequest, number: str) -> HttpResponse:
    """What was decided: told, objected to, carried out."""
    reader = reader_of(request)
    case = investigated_case(reader, number)
    plan = plan_in_force(case)
    return render(
        request,
        "resolution/notices.html",
        {
            "case": case,
            "plan": plan,
            "untold": [
                (row, law.measure_title(row.key), shown_name(row.party))
                for row in untold_measures(case)
            ],
            "to_explain": to_explain_to(case, reader),
            "notices": [(one, shown_name(one.party)) for one in notices_of(case)],
            "objections": [
                (row, law.measure_title(row.measure.key)) for row in objections_of(case)
            ],
            "carrying": [
                (row, law.measure_title(row.measure.key), shown_name(row.measure.party))
                for row in carried_out(plan)
            ]
            if plan
            else [],
            "may_draft": permissions.can_draft_plan(reader, case),
            "may_deliver": permissions.can_deliver(reader, case),
        },
    )


@login_required
@require_POST
def notice_beginning(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Begin the letter of a measure, or go on with its draft."""
    reader = reader_of(request)
    made = resolution.begin_notice(
        measure=measure_for(reader, number, uid), by=reader, at=timezone.now()
    )
    return redirect("resolution:notice", number, made.uid)


@login_required
@require_POST
def consequences_beginning(
    request: HttpRequest, number: str, uid: UUID
) -> HttpResponse:
    """Begin the letter on what may follow in law; the one that stands, if there is one."""
    reader = reader_of(request)
    party = somebody_to_explain_to(reader, number, uid)
    there = consequences_of(party)
    if there is None:
        there = resolution.begin_consequences(party=party, by=reader, at=timezone.now())
    return redirect("resolution:notice", number, there.uid)


@login_required
@_either
def notice(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The letter; sent, what its author wrote is kept and shown in its place."""
    reader = reader_of(request)
    found = notice_for(reader, number, uid)
    if request.method == "GET":
        return _page(request, found)
    form = NoticeForm(request.POST, notice=found)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        resolution.save_notice(
            notice=found, by=reader, at=timezone.now(), **form.cleaned_data
        )
    except DomainError as error:
        show_refusal(form, error)
        fresh = notice_for(reader, number, uid)
        return _page(request, fresh, form=form, status=error.status)
    return redirect("resolution:notice", number, uid)


@login_required
@require_POST
def notice_issue(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = notice_for(reader, number, uid)
    try:
        resolution.issue_notice(
            notice=found,
            shown=request.POST.get("shown", ""),
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        return _page(request, notice_for(reader, number, uid), refusal=error)
    return redirect("resolution:notice", number, uid)


@login_required
@_either
def notice_revocation(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = notice_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.revoke_notice(
            notice=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("resolution:notices", number)

    return sheet(
        request,
        number=number,
        title=_("撤销告知书 %s") % found.code,
        lead=_("原文保留可查；已经送达的，请另行告诉本人。撤销以后可以重新起草。"),
        button=_("撤销"),
        kind="danger",
        form=RevocationForm(posted(request)),
        act=act,
    )


@login_required
@_either
def notice_delivery(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = notice_for(reader, number, uid)
    form = DeliveryForm(
        posted(request),
        notice=found,
        reader=reader,
        initial={"happened": timezone.localtime()},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        resolution.record_delivery(
            notice=found, by=reader, at=timezone.now(), **form.delivered()
        )
        return redirect("resolution:notice", number, uid)

    return sheet(
        request,
        number=number,
        title=_("登记送达：%s") % found.code,
        lead=_("每一次都登记，没有送到的也登记；登记以后不能改，可以再加一条。"),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@require_GET
def notice_word(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The same letter for a word processor; that it was taken is on the record."""
    reader = reader_of(request)
    found = notice_for(reader, number, uid)
    content = resolution.take_word(notice=found, by=reader, at=timezone.now())
    response = HttpResponse(content, content_type=_DOCX)
    response["Content-Disposition"] = (
        f'attachment; filename="{number}-{found.code}.docx"'
    )
    return response


@login_required
@never_cache
@require_POST
def notice_link(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A new link for the person, shown once; an earlier one ends."""
    reader = reader_of(request)
    found = notice_for(reader, number, uid)
    try:
        secret = resolution.give_notice_link(notice=found, by=reader, at=timezone.now())
    except DomainError as error:
        return _page(request, found, refusal=error)
    address = public_address(reverse("portal:notice", args=[secret]), request)
    return _page(request, notice_for(reader, number, uid), given=address)


@login_required
@require_POST
def notice_link_end(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    resolution.end_notice_link(
        notice=notice_for(reader, number, uid), by=reader, at=timezone.now()
    )
    return redirect("resolution:notice", number, uid)


def _page(
    request: HttpRequest,
    found: Notice,
    *,
    form: NoticeForm | None = None,
    given: str = "",
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    may_write = found.is_draft and found.author_id == reader.pk
    may_revoke = (
        permissions.can_draft_plan(reader, found.case)
        if found.is_draft
        else permissions.can_issue_notice(reader, found)
    )
    exhibit = found.exhibit
    return render(
        request,
        "resolution/notice.html",
        {
            "case": found.case,
            "notice": found,
            "measure": law.measure_title(found.measure.key) if found.measure else "",
            "is_objectable": NoticeKind(found.kind).is_objectable,
            "letter": masked_letter(found),
            "digest": letter_of(found).digest,
            "is_nameless": found.is_draft and not full_name(found.party),
            "lacks_guardian": found.is_draft
            and is_to_guardian(found)
            and not named_guardians(found),
            "form": form
            or NoticeForm(
                notice=found,
                initial={"facts": found.facts, "request": found.request},
            ),
            "may_write": may_write,
            "may_issue": found.is_draft and permissions.can_issue_notice(reader, found),
            "may_deliver": found.state in {NoticeState.ISSUED, NoticeState.DELIVERED}
            and permissions.can_deliver(reader, found.case),
            "may_revoke": may_revoke and found.state != NoticeState.REVOKED,
            "link": link_of(found, at=timezone.now()),
            "given": given,
            "paper": exhibit
            and reverse("evidence:exhibit", args=[found.case.number, exhibit.uid]),
            "refusal": refusal_words(refusal) if refusal else "",
        },
        status=refusal.status if refusal else status,
    )
