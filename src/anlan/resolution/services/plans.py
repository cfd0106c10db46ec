"""Plans: drafted measure by measure, submitted, approved by others than who made them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import policies as cases_policies
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case, Party
from anlan.cases.selectors.guardians import with_guardians
from anlan.investigation.independence import check_is_independent
from anlan.investigation.models import FindingSentence
from anlan.investigation.services.protecting import check_names_no_witness
from anlan.law import guardrails as law
from anlan.law.book import Need
from anlan.law.selectors import measure as measure_of
from anlan.ledger import services as ledger
from anlan.ledger.events import Event
from anlan.resolution import permissions, policies, proportion
from anlan.resolution.enums import PlanState
from anlan.resolution.events import (
    MeasureFixed,
    PlanApproved,
    PlanBegun,
    PlanReturned,
    PlanSeconded,
    PlanSubmitted,
    PlanSuperseded,
    PlanWithdrawn,
)
from anlan.resolution.guarding import check_text
from anlan.resolution.letters import DECIDED_WORDS, MOST_APPEAL_DAYS, appeal_days
from anlan.resolution.models import MeasureGround, Plan, PlanApproval, PlanMeasure
from anlan.resolution.selectors.plans import (
    content_of,
    finding_in_force,
    history_of,
    is_answerable,
    is_reported,
    is_taken_back,
    measures_of,
    needs_legal,
    people_needed,
    range_of,
    upheld_against,
    weight_of,
)
from anlan.resolution.selectors.support import support_of
from anlan.resolution.services.carrying import (
    REPORT_MEASURE,
    begin_carrying,
    drop_carrying,
)
from anlan.resolution.services.drafts import lock_plan, own_draft
from anlan.resolution.services.support import (
    check_support,
    copy_support,
    drop_support,
    fix_support,
    post_support,
)

MOST_VERSIONS = 99
MOST_MEASURES = 30
MOST_GROUNDS = 30  # sentences that a measure rests on
MOST_FEN = 10**13
MOST_YEAR = 2100  # a slip of the hand, and months are added to it
# What people wrote about a measure; most of it stands in the letter later.
_WRITTEN = (*DECIDED_WORDS, "despite")


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A measure as it was typed; days, sums and services it does not need are left out.

    Args:
        key: of the measure, in the law as data.
        words: what exactly is done, and why.
        clause, clause_version, binds: the agreement, and why it binds the party.
        fen, amount_basis: a sum, and how it was reached.
        service: one of those that may be suspended.
        begins_on, ends_on: both days included; said by a person, never taken from the act,
            for nobody is banned from a day before they could be told.
        appeal: to whom and how the party may object.
        appeal_days: within how many days of the letter's arrival, 1 to 180; read from the
            words of ``appeal`` where they say it.
        despite: why it is taken although an objection to it was upheld, where one was.
        sentences: of the findings in force, that it rests on.
    """

    key: str
    party: Party
    words: str
    sentences: Sequence[FindingSentence] = ()
    clause: str = ""
    clause_version: str = ""
    binds: str = ""
    fen: int | None = None
    amount_basis: str = ""
    service: str = ""
    begins_on: date | None = None
    ends_on: date | None = None
    appeal: str = ""
    appeal_days: int | None = None
    despite: str = ""


def begin_plan(*, case: Case, by: User, at: datetime, via: str = "") -> Plan:
    """Begin a version, with the measures of the one before it.

    Called again by its author while it is a draft, it gives that draft.

    Raises:
        NotAllowed: they are a party, or were there.
        Conflict: somebody works on one already, or one waits to be decided on.
    """
    permissions.check_can_draft_plan(by, case)
    with ledger.recording():
        case = cases.lock_case(case)
        newest = case.plans.order_by("version").last()
        if newest is not None and PlanState(newest.state).is_open:
            if newest.is_draft and newest.author_id == by.pk:
                return newest
            raise Conflict(
                _("处理方案 %(code)s %(state)s，请先办完，或者由起草人、审批人撤回")
                % {"code": newest.code, "state": newest.get_state_display()}
            )
        version = newest.version + 1 if newest else 1
        if version > MOST_VERSIONS:
            raise Conflict(_("版本太多"))
        plan = Plan.objects.create(case=case, version=version, author=by, begun_at=at)
        if newest is not None:
            _copy(newest, plan)
            copy_support(newest, plan)
        _record(
            PlanBegun(code=plan.code, based_on=newest.code if newest else None),
            plan,
            by=by,
            at=at,
            via=via,
        )
    return plan


