"""Reports that leave the program: as PDF or Word, on the record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.cases.selectors import check_no_leaks
from anlan.ledger import services as ledger
from anlan.resolution.review import permissions, policies
from anlan.resolution.review.enums import Form
from anlan.resolution.review.events import ReportCopyGiven, ReportExported
from anlan.resolution.review.models import Report, ReportCopy
from anlan.resolution.review.paper import LANGUAGE, report_docx, report_pdf
from anlan.resolution.review.side_copy import (
    copy_page,
    copy_pdf,
    own_of,
    side_of,
    text_of,
)

MOST_RECEIVER = 100


def export_report(
    *, report: Report, form: Form, by: User, at: datetime, via: str = ""
) -> bytes:
    """The file of an approved version, the same bytes each time; who took it is recorded.

    Raises:
        NotAllowed: they may not read it.
        Conflict: it was never approved, or its words went with its case.
    """
    permissions.check_can_see(by, report.case)
    policies.check_may_leave(report)
    make = report_pdf if form == Form.PDF else report_docx
    content = make(report, at=report.decided_at or report.begun_at)
    with ledger.recording():
        cases.record(
            ReportExported(
                code=report.code, form=form.value, sha256=sha256(content).hex()
            ),
            report.case,
            thing=report.key,
            by=by,
            at=at,
            via=via,
        )
    return content


def hand_out_copy(
    *,
    report: Report,
    party: Party,
    receiver: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> tuple[ReportCopy, bytes]:
    """The copy of an approved version for one side, and that it was handed over to whom.

    The same bytes each time, as long as nothing more is known of the parties.

    Args:
        receiver: who took it: the person, or who may act for them, and with what paper.

    Raises:
        NotAllowed: they may not hand it out.
        InvalidInput: nobody took it, or the party is of no side, or of both.
        Conflict: it was never approved, still says something private of the others, or
            the request id was used for something else.
    """
    permissions.check_can_hand_out(by, report.case)
    policies.check_may_leave(report)
    _check_is_of_one_case(party, report.case)
    side = side_of(party)
    if side is None:
        raise InvalidInput(
            _("副本只交给一方：请选只属于受害方一边或者行为人一边的当事人"),
            path="party",
        )
    receiver = typed(
        receiver,
        path="receiver",
        most=MOST_RECEIVER,
        refusal=_("请写明交给了谁；代领的写明凭什么"),
    )
    with override(LANGUAGE):
        whole = text_of(copy_page(report, party, side))
    check_no_leaks(
        whole,
        case=report.case,
        side=side,
        own=own_of(party),
        is_own_only=True,
    )
    content = copy_pdf(report, party, side, at=report.decided_at or report.begun_at)
    said = {
        "report_copy": str(report.uid),
        "party": str(party.uid),
        "by": by.actor_key,
        "receiver": sha256(receiver.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(report.case)
        earlier = cases.made_before(
            ReportCopy.objects.all(), case=case, request_id=request_id, content=said
        )
        if earlier is not None and earlier.sha256 != sha256(content).hex():
            raise Conflict(
                _(
                    "这次交付之后又知道了当事人的新情况，副本已经不同：请重新打开本页再交付"
                )
            )
        if earlier is not None:
            return earlier, content
        permissions.check_can_hand_out(by, case)
        made = ReportCopy.objects.create(
            report=report,
            party=party,
            side=side,
            receiver=receiver,
            sha256=sha256(content).hex(),
            given_at=at,
            given_by=by,
        )
        cases.record(
            ReportCopyGiven(
                code=report.code,
                side=side.value,
                party=f"party:{party.uid}",
                sha256=made.sha256,
                receiver_digest=made.digest_of("receiver"),
            ),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            made.uid, case=case, request_id=request_id, content=said, at=at
        )
    return made, content


def _check_is_of_one_case(party: Party, case: Case) -> None:
    """Of the case, or of one that is one with it."""
    people = Party.objects.filter(of_one_case(case), removed_at=None)
    if not people.filter(pk=party.pk).exists():
        raise InvalidInput(_("本案没有这位当事人"), path="party")
