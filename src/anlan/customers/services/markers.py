"""Risk markers: set, reviewed, objected to. Only ever by a person, with a reason (G27).

Nothing here runs by a clock: a marker ends, or rests until somebody decides, by its days,
and those who decide are told (``jobs``).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.customers import permissions
from anlan.customers.enums import (
    ErasureReason,
    MarkerStep,
    ObjectionOutcome,
)
from anlan.customers.events import (
    MarkerDecided,
    MarkerObjectionDecided,
    MarkerObjectionReceived,
)
from anlan.customers.models import (
    ADVICE_LENGTH,
    MARKER_WORDS_LENGTH,
    MarkerDecision,
    MarkerObjection,
    Person,
    RiskMarker,
)
from anlan.customers.selectors.markers import newest_decision, objected_to
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.ledger.models import Worded

# Within how long an objection is decided; the house's own standard, which no law gives.
HEARD_WITHIN = timedelta(days=10)


def set_marker(
    *,
    person: Person,
    site: Site,
    reason: str,
    advice: str,
    review_on: date,
    expires_on: date,
    by: User,
    at: datetime,
    told_on: date | None = None,
    not_told_why: str = "",
    despite: str = "",
    case_number: str = "",
    via: str = "",
) -> RiskMarker:
    """Say what colleagues of a site mind when they meet somebody, and for how long.

    Args:
        person: about whom; known at ``site``.
        site: where it holds.
        reason: what the person did, and when; only who decides on markers reads it.
        advice: what to do, "two go together"; whoever may meet the person reads it.
        review_on: the last day on which it holds without a further decision.
        expires_on: the last day of all.
        by: who decides.
        at: when.
        told_on: the day on which the person was told of it.
        not_told_why: instead, why telling them would be a danger.
        despite: why it is set although an objection to an earlier one was upheld, or
            waits, where one does.
        case_number: the case that it follows.
        via: how, as for every entry.

    Raises:
        NotAllowed: not their office, or they stand on the other side; or they decided
            on an earlier one, to which an objection was upheld or waits.
        InvalidInput: words missing, too long, or that no marker may hold; days too far
            away; not said whether the person was told.
        Conflict: there is one already, or the person was erased.
    """
    permissions.check_can_set_marker(by, person, site)
    today = local_day(at)
    reason = _reason(reason, on=today)
    advice = _advice(advice, on=today)
    not_told_why = _optional(not_told_why, path="not_told_why", on=today)
    despite = _optional(despite, path="despite", on=today)
    if (told_on is None) != bool(not_told_why):
        raise InvalidInput(
            _("请填写告知本人的日期；告知会带来危险的，不填日期，写明原因"),
            path="told_on",
            source="G27",
        )
    if told_on is not None and told_on > today:
        raise InvalidInput(_("这一天还没有到，请填已经告知本人的日期"), path="told_on")
    law.check_marker_days(
        decided=today, review_on=review_on, begins=today, expires_on=expires_on
    )
    with ledger.recording():
        person = _lock_person(person)
        if person.is_erased:
            raise Conflict(_("这位人员的信息已经删除"))
        there = person.markers.filter(site=site, ended_at=None, expires_on__gte=today)
        if there.exists():
            raise Conflict(_("这位人员在本项目已有风险标记，请复查它，不另设一个"))
        permissions.check_can_set_marker(by, person, site)
        is_objected = objected_to(person, site).exists()
        if is_objected and not despite:
            raise InvalidInput(
                _(
                    "本人对先前的标记提出过异议，异议已经成立或者还没有复核；仍要设置的，请写明有什么新的理由"
                ),
                path="despite",
                source="G27",
            )
        marker = RiskMarker.objects.create(
            person=person,
            site=site,
            case_number=case_number,
            set_at=at,
            review_on=review_on,
            expires_on=expires_on,
        )
        _decide(
            marker,
            MarkerDecision(
                step=MarkerStep.SET,
                reason=reason,
                advice=advice,
                told_on=told_on,
                not_told_why=not_told_why,
                despite=despite if is_objected else "",
                review_on=review_on,
            ),
            by=by,
            at=at,
            via=via,
        )
    return marker


def review_marker(
    *,
    marker: RiskMarker,
    step: MarkerStep,
    reason: str,
    by: User,
    at: datetime,
    advice: str = "",
    review_on: date | None = None,
    via: str = "",
) -> RiskMarker:
    """Keep a marker for a while longer, change its advice, or end it, and say why.

    Whoever keeps it says until when; its last day stays. One that rested because nobody
    decided in time holds again.

    Raises:
        NotAllowed: as for ``set_marker``.
        InvalidInput: no such decision, no reason, a day too far away, advice that is
            missing or the same.
        Conflict: it is over; or an objection waits, which another person decides. Who
            ends it meanwhile takes no objection away: it is heard all the same.
    """
    permissions.check_can_review_marker(by, marker)
    today = local_day(at)
    if step == MarkerStep.SET:
        raise InvalidInput(_("请选择继续、修改或者撤销"), path="step")
    reason = _reason(reason, on=today)
    with ledger.recording():
        marker = lock_marker(marker)
        _check_is_not_over(marker, on=today)
        is_objected = marker.objections.filter(decided_at=None).exists()
        if is_objected and step != MarkerStep.ENDED:
            raise Conflict(_("本人的异议还没有复核，请先由他人复核，或者撤销标记"))
        now = newest_decision(marker)
        if step == MarkerStep.ENDED:
            marker.ended_at = at
            advice, review_on = "", None
        else:
            advice = _changed(advice, now, step, on=today)
            if review_on is None:
                raise InvalidInput(_("请填写下次复查的日期"), path="review_on")
            law.check_marker_days(
                decided=today,
                review_on=review_on,
                begins=local_day(marker.set_at),
                expires_on=marker.expires_on,
            )
            marker.review_on = review_on
        marker.save(update_fields=["review_on", "ended_at"])
        _decide(
            marker,
            MarkerDecision(
                step=step, reason=reason, advice=advice, review_on=review_on
            ),
            by=by,
            at=at,
            via=via,
        )
    return marker


def object_to_marker(
    *, marker: RiskMarker, words: str, by: User, at: datetime, via: str = ""
) -> MarkerObjection:
    """Take down what the person says against it; the clock of who decides begins now.

    Raises:
        NotAllowed: whoever may not know of the marker.
        InvalidInput: nothing was said, or too much.
        Conflict: it is over, or an earlier objection waits.
    """
    permissions.check_can_object_to_marker(by, marker)
    words = typed(
        words,
        path="words",
        most=MARKER_WORDS_LENGTH,
        refusal=_("请写下本人的意见"),
        source="G27",
    )
    with ledger.recording():
        marker = lock_marker(marker)
        _check_is_not_over(marker, on=local_day(at))
        if marker.objections.filter(decided_at=None).exists():
            raise Conflict(_("本人先前的异议还没有复核，请等复核的结果"))
        objection = MarkerObjection.objects.create(
            marker=marker,
            words=words,
            received_by=by,
            received_at=at,
            due_on=local_day(at + HEARD_WITHIN),
        )
        _record(
            MarkerObjectionReceived(
                marker=str(marker.uid),
                words_digest=objection.digest_of("words"),
                due_on=objection.due_on.isoformat(),
            ),
            marker,
            thing=objection.key,
            by=by,
            at=at,
            via=via,
        )
    return objection


def decide_marker_objection(
    *,
    objection: MarkerObjection,
    outcome: ObjectionOutcome,
    reason: str,
    by: User,
    at: datetime,
    via: str = "",
) -> MarkerObjection:
    """Say whether the marker stays, and why; the person is told that reason.

    Raises:
        NotAllowed: by whoever decided anything about the marker, or has a part in it.
        InvalidInput: no reason, too long a one, or one that labels.
        Conflict: it was decided, or erased with the person; or the marker was ended, and
            cannot stay.
    """
    permissions.check_can_hear_marker(by, objection)
    reason = _reason(reason, on=local_day(at))
    with ledger.recording():
        marker = lock_marker(objection.marker)
        objection = MarkerObjection.objects.get(pk=objection.pk)
        objection.marker = marker
        permissions.check_can_hear_marker(by, objection)
        if objection.decided_at is not None:
            raise Conflict(_("这项异议已经复核"))
        if marker.person.is_erased or not objection.words:
            raise Conflict(_("异议的文字已经删除，不能再复核"))
        if outcome == ObjectionOutcome.KEPT and marker.ended_at is not None:
            raise Conflict(_("标记已经撤销，不能再保留；异议有道理的，请选择异议成立"))
        if outcome == ObjectionOutcome.ENDED:
            marker.ended_at = marker.ended_at or at
            marker.save(update_fields=["ended_at"])
        objection.outcome, objection.reason = outcome, reason
        objection.decided_by, objection.decided_at = by, at
        objection.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
        _record(
            MarkerObjectionDecided(
                marker=str(marker.uid),
                outcome=outcome.value,
                reason_digest=objection.digest_of("reason"),
            ),
            marker,
            thing=objection.key,
            by=by,
            at=at,
            via=via,
        )
    return objection


def erase_markers(
    person: Person, *, reason: ErasureReason, by: Actor, at: datetime
) -> None:
    """Blank what was said about an erased person; whatever still held ends."""
    markers = person.markers.select_related("site", "person").order_by("pk")
    for marker in markers:
        if marker.ended_at is None:
            marker.ended_at = at
            marker.save(update_fields=["ended_at"])
        erase_words(marker, reason=reason, by=by, at=at)


def erase_words(
    marker: RiskMarker, *, reason: ErasureReason, by: Actor, at: datetime
) -> None:
    """Blank what was decided and said about it; that it was, and when, stays.

    On the record of its person, as all of a marker: that of a case knows of none.
    """
    worded: list[tuple[Worded, tuple[str, ...]]] = [
        (row, ("reason", "advice", "not_told_why", "despite"))
        for row in marker.decisions.order_by("pk")
    ]
    worded += [(row, ("words", "reason")) for row in marker.objections.order_by("pk")]
    for row, fields in worded:
        if not bytes(row.text_salt):
            continue  # they went before
        for field in fields:
            ledger.erase_text(
                row=row,
                field=field,
                site=marker.site,
                subject=marker.person.subject,
                reason=reason.value,
                by=by,
                at=at,
            )


def let_marker_words_go(*, marker: RiskMarker, at: datetime) -> None:
    """The worker's: the time is over for which what was said about it was kept."""
    with ledger.recording():
        erase_words(
            lock_marker(marker), reason=ErasureReason.RETENTION, by=SYSTEM, at=at
        )


