"""Legal holds: placed by one person at once, released by two of different roles (G09).

Both take the lock of the case, as a deletion does when it is decided: of a hold and a
deletion one comes first, and the other one is told.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence import messages, permissions, policies
from anlan.evidence.enums import DeletionState, ExhibitState, HoldReason, HoldState
from anlan.evidence.events import (
    HoldPlaced,
    HoldReleased,
    HoldReleaseProposed,
    HoldReleaseRefused,
)
from anlan.evidence.models import Deletion, Exhibit, Hold, Recording, RetentionLook
from anlan.evidence.selectors.holds import holds_over
from anlan.evidence.selectors.retention import items_of
from anlan.evidence.services.announcing import look_soon, put_off
from anlan.evidence.services.locking import look_at_locks
from anlan.evidence.services.recordings import hurry_recordings
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.notify import services as notify

MOST_NUMBER, MOST_EARLY = 80, 200  # characters
# With the reason for doing it early and what joins them, in any language, one proposal.
MOST_RELEASE = MOST_WORDS - MOST_EARLY - 80


def place_hold(
    *,
    case: Case,
    reason: HoldReason,
    words: str,
    by: User,
    at: datetime,
    held: Exhibit | Recording | None = None,
    document_number: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> Hold:
    """Let nothing of the case be deleted, or nothing of one exhibit or recording.

    What stands on the list of what is due is taken off it, and what still lies on a
    recorder is to be saved now: a hold beats overwriting. A hold on a whole case holds
    those that were joined into it as well.

    Args:
        held: what it is about; none is the whole case, also what comes later.

    Raises:
        InvalidInput: no reason in words.
        Conflict: what was to be held is deleted, or is being deleted.
    """
    permissions.check_can_place_hold(by, case)
    words = typed(words, path="words", refusal=_("请写明为什么要保全"))
    number = typed(document_number, path="document_number", most=MOST_NUMBER)
    content = {
        "hold": str(held.uid) if held else "",
        "reason": reason.value,
        "words": sha256(f"{words}\n{number}".encode()).hex(),
        "by": by.actor_key,
    }
    with ledger.recording():
        case, *joined = _locked_with_joined(case, held)
        earlier = cases.made_before(
            Hold.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        gone = _check_is_there(case, held, joined)
        hold = Hold.objects.create(
            case=case,
            number=_next_number(case),
            exhibit=held if isinstance(held, Exhibit) else None,
            recording=held if isinstance(held, Recording) else None,
            reason=reason,
            words=words,
            document_number=number,
            placed_at=at,
            placed_by=by,
        )
        cases.record(
            HoldPlaced(
                code=hold.code,
                held=held.code if held else "",
                reason=reason,
                gone=gone,
                words_digest=hold.digest_of("words"),
                document_digest=hold.digest_of("document_number"),
            ),
            case,
            thing=hold.key,
            by=by,
            at=at,
            via=via,
        )
        for one in (case, *joined):
            for item in items_of(one):
                if holds_over(item, [hold]):
                    put_off(item, one, why="hold", at=at)
            hurry_recordings(case=one, only=hold.recording, at=at)
        look_at_locks([case, *joined])
        cases.remember_made(
            hold.uid, case=case, request_id=request_id, content=content, at=at
        )
    return hold


def propose_release(
    *,
    hold: Hold,
    words: str,
    by: User,
    at: datetime,
    early: str = "",
    via: str = "",
) -> Hold:
    """Say why it is not needed any more; somebody of another role decides.

    Args:
        early: why it is not kept until the limitation can have ended; whoever decides
            reads it with the words, and the entry covers both.

    Raises:
        InvalidInput: no reason, or one that is too long, or none for doing it so early
            (G09).
        Conflict: it was released, or somebody proposed that already.
    """
    permissions.check_can_release_hold(by, hold.case)
    refusal = _("请写明为什么可以解除保全")
    words = typed(words, path="words", most=MOST_RELEASE, refusal=refusal)
    early = typed(early, path="early", most=MOST_EARLY)
    act_on = act_day(hold.case)
    law.check_release_in_time(reason=early, decided_on=local_day(at), act_on=act_on)
    ends_on = law.earliest_release(act_on=act_on)
    is_early = local_day(at) <= ends_on
    if is_early:
        why = _("诉讼时效最早到 %(day)s 届满，仍要解除：%(early)s")
        why %= {"day": ends_on, "early": early}
        words = f"{words}\n{why}"
    with ledger.recording():
        hold = _locked(hold)
        if HoldState.PROPOSED not in policies.HOLD_MOVES[hold.state]:
            raise Conflict(_("这项保全%s") % hold.state.label)
        hold.proposed_at, hold.proposed_by, hold.proposal = at, by, words
        hold.proposed_role = permissions.releasing_roles(by, hold.case.site)[0]
        hold.save(
            update_fields=["proposed_at", "proposed_by", "proposed_role", "proposal"]
        )
        cases.record(
            HoldReleaseProposed(
                code=hold.code,
                role=hold.proposed_role,
                limitation=str(ends_on) if is_early else None,
                proposal_digest=hold.digest_of("proposal"),
            ),
            hold.case,
            thing=hold.key,
            by=by,
            at=at,
            via=via,
        )
        _tell_who_decides(hold, by=by, at=at)
    return hold


def refuse_release(*, hold: Hold, by: User, at: datetime, via: str = "") -> Hold:
    """It stands on. Whoever proposed it may take that back so, too.

    Raises:
        Conflict: nobody proposed to release it.
    """
    permissions.check_can_release_hold(by, hold.case)
    with ledger.recording():
        hold = _proposed(hold)
        hold.proposed_at = hold.proposed_by = None
        hold.proposed_role = hold.proposal = ""
        hold.save(
            update_fields=["proposed_at", "proposed_by", "proposed_role", "proposal"]
        )
        cases.record(
            HoldReleaseRefused(
                code=hold.code, proposal_digest=hold.digest_of("proposal")
            ),
            hold.case,
            thing=hold.key,
            by=by,
            at=at,
            via=via,
        )
    return hold


def release_hold(*, hold: Hold, by: User, at: datetime, via: str = "") -> Hold:
    """Agree to what somebody of another role proposed; the periods count again.

    Nothing is deleted by this: what is due then is announced first.

    Raises:
        NotAllowed: the same person, or nobody of another role (G09).
        Conflict: nobody proposed to release it.
    """
    permissions.check_can_release_hold(by, hold.case)
    with ledger.recording():
        hold = _proposed(hold)
        proposed_by = hold.proposed_by
        assert proposed_by is not None  # noqa: S101 -- a constraint says so
        role = _other_role(hold, by)
        law.check_two_roles(
            signed=[
                (proposed_by.actor_key, hold.proposed_role),
                (by.actor_key, role),
            ],
            act_on=local_day(at),
        )
        hold.released_at, hold.released_by, hold.released_role = at, by, role
        hold.save(update_fields=["released_at", "released_by", "released_role"])
        kept = Q(case=hold.case) | Q(case__joined_into=hold.case)
        look_soon(RetentionLook.objects.filter(kept), at=at)
        look_at_locks(
            Case.objects.filter(Q(pk=hold.case_id) | Q(joined_into=hold.case))
        )
        cases.record(
            HoldReleased(
                code=hold.code,
                role=role,
                proposed_by=proposed_by.actor_key,
                proposed_role=hold.proposed_role,
            ),
            hold.case,
            thing=hold.key,
            by=by,
            at=at,
            via=via,
        )
    return hold


def _other_role(hold: Hold, by: User) -> str:
    """A role of the second person that is not the first one's; else the same."""
    roles = permissions.releasing_roles(by, hold.case.site)
    others = [role for role in roles if role != hold.proposed_role]
    return (others or roles)[0]


