"""Holds, what is due to be deleted, and periods over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibit_of, hold_of, recording_of, site_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.paging import cursor_of, instant_and_key
from anlan.api.schemas import Cursor, In, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
from anlan.cases.models import Case
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import HoldReason, RetentionClass
from anlan.evidence.models import Deletion, Exhibit, Hold, Recording
from anlan.evidence.selectors.deletions import PAGE, deletions_after, preview_of
from anlan.evidence.selectors.holds import holds_of
from anlan.evidence.selectors.retention import Period, periods_of
from anlan.evidence.services.holds import MOST_EARLY, MOST_RELEASE

router = Router(tags=["retention"])

_PLACE = (Permission.CASE_SEE, Permission.HOLD_PLACE)
_RELEASE = (Permission.CASE_SEE, Permission.HOLD_RELEASE)
Words = Annotated[Text, Field(min_length=1, max_length=500)]


class HoldOut(Out):
    """``state`` is standing, proposed or released; ``held`` is empty for the whole case."""

    uid: UUID
    case: str
    code: str
    held: str
    reason: str
    words: str
    document_number: str
    state: str
    placed_at: datetime
    placed_by: UserOut
    proposal: str
    proposed_at: datetime | None
    proposed_by: UserOut | None
    released_at: datetime | None
    released_by: UserOut | None

    @classmethod
    def of(cls, row: Hold) -> HoldOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            held=row.holds.code if row.holds else "",
            reason=row.reason,
            words=row.words,
            document_number=row.document_number,
            state=row.state.value,
            placed_at=row.placed_at,
            placed_by=UserOut.of(row.placed_by),
            proposal=row.proposal,
            proposed_at=row.proposed_at,
            proposed_by=UserOut.of(row.proposed_by) if row.proposed_by else None,
            released_at=row.released_at,
            released_by=UserOut.of(row.released_by) if row.released_by else None,
        )


class HoldIn(OnceIn):
    """Without ``exhibit`` and ``recording`` it is the whole case."""

    reason: HoldReason
    words: Words
    document_number: Annotated[Text, Field(max_length=80)] = ""
    exhibit: UUID | None = None
    recording: UUID | None = None


class ReleaseIn(In):
    """``early`` says why it is not kept until the limitation can have ended."""

    words: Annotated[Text, Field(min_length=1, max_length=MOST_RELEASE)]
    early: Annotated[Text, Field(max_length=MOST_EARLY)] = ""


class DeletionOut(Out):
    """``state`` is due, deleting or deleted; what is due goes at ``delete_at``.

    Without a case it is an application that belongs to none, which ``code`` names.
    """

    uid: UUID
    case: str
    code: str
    retention_class: str
    days: int
    counted_from: datetime
    state: str
    announced_at: datetime
    delete_at: datetime
    decided_at: datetime | None
    done_at: datetime | None
    files: int
    bytes: int

    @classmethod
    def of(cls, row: Deletion) -> DeletionOut:
        return cls(
            uid=row.uid,
            case=row.case.number if row.case else "",
            code=row.thing.code,
            retention_class=row.retention_class,
            days=row.days,
            counted_from=row.counted_from,
            state=row.state,
            announced_at=row.announced_at,
            delete_at=row.delete_at,
            decided_at=row.decided_at,
            done_at=row.done_at,
            files=row.files_count,
            bytes=row.size,
        )


class DeletionsOut(Out):
    items: list[DeletionOut]
    next: str | None


class PeriodOut(Out):
    """``confidence`` is of ``text``: V was read in the law, I is advice."""

    retention_class: str
    days: int
    least: int
    most: int
    text: str
    sources: list[str]
    confidence: str

    @classmethod
    def of(cls, row: Period) -> PeriodOut:
        return cls(
            retention_class=row.retention_class.value,
            days=row.days,
            least=row.law.least,
            most=row.law.most,
            text=row.law.words,
            sources=list(row.law.sources),
            confidence=row.law.confidence.value,
        )


class PeriodIn(In):
    retention_class: RetentionClass
    days: Annotated[int, Field(ge=1, le=99_999)]


class PreviewOut(Out):
    """What a period would delete within ninety days that is not due now."""

    things: int
    files: int
    bytes: int
    held: int
    is_cut: bool  # there are too many cases: it is at least this


@router.get("/cases/{number}/holds", **operation(*_PLACE, out=list[HoldOut]))
def list_holds(request: ApiRequest, number: str) -> list[HoldOut]:
    """The holds of a case, the newest first, those that were released too."""
    caller = request.auth
    case = case_of(caller, number)
    permissions.check_can_place_hold(caller.user, case)
    return [HoldOut.of(row) for row in holds_of(case, caller.user)]


@router.post("/cases/{number}/holds", **operation(*_PLACE, out=HoldOut, status=201))
def place_hold(request: ApiRequest, number: str, body: HoldIn) -> Status[HoldOut]:
    """Hold it, at once; 409 says what is deleted already."""
    caller = request.auth
    case = case_of(caller, number)
    hold = evidence.place_hold(
        case=case,
        held=_held(caller, case, body),
        reason=body.reason,
        words=body.words,
        document_number=body.document_number,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, HoldOut.of(hold))


@router.post("/holds/{uid}/release", **operation(*_RELEASE, out=HoldOut))
def propose_release(request: ApiRequest, uid: UUID, body: ReleaseIn) -> HoldOut:
    """Propose to release it; somebody of another role decides."""
    caller = request.auth
    hold = evidence.propose_release(
        hold=hold_of(caller, uid),
        words=body.words,
        early=body.early,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return HoldOut.of(hold)


@router.post("/holds/{uid}/release/confirmation", **operation(*_RELEASE, out=HoldOut))
def confirm_release(request: ApiRequest, uid: UUID) -> HoldOut:
    caller = request.auth
    hold = evidence.release_hold(
        hold=hold_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return HoldOut.of(hold)


@router.post("/holds/{uid}/release/refusal", **operation(*_RELEASE, out=HoldOut))
def refuse_release(request: ApiRequest, uid: UUID) -> HoldOut:
    """The hold stands on."""
    caller = request.auth
    hold = evidence.refuse_release(
        hold=hold_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return HoldOut.of(hold)


@router.get(
    "/sites/{uid}/deletions", **operation(Permission.HOLD_PLACE, out=DeletionsOut)
)
def list_deletions(request: ApiRequest, uid: UUID, cursor: Cursor = "") -> DeletionsOut:
    """What is due and what was deleted, in the order of ``delete_at``."""
    site = site_of(request.auth, uid, Permission.HOLD_PLACE)
    after = instant_and_key(cursor) if cursor else None
    rows = deletions_after(request.auth.user, site, after)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return DeletionsOut(
        items=[DeletionOut.of(row) for row in rows[:PAGE]],
        next=cursor_of(last.delete_at, last.pk) if last else None,
    )


@router.get(
    "/sites/{uid}/periods", **operation(Permission.HOLD_PLACE, out=list[PeriodOut])
)
def list_periods(request: ApiRequest, uid: UUID) -> list[PeriodOut]:
    """For how long the site keeps each class of evidence, and what the law says of it."""
    site = site_of(request.auth, uid, Permission.HOLD_PLACE)
    return [PeriodOut.of(row) for row in periods_of(site)]


@router.post(
    "/sites/{uid}/periods/preview",
    **operation(Permission.RETENTION_EDIT, out=PreviewOut),
)
def preview_period(request: ApiRequest, uid: UUID, body: PeriodIn) -> PreviewOut:
    """Changes nothing."""
    caller = request.auth
    site = site_of(caller, uid, Permission.RETENTION_EDIT)
    found = preview_of(site, body.retention_class, body.days, at=caller.at)
    return PreviewOut(
        things=found.things,
        files=found.files,
        bytes=found.size,
        held=found.held,
        is_cut=found.is_cut,
    )


@router.post(
    "/sites/{uid}/periods",
    **operation(Permission.RETENTION_EDIT, out=PeriodOut),
)
def change_period(request: ApiRequest, uid: UUID, body: PeriodIn) -> PeriodOut:
    """Deletes nothing at once: what a shorter one makes due is announced for a month."""
    caller = request.auth
    site = site_of(caller, uid, Permission.RETENTION_EDIT)
    evidence.change_period(
        site=site,
        retention_class=body.retention_class,
        days=body.days,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    found = {row.retention_class: row for row in periods_of(site)}
    return PeriodOut.of(found[body.retention_class])


def _held(caller: Caller, case: Case, body: HoldIn) -> Exhibit | Recording | None:
    if body.exhibit is not None and body.recording is not None:
        raise InvalidInput(_("只能写一件：证据或者录像"), path="recording")
    if body.exhibit is not None:
        return exhibit_of(caller, body.exhibit)
    return recording_of(caller, body.recording) if body.recording else None
