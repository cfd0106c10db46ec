"""What every step of talks shares: the lock, the record, the move, the tasks, the end."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict
from anlan.base.lines import typed
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Phase, Proof, Protection, Side, TaskState
from anlan.cases.models import Case, Task
from anlan.cases.selectors import check_no_leaks
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.services.receiving import add_exhibit
from anlan.investigation.services.protecting import check_names_no_witness
from anlan.law import guardrails as law
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.resolution.guarding import check_agreed
from anlan.resolution.mediation import policies
from anlan.resolution.mediation.enums import (
    Exclusion,
    ProposalState,
    SessionState,
    TalksKind,
    TalksState,
)
from anlan.resolution.mediation.events import SessionMoved, TalksEnded, TalksMoved
from anlan.resolution.mediation.exclusions import standing_exclusions
from anlan.resolution.mediation.models import Session, Talks
from anlan.resolution.mediation.selectors.standing import unwilling_sides

log = logging.getLogger(__name__)

RUNS = "duty_officer"
SOURCE = "G17"


def lock_talks(talks: Talks) -> Talks:
    """The talks under their row lock, after their case's, as everywhere."""
    return cases.lock_of_case(
        talks,
        "victim__person",
        "victim__user",
        "aggressor__person",
        "aggressor__user",
        "host",
        "body",
        "mediator",
        "task",
    )


def record(
    event: Event,
    talks: Talks,
    *,
    by: Actor,
    at: datetime,
    thing: str = "",
    via: str = "",
    happened: datetime | None = None,
) -> None:
    cases.record(
        event,
        talks.case,
        thing=thing or talks.key,
        by=by,
        at=at,
        via=via,
        happened=happened,
    )


def move(
    talks: Talks, state: TalksState, *, by: Actor, at: datetime, via: str = ""
) -> None:
    policies.check_talks_may_become(talks, state)
    talks.state = state
    talks.save(update_fields=["state"])
    record(TalksMoved(code=talks.code, state=state.value), talks, by=by, at=at, via=via)


def end(
    talks: Talks,
    state: TalksState,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    exclusion: Exclusion | None = None,
    via: str = "",
) -> None:
    """Without an agreement: whatever was running ends with it, in the same moment."""
    policies.check_talks_may_become(talks, state)
    for session in talks.sessions.filter(
        state__in=[SessionState.PLANNED, SessionState.OPEN]
    ):
        session.talks = talks
        was_open = session.state == SessionState.OPEN
        move_session(
            session,
            SessionState.BROKEN_OFF if was_open else SessionState.CANCELLED,
            by=by,
            at=at,
            via=via,
        )
    talks.proposals.filter(state__in=[ProposalState.OPEN, ProposalState.AGREED]).update(
        state=ProposalState.LAPSED, settled_at=at
    )
    talks.state, talks.ended_at, talks.reason = state, at, reason
    if exclusion is not None:
        talks.exclusion = exclusion
        talks.excluded_by = by if isinstance(by, User) else None
    talks.save(
        update_fields=["state", "ended_at", "reason", "exclusion", "excluded_by"]
    )
    record(
        TalksEnded(
            code=talks.code,
            state=state.value,
            exclusion=exclusion.value if exclusion else None,
            reason_digest=talks.digest_of("reason"),
        ),
        talks,
        by=by,
        at=at,
        via=via,
    )
    end_task(talks.task, talks.case, words=f"{talks.code} {state.label}", at=at)


def move_session(
    session: Session, state: SessionState, *, by: Actor, at: datetime, via: str = ""
) -> None:
    policies.check_session_may_become(session, state)
    session.state = state
    if state == SessionState.OPEN:
        session.begun_at = at
    else:
        session.ended_at = at
    session.save()
    record_session(session, by=by, at=at, via=via)


