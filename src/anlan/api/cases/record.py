"""The record of a case over the API: its timeline, notes, and what was wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.cases.schemas import LineOut, NoteOut, StrikeOut
from anlan.api.once import once
from anlan.api.paging import cursor_of, number_in, parts_of
from anlan.api.schemas import (
    Cursor,
    In,
    Instant,
    Limit,
    OnceIn,
    Out,
    Page,
    QueryText,
    Reason,
    Text,
)
from anlan.cases import selectors
from anlan.cases import services as cases
from anlan.cases.models import Note
from anlan.cases.permissions import check_can_read_trail
from anlan.cases.selectors.trail import TrailLine, trail_page

router = Router(tags=["cases"])


TrailGroup = Literal["handling", "evidence", "talks", "quiet"]


class TrailOut(Out):
    """``needs`` is the right without which an entry is told without what it was."""

    seq: int
    kind: str
    who: str
    sentence: str
    quote: str
    happened_at: datetime
    recorded_at: datetime
    is_quiet: bool
    needs: str
    case: str

    @classmethod
    def in_case(cls, one: TrailLine, *, number: str) -> TrailOut:
        line = one.line
        return cls(
            seq=line.seq,
            kind=line.kind,
            who=one.who,
            sentence=line.sentence,
            quote=line.quote,
            happened_at=line.happened_at,
            recorded_at=line.recorded_at,
            is_quiet=one.is_quiet,
            needs=one.needs,
            case=line.case_number or number,
        )


class NoteIn(OnceIn):
    """``happened`` is when it was, if not now."""

    text: Annotated[Text, Field(min_length=1, max_length=2000)]
    happened: Instant | None = None


class StrikeIn(In):
    seq: Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
    reason: Annotated[Reason, Field(max_length=300)]


@router.get(
    "/cases/{number}/timeline", **operation(Permission.CASE_SEE, out=Page[LineOut])
)
def get_timeline(
    request: ApiRequest, number: str, cursor: Cursor = "", limit: Limit = 50
) -> Page[LineOut]:
    """The record of the case, newest first; read by key, so that deep pages are quick."""
    case = case_of(request.auth, number)
    before = number_in(parts_of(cursor, 1)[0]) if cursor else None
    found = selectors.timeline_page(case, before=before, page=limit)
    return Page[LineOut](
        items=[LineOut.in_case(line, number=case.number) for line in found.lines],
        next=cursor_of(found.after) if found.after is not None else None,
    )


@router.get(
    "/cases/{number}/trail",
    **operation(Permission.CASE_SEE, Permission.LEDGER_READ, out=Page[TrailOut]),
)
def get_trail(
    request: ApiRequest,
    number: str,
    group: TrailGroup | None = None,
    who: QueryText = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[TrailOut]:
    """Every entry of the case, newest first, with who only looked; ``who`` is an actor's key."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_read_trail(caller.user, case)
    before = number_in(parts_of(cursor, 1)[0]) if cursor else None
    found = trail_page(
        case, caller.user, before=before, group=group or "", who=who, page=limit
    )
    return Page[TrailOut](
        items=[TrailOut.in_case(one, number=case.number) for one in found.lines],
        next=cursor_of(found.after) if found.after is not None else None,
    )


@router.post(
    "/cases/{number}/notes",
    **operation(Permission.CASE_SEE, Permission.CASE_NOTE, out=NoteOut, status=201),
)
def write_note(request: ApiRequest, number: str, body: NoteIn) -> Status[NoteOut]:
    caller = request.auth
    case = case_of(caller, number)

    note = once(
        caller,
        name="write_note",
        about=case.number,
        body=body,
        make=lambda: cases.write_note(
            case=case,
            text=body.text,
            happened=body.happened,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda uid: Note.objects.get(uid=uid),
    )
    return Status(201, NoteOut.of(note))


@router.post(
    "/cases/{number}/strikes",
    **operation(Permission.CASE_SEE, Permission.CASE_STRIKE, out=StrikeOut, status=201),
)
def strike_entry(request: ApiRequest, number: str, body: StrikeIn) -> Status[StrikeOut]:
    """Declare a line wrong; it stays readable, struck through."""
    caller = request.auth
    strike = cases.strike_entry(
        case=case_of(caller, number),
        seq=body.seq,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
    )
    return Status(201, StrikeOut.of(strike))
