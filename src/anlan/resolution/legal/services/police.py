"""A report to the police: its material, the hand-over, and what is answered in the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.accounts.roles import Permission, roles_with
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day, act_of
from anlan.cases.enums import CaseState, Phase, Proof, TaskState
from anlan.cases.joined import somebody
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.services.statements import is_known_minor
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, uid_of
from anlan.notify import services as notify
from anlan.resolution.legal import messages, permissions, policies
from anlan.resolution.legal.enums import (
    Issuer,
    ItemKind,
    ItemState,
    PaperKind,
    ReportState,
)
from anlan.resolution.legal.events import (
    MaterialApproved,
    PaperRecorded,
    PaperRevoked,
    ReportBegun,
    ReportDropped,
    ReportHandedOver,
)
from anlan.resolution.legal.models import PolicePaper, PoliceReport, ReportItem
from anlan.resolution.legal.selectors.police import (
    aggressors_of,
    checklist,
    listed_exhibits,
    missing_in,
    named_in,
    newest_to_tell,
    procedure_at,
    standing_papers,
    tracked_report,
    untold_since,
    waits_for_approval,
)
from anlan.resolution.legal.services.running import reckon_anew
from anlan.resolution.selectors.plans import is_reported
from anlan.resolution.services.carrying import finish_measures

# Within how long material is brought, and the victim's side told; the house's own.
HANDED_WITHIN = timedelta(hours=24)
TOLD_WITHIN = timedelta(hours=24)
TELL_VICTIM = "legal.tell_victim"  # the clock of it where a case has no tasks any more
MOST_ITEM = 300
MOST_SIGNERS = 200
MOST_NAME = 60
MOST_NUMBER = 80
LETTER_LANGUAGE = "zh-hans"
_MOST_OFFICER = 90
_SKEW = timedelta(minutes=5)  # between the clock of whoever reports and ours
_UNNUMBERED = frozenset({PaperKind.MEDIATION, PaperKind.APPRAISAL})
_MEASURE = "police_report"  # of a plan
_HANDOVER_TASK = "police_handover"  # of the playbook


def begin_report(*, case: Case, by: User, at: datetime, via: str = "") -> PoliceReport:
    """Begin to gather material; what is being gathered already is that report.

    Where the police have a report of the case it becomes further material of that.
    """
    permissions.check_can_report(by, case)
    with ledger.recording():
        case = cases.lock_case(case)
        there = case.police_reports.filter(state=ReportState.PREPARING).first()
        if there is not None:
            there.case = case
            return there
        last: int | None = case.police_reports.aggregate(last=Max("number"))["last"]
        procedure = procedure_at(case.site, local_day(at))
        report = PoliceReport.objects.create(
            case=case,
            number=(last or 0) + 1,
            procedure=procedure,
            supplements=tracked_report(case),
            author=by,
            begun_at=at,
        )
        cases.record(
            ReportBegun(
                code=report.code, procedure=procedure.version if procedure else 0
            ),
            case,
            thing=report.key,
            by=by,
            at=at,
            via=via,
        )
        if case.is_open:
            cases.add_task(
                case=case,
                key=f"police_report:{report.uid}",
                phase=Phase.POLICE,
                title=_("把报案材料 %s 交给公安机关，取得接受清单") % report.code,
                advice=_("在“报案”页面登记递交，任务会自动完成；受害人自己报警不用等"),
                source="G05",
                role_key="duty_officer",
                within=HANDED_WITHIN,
                binding=True,
                proof=Proof.NOTE,
                by=SYSTEM,
                at=at,
            )
    return report


def set_item(
    *,
    report: PoliceReport,
    kind: ItemKind,
    state: ItemState,
    exhibits: Iterable[Exhibit],
    words: str,
    by: User,
    at: datetime,
) -> PoliceReport:
    """Say what there is of one kind of material, or why there is none.

    Raises:
        InvalidInput: neither an exhibit nor a word, or an exhibit that is not the case's.
        Conflict: it was handed over already.
    """
    permissions.check_can_report(by, report.case)
    words = typed(words, path="words", most=MOST_ITEM)
    chosen = list({one.pk: one for one in exhibits}.values())
    if state == ItemState.NONE and not words:
        raise InvalidInput(_("请写明为什么没有"), path="words")
    if state == ItemState.NONE and chosen:
        raise InvalidInput(_("选了证据，就不是没有"), path="exhibits")
    if state == ItemState.READY and not chosen and not words:
        raise InvalidInput(_("请选择证据，或者写明带的是什么"), path="exhibits")
    with ledger.recording():
        report = _lock(report)
        policies.check_is_preparing(report)
        _check_are_of(report.case, chosen, by)
        before, waited = _listed_keys(report), waits_for_approval(report)
        _say(report, kind, state, chosen, words, by=by, at=at)
        if report.approved_by_id is not None and _listed_keys(report) != before:
            report.approved_at = report.approved_by = None  # another list, asked anew
            report.save(update_fields=["approved_at", "approved_by"])
        if not waited and waits_for_approval(report):
            _tell_approvers(report, by=by, at=at)
    return report


def _say(
    report: PoliceReport,
    kind: ItemKind,
    state: ItemState,
    chosen: list[Exhibit],
    words: str,
    *,
    by: User,
    at: datetime,
) -> None:
    if state == ItemState.OPEN:
        for row in report.items.filter(kind=kind):
            row.exhibits.clear()
            row.delete()
        return
    there = report.items.filter(kind=kind).first()
    listed = {one.pk for one in chosen}
    before: set[int] = set()
    said: dict[str, Any] = {"said_by": by, "said_at": at}
    if there is not None:
        before = set(there.exhibits.values_list("pk", flat=True))
        # What somebody else chose and this person may not see stays chosen.
        seen = kept_of(report.case, by)
        unseen = there.exhibits.exclude(pk__in=seen.values("pk"))
        listed |= set(unseen.values_list("pk", flat=True))
        # Whoever put it on the list may not approve it (G13), also when another saves it
        # again, or writes a word besides: it is the exhibits that are approved.
        if before == listed and (
            listed or (there.state, there.words) == (state, words)
        ):
            said = {}
    row, _is_new = ReportItem.objects.update_or_create(
        report=report,
        kind=kind,
        defaults={"state": state, "words": words, **said},
    )
    row.exhibits.set(listed)
    if there is None or not before & listed:
        row.listed_by.clear()
    elif before != listed:
        row.listed_by.add(there.said_by)


def _listed_keys(report: PoliceReport) -> set[int]:
    return set(listed_exhibits(report).values_list("pk", flat=True))


def _tell_approvers(report: PoliceReport, *, by: User, at: datetime) -> None:
    """Once for a list, and again when one that was approved is another by now."""
    case = report.case
    held = people_by_role(case.site, roles_with(Permission.FOOTAGE_APPROVE))
    people = {one.pk: one for some in held.values() for one in some}
    notify.send(
        kind=messages.LIST_WAITS,
        site=case.site,
        subject=case.subject,
        people=[
            one
            for one in people.values()
            if permissions.can_approve_material(one, case)
            and policies.material_may_be_approved(report, by=one)
        ],
        params={"number": case.number, "code": report.code},
        path=f"/cases/{case.number}/police/{report.uid}/",
        exercise=case.exercise,
        by=by,
        at=at,
    )


def approve_material(
    *, report: PoliceReport, by: User, at: datetime, via: str = ""
) -> PoliceReport:
    """Agree that the exhibits on its list go to the police; twice is the same.

    It is the ground on which a package for the police holds statements that nobody asked
    for. It holds for these exhibits alone: whoever changes which they are asks anew.

    Raises:
        NotAllowed: they put something on the list, or may not see all that is on it.
        Conflict: nothing is on it, or it was given up.
    """
    permissions.check_can_approve_material(by, report.case)
    with ledger.recording():
        report = _lock(report)
        policies.check_material_may_be_approved(report, by=by)
        if report.approved_by_id is not None:
            return report
        listed = list(listed_exhibits(report))
        if not listed:
            raise Conflict(_("清单里还没有选证据，没有可以批准的"))
        seen = kept_of(report.case, by).filter(pk__in=[one.pk for one in listed])
        if seen.count() != len(listed):
            raise NotAllowed(_("清单里有您无权查看的证据，请由看得到的人批准"))
        report.approved_at, report.approved_by = at, by
        report.save(update_fields=["approved_at", "approved_by"])
        codes = [one.code for one in listed]
        cases.record(
            MaterialApproved(
                code=report.code,
                exhibits=len(codes),
                scope_digest=sha256("\n".join(codes).encode()).hex(),
            ),
            report.case,
            thing=report.key,
            by=by,
            at=at,
            via=via,
        )
    return report


def drop_report(
    *, report: PoliceReport, reason: str, by: User, at: datetime, via: str = ""
) -> PoliceReport:
    """Give up material that was never handed over; it is no way around the duty to report.

    Raises:
        InvalidInput: no reason, or one that the law bars.
        Conflict: it was handed over; or the case has to be reported and was not (G05).
    """
    permissions.check_can_report(by, report.case)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么不再递交"),
    )
    case, on = report.case, act_day(report.case)
    law.check_bars_no_report(
        text=reason, severity=case.severity, act_on=on, path="reason"
    )
    with ledger.recording():
        report = _lock(report)
        policies.check_is_preparing(report)
        law.check_police_reported(
            severity=report.case.severity,
            is_reported=is_reported(report.case),
            act_on=on,
        )
        report.state, report.dropped_at = ReportState.DROPPED, at
        report.reason = reason
        report.save(update_fields=["state", "dropped_at", "reason"])
        cases.record(
            ReportDropped(code=report.code, reason_digest=report.digest_of("reason")),
            report.case,
            thing=report.key,
            by=by,
            at=at,
            via=via,
        )
        _end_task(report.case, f"police_report:{report.uid}", reason, at, is_done=False)
    return report


def hand_over(
    *,
    report: PoliceReport,
    happened: datetime,
    station: str,
    officer: str,
    officer_number: str,
    accepted: Collection[ItemKind],
    signers: str,
    by: User,
    at: datetime,
    receipt: Exhibit | None = None,
    gaps: str = "",
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> PoliceReport:
    """Say that the police took it: when, who, which material, and who signed.

    From then on the list stands. It proves the measure "report to the police" of a plan.
    Where there is no material at all they were told: by a call, or orally at the station.

    Args:
        accepted: the kinds of material that the police took, of those that there were;
            none where there was none.
        officer: who took it; where the police were told orally, if they are known.
        signers: of the list; nobody where nothing was handed over.
        receipt: the police's own list of what they accepted, as an exhibit.
        gaps: why it was handed over though something was open.

    Raises:
        InvalidInput: a moment that cannot be, nobody named, incomplete without a reason,
            or no receipt and no word about it.
        Conflict: it was handed over already.
    """
    permissions.check_can_report(by, report.case)
    said = {
        "station": _needed(station, "station", MOST_NAME),
        "officer": typed(officer, path="officer", most=MOST_NAME),
        "officer_number": typed(officer_number, path="officer_number", most=30),
        "signers": typed(signers, path="signers", most=MOST_SIGNERS),
        "gaps": typed(gaps, path="gaps", most=MOST_WORDS),
        "words": typed(words, path="words", most=MOST_WORDS),
    }
    content = {
        "hand_over": str(report.uid),
        "by": by.actor_key,
        "happened": happened.isoformat(),
        "accepted": sorted(kind.value for kind in accepted),
        "receipt": receipt.code if receipt else "",
        "said": sha256(repr(said).encode()).hex(),
    }
    with ledger.recording():
        report = _lock(report)
        case = report.case
        earlier = cases.made_before(
            PoliceReport.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_is_preparing(report)
        if not act_of(case).at - _SKEW <= happened <= at + _SKEW:
            raise InvalidInput(
                _("递交时间要在事发以后，也不能晚于现在"), path="happened"
            )
        is_oral = _is_oral(report, accepted)
        _check_receipt(case, receipt, said["words"], by, is_oral=is_oral)
        if not is_oral:
            _needed(officer, "officer", MOST_NAME)
            _needed(signers, "signers", MOST_SIGNERS)
        missing = missing_in(report)
        if missing and not said["gaps"]:
            raise InvalidInput(
                _("还缺：%s。要先递交的，请写明理由")
                % _("、").join(str(kind.label) for kind in missing),
                path="gaps",
            )
        _accept(report, accepted)
        report.listing = _listing(report, is_oral=is_oral)
        report.state, report.handed_at = ReportState.HANDED_OVER, happened
        report.handed_by, report.receipt = by, receipt
        for name, text in said.items():
            setattr(report, name, text)
        report.save()
        cases.record(
            ReportHandedOver(
                code=report.code,
                accepted=report.items.filter(is_accepted=True).count(),
                missing=len(missing),
                receipt=receipt.code if receipt else None,
                station_digest=report.digest_of("station"),
                officer_digest=report.digest_of("officer"),
                officer_number_digest=report.digest_of("officer_number"),
                signers_digest=report.digest_of("signers"),
                listing_digest=report.digest_of("listing"),
                gaps_digest=report.digest_of("gaps"),
                words_digest=report.digest_of("words"),
            ),
            case,
            thing=report.key,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        cases.remember_made(
            report.uid, case=case, request_id=request_id, content=content, at=at
        )
        reckon_anew(report)
        done = _("报案材料 %s 已递交公安机关") % report.code
        _end_task(case, f"police_report:{report.uid}", done, at)
        finish_measures(case=case, key=_MEASURE, words=done, at=at)
    return report


def record_paper(
    *,
    report: PoliceReport,
    kind: PaperKind,
    dated_on: date,
    received_on: date,
    office: str,
    by: User,
    at: datetime,
    number: str = "",
    officer: str = "",
    words: str = "",
    against: Iterable[Party] = (),
    exhibit: Exhibit | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> PolicePaper:
    """Enter what was written about it; periods and the victim's remedies follow from it.

    By the police, and afterwards by the prosecutors and courts that they submitted it to.

    Papers come late and in any order: what counts is the day that each one bears.

    Args:
        dated_on: the day of the paper.
        received_on: when the office, or the victim, got it.
        words: how it is known; of a judgment what was decided, of an appeal whose it is.
        against: whom it is about, if it is known; needed of a prosecutor's or court's
            paper where several did it.

    Raises:
        InvalidInput: a day that cannot be, neither number nor paper and no word on it, a
            judgment without what was decided, a court's paper of the police, or one that
            does not say whose of several it is.
        Conflict: it is there already, or could not follow what was before it.
    """
    permissions.check_can_report(by, report.case)
    said = {
        "number": typed(number, path="number", most=MOST_NUMBER),
        "office": _needed(office, "office", MOST_NAME),
        "officer": typed(officer, path="officer", most=_MOST_OFFICER),
        "words": typed(words, path="words", most=MOST_WORDS),
    }
    today = local_day(at)
    if not act_day(report.case) <= dated_on <= today:
        raise InvalidInput(_("文书日期要在事发以后，也不能晚于今天"), path="dated_on")
    if not dated_on <= received_on <= today:
        raise InvalidInput(
            _("收到日期不能早于文书日期，也不能晚于今天"), path="received_on"
        )
    _check_issuer(kind, said["office"], report.station)
    _check_proven(kind, said, exhibit)
    named = list({one.pk: one for one in against}.values())
    content = {
        "paper": str(report.uid),
        "by": by.actor_key,
        "kind": kind.value,
        "days": [dated_on.isoformat(), received_on.isoformat()],
        "exhibit": exhibit.code if exhibit else "",
        "against": sorted(str(one.uid) for one in named),
        "said": sha256(repr(said).encode()).hex(),
    }
    with ledger.recording():
        report = _lock(report)
        case = report.case
        earlier = cases.made_before(
            PolicePaper.objects.select_related("report__case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_is_handed_over(report)
        if report.supplements is not None:
            raise Conflict(
                _("%(code)s 是补充材料，请登记在 %(main)s")
                % {"code": report.code, "main": report.supplements.code}
            )
        if exhibit is not None:
            _check_are_of(case, [exhibit], by, path="exhibit")
        paper = PolicePaper(
            report=report,
            kind=kind,
            dated_on=dated_on,
            received_on=received_on,
            exhibit=exhibit,
            recorded_by=by,
            recorded_at=at,
            **said,
        )
        there = standing_papers(report)
        _check_is_new(paper, there)
        names, known = named_in(there), aggressors_of(case)
        policies.check_says_whose(
            kind, named, known=known, is_named_elsewhere=bool(names)
        )
        names[paper.uid] = frozenset(map(somebody, named))
        report.state = policies.state_after(
            [*there, paper], against=names, known=[somebody(one) for one in known]
        )
        paper.save()
        paper.against.set(named)
        report.save(update_fields=["state"])
        cases.record(
            PaperRecorded(
                code=report.code,
                paper=kind.value,
                dated_on=dated_on.isoformat(),
                received_on=received_on.isoformat(),
                exhibit=exhibit.code if exhibit else None,
                against=" ".join(f"party:{one.uid}" for one in named) or None,
                number_digest=paper.digest_of("number"),
                office_digest=paper.digest_of("office"),
                officer_digest=paper.digest_of("officer"),
                words_digest=paper.digest_of("words"),
            ),
            case,
            thing=paper.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            paper.uid, case=case, request_id=request_id, content=content, at=at
        )
        reckon_anew(report)
        if kind == PaperKind.RECEIPT:
            words = said["number"] or said["words"]
            _end_task(case, _HANDOVER_TASK, words, at)
        if kind.opens_remedies:
            _begin_telling(paper, at=at)
    return paper


def revoke_paper(
    *, paper: PolicePaper, reason: str, by: User, at: datetime, via: str = ""
) -> PolicePaper:
    """Take back what was entered wrongly; it stays readable, its periods do not run.

    Raises:
        InvalidInput: no reason.
        Conflict: it was taken back before, or what came after it needs it.
    """
    permissions.check_can_report(by, paper.report.case)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么撤销"),
    )
    with ledger.recording():
        report = _lock(paper.report)
        paper = PolicePaper.objects.select_for_update().get(pk=paper.pk)
        paper.report = report
        if paper.revoked_at is not None:
            raise Conflict(_("这份文书已经撤销"))
        rest = [one for one in standing_papers(report) if one.pk != paper.pk]
        report.state = policies.state_after(
            rest,
            against=named_in(rest),
            known=[somebody(one) for one in aggressors_of(report.case)],
        )
        paper.revoked_at, paper.reason = at, reason
        paper.save(update_fields=["revoked_at", "reason"])
        report.save(update_fields=["state"])
        cases.record(
            PaperRevoked(
                code=report.code,
                paper=paper.kind,
                reason_digest=paper.digest_of("reason"),
            ),
            report.case,
            thing=paper.key,
            by=by,
            at=at,
            via=via,
        )
        reckon_anew(report)
        cases.cancel_deadlines(case=report.case, about=paper.key, at=at)
        for task in report.case.tasks.filter(key__startswith=f"rights:{paper.uid}"):
            _end_task(report.case, task.key, reason, at, is_done=False)
    return paper


def end_telling(*, case: Case, at: datetime) -> None:
    """What asked to tell of a paper is done when each victim was told since."""
    for task in case.tasks.filter(key__startswith="rights:", state=TaskState.OPEN):
        paper = PolicePaper.objects.get(uid=UUID(task.key.split(":")[1]))
        if _is_told(case, paper):
            _end_task(case, task.key, _("已告诉每一位受害人"), at)
    for paper in _with_clock(case):
        if _is_told(case, paper):
            cases.meet_deadlines(case=case, key=TELL_VICTIM, about=paper.key, at=at)


def ask_to_tell_reopened(*, case: Case, at: datetime) -> None:
    """The case has tasks again: what came while it was closed is one of them (G06)."""
    with ledger.recording():
        case = cases.lock_case(case)
        for paper in _with_clock(case):
            cases.cancel_deadlines(case=case, about=paper.key, at=at)
        newest = newest_to_tell(case)
        if newest is None or _is_told(case, newest):
            return
        key = f"rights:{newest.uid}"
        if not case.tasks.filter(key__startswith=key).exists():
            newest.report.case = case
            _ask_to_tell(newest, key=key, at=at)


def ask_to_tell_new(*, party: Party, at: datetime) -> None:
    """Somebody became a victim, or is none any more, after the police wrote.

    While a task to tell is open it covers them; else there is another one for them.
    """
    with ledger.recording():
        case = cases.lock_case(party.case)
        if not case.is_open:
            return
        end_telling(case=case, at=at)
        open_tasks = case.tasks.filter(key__startswith="rights:", state=TaskState.OPEN)
        paper = newest_to_tell(case)
        if paper is None or open_tasks.exists():
            return
        key = f"rights:{paper.uid}:{party.uid.hex[:8]}"
        if party not in untold_since(case, paper):
            return
        asked = case.tasks.filter(key=key).first()
        if asked is None:
            paper.report.case = case
            _ask_to_tell(paper, key=key, at=at)
        elif asked.state == TaskState.DONE:
            asked.case = case
            cases.reopen_task(task=asked, by=SYSTEM, at=at)


def ask_to_tell_wards(*, case: Case, at: datetime) -> None:
    """It was said, or taken back, who stands for whom after the police wrote.

    A minor who was told through somebody who does not stand for them was not told.
    """
    with ledger.recording():
        case = cases.lock_case(case)
        if not case.is_open:
            return
        end_telling(case=case, at=at)
        paper = newest_to_tell(case)
        if paper is None:
            return
        for one in untold_since(case, paper):
            if is_known_minor(one, at=paper.recorded_at):
                one.case = case
                ask_to_tell_new(party=one, at=at)


def _begin_telling(paper: PolicePaper, *, at: datetime) -> None:
    """Mostly papers of courts come when the case is closed: then a clock alone runs.

    Those above hear of it when it runs out, see ``tell_of_late_telling``. While the case is
    joined into another, whoever works on that one tells; nothing runs here.
    """
    case = paper.report.case
    if case.is_open:
        _ask_to_tell(paper, key=f"rights:{paper.uid}", at=at)
    elif case.state == CaseState.CLOSED:
        cases.start_deadline(
            case=case,
            key=TELL_VICTIM,
            about=paper.key,
            due_at=at + TOLD_WITHIN,
            at=at,
        )


def _with_clock(case: Case) -> list[PolicePaper]:
    """Papers of which nobody told yet, that came while the case was closed."""
    clocks = case.deadlines.filter(key=TELL_VICTIM, met_at=None, cancelled_at=None)
    uids = [uid_of(about) for about in clocks.values_list("about", flat=True)]
    return list(PolicePaper.objects.filter(uid__in=uids).order_by("pk"))


def _is_told(case: Case, paper: PolicePaper) -> bool:
    told = case.rights_told.filter(said_at__gte=paper.recorded_at)
    return told.exists() and not untold_since(case, paper)


def _ask_to_tell(paper: PolicePaper, *, key: str, at: datetime) -> None:
    cases.add_task(
        case=paper.report.case,
        key=key,
        phase=Phase.POLICE,
        title=_("把救济途径和最后一天告诉受害一方：%s") % PaperKind(paper.kind).label,
        advice=_("在“报案”页面打开告知单，读给本人或者打印给本人，再登记"),
        source="G06",
        role_key="customer_service",
        within=TOLD_WITHIN,
        binding=True,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def _check_issuer(kind: PaperKind, office: str, station: str) -> None:
    """The form offers the police station, which writes no paper of a court."""
    if kind.issuer != Issuer.POLICE and _squeezed(office) == _squeezed(station):
        raise InvalidInput(
            _("%(paper)s由%(issuer)s作出，请写明是哪一个")
            % {"paper": kind.label, "issuer": kind.issuer.label},
            path="office",
        )


def _check_proven(
    kind: PaperKind, said: dict[str, str], exhibit: Exhibit | None
) -> None:
    if said["words"]:
        return
    if kind == PaperKind.JUDGMENT:
        raise InvalidInput(_("请写明判决了什么"), path="words")
    if kind == PaperKind.APPEAL:
        raise InvalidInput(_("请写明谁上诉或者抗诉"), path="words")
    if not said["number"] and kind not in _UNNUMBERED:
        raise InvalidInput(
            _("请填写文书编号；没有编号的，在说明里写明怎样得知"), path="number"
        )
    if exhibit is None:
        raise InvalidInput(
            _("请把文书拍照上传为证据再选它；拿不到的，在说明里写明"), path="exhibit"
        )


def _check_is_new(paper: PolicePaper, there: Iterable[PolicePaper]) -> None:
    same = (paper.kind, _squeezed(paper.number), _squeezed(paper.office))
    for one in there:
        known = (one.kind, _squeezed(one.number), _squeezed(one.office))
        if known == same and (paper.number or one.dated_on == paper.dated_on):
            raise Conflict(
                _("%(paper)s %(number)s已经登记过")
                % {"paper": PaperKind(paper.kind).label, "number": paper.number}
            )


def _squeezed(text: str) -> str:
    """As two people may type the same number: widths, brackets and blanks apart."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def _check_receipt(
    case: Case, receipt: Exhibit | None, words: str, by: User, *, is_oral: bool
) -> None:
    if receipt is not None:
        _check_are_of(case, [receipt], by, path="receipt")
    elif not words and is_oral:
        raise InvalidInput(_("请写明怎样报的案，公安机关怎样答复"), path="words")
    elif not words:
        raise InvalidInput(
            _("请把接受证据清单拍照上传为证据再选它；没有给的，在说明里写明"),
            path="receipt",
        )