def _decide(
    marker: RiskMarker, decision: MarkerDecision, *, by: User, at: datetime, via: str
) -> None:
    decision.marker, decision.decided_by, decision.decided_at = marker, by, at
    decision.save(force_insert=True)
    days = decision.review_on
    _record(
        MarkerDecided(
            step=decision.step,
            marker=str(marker.uid),
            reason_digest=decision.digest_of("reason"),
            advice_digest=decision.digest_of("advice") if decision.advice else None,
            not_told_digest=(
                decision.digest_of("not_told_why") if decision.not_told_why else None
            ),
            despite_digest=decision.digest_of("despite") if decision.despite else None,
            review_on=days.isoformat() if days else None,
            expires_on=marker.expires_on.isoformat(),
        ),
        marker,
        thing=decision.key,
        by=by,
        at=at,
        via=via,
    )


def _record(
    event: Event, marker: RiskMarker, *, thing: str, by: Actor, at: datetime, via: str
) -> None:
    ledger.append(
        event,
        site=marker.site,
        subject=marker.person.subject,
        object=thing,
        by=by,
        at=at,
        via=via,
    )


def _lock_person(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def lock_marker(marker: RiskMarker) -> RiskMarker:
    """The marker, under the lock of its person, as every change of it takes."""
    _lock_person(marker.person)
    return RiskMarker.objects.select_related("site", "person").get(pk=marker.pk)


def _check_is_not_over(marker: RiskMarker, *, on: date) -> None:
    if marker.is_over(on=on):
        words = marker.state(on=on).label
        raise Conflict(_("这个风险标记%s，不能再这样办理") % words)


def _changed(advice: str, now: MarkerDecision, step: MarkerStep, *, on: date) -> str:
    if step == MarkerStep.KEPT:
        if typed(advice, path="advice", most=MARKER_WORDS_LENGTH) not in {
            "",
            now.advice,
        }:
            raise InvalidInput(
                _("提醒有改动：要改的，请选择修改提醒；不改的，请恢复原来的提醒"),
                path="step",
            )
        return now.advice
    advice = _advice(advice, on=on)
    if advice == now.advice:
        raise InvalidInput(_("提醒没有改动；不改的，请选择继续"), path="advice")
    return advice


def _advice(text: str, *, on: date) -> str:
    """What guards do, so nothing that they may not do (G03, G07), and no label."""
    text = typed(
        text,
        path="advice",
        most=ADVICE_LENGTH,
        refusal=_("请写明见面时怎么做，例如“两人同行”"),
        source="G27",
    )
    law.check_no_cutting_off(text=text, act_on=on, path="advice")
    law.check_no_measure(text=text, act_on=on, path="advice")
    law.check_no_label(text=text, act_on=on, path="advice")
    return text


def _reason(text: str, *, on: date) -> str:
    text = typed(
        text,
        path="reason",
        most=MARKER_WORDS_LENGTH,
        refusal=_("请写明理由：谁做了什么，何时何地"),
        source="G27",
    )
    law.check_no_label(text=text, act_on=on, path="reason")
    return text


def _optional(text: str, *, path: str, on: date) -> str:
    text = typed(text, path=path, most=MARKER_WORDS_LENGTH)
    law.check_no_label(text=text, act_on=on, path=path)
    return text