def record_session(session: Session, *, by: Actor, at: datetime, via: str = "") -> None:
    record(
        SessionMoved(
            code=session.talks.code,
            number=session.number,
            state=session.state,
            place_digest=session.digest_of("place"),
            present_digest=session.digest_of("present"),
        ),
        session.talks,
        thing=session.key,
        by=by,
        at=at,
        via=via,
    )


def post_task(
    case: Case,
    *,
    key: str,
    title: str,
    due_at: datetime,
    at: datetime,
    advice: str = "",
    source: str = SOURCE,
    holds: bool = True,
) -> Task | None:
    """What is to be done by somebody who runs the case; a closed case has no tasks.

    Args:
        holds: the case stays open until it is done.
    """
    if not case.is_open:
        return None
    return cases.add_task(
        case=case,
        key=key,
        phase=Phase.STRENGTHEN,
        title=title,
        advice=advice,
        source=source,
        role_key=RUNS,
        within=max(due_at - at, timedelta(minutes=1)),
        binding=holds,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )


def end_task(task: Task | None, case: Case, *, words: str, at: datetime) -> None:
    if task is None or not case.is_open:
        return
    task.refresh_from_db()
    if task.state == TaskState.OPEN:
        task.case = case
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def keep_paper(
    talks: Talks,
    kept: Kept,
    *,
    title: str,
    of: UUID,
    by: Actor,
    at: datetime,
    via: str = "",
) -> Exhibit:
    """What was signed, on the list of evidence; those alone see it who read of the talks."""
    return add_exhibit(
        case=talks.case,
        kept=kept,
        source=Source.DEED,
        reading=unpacked_reading(kept),
        source_uid=of,
        title=title,
        protection=Protection.STATEMENT,
        by=by,
        at=at,
        via=via,
    )


def check_both_may_read(text: str, *, talks_kind: str, case: Case, path: str) -> None:
    """Refuse words that no side may be given: unlawful ones, verdicts, private ones.

    Raises:
        InvalidInput: with the rule; who saw or reported it too (G23).
        Conflict: it says something private of somebody.
    """
    check_agreed(text, case, path=path)
    if talks_kind == TalksKind.NEGOTIATION:
        law.check_not_called_mediation(text=text, act_on=act_day(case), path=path)
    check_names_no_witness([(path, text)], case=case)
    for side in Side:
        check_no_leaks(text, case=case, side=side)


def check_may_be_talked(
    kind: str, case: Case, *, declared: Iterable[Exclusion] = ()
) -> None:
    """Refuse what is not brought to terms: as declared, and as the record says (G17).

    What ended earlier talks of the case holds until somebody lifted it.
    """
    named = standing_exclusions(case)
    found = {*declared, *named}
    law.check_may_be_talked(
        is_mediation=kind != TalksKind.NEGOTIATION,
        excluded=[
            (one.value, _why_excluded(one, named.get(one, "")))
            for one in Exclusion
            if one in found
        ],
        act_on=act_day(case),
    )


def _why_excluded(exclusion: Exclusion, code: str) -> str:
    if not code:
        return str(exclusion.label)
    return _("%(what)s（%(code)s 登记；不再成立的，由另一人写明理由解除）") % {
        "what": exclusion.label,
        "code": code,
    }


def check_both_agree(
    talks: Talks, *, at: datetime, by_guardian: Collection[Side] = ()
) -> None:
    """
    Args:
        by_guardian: sides for whom a guardian speaks now, for the first time.
    """
    unwilling = unwilling_sides(talks, at=at, by_guardian=by_guardian)
    for consent in talks.consents.filter(withdrawn_at=None, side__in=unwilling):
        raise Conflict(
            _("%s由监护人代为办理，请先登记监护人同意参加") % Side(consent.side).label,
            source=SOURCE,
        )
    law.check_both_agree(
        unwilling=[str(side.label) for side in unwilling],
        act_on=act_day(talks.case),
    )


def required(text: str, *, path: str, most: int) -> str:
    return typed(text, path=path, most=most, refusal=_("请填写"))