def _check_are_of(
    case: Case, exhibits: list[Exhibit], by: User, *, path: str = "exhibits"
) -> None:
    keys = {one.pk for one in exhibits}
    if keys and kept_of(case, by).filter(pk__in=keys).count() != len(keys):
        raise InvalidInput(_("本案没有这件证据"), path=path)


def _accept(report: PoliceReport, accepted: Collection[ItemKind]) -> None:
    ready = set(
        report.items.filter(state=ItemState.READY).values_list("kind", flat=True)
    )
    beyond = [kind for kind in accepted if kind.value not in ready]
    if beyond:
        raise InvalidInput(
            _("没有备齐的材料不能登记为已接受：%s") % beyond[0].label, path="accepted"
        )
    if ready and not accepted:
        raise InvalidInput(_("请选择公安机关接受了哪些材料"), path="accepted")
    kinds = [kind.value for kind in accepted]
    report.items.filter(kind__in=kinds).update(is_accepted=True)


def _is_oral(report: PoliceReport, accepted: Collection[ItemKind]) -> bool:
    """Whether the police were told and given nothing, for there was nothing."""
    is_empty = not accepted and not report.items.filter(state=ItemState.READY).exists()
    if is_empty and report.supplements_id is not None:
        raise InvalidInput(
            _("没有材料就没有补充；不再补充的，请选择不再递交"), path="accepted"
        )
    return is_empty