def add_measure(
    *,
    plan: Plan,
    drafted: Drafted,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
) -> PlanMeasure:
    """Write one measure into a draft; a draft is not on the record until it is submitted.

    Raises:
        NotAllowed: nobody may take this measure (G01, G03, G07, G11).
        InvalidInput: something is missing that it needs, or its words cut somebody off
            (G02, G03, G04).
    """
    permissions.check_can_draft_plan(by, plan.case)
    drafted = _checked(drafted, plan.case)
    content = {
        "measure": str(plan.uid),
        "by": by.actor_key,
        "drafted": sha256(repr(_columns(drafted)).encode()).hex(),
    }
    with ledger.recording():
        plan = own_draft(plan, by)
        earlier = cases.made_before(
            PlanMeasure.objects.select_related("plan__case__site"),
            case=plan.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if plan.measures.count() >= MOST_MEASURES:
            raise Conflict(_("一个方案最多 %s 项措施") % MOST_MEASURES)
        last: int | None = plan.measures.aggregate(last=Max("position"))["last"]
        measure = plan.measures.create(position=(last or 0) + 1, **_columns(drafted))
        _ground(measure, drafted.sentences)
        cases.remember_made(
            measure.uid, case=plan.case, request_id=request_id, content=content, at=at
        )
    return measure


def change_measure(
    *, measure: PlanMeasure, drafted: Drafted, by: User, at: datetime
) -> PlanMeasure:
    """Write a measure of a draft anew, with what it rests on now."""
    permissions.check_can_draft_plan(by, measure.plan.case)
    drafted = _checked(drafted, measure.plan.case)
    with ledger.recording():
        own_draft(measure.plan, by)
        fresh = _there(measure)
        for name, value in _columns(drafted).items():
            setattr(fresh, name, value)
        fresh.save()
        fresh.grounds.all().delete()
        _ground(fresh, drafted.sentences)
    return fresh


def remove_measure(*, measure: PlanMeasure, by: User, at: datetime) -> None:
    """Take a measure out of a draft; those behind it move up."""
    permissions.check_can_draft_plan(by, measure.plan.case)
    with ledger.recording():
        plan = own_draft(measure.plan, by)
        fresh = _there(measure)
        fresh.grounds.all().delete()
        fresh.delete()
        for following in plan.measures.filter(position__gt=fresh.position).order_by(
            "position"
        ):
            following.position -= 1
            following.save(update_fields=["position"])


def submit_plan(
    *, plan: Plan, by: User, at: datetime, beyond: str = "", via: str = ""
) -> Plan:
    """Freeze the draft and ask others to decide on it.

    Args:
        beyond: why it is lighter or deeper than what is proposed, where it is.

    Raises:
        InvalidInput: a measure lacks what it needs, or the reason is missing.
        Conflict: there are no measures, or no findings in force.
    """
    permissions.check_can_draft_plan(by, plan.case)
    beyond = typed(beyond, path="beyond")
    check_text(beyond, plan.case, path="beyond")
    with ledger.recording():
        plan = own_draft(plan, by)
        _drop_surplus(plan)
        rows = measures_of(plan)
        finding = policies.check_rests_on(plan, finding_in_force(plan.case))
        plan.finding, plan.severity = finding, plan.case.severity
        plan.history = history_of(plan.case)
        _check_all(rows, plan)
        weight = weight_of(plan, rows)
        proposed = proportion.proposed(plan.severity, plan.history)
        if not proposed.holds(weight) and not beyond:
            raise InvalidInput(
                _("方案超出建议的幅度（%(low)s–%(high)s 级），请写明理由")
                % {"low": proposed.low, "high": proposed.high},
                path="beyond",
            )
        plan.beyond = "" if proposed.holds(weight) else beyond
        plan.state, plan.submitted_at = PlanState.SUBMITTED, at
        plan.save()
        for row in rows:
            _record(_fixed(row, plan), plan, thing=row.ref, by=by, at=at, via=via)
        fix_support(plan, by=by, at=at, via=via)
        _record(
            PlanSubmitted(
                code=plan.code,
                measures=len(rows),
                people=people_needed(plan, rows),
                finding=finding.code,
                severity=plan.severity,
                history=plan.history,
                low=proposed.low,
                high=proposed.high,
                content=content_of(rows, support_of(plan)),
                beyond_digest=plan.digest_of("beyond"),
            ),
            plan,
            by=by,
            at=at,
            via=via,
        )
    return plan


def withdraw_plan(
    *, plan: Plan, reason: str, by: User, at: datetime, via: str = ""
) -> Plan:
    """Take it back before it is decided on; the version stays readable.

    Raises:
        NotAllowed: neither its author nor somebody who may approve plans.
        InvalidInput: no reason.
        Conflict: it was decided on, or withdrawn already.
    """
    permissions.check_can_withdraw_plan(by, plan)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么撤回"),
    )
    with ledger.recording():
        plan = lock_plan(plan)
        permissions.check_can_withdraw_plan(by, plan)
        policies.check_plan_may_become(plan, PlanState.WITHDRAWN)
        plan.state, plan.ended_at, plan.reason = PlanState.WITHDRAWN, at, reason
        plan.save()
        _record(
            PlanWithdrawn(code=plan.code, reason_digest=plan.digest_of("reason")),
            plan,
            by=by,
            at=at,
            via=via,
        )
    return plan


