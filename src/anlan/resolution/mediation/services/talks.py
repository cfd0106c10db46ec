"""Talks are begun, the body answers, they end without an agreement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.calendar import statutory_calendar
from anlan.base.clock import day_bounds, local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.one_by_one import each_alone, resting
from anlan.cases import policies as cases_policies
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import (
    BodyKind,
    Chooser,
    Exclusion,
    TalksKind,
    TalksState,
)
from anlan.resolution.mediation.events import (
    ExclusionLifted,
    TalksBegun,
    TalksRecounted,
)
from anlan.resolution.mediation.models import Body, Mediator, Talks
from anlan.resolution.mediation.services.givers import let_guardian_act
from anlan.resolution.mediation.services.mandates import start_mandate
from anlan.resolution.mediation.services.steps import (
    check_both_may_read,
    check_may_be_talked,
    end,
    lock_talks,
    move,
    post_task,
    record,
    required,
)
from anlan.resolution.selectors.plans import is_reported

MOST_ABOUT = 1000
MOST_REASON = 500
# Within how many days talks come to an end. The law on people's mediation gives no limit:
# this is the house's own, and a product default.
HOUSE_DAYS = 30
_MOST = 100  # a turn of the worker
_HOLIDAYS = "second mediations by holidays"
_AGAIN_WITHIN = 7  # working days, for a second time before the police


def begin_talks(
    *,
    case: Case,
    kind: TalksKind,
    victim: Party,
    aggressor: Party,
    about: str,
    by: User,
    at: datetime,
    excluded: Collection[Exclusion] = (),
    by_guardian: Collection[Side] = (),
    body: Body | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Talks:
    """Begin a negotiation, or ask a body to mediate; nobody has agreed to anything yet.

    Args:
        excluded: what whoever begins them knows to speak against it.
        by_guardian: sides of whom it is known that a guardian acts for them; a minor's
            does so anyway.
        body: who is asked; of a lawful kind, and not the company's own (G19).

    Raises:
        InvalidInput: a party, the body or the words do not fit.
        Conflict: the case is not brought to terms (G17), the police were not called (G05),
            or talks of these two are running.
    """
    permissions.check_can_run_talks(by, case)
    about = required(about, path="about", most=MOST_ABOUT)
    _check_sides(case, victim, aggressor)
    _check_body(case, kind, body)
    check_may_be_talked(kind, case, declared=excluded)
    check_both_may_read(about, talks_kind=kind, case=case, path="about")
    law.check_police_reported(
        severity=case.severity, is_reported=is_reported(case), act_on=act_day(case)
    )
    content = {
        "talks": kind.value,
        "by": by.actor_key,
        "victim": str(victim.uid),
        "aggressor": str(aggressor.uid),
        "body": body.key if body else "",
        "by_guardian": ",".join(sorted(side.value for side in by_guardian)),
        "about": sha256(about.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Talks.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        cases_policies.check_is_open(case)
        _check_none_is_running(case, victim, aggressor)
        again_until = _check_police_again(case, kind, victim, aggressor, at=at)
        last: int | None = Talks.objects.filter(case=case).aggregate(
            last=Max("number")
        )["last"]
        due_on = _until(again_until, begun_at=at)
        talks = Talks(
            case=case,
            number=(last or 0) + 1,
            kind=kind,
            state=TalksState.REQUESTED
            if kind.is_mediation
            else TalksState.CONSENT_PENDING,
            victim=victim,
            aggressor=aggressor,
            host=by,
            body=body,
            about=about,
            begun_at=at,
            due_on=due_on,
            calendar=statutory_calendar().stamp,
        )
        talks.task = post_task(
            case,
            key=talks.key,
            title=_title(talks, is_again=again_until is not None),
            due_at=day_bounds(due_on)[1],
            at=at,
        )
        talks.save(force_insert=True)
        record(
            TalksBegun(
                code=talks.code,
                talks=kind.value,
                victim=f"party:{victim.uid}",
                aggressor=f"party:{aggressor.uid}",
                body=body.key if body else None,
                due_on=due_on.isoformat(),
                about_digest=talks.digest_of("about"),
            ),
            talks,
            by=by,
            at=at,
            via=via,
        )
        for side in by_guardian:
            let_guardian_act(talks, side, by=by, at=at, via=via)
        cases.remember_made(
            talks.uid, case=case, request_id=request_id, content=content, at=at
        )
    return talks


def record_answer(
    *,
    talks: Talks,
    accepts: bool,
    by: User,
    at: datetime,
    mediator: Mediator | None = None,
    is_unrelated: bool = False,
    reason: str = "",
    chosen_by: Chooser = Chooser.BODY,
    choice: str = "",
    via: str = "",
) -> Talks:
    """What the body that was asked says; from then on each side is asked.

    Args:
        mediator: who it appoints, or the parties chose; may be said later.
        chosen_by: which of the two, and ``choice`` how they said so.
        is_unrelated: that the mediator has nothing to do with either side.

    Raises:
        InvalidInput: it declines and does not say why, or the mediator is not its own.
        Conflict: it has answered.
    """
    permissions.check_can_run_talks(by, talks.case)
    if not accepts:
        reason = required(reason, path="reason", most=MOST_REASON)
    with ledger.recording():
        talks = lock_talks(talks)
        if not accepts:
            end(talks, TalksState.FAILED, reason=reason, by=by, at=at, via=via)
            return talks
        policies.check_talks_may_become(talks, TalksState.CONSENT_PENDING)
        if mediator is not None:
            start_mandate(
                talks,
                mediator,
                is_unrelated=is_unrelated,
                chosen_by=chosen_by,
                choice=choice,
                by=by,
                at=at,
                via=via,
            )
        move(talks, TalksState.CONSENT_PENDING, by=by, at=at, via=via)
    return talks


def end_talks(
    *,
    talks: Talks,
    reason: str,
    by: User,
    at: datetime,
    exclusion: Exclusion | None = None,
    via: str = "",
) -> Talks:
    """Say that nothing came of it, or that it may not go on; the next remedies are told.

    Raises:
        InvalidInput: no reason.
        Conflict: it ended, or what was agreed is in force.
    """
    permissions.check_can_lead_talks(by, talks)
    reason = required(reason, path="reason", most=MOST_REASON)
    check_both_may_read(reason, talks_kind=talks.kind, case=talks.case, path="reason")
    with ledger.recording():
        talks = lock_talks(talks)
        end(
            talks,
            TalksState.FAILED,
            reason=reason,
            exclusion=exclusion,
            by=by,
            at=at,
            via=via,
        )
    return talks


def lift_exclusion(
    *, talks: Talks, reason: str, by: User, at: datetime, via: str = ""
) -> Talks:
    """Say why what ended these talks speaks against talks no more.

    Raises:
        NotAllowed: by who named it.
        InvalidInput: no reason.
        Conflict: nothing was named, or it was lifted.
    """
    permissions.check_can_lift_exclusion(by, talks)
    reason = required(reason, path="reason", most=MOST_REASON)
    check_both_may_read(reason, talks_kind=talks.kind, case=talks.case, path="reason")
    with ledger.recording():
        talks = lock_talks(talks)
        permissions.check_can_lift_exclusion(by, talks)
        policies.check_is_excluded(talks)
        talks.lifted_at, talks.lifted_by, talks.lift_reason = at, by, reason
        talks.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        record(
            ExclusionLifted(
                code=talks.code,
                exclusion=talks.exclusion,
                lift_reason_digest=talks.digest_of("lift_reason"),
            ),
            talks,
            by=by,
            at=at,
            via=via,
        )
    return talks


def _check_sides(case: Case, victim: Party, aggressor: Party) -> None:
    for party, side in ((victim, Side.VICTIM), (aggressor, Side.AGGRESSOR)):
        cases_policies.check_is_of_case(party, case, path=side.value)
        if not party.roles.filter(role=side.value).exists():
            raise InvalidInput(_("请选择一位%s") % side.label, path=side.value)
        if not party.is_identified:
            raise InvalidInput(
                _("还不知道本人是谁，请先在当事人里补上姓名"), path=side.value
            )
    if victim.pk == aggressor.pk:
        raise InvalidInput(_("双方不能是同一个人"), path="aggressor")


def _check_body(case: Case, kind: TalksKind, body: Body | None) -> None:
    if not kind.is_mediation:
        if body is not None:
            raise InvalidInput(_("协商由管理处自己组织，没有调解组织"), path="body")
        return
    if (
        body is None
        or body.organisation_id != case.organisation_id
        or body.ended_at is not None
    ):
        raise InvalidInput(_("请从名册里选择调解组织"), path="body")
    found = BodyKind(body.kind)
    law.check_neutral(is_ours=found == BodyKind.OWN, act_on=act_day(case))
    if found.holds != kind:
        raise InvalidInput(
            _("%(body)s不主持%(kind)s") % {"body": body.name, "kind": kind.label},
            path="body",
        )


def _check_none_is_running(case: Case, victim: Party, aggressor: Party) -> None:
    for there in Talks.objects.filter(case=case, victim=victim, aggressor=aggressor):
        state = TalksState(there.state)
        if state.is_talking or state in {TalksState.AGREED, TalksState.PERFORMING}:
            raise Conflict(
                _("双方之间的 %(code)s %(state)s，请先办完")
                % {"code": there.code, "state": state.label}
            )


def _title(talks: Talks, *, is_again: bool) -> str:
    """The days are the law's for a second time before the police, else the house's."""
    if is_again:
        return _("%s：再次治安调解要在第一次以后七个工作日内完成") % talks.code
    return _("%(kind)s %(code)s：%(days)d 日内有结果（本公司自定时限）") % {
        "kind": talks.get_kind_display(),
        "code": talks.code,
        "days": HOUSE_DAYS,
    }


def _check_police_again(
    case: Case, kind: TalksKind, victim: Party, aggressor: Party, *, at: datetime
) -> date | None:
    """The police mediate once; a second time ends within seven working days (D08).

    Where nobody ever sat down, and nothing was agreed, it was no time.

    Returns:
        The last day of the second time; none, where it is the first.
    """
    if kind != TalksKind.POLICE:
        return None
    earlier = _times_of_police(case, victim, aggressor)
    if len(earlier) > 1:
        raise Conflict(_("治安调解一般为一次，最多再调解一次"), source="G17")
    if not earlier:
        return None
    last = _again_until(_mediated_on(earlier[0]))
    if local_day(at) > last:
        raise Conflict(
            _("再次治安调解应当在第一次以后七个工作日内，期限已过"), source="G17"
        )
    return last


def _times_of_police(case: Case, victim: Party, aggressor: Party) -> list[Talks]:
    """Each time that the police had the two sit down, or agree, the first one first."""
    took_place = Q(sessions__begun_at__isnull=False) | Q(deed__isnull=False)
    rows = Talks.objects.filter(
        took_place,
        case=case,
        kind=TalksKind.POLICE,
        victim=victim,
        aggressor=aggressor,
    )
    return list(rows.distinct().order_by("number"))


def _until(again_until: date | None, *, begun_at: datetime) -> date:
    house = local_day(begun_at) + timedelta(days=HOUSE_DAYS)
    return min(again_until or house, house)


def follow_holidays(*, at: datetime) -> int:
    """Count anew until when a second time before the police may last; returns how many.

    What was counted before the year's holidays were laid in. It is looked at once for each
    notice, and only what goes on.
    """
    talking = [one for one in TalksState if one.is_talking]
    rows = Talks.objects.filter(kind=TalksKind.POLICE, state__in=talking)
    stale = rows.exclude(calendar=statutory_calendar().stamp)
    stale = stale.exclude(pk__in=resting(_HOLIDAYS, at=at)).select_related("case__site")
    return each_alone(
        list(stale.order_by("pk")[:_MOST]),
        lambda talks: _follow(talks, at=at),
        job=_HOLIDAYS,
        at=at,
        is_told=True,
    )


def _follow(found: Talks, *, at: datetime) -> int:
    with ledger.recording():
        talks = lock_talks(found)
        if not TalksState(talks.state).is_talking:
            return 0
        talks.calendar, before = statutory_calendar().stamp, talks.due_on
        earlier = [
            one
            for one in _times_of_police(talks.case, talks.victim, talks.aggressor)
            if one.number < talks.number
        ]
        if earlier:
            again_until = _again_until(_mediated_on(earlier[0]))
            talks.due_on = _until(again_until, begun_at=talks.begun_at)
        talks.save(update_fields=["calendar", "due_on"])
        if talks.due_on == before:
            return 1
        if talks.task is not None:
            talks.task.case = talks.case
            due_at = day_bounds(talks.due_on)[1]
            cases.move_task(task=talks.task, due_at=due_at, at=at)
        record(
            TalksRecounted(
                code=talks.code,
                before=before.isoformat(),
                due=talks.due_on.isoformat(),
            ),
            talks,
            by=SYSTEM,
            at=at,
        )
    return 1


def _mediated_on(talks: Talks) -> date:
    """The day of the first time: when they sat down, whenever it was told to be over.

    Where no session was written down, the day from which what they agreed on binds.
    """
    first: datetime | None = talks.sessions.aggregate(first=Min("begun_at"))["first"]
    return (
        local_day(first) if first else talks.effective_on or local_day(talks.begun_at)
    )


def _again_until(day: date) -> date:
    """The last day of a second mediation before the police."""
    return statutory_calendar().add_working_days(day, _AGAIN_WITHIN)
