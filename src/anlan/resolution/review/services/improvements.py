"""Improvements: named, done with proof, looked at after 30 and 90 days, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Max, Model, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base import vault
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.services.receiving import add_exhibit
from anlan.investigation.enums import FindingState, SentenceKind
from anlan.investigation.models import FindingSentence
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.resolution.review import permissions, policies
from anlan.resolution.review.case_facts import known_of
from anlan.resolution.review.enums import (
    Cause,
    ImprovementState,
    RecurrenceState,
    ReportState,
    Section,
)
from anlan.resolution.review.events import (
    CheckDue,
    CheckLate,
    CheckSaid,
    ImprovementDone,
    ImprovementDropped,
    ImprovementLate,
    ImprovementMade,
    ImprovementReopened,
    ImprovementWorked,
    RecurrenceConfirmed,
    RecurrenceFound,
    RecurrenceSaid,
)
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    ImprovementProof,
    Meeting,
    Recurrence,
    Report,
    ReportParagraph,
)
from anlan.resolution.review.naming import check_names_nobody
from anlan.resolution.review.services.reports import plain
from anlan.resolution.selectors.notices import proofs_in

CHECKED_AFTER = (30, 90)  # days, after it was done
# A check that nobody made is headquarters' then; the house's own standard.
CHECK_LATE_AFTER = timedelta(days=7)
# For how long after it was done a new incident at the place calls it into question.
WATCHED_FOR = timedelta(days=365)
AGAIN_WITHIN = timedelta(days=14)  # what is taken up again by the program itself
FARTHEST_DUE = timedelta(days=365)
MOST_WHAT = 200
MOST_WHY = 500
MOST_IMPROVEMENTS = 50  # of a case
BATCH = 50

Row = TypeVar("Row", bound=Model)
Ground = FindingSentence | ReportParagraph | Meeting
_GROUNDS = {SentenceKind.FACTORS, SentenceKind.FAILINGS, SentenceKind.CAUSE}


def make_improvement(
    *,
    case: Case,
    what: str,
    why: str,
    ground: Ground,
    cause: Cause,
    owner: User,
    due_on: date,
    by: User,
    at: datetime,
    place: Place | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Improvement:
    """Name what is to be improved; of a closed case as well.

    Args:
        ground: a factor or failing that was found, a lesson of a report, or the meeting
            that agreed on it.
        place: where it is about; where the case was, unless told otherwise.

    Raises:
        InvalidInput: no words, somebody's name, a day that cannot be, an owner who does
            not see the case, or a ground that is none.
    """
    permissions.check_can_improve(by, case)
    what = _words(what, case, path="what", most=MOST_WHAT, refusal=_("请写明做什么"))
    why = _words(why, case, path="why", most=MOST_WHY, refusal=_("请写明为什么"))
    _check_due(due_on, at=at)
    _check_ground(ground, case)
    if not has_permission(owner, Permission.CASE_SEE, site=case.site):
        raise InvalidInput(_("请选择看得到本案的同事负责"), path="owner")
    place = place or known_of(case).place
    if place is not None and place.site_id != case.site_id:
        raise InvalidInput(_("请选择本项目的地点"), path="place")
    content = {
        "improvement": str(case.uid),
        "by": by.actor_key,
        "ground": str(ground.uid),
        "cause": cause.value,
        "owner": owner.actor_key,
        "due": due_on.isoformat(),
        "place": place.pk if place else 0,
        "said": sha256(repr((what, why)).encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Improvement.objects.select_related("case__site", "owner"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        last: int = case.improvements.aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_IMPROVEMENTS:
            raise Conflict(_("一个案件最多 %s 项改进措施") % MOST_IMPROVEMENTS)
        row = Improvement.objects.create(
            case=case,
            number=last + 1,
            what=what,
            why=why,
            sentence=ground if isinstance(ground, FindingSentence) else None,
            paragraph=ground if isinstance(ground, ReportParagraph) else None,
            meeting=ground if isinstance(ground, Meeting) else None,
            cause=cause,
            place=place,
            owner=owner,
            due_on=due_on,
            made_by=by,
            made_at=at,
        )
        _record(
            ImprovementMade(
                code=row.code,
                cause=cause.value,
                owner=owner.actor_key,
                due=due_on.isoformat(),
                what_digest=row.digest_of("what"),
                why_digest=row.digest_of("why"),
            ),
            row,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            row.uid, case=case, request_id=request_id, content=content, at=at
        )
    return row


def finish_improvement(
    *,
    improvement: Improvement,
    words: str,
    by: User,
    at: datetime,
    exhibit: Exhibit | None = None,
    photo: Iterable[bytes] = (),
    via: str = "",
) -> Improvement:
    """Say that it is done, and prove it; whether it works is looked at later.

    Args:
        exhibit: a photo or paper of the case that shows it.
        photo: one that was just taken, which becomes an exhibit; only one of the two.

    Raises:
        NotAllowed: it is somebody else's.
        InvalidInput: no words, or a proof that is none.
        Conflict: it was done, or given up.
    """
    permissions.check_can_finish(by, improvement)
    words = _words(
        words, improvement.case, path="words", refusal=_("请写明做了什么、怎样做的")
    )
    _check_proof(exhibit, improvement.case, by)
    taken = list(photo)
    if exhibit is not None and any(taken):
        raise InvalidInput(_("照片和已有的证据只选一样"), path="photo")
    kept = vault.keep_photo(taken, path="photo") if any(taken) else None
    with ledger.recording():
        row = _lock(improvement)
        policies.check_improvement_may_become(row, ImprovementState.WATCHED)
        proof = ImprovementProof(
            improvement=row, turn=row.turn, words=words, exhibit=exhibit, by=by, at=at
        )
        if kept is not None:
            proof.exhibit = exhibit = add_exhibit(
                case=row.case,
                kept=kept,
                source=Source.TASK,
                reading=unpacked_reading(kept),
                source_uid=proof.uid,
                title=_("改进措施 %s 完成") % row.code,
                by=by,
                at=at,
                via=via,
            )
        proof.save(force_insert=True)
        row.state, row.done_at = ImprovementState.WATCHED, at
        row.save(update_fields=["state", "done_at"])
        for days in CHECKED_AFTER:
            row.checks.create(
                turn=row.turn, days=days, due_at=at + timedelta(days=days)
            )
        cases.record(
            ImprovementDone(
                code=row.code,
                turn=row.turn,
                exhibit=exhibit.code if exhibit else None,
                words_digest=proof.digest_of("words"),
            ),
            row.case,
            thing=proof.key,
            by=by,
            at=at,
            via=via,
        )
    return row


def check_improvement(
    *,
    check: ImprovementCheck,
    is_effective: bool,
    looked: str,
    by: User,
    at: datetime,
    exhibit: Exhibit | None = None,
    due_on: date | None = None,
    via: str = "",
) -> Improvement:
    """Say whether it worked, and what was looked at. The last good one ends the watch.

    Args:
        due_on: until when it is done anew, where it had no effect.

    Raises:
        NotAllowed: by its owner.
        InvalidInput: nothing was looked at, or it is too early, or a day is missing.
        Conflict: it was said before, or the improvement was taken up again.
    """
    improvement = check.improvement
    permissions.check_can_check(by, improvement)
    looked = _words(
        looked, improvement.case, path="looked", refusal=_("请写明查看了什么、看到什么")
    )
    _check_proof(exhibit, improvement.case, by)
    if is_effective and at < check.due_at:
        raise InvalidInput(
            _("还没有到第 %s 天，现在只能登记没有效果") % check.days,
            path="is_effective",
        )
    if not is_effective:
        if due_on is None:
            raise InvalidInput(_("请写明重新完成的期限"), path="due_on")
        _check_due(due_on, at=at)
    with ledger.recording():
        row = _lock(improvement)
        fresh = ImprovementCheck.objects.select_for_update().get(pk=check.pk)
        policies.check_is_to_be_said(fresh)
        fresh.by, fresh.at, fresh.is_effective = by, at, is_effective
        fresh.looked, fresh.exhibit = looked, exhibit
        fresh.save()
        cases.record(
            CheckSaid(
                code=row.code,
                days=fresh.days,
                effective=int(is_effective),
                exhibit=exhibit.code if exhibit else None,
                looked_digest=fresh.digest_of("looked"),
            ),
            row.case,
            thing=fresh.key,
            by=by,
            at=at,
            via=via,
        )
        if due_on is not None and not is_effective:
            reopen(row, because="check", due_on=due_on, by=by, at=at)
        elif not row.checks.filter(turn=row.turn, at=None, cancelled_at=None).exists():
            policies.check_improvement_may_become(row, ImprovementState.WORKED)
            row.state = ImprovementState.WORKED
            row.save(update_fields=["state"])
            _record(ImprovementWorked(code=row.code), row, by=by, at=at, via=via)
    return row


def drop_improvement(
    *, improvement: Improvement, reason: str, by: User, at: datetime, via: str = ""
) -> Improvement:
    """Give it up, with the reason; it stays on every list.

    Raises:
        NotAllowed: by its owner, or somebody who may not approve.
        Conflict: it was done, or given up.
    """
    permissions.check_can_drop(by, improvement)
    reason = _words(
        reason, improvement.case, path="reason", refusal=_("请写明为什么不再进行")
    )
    with ledger.recording():
        row = _lock(improvement)
        policies.check_improvement_may_become(row, ImprovementState.DROPPED)
        row.state, row.reason = ImprovementState.DROPPED, reason
        row.save(update_fields=["state", "reason"])
        _record(
            ImprovementDropped(code=row.code, reason_digest=row.digest_of("reason")),
            row,
            by=by,
            at=at,
            via=via,
        )
    return row


def say_recurrence(
    *,
    recurrence: Recurrence,
    is_same: bool,
    words: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Recurrence:
    """Say whether the new incident had the same cause; if so, it is taken up again.

    Raises:
        NotAllowed: by its owner.
        InvalidInput: it is not said why.
        Conflict: somebody said so before.
    """
    improvement = recurrence.improvement
    permissions.check_can_check(by, improvement)
    words = _words(
        words,
        improvement.case,
        path="words",
        refusal=_("请写明为什么是或者不是同一原因"),
    )
    with ledger.recording():
        row = _lock(improvement)
        fresh = Recurrence.objects.select_for_update().get(pk=recurrence.pk)
        policies.check_is_possible(fresh)
        fresh.state = RecurrenceState.SAME if is_same else RecurrenceState.OTHER
        fresh.said_by, fresh.said_at, fresh.words = by, at, words
        fresh.save()
        cases.record(
            RecurrenceSaid(
                code=row.code,
                case=recurrence.case.number,
                state=fresh.state,
                words_digest=fresh.digest_of("words"),
            ),
            row.case,
            thing=fresh.key,
            by=by,
            at=at,
            via=via,
        )
        if is_same:
            _take_up_again(row, recurrence.case, by=by, at=at)
    return fresh


def find_recurrences(case: Case, *, at: datetime) -> None:
    """A new incident: what was improved at its very place may not have worked.

    Its cause is not known yet, so that it only asks somebody to look.
    """
    place = known_of(case).place
    if place is None:
        return
    for row in _in_question(case, place=place):
        with ledger.recording():
            fresh = _lock(row)
            __, is_new = Recurrence.objects.get_or_create(
                improvement=fresh, case=case, defaults={"found_at": at}
            )
            if is_new:
                _record(
                    RecurrenceFound(code=fresh.code, case=case.number),
                    fresh,
                    by=SYSTEM,
                    at=at,
                )


def reopen_recurred(report: Report, *, at: datetime) -> None:
    """A report says where the root was: what was improved there against it is reopened."""
    if report.place is None or not report.cause:
        return
    for row in _in_question(report.case, place=report.place):
        if row.cause == report.cause:
            _reopen_recurred(row, report, at=at)


def _reopen_recurred(row: Improvement, report: Report, *, at: datetime) -> None:
    case = report.case
    with ledger.recording():
        fresh = _lock(row)
        there, __ = Recurrence.objects.get_or_create(
            improvement=fresh, case=case, defaults={"found_at": at}
        )
        if there.state != RecurrenceState.POSSIBLE:
            return  # somebody looked, and said so
        there.state, there.said_at = RecurrenceState.SAME, at
        there.save(update_fields=["state", "said_at"])
        _record(
            RecurrenceConfirmed(
                code=fresh.code,
                case=case.number,
                report=report.code,
                approved_by=report.decided_by.actor_key if report.decided_by else "",
            ),
            fresh,
            by=SYSTEM,
            at=at,
        )
        _take_up_again(fresh, case, by=SYSTEM, at=at)


def reopen(
    row: Improvement, *, because: str, due_on: date, by: Actor, at: datetime
) -> None:
    """Another turn, under the lock; the checks of this one are not needed any more."""
    policies.check_improvement_may_become(row, ImprovementState.OPEN)
    row.checks.filter(turn=row.turn, at=None, cancelled_at=None).update(cancelled_at=at)
    row.state, row.turn, row.due_on = ImprovementState.OPEN, row.turn + 1, due_on
    row.done_at, row.late_at = None, None
    row.save()
    _record(
        ImprovementReopened(code=row.code, because=because, due=due_on.isoformat()),
        row,
        by=by,
        at=at,
    )


def watch(*, at: datetime) -> int:
    """Say what is late and which checks are due; how many that were."""
    late = Improvement.objects.filter(
        state=ImprovementState.OPEN, late_at=None, due_on__lt=local_day(at)
    )
    waiting = ImprovementCheck.objects.filter(at=None, cancelled_at=None)
    return (
        _each(
            late.order_by("due_on", "pk"),
            lambda row: _say_late(row, at),
            job="late improvements",
            at=at,
        )
        + _each(
            waiting.filter(told_at=None, due_at__lte=at).order_by("due_at", "pk"),
            lambda row: _say_due(row, at),
            job="checks that are due",
            at=at,
        )
        + _each(
            waiting.filter(
                late_at=None,
                told_at__isnull=False,
                due_at__lte=at - CHECK_LATE_AFTER,
            ).order_by("due_at", "pk"),
            lambda row: _say_check_late(row, at),
            job="checks that are late",
            at=at,
        )
    )


def _each(
    rows: QuerySet[Row], act: Callable[[Row], bool], *, job: str, at: datetime
) -> int:
    rows = rows.exclude(pk__in=resting(job, at=at))
    return each_alone(list(rows[:BATCH]), act, job=job, at=at)


def _say_late(row: Improvement, at: datetime) -> bool:
    with ledger.recording():
        fresh = _lock(row)
        if fresh.state != ImprovementState.OPEN or fresh.late_at is not None:
            return False
        fresh.late_at = at
        fresh.save(update_fields=["late_at"])
        _record(
            ImprovementLate(code=fresh.code, due=fresh.due_on.isoformat()),
            fresh,
            by=SYSTEM,
            at=at,
        )
    return True


def _say_due(check: ImprovementCheck, at: datetime) -> bool:
    with ledger.recording():
        row = _lock(check.improvement)
        fresh = ImprovementCheck.objects.select_for_update().get(pk=check.pk)
        if fresh.told_at or fresh.at or fresh.cancelled_at:
            return False
        fresh.told_at = at
        fresh.save(update_fields=["told_at"])
        _record(CheckDue(code=row.code, days=fresh.days), row, by=SYSTEM, at=at)
    return True


def _say_check_late(check: ImprovementCheck, at: datetime) -> bool:
    with ledger.recording():
        row = _lock(check.improvement)
        fresh = ImprovementCheck.objects.select_for_update().get(pk=check.pk)
        if fresh.late_at or fresh.at or fresh.cancelled_at:
            return False
        fresh.late_at = at
        fresh.save(update_fields=["late_at"])
        _record(CheckLate(code=row.code, days=fresh.days), row, by=SYSTEM, at=at)
    return True


def _in_question(case: Case, *, place: Place) -> list[Improvement]:
    """Done at this very place not long before, after another case; a drill counts for none."""
    return list(
        Improvement.objects.filter(
            place=place,
            state__in=[ImprovementState.WATCHED, ImprovementState.WORKED],
            done_at__gte=case.opened_at - WATCHED_FOR,
            done_at__lte=case.opened_at,
            case__exercise=case.exercise,
            case__organisation=case.organisation_id,
        )
        .exclude(case=case)
        .exclude(case__in=case.joined_cases.all())
        .select_related("case__site")
        # In one transaction their cases are locked: by their keys, as everywhere.
        .order_by("case", "pk")
    )


def _take_up_again(row: Improvement, case: Case, *, by: Actor, at: datetime) -> None:
    if row.state not in {ImprovementState.WATCHED, ImprovementState.WORKED}:
        return  # a check without effect came first
    due_on = local_day(at + AGAIN_WITHIN)
    reopen(row, because=case.number, due_on=due_on, by=by, at=at)


def _check_due(due_on: date, *, at: datetime) -> None:
    today = local_day(at)
    if not today <= due_on <= local_day(at + FARTHEST_DUE):
        raise InvalidInput(_("期限从今天起，一年以内"), path="due_on")


def _check_ground(ground: Ground, case: Case) -> None:
    if isinstance(ground, FindingSentence):
        fits = (
            ground.finding.case_id == case.pk
            and ground.finding.state == FindingState.APPROVED
            and ground.kind in _GROUNDS
        )
    elif isinstance(ground, ReportParagraph):
        fits = (
            ground.report.case_id == case.pk
            and ground.report.state == ReportState.APPROVED
            and ground.section in {Section.LESSONS, Section.FACTORS}
            and not ground.is_left_out
        )
    else:
        fits = ground.case_id == case.pk
    if not fits:
        raise InvalidInput(
            _("请选择本案查明的促成因素或者不足、批准的报告里的教训，或者本案的复盘会"),
            path="ground",
        )


def _check_proof(exhibit: Exhibit | None, case: Case, by: User) -> None:
    if exhibit is not None and not proofs_in(case, by).filter(pk=exhibit.pk).exists():
        raise InvalidInput(_("请选择本案的证据"), path="exhibit")


def _words(
    text: str, case: Case, *, path: str, refusal: str, most: int = MOST_WORDS
) -> str:
    text = typed(plain(text), path=path, most=most, refusal=refusal)
    law.check_no_verdict(text=text, act_on=act_day(case), path=path)
    check_names_nobody(text, case, path=path)
    return text


def _lock(improvement: Improvement) -> Improvement:
    """The improvement under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(improvement, "owner")


def _record(
    event: Event, row: Improvement, *, by: Actor, at: datetime, via: str = ""
) -> None:
    cases.record(event, row.case, thing=row.key, by=by, at=at, via=via)