def decide_plan(
    *,
    plan: Plan,
    is_approved: bool,
    by: User,
    at: datetime,
    remark: str = "",
    shown: Collection[str] = (),
    via: str = "",
) -> Plan:
    """Approve what was submitted, or return it with what is wrong; by other persons.

    With the last approval that it needs a version takes the place of the one in force.

    Args:
        shown: keys of the rule sets that the page showed; more than one where the rules
            changed between the act and this decision (G16).

    Raises:
        NotAllowed: by its author, by who investigated, or by who is not independent.
        InvalidInput: a return says no reason.
        Conflict: it is not submitted (any more), the findings changed, they said it
            already, or what is still missing is legal counsel's word.
    """
    permissions.check_can_decide_plan(by, plan)
    remark = typed(
        remark,
        path="remark",
        most=MOST_WORDS,
        refusal="" if is_approved else _("请写明为什么退回"),
    )
    with ledger.recording():
        plan = lock_plan(plan)
        permissions.check_can_decide_plan(by, plan)
        target = PlanState.APPROVED if is_approved else PlanState.RETURNED
        policies.check_plan_may_become(plan, target)
        if plan.approvals.filter(by=by).exists():
            raise Conflict(_("您已经对这个版本表示过意见，请由另一人审批"))
        rows = measures_of(plan)
        if is_approved:
            _check_decision(plan, rows, shown=shown, at=at)
        approval = plan.approvals.create(
            by=by,
            at=at,
            is_approved=is_approved,
            is_legal=permissions.is_legal(by, plan.case),
            remark=remark,
        )
        if not is_approved:
            _end(plan, PlanState.RETURNED, at=at)
            event: Event = PlanReturned(
                code=plan.code, remark_digest=approval.digest_of("remark")
            )
        else:
            event = _approve(plan, rows, approval, by=by, at=at, via=via)
        _record(event, plan, thing=approval.ref, by=by, at=at, via=via)
    return plan


def _approve(
    plan: Plan,
    rows: Sequence[PlanMeasure],
    approval: PlanApproval,
    *,
    by: User,
    at: datetime,
    via: str,
) -> Event:
    """Count who has approved; the last one brings the version into force."""
    given = [
        one
        for one in plan.approvals.filter(is_approved=True).select_related("by")
        if permissions.still_counts(one, plan)
    ]
    missing = people_needed(plan, rows) - len(given)
    if missing <= 0 and needs_legal(plan, rows) and not any(a.is_legal for a in given):
        missing = 1
    content = content_of(rows, support_of(plan))
    digest = approval.digest_of("remark")
    if missing > 0:
        return PlanSeconded(
            code=plan.code,
            missing=missing,
            legal=int(approval.is_legal),
            content=content,
            remark_digest=digest,
        )
    for earlier in plan.case.plans.filter(state=PlanState.APPROVED):
        earlier.state = PlanState.SUPERSEDED
        earlier.save(update_fields=["state"])
        earlier.case = plan.case
        drop_carrying(plan=earlier, following=rows, at=at)
        drop_support(earlier, at=at)
        _record(
            PlanSuperseded(code=earlier.code, following=plan.code),
            earlier,
            by=by,
            at=at,
            via=via,
        )
    _end(plan, PlanState.APPROVED, at=at)
    begin_carrying(plan=plan, rows=rows, at=at)
    post_support(plan, at=at)
    return PlanApproved(
        code=plan.code,
        legal=int(approval.is_legal),
        content=content,
        remark_digest=digest,
    )


