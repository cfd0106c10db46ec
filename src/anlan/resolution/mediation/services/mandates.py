"""Who mediates: appointed when it is known, ended and replaced while talks go on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.cases.selectors import full_name
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import (
    Chooser,
    SessionState,
    TalksKind,
    TalksState,
)
from anlan.resolution.mediation.events import MandateEnded, MediatorAppointed
from anlan.resolution.mediation.models import Body, Mandate, Mediator, Talks
from anlan.resolution.mediation.services.steps import lock_talks, record, required

MOST_REASON = 300
MOST_CHOICE = 200


def appoint_mediator(
    *,
    talks: Talks,
    mediator: Mediator,
    is_unrelated: bool,
    by: User,
    at: datetime,
    reason: str = "",
    chosen_by: Chooser = Chooser.BODY,
    choice: str = "",
    via: str = "",
) -> Talks:
    """Say who mediates from now on; whoever did so until now ends with the reason.

    Args:
        chosen_by: the body, or both sides together; of the change as well.
        choice: how they said so.
        is_unrelated: they were asked, and have nothing to do with either side.

    Raises:
        InvalidInput: not of the body, of the company (G19), a party or related to one, or
            it is not said why another one ended.
        Conflict: the office holds these talks itself, the body has not answered, a session
            is going on, they have ended, or it is the same mediator.
    """
    permissions.check_can_run_talks(by, talks.case)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_may_be_left(talks)
        if talks.state == TalksState.REQUESTED:
            raise Conflict(_("调解组织还没有答复，请登记答复时写明由谁主持"))
        if talks.mediator_id == mediator.pk:
            raise Conflict(_("已经由这位调解员主持"))
        if talks.mediator is not None:
            _end(talks, reason=reason, wanted_by=chosen_by, by=by, at=at, via=via)
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
    return talks


def end_mandate(
    *,
    talks: Talks,
    reason: str,
    by: User,
    at: datetime,
    wanted_by: Chooser = Chooser.BODY,
    via: str = "",
) -> Talks:
    """The mediator mediates no more; until another is appointed there is no session.

    Args:
        wanted_by: who decided it; the office never does (G19).

    Raises:
        InvalidInput: no reason.
        Conflict: there is no mediator, or a session is going on.
    """
    permissions.check_can_run_talks(by, talks.case)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_may_be_left(talks)
        if talks.mediator is None:
            raise Conflict(_("还没有调解员"))
        _end(talks, reason=reason, wanted_by=wanted_by, by=by, at=at, via=via)
    return talks


def start_mandate(
    talks: Talks,
    mediator: Mediator,
    *,
    is_unrelated: bool,
    by: User,
    at: datetime,
    chosen_by: Chooser = Chooser.BODY,
    choice: str = "",
    via: str = "",
) -> None:
    """In the transaction of whoever says who mediates."""
    if not TalksKind(talks.kind).is_mediation:
        raise Conflict(_("协商由管理处自己组织，没有调解员"), source="G19")
    # Nobody retires them from the register in the same moment.
    mediator = (
        Mediator.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=mediator.pk)
    )
    _check_mediator(talks.case, talks.body, mediator)
    if not is_unrelated:
        raise InvalidInput(
            _("请先问过调解员：与双方都没有亲属、雇佣或者其他利害关系；有的，请换一位"),
            path="is_unrelated",
        )
    talks.mediator = mediator
    talks.save(update_fields=["mediator"])
    mandate = talks.mandates.create(
        mediator=mediator,
        chosen_by=chosen_by,
        choice=typed(choice, path="choice", most=MOST_CHOICE),
        begun_at=at,
        begun_by=by,
    )
    record(
        MediatorAppointed(
            code=talks.code,
            mediator=mediator.key,
            chosen_by=chosen_by.value,
            choice_digest=mandate.digest_of("choice"),
        ),
        talks,
        thing=mandate.key,
        by=by,
        at=at,
        via=via,
    )


def _end(
    talks: Talks,
    *,
    reason: str,
    wanted_by: Chooser,
    by: User,
    at: datetime,
    via: str,
) -> None:
    reason = required(reason, path="reason", most=MOST_REASON)
    if talks.sessions.filter(state=SessionState.OPEN).exists():
        raise Conflict(_("有一次会谈正在进行，请先由调解员结束会谈"))
    mediator = talks.mediator
    talks.mediator = None
    talks.save(update_fields=["mediator"])
    for mandate in talks.mandates.filter(ended_at=None):
        mandate.ended_at, mandate.ended_by, mandate.reason = at, by, reason
        mandate.wanted_by = wanted_by
        mandate.save()
        record(
            MandateEnded(
                code=talks.code,
                mediator=mediator.key if mediator else "",
                wanted_by=wanted_by.value,
                reason_digest=mandate.digest_of("reason"),
            ),
            talks,
            thing=mandate.key,
            by=by,
            at=at,
            via=via,
        )


def _check_mediator(case: Case, body: Body | None, mediator: Mediator) -> None:
    if body is None or mediator.body_id != body.pk or mediator.ended_at is not None:
        raise InvalidInput(_("这位调解员不属于这个组织"), path="mediator")
    parties = case.parties.filter(removed_at=None).select_related("person", "user")
    if mediator.user is not None:
        law.check_neutral(
            is_ours=not permissions.is_outside(mediator.user)
            or any(party.user_id == mediator.user_id for party in parties),
            act_on=act_day(case),
            path="mediator",
        )
    if mediator.name in {full_name(party) for party in parties if party.is_identified}:
        raise InvalidInput(
            _("这位调解员与本案当事人同名：请核实不是同一个人，是的请换一位"),
            path="mediator",
        )


def running_of(mediator: Mediator) -> list[Mandate]:
    """What they mediate now."""
    rows = Mandate.objects.filter(mediator=mediator, ended_at=None)
    return [one for one in rows.select_related("talks__case") if one.is_running]