def _locked_with_joined(case: Case, held: Exhibit | Recording | None) -> list[Case]:
    """The case, and behind it those that a hold on all of it covers too.

    In the order in which cases are joined: two that wait for each other never end.
    """
    keys = {case.pk}
    if held is None:
        keys |= set(case.joined_cases.values_list("pk", flat=True))
    locked = {key: cases.lock_case(key) for key in sorted(keys)}
    host = locked.pop(case.pk)
    return [host, *(one for one in locked.values() if one.joined_into_id == host.pk)]


def _check_is_there(
    case: Case, held: Exhibit | Recording | None, joined: list[Case]
) -> int:
    """How much of the case was deleted before; a hold that comes too late is told so."""
    gone = Deletion.objects.filter(case__in=[case, *joined]).exclude(
        state=DeletionState.ANNOUNCED
    )
    if held is None:
        count = gone.count()
        is_left = any(items_of(one) for one in (case, *joined))
        if count and not is_left and not case.is_open:
            raise Conflict(
                _("保全来得太晚：本案证据已按保存期限删除（%s）") % _named(gone),
                source="G09",
            )
        return count
    if held.case_id != case.pk:
        raise InvalidInput(_("请选择本案的证据"), path="held")
    if isinstance(held, Exhibit):
        held = Exhibit.objects.get(pk=held.pk)
        is_gone = held.state == ExhibitState.DELETED
        if not is_gone and held.state != ExhibitState.KEPT:
            raise Conflict(_("这件证据%s，不能再办理") % held.get_state_display())
    else:
        is_gone = Recording.objects.get(pk=held.pk).is_deleted
    if is_gone:
        raise Conflict(_("保全来得太晚：%s 已按保存期限删除") % held.code, source="G09")
    return gone.count()


def _named(gone: QuerySet[Deletion]) -> str:
    rows = gone.select_related("exhibit", "recording").order_by("pk")[:10]
    return _("、").join(row.name for row in rows)


def _next_number(case: Case) -> int:
    last: int | None = case.holds.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _locked(hold: Hold) -> Hold:
    """Under the lock of its case."""
    case = cases.lock_case(hold.case)
    fresh = Hold.objects.select_related("exhibit", "recording", "proposed_by").get(
        pk=hold.pk
    )
    fresh.case = case
    return fresh


def _proposed(hold: Hold) -> Hold:
    hold = _locked(hold)
    if HoldState.RELEASED not in policies.HOLD_MOVES[hold.state]:
        raise Conflict(_("没有等待决定的解除申请"))
    return hold


def _tell_who_decides(hold: Hold, *, by: User, at: datetime) -> None:
    people = people_by_role(hold.case.site, messages.RELEASE_HOLDS)
    notify.send(
        kind=messages.RELEASE_PROPOSED,
        site=hold.case.site,
        subject=hold.case.subject,
        people=[
            person
            for role, held in people.items()
            if role != hold.proposed_role
            for person in held
            if person.pk != by.pk
        ],
        params={"who": by.name, "code": hold.code, "number": hold.case.number},
        path=f"/cases/{hold.case.number}/holds/",
        exercise=hold.case.exercise,
        by=by,
        at=at,
    )