def _check_decision(
    plan: Plan, rows: Sequence[PlanMeasure], *, shown: Collection[str], at: datetime
) -> None:
    """What may have changed since it was submitted."""
    cases_policies.check_is_open(plan.case)  # else nobody would carry it out
    check_is_independent(plan.author, plan.case)
    policies.check_rests_on(plan, finding_in_force(plan.case))
    policies.check_no_open_objection(plan.case)
    check_support(plan)
    _check_range(plan, rows)
    _check_not_taken_back(rows, plan)
    _check_all(rows, plan)
    for row in rows:
        policies.check_days_ahead(row, on=local_day(at))
    law.check_rule_sets_shown(
        act_on=act_day(plan.case), decided_on=local_day(at), shown=shown
    )


def _check_range(plan: Plan, rows: Sequence[PlanMeasure]) -> None:
    """The reason was written for the range of the day of its submission."""
    submitted = proportion.proposed(plan.severity or 0, plan.history or 0)
    now = range_of(plan)
    if now != submitted and not now.holds(weight_of(plan, rows)):
        raise Conflict(
            _(
                "提交以后案情加重，建议的幅度变为 %(low)s–%(high)s 级，方案在它以外；请退回，由起草人写明理由后重新提交"
            )
            % {"low": now.low, "high": now.high}
        )


def _check_not_taken_back(rows: Sequence[PlanMeasure], plan: Plan) -> None:
    for row in rows:
        if is_taken_back(row, plan):
            raise Conflict(
                _(
                    "对措施 %s 的申诉已经成立，不能再按这个版本执行，请退回或者撤回，起草新版本"
                )
                % row.position
            )


def _check_all(rows: Sequence[PlanMeasure], plan: Plan) -> None:
    if not rows:
        raise Conflict(_("方案还没有任何措施"))
    law.check_police_reported(
        severity=plan.case.severity,
        is_reported=is_reported(plan.case)
        or any(row.key == REPORT_MEASURE for row in rows),
        act_on=act_day(plan.case),
    )
    for row in rows:
        _check_is_still_answerable(row)
        sentences = [ground.sentence for ground in row.grounds.all()]
        if not any(one.finding_id == plan.finding_id for one in sentences):
            raise InvalidInput(
                _("措施 %s 没有引用现行调查结论的任何一句") % row.position,
                path="sentences",
            )
        _check_no_surplus(row, plan)
        _check_needs(_drafted(row, sentences), plan.case)
        _appeal_days(row.appeal, row.appeal_days)


def _check_is_still_answerable(row: PlanMeasure) -> None:
    """Roles change after a measure was typed, and versions take over measures."""
    if row.party.removed_at is not None or not is_answerable(row.party):
        raise Conflict(
            _("措施 %s 针对的人已经不是本案的行为人或者涉事人，请去掉这一项")
            % row.position
        )


def _check_no_surplus(row: PlanMeasure, plan: Plan) -> None:
    """What was submitted is not changed any more; a draft has lost it by then."""
    if _has_surplus(row, plan.case):
        raise Conflict(
            _(
                "措施 %s 写了它不需要的期限、金额或者服务，会写进通知：请退回，由起草人重新提交"
            )
            % row.position
        )


def _checked(drafted: Drafted, case: Case) -> Drafted:
    """The same without what surrounds its words; refused where it may not be."""
    if drafted.party.case_id != case.pk or drafted.party.removed_at is not None:
        raise InvalidInput(_("本案没有这位当事人"), path="party")
    if not is_answerable(drafted.party):
        raise InvalidInput(_("措施只针对行为人或者涉事人"), path="party")
    words: dict[str, Any] = {
        name: typed(getattr(drafted, name), path=name)
        for name in (
            *("words", "clause", "clause_version"),
            *("binds", "amount_basis", "appeal", "despite"),
        )
    }
    if not words["words"]:
        raise InvalidInput(_("请写明具体做什么、为什么"), path="words")
    cleaned = _without_surplus(replace(drafted, **words), case)
    _check_sentences(cleaned.sentences, case)
    _check_needs(cleaned, case)
    days = _appeal_days(cleaned.appeal, drafted.appeal_days)
    return replace(cleaned, appeal_days=days)