def _listing(report: PoliceReport, *, is_oral: bool) -> str:
    """All of it in the words of the office, with the digest of each file."""
    with override(LETTER_LANGUAGE):
        lines = [_("口头报案，没有递交材料。")] if is_oral else []
        for number, one in enumerate(checklist(report), 1):
            parts = [
                f"{exhibit.code} {exhibit.title}"
                + (f" SHA-256 {exhibit.blob.sha256}" if exhibit.blob else "")
                for exhibit in one.exhibits
            ]
            if one.row and one.row.words:
                parts.append(one.row.words)
            state = _("已接受") if one.row and one.row.is_accepted else one.state.label
            said = {"number": number, "kind": one.kind.label, "state": state}
            lines.append(_("%(number)s. %(kind)s（%(state)s）") % said)
            lines += [f"   {part}" for part in parts]
        return "\n".join(lines)


def _end_task(
    case: Case, key: str, words: str, at: datetime, *, is_done: bool = True
) -> None:
    """A task ends with what it asked for; one that a person ended stays as it is."""
    task = case.tasks.filter(key=key, state=TaskState.OPEN).first()
    if task is None or not case.is_open:
        return
    task.case = case
    if is_done:
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)
    else:
        cases.skip_task(task=task, reason=words, by=SYSTEM, at=at)


def _needed(text: str, path: str, most: int) -> str:
    refusal = {
        "station": _("请写明受理单位"),
        "officer": _("请写明接收的民警"),
        "signers": _("请写明清单上签字的人"),
    }.get(path, _("请写明单位"))
    return typed(text, path=path, most=most, refusal=refusal)


def _lock(report: PoliceReport) -> PoliceReport:
    """The report under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(report, "supplements")
