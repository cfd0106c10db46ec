"""What was agreed: effect, a task for each term, done with proof or not done, told on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.calendar import statutory_calendar
from anlan.base.clock import day_bounds, local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS
from anlan.base.one_by_one import each_alone, resting
from anlan.cases.act import act_day
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Deadline, Task
from anlan.evidence.models import Exhibit
from anlan.law import guardrails as law
from anlan.law import selectors as laws
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import (
    DutyState,
    ProposalState,
    TalksKind,
    TalksState,
    TermKind,
)
from anlan.resolution.mediation.events import (
    AgreementEffective,
    ConfirmationMoved,
    DutyComesDue,
    DutyMoved,
    DutyOverdue,
)
from anlan.resolution.mediation.exclusions import may_be_a_crime
from anlan.resolution.mediation.models import Confirmation, Duty, Talks, Term
from anlan.resolution.mediation.remedies import review
from anlan.resolution.mediation.services.steps import (
    end_task,
    lock_talks,
    move,
    post_task,
    record,
    required,
)
from anlan.resolution.selectors.plans import is_reported

# How far ahead a term may come due and still hold its case open; a product default.
HOLDS_DAYS = 30
REMINDED_BEFORE = timedelta(days=3)
_TELL_POLICE_WITHIN = timedelta(days=3)
_OLD_LAW = "2012"  # the rule set, in the law as data
_REMINDING, _OVERDUE = "terms that come due", "terms that are late"


def make_effective(
    *,
    talks: Talks,
    exhibit: Exhibit,
    effective_on: date,
    by: User,
    at: datetime,
    via: str = "",
) -> Talks:
    """Say from which day a mediated agreement binds, with the paper that the body sealed.

    Raises:
        InvalidInput: it is no paper of this case, or the day cannot be.
        Conflict: nothing was agreed, or it is in force.
    """
    permissions.check_can_run_talks(by, talks.case)
    _check_proof(talks, exhibit)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_talks_may_become(talks, TalksState.PERFORMING)
        agreed = talks.proposals.get(state=ProposalState.AGREED)
        signed_on = local_day(agreed.settled_at or at)
        if not signed_on <= effective_on <= local_day(at):
            raise InvalidInput(
                _("生效日期在双方签字以后，也不能晚于今天"), path="effective_on"
            )
        start_performing(
            talks, exhibit, effective_on=effective_on, by=by, at=at, via=via
        )
    return talks


def start_performing(
    talks: Talks,
    exhibit: Exhibit,
    *,
    effective_on: date,
    by: Actor,
    at: datetime,
    via: str = "",
) -> None:
    """In the transaction of whoever makes it binding: a duty for each term, and its task."""
    talks.effective_on = effective_on
    talks.save(update_fields=["effective_on"])
    record(
        AgreementEffective(
            code=talks.code,
            effective_on=effective_on.isoformat(),
            exhibit=exhibit.code,
        ),
        talks,
        by=by,
        at=at,
        via=via,
    )
    move(talks, TalksState.PERFORMING, by=by, at=at, via=via)
    end_task(
        talks.task, talks.case, words=f"{talks.code} {talks.get_state_display()}", at=at
    )
    agreed = talks.proposals.get(state=ProposalState.AGREED)
    for term in agreed.terms.order_by("position"):
        duty = Duty(talks=talks, term=term, due_on=term.due_on)
        duty.task = post_task(
            talks.case,
            key=duty.key,
            title=_("跟进 %(code)s 第 %(number)d 项的履行：%(term)s")
            % {
                "code": talks.code,
                "number": term.position,
                "term": term.get_kind_display(),
            },
            due_at=day_bounds(term.due_on)[1],
            at=at,
            source="G18",
            holds=_holds_the_case(term, effective_on),
        )
        duty.save(force_insert=True)
    if TalksKind(talks.kind).can_be_confirmed:
        confirmation = Confirmation(talks=talks, due_on=confirmed_until(effective_on))
        confirmation.task = _post_confirmation(confirmation, at=at)
        confirmation.save(force_insert=True)
        record_confirmation(confirmation, talks, by=by, at=at, via=via)


def _post_confirmation(confirmation: Confirmation, *, at: datetime) -> Task | None:
    """Both may apply and neither has to: it is asked, and holds no case open."""
    return post_task(
        confirmation.talks.case,
        key=confirmation.key,
        title=_("问双方是否共同申请司法确认 %(code)s，最晚 %(day)s")
        % {"code": confirmation.talks.code, "day": confirmation.due_on},
        advice=_(
            "自协议生效之日起三十日内双方可以共同向人民法院申请；申请是自愿的，双方都不申请的写明即可"
        ),
        due_at=day_bounds(confirmation.due_on)[1],
        at=at,
        source="G18",
        holds=False,
    )


def _holds_the_case(term: Term, effective_on: date) -> bool:
    """What is paid or done within weeks; months of instalments and promises do not.

    They are followed on by their duties when the case is closed, as before.
    """
    is_soon = term.due_on <= effective_on + timedelta(days=HOLDS_DAYS)
    return is_soon and not TermKind(term.kind).goes_on


def record_performance(
    *,
    duty: Duty,
    words: str,
    by: User,
    at: datetime,
    exhibit: Exhibit | None = None,
    via: str = "",
) -> Duty:
    """A term was performed, in time or late; money is proven by a paper.

    Raises:
        InvalidInput: it is not said how it is known, or the proof is missing.
        Conflict: it was performed.
    """
    permissions.check_can_run_talks(by, duty.talks.case)
    words = required(words, path="words", most=MOST_WORDS)
    if exhibit is not None:
        _check_proof(duty.talks, exhibit)
    elif TermKind(duty.term.kind).is_paid:
        raise InvalidInput(
            _("请先把收条或者转账凭证作为证据上传，再选择它"), path="exhibit"
        )
    with ledger.recording():
        duty = _lock(duty)
        talks = duty.talks
        term_goes_on = TermKind(duty.term.kind).goes_on
        if term_goes_on and local_day(at) < duty.due_on:
            raise Conflict(_("这一项要遵守到 %s，到期以后再登记") % duty.due_on)
        duty.exhibit = exhibit
        _move(duty, DutyState.DONE, words=words, by=by, at=at, via=via)
        if not talks.duties.exclude(state=DutyState.DONE).exists():
            move(talks, TalksState.PERFORMED, by=by, at=at, via=via)
            _tell_police(talks, at=at)
    return duty


def record_default(
    *, duty: Duty, words: str, by: User, at: datetime, via: str = ""
) -> Duty:
    """A term was not performed by its day; the next remedies are told.

    In a closed case nothing is left to wait for it: whoever is responsible is told.

    Raises:
        InvalidInput: it is not said how it is known.
        Conflict: its day has not passed, or it was performed.
    """
    permissions.check_can_run_talks(by, duty.talks.case)
    words = required(words, path="words", most=MOST_WORDS)
    with ledger.recording():
        duty = _lock(duty)
        talks = duty.talks
        is_over = local_day(at) > duty.due_on
        if not is_over and not TermKind(duty.term.kind).goes_on:
            raise Conflict(_("还没有到期，到期没有履行再登记"))
        _move(duty, DutyState.DEFAULTED, words=words, by=by, at=at, via=via)
        if talks.state == TalksState.PERFORMING:
            move(talks, TalksState.BREACHED, by=by, at=at, via=via)
    return duty


def remind_of_duties(*, at: datetime, most: int = 100) -> int:
    """Say once of each term that its day comes; returns how many.

    The mark, the entry and the messages are one transaction.
    """
    until = local_day(at) + REMINDED_BEFORE
    keys = list(
        Duty.objects.filter(state=DutyState.DUE, reminded_at=None, due_on__lte=until)
        .exclude(pk__in=resting(_REMINDING, at=at))
        .order_by("due_on", "pk")
        .values_list("pk", flat=True)[:most]
    )
    return each_alone(keys, lambda key: _remind(key, at=at), job=_REMINDING, at=at)


def _remind(key: int, *, at: datetime) -> bool:
    with ledger.recording():
        duty = _lock(Duty.objects.select_related("talks__case__site").get(pk=key))
        if duty.state != DutyState.DUE or duty.reminded_at is not None:
            return False
        duty.reminded_at = at
        duty.save(update_fields=["reminded_at"])
        record(
            DutyComesDue(
                code=duty.talks.code,
                number=duty.term.position,
                term=duty.term.kind,
                due_on=duty.due_on.isoformat(),
            ),
            duty.talks,
            thing=duty.key,
            by=SYSTEM,
            at=at,
        )
    return True


def watch_overdue(*, at: datetime, most: int = 100) -> int:
    """Say once of each term that its day has passed and no clock told it; returns how many.

    In an open case the clock of its task does. Closing or joining the case stops it, and
    opening it again does not start it anew.
    """
    rows = Duty.objects.filter(
        state=DutyState.DUE,
        overdue_at=None,
        due_on__lt=local_day(at),
    ).order_by("due_on", "pk")
    rows = rows.exclude(pk__in=resting(_OVERDUE, at=at))
    keys = list(rows.values_list("pk", flat=True)[:most])
    return each_alone(keys, lambda key: _say_overdue(key, at=at), job=_OVERDUE, at=at)


def _say_overdue(key: int, *, at: datetime) -> bool:
    with ledger.recording():
        duty = _lock(Duty.objects.select_related("talks__case__site").get(pk=key))
        if duty.state != DutyState.DUE or duty.overdue_at is not None:
            return False
        clock = _clock_of(duty)
        if clock is not None and clock.fired_at is None:
            return False
        duty.overdue_at = at
        duty.save(update_fields=["overdue_at"])
        if clock is not None:  # it has told
            return False
        record(
            DutyOverdue(
                code=duty.talks.code,
                number=duty.term.position,
                term=duty.term.kind,
                due_on=duty.due_on.isoformat(),
            ),
            duty.talks,
            thing=duty.key,
            by=SYSTEM,
            at=at,
        )
    return True


def _clock_of(duty: Duty) -> Deadline | None:
    """That watches its task, or has run out; one that was stopped is none."""
    if duty.task is None:
        return None
    rows = Deadline.objects.filter(
        about=f"task:{duty.task.uid}", met_at=None, cancelled_at=None
    )
    return rows.order_by("-pk").first()


def confirmed_until(day: date) -> date:
    """The last day on which both may ask a court (人民调解法 33; 民法典 201, 203)."""
    return statutory_calendar().add_calendar_days(day, law.confirmation_days())


def record_confirmation(
    confirmation: Confirmation,
    talks: Talks,
    *,
    by: Actor,
    at: datetime,
    via: str = "",
) -> None:
    exhibit = confirmation.exhibit
    record(
        ConfirmationMoved(
            code=talks.code,
            state=confirmation.state,
            due_on=confirmation.due_on.isoformat(),
            exhibit=exhibit.code if exhibit else None,
            court_digest=confirmation.digest_of("court"),
            number_digest=confirmation.digest_of("number"),
        ),
        talks,
        thing=confirmation.key,
        by=by,
        at=at,
        via=via,
    )


def _move(
    duty: Duty,
    state: DutyState,
    *,
    words: str,
    by: User,
    at: datetime,
    via: str,
) -> None:
    policies.check_duty_may_become(duty, state)
    duty.state, duty.words = state, words
    duty.ended_at, duty.ended_by = at, by
    duty.save()
    record(
        DutyMoved(
            code=duty.talks.code,
            number=duty.term.position,
            term=duty.term.kind,
            state=state.value,
            exhibit=duty.exhibit.code if duty.exhibit else None,
            words_digest=duty.digest_of("words"),
        ),
        duty.talks,
        thing=duty.key,
        by=by,
        at=at,
        via=via,
    )
    words = f"{duty.talks.code} {state.label}"
    end_task(duty.task, duty.talks.case, words=words, at=at)


def _tell_police(talks: Talks, *, at: datetime) -> None:
    """A settlement that was performed may end the police case; they decide (治安法 9 ¶4; 行政程序规定 186).

    A criminal case it ends never: whoever handles that looks at it anew (刑诉法 288).
    """
    case = talks.case
    if not TalksKind(talks.kind).ends_the_police_case or not is_reported(case):
        return
    if talks.police_task is not None and talks.police_task.state == TaskState.OPEN:
        return
    is_crime = may_be_a_crime(case)
    title = (
        _("把 %s 已履行告诉办案机关，由其审查")
        if is_crime
        else _("把 %s 已履行告诉派出所，由双方书面申请")
    )
    talks.police_task = post_task(
        case,
        key=f"talks_police:{talks.uid}",
        title=title % talks.code,
        advice=review().words if is_crime else _why_told(case),
        due_at=at + _TELL_POLICE_WITHIN,
        at=at,
        source=review().sources[0] if is_crime else "G17",
    )
    talks.save(update_fields=["police_task"])


def _why_told(case: Case) -> str:
    """By the law of the day of the act; what came later is for the police to judge (G16)."""
    if laws.rule_set(on=act_day(case)).key == _OLD_LAW:
        return _(
            "《公安机关办理行政案件程序规定》第一百八十六条：自行和解或者经人民调解达成协议并履行后，双方书面申请，"
            "经公安机关认可的，不予处罚。行为发生在 2026 年以前，2026 年起施行的《治安管理处罚法》第九条第四款是否适用，由公安机关认定。"
            "已按刑事案件立案的，按《刑事诉讼法》第二百八十八条由办案机关审查"
        )
    return _(
        "《治安管理处罚法》第九条第四款：作出处罚决定前，自行和解或者经人民调解达成协议并已履行，双方书面申请，"
        "经公安机关认可的，不予处罚；是否认可由公安机关决定。已按刑事案件立案的，按《刑事诉讼法》第二百八十八条由办案机关审查"
    )


def _check_proof(talks: Talks, exhibit: Exhibit) -> None:
    if exhibit.case_id != talks.case_id or exhibit.blob is None or exhibit.is_deleted:
        raise InvalidInput(_("本案没有这件证据"), path="exhibit")


def _lock(duty: Duty) -> Duty:
    talks = lock_talks(duty.talks)
    fresh = (
        Duty.objects.select_for_update(of=("self",))
        .select_related("term", "task")
        .get(pk=duty.pk)
    )
    fresh.talks = talks
    return fresh