def _without_surplus(drafted: Drafted, case: Case) -> Drafted:
    """Without the days, the sum and the service that this measure does not ask for.

    One form serves every measure, and a letter would tell whatever stands in the row. A
    measure that there is none of is left as it is: it is refused as such.
    """
    try:
        needs = measure_of(drafted.key, on=act_day(case)).needs
    except LookupError:
        return drafted
    if Need.AMOUNT not in needs:
        drafted = replace(drafted, fen=None, amount_basis="")
    if Need.SERVICE not in needs:
        drafted = replace(drafted, service="")
    if Need.END not in needs:
        drafted = replace(drafted, begins_on=None, ends_on=None)
    return drafted


def _has_surplus(row: PlanMeasure, case: Case) -> bool:
    """Of a version that was typed before what is too much was left out."""
    drafted = _drafted(row, ())
    return drafted != _without_surplus(drafted, case)


def _drop_surplus(plan: Plan) -> None:
    """From a draft, under its lock."""
    for row in measures_of(plan):
        if _has_surplus(row, plan.case):
            cleaned = _without_surplus(_drafted(row, ()), plan.case)
            row.amount, row.amount_basis = cleaned.fen, cleaned.amount_basis
            row.service = cleaned.service
            row.begins_on, row.ends_on = cleaned.begins_on, cleaned.ends_on
            row.save()


def _appeal_days(words: str, days: int | None) -> int | None:
    """The period as a number: what is read from words alone might be read wrong.

    Raises:
        InvalidInput: none is said, it cannot be, or the words say another one.
    """
    if not words:
        return None
    said = appeal_days(words)
    days = said if days is None else days
    if days is None or not 1 <= days <= MOST_APPEAL_DAYS:
        raise InvalidInput(
            _("请写明收到通知后多少日内可以申诉，1 到 %s 日") % MOST_APPEAL_DAYS,
            path="appeal_days",
        )
    if said is not None and said != days:
        raise InvalidInput(
            _("“怎样申诉”里写的是 %(said)s 日，与期限 %(days)s 日不一致")
            % {"said": said, "days": days},
            path="appeal_days",
        )
    return days


def _check_needs(drafted: Drafted, case: Case) -> None:
    """The guardrails, and what the measure asks for."""
    on = act_day(case)
    measure = law.check_lawful(measure=drafted.key, act_on=on)
    policies.check_is_entered_anew(
        upheld_against(case, drafted.key, drafted.party, drafted.service),
        reason=drafted.despite,
    )
    for path in _WRITTEN:
        check_text(getattr(drafted, path), case, path=path)
    if measure.notice:
        # What is approved and cannot be told afterwards would have to be decided anew.
        check_names_no_witness(
            [(path, getattr(drafted, path)) for path in DECIDED_WORDS],
            case=case,
            own=with_guardians(drafted.party),
        )
    if Need.AMOUNT in measure.needs and not 0 < (drafted.fen or 0) <= MOST_FEN:
        raise InvalidInput(_("请写明金额"), path="fen")
    if Need.AMOUNT in measure.needs and not drafted.amount_basis:
        raise InvalidInput(_("请写明金额怎样得出"), path="amount_basis")
    if Need.CLAUSE in measure.needs:
        law.check_clause(
            clause=drafted.clause,
            clause_version=drafted.clause_version,
            binds=drafted.binds,
            amount_basis=drafted.amount_basis or drafted.words,
            act_on=on,
        )
    if Need.SERVICE in measure.needs and drafted.service not in measure.optional:
        raise InvalidInput(
            _("只能暂停可选的服务，请从列表中选择"), path="service", source="G03"
        )
    if Need.END in measure.needs:
        begins = drafted.begins_on or on
        if begins.year >= MOST_YEAR:
            raise InvalidInput(_("日期太远"), path="begins_on")
        law.check_ends(
            reason=drafted.words,
            begins=begins,
            ends=drafted.ends_on,
            appeal=drafted.appeal,
            act_on=on,
        )
        if drafted.begins_on is None:
            raise InvalidInput(_("请写明从哪天起"), path="begins_on", source="G04")
    elif Need.APPEAL in measure.needs and not drafted.appeal:
        raise InvalidInput(_("请写明向谁、怎样申诉"), path="appeal", source="G04")


def _check_sentences(sentences: Sequence[FindingSentence], case: Case) -> None:
    if len(sentences) > MOST_GROUNDS:
        raise InvalidInput(_("最多引用 %s 句") % MOST_GROUNDS, path="sentences")
    finding = finding_in_force(case)
    if any(finding is None or one.finding_id != finding.pk for one in sentences):
        raise InvalidInput(_("请引用现行调查结论中的句子"), path="sentences")


def _columns(drafted: Drafted) -> dict[str, object]:
    return {
        "key": drafted.key,
        "party": drafted.party,
        "words": drafted.words,
        "clause": drafted.clause,
        "clause_version": drafted.clause_version,
        "binds": drafted.binds,
        "amount": drafted.fen,
        "amount_basis": drafted.amount_basis,
        "service": drafted.service,
        "begins_on": drafted.begins_on,
        "ends_on": drafted.ends_on,
        "appeal": drafted.appeal,
        "appeal_days": drafted.appeal_days,
        "despite": drafted.despite,
    }


def _drafted(row: PlanMeasure, sentences: Sequence[FindingSentence]) -> Drafted:
    return Drafted(
        key=row.key,
        party=row.party,
        words=row.words,
        sentences=sentences,
        clause=row.clause,
        clause_version=row.clause_version,
        binds=row.binds,
        fen=row.amount,
        amount_basis=row.amount_basis,
        service=row.service,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        appeal=row.appeal,
        appeal_days=row.appeal_days or appeal_days(row.appeal),
        despite=row.despite,
    )


def _fixed(row: PlanMeasure, plan: Plan) -> MeasureFixed:
    return MeasureFixed(
        code=plan.code,
        position=row.position,
        measure=row.key,
        party=f"party:{row.party.uid}",
        fen=row.amount,
        begins=row.begins_on.isoformat() if row.begins_on else None,
        ends=row.ends_on.isoformat() if row.ends_on else None,
        appeal_days=row.appeal_days,
        grounds=len(row.grounds.all()),
        words_digest=row.digest_of("words"),
        clause_digest=row.digest_of("clause"),
        clause_version_digest=row.digest_of("clause_version"),
        binds_digest=row.digest_of("binds"),
        amount_basis_digest=row.digest_of("amount_basis"),
        appeal_digest=row.digest_of("appeal"),
        despite_digest=row.digest_of("despite") if row.despite else None,
    )


def _copy(earlier: Plan, plan: Plan) -> None:
    """What was in the version before, as far as it rests on the findings in force."""
    finding = finding_in_force(plan.case)
    for row in measures_of(earlier):
        if not row.words:  # erased
            continue
        if is_taken_back(row, earlier):
            continue
        sentences = [ground.sentence for ground in row.grounds.all()]
        drafted = _without_surplus(_drafted(row, sentences), plan.case)
        copied = plan.measures.create(position=row.position, **_columns(drafted))
        kept = [one for one in sentences if finding and one.finding_id == finding.pk]
        _ground(copied, kept)


def _ground(measure: PlanMeasure, sentences: Sequence[FindingSentence]) -> None:
    MeasureGround.objects.bulk_create(
        MeasureGround(measure=measure, sentence=sentence)
        for sentence in dict.fromkeys(sentences)
    )


def _end(plan: Plan, state: PlanState, *, at: datetime) -> None:
    plan.state, plan.ended_at = state, at
    plan.save(update_fields=["state", "ended_at"])


def _there(measure: PlanMeasure) -> PlanMeasure:
    fresh = PlanMeasure.objects.select_related("party").filter(pk=measure.pk).first()
    if fresh is None:
        raise Conflict(_("这一项已经删去，请刷新页面"))
    return fresh


def _record(
    event: Event, plan: Plan, *, by: User, at: datetime, thing: str = "", via: str = ""
) -> None:
    cases.record(event, plan.case, thing=thing or plan.key, by=by, at=at, via=via)
