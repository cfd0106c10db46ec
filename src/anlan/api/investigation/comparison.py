"""Accounts side by side over the API: proposals, and what a person makes of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, operation
from anlan.api.investigation.access import seen_case
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.investigation import services as investigation
from anlan.investigation.enums import CellSays, ComparedTopic
from anlan.investigation.models import CellReading, FreeFact, PairReading
from anlan.investigation.selectors.comparison import (
    Column,
    ShownCell,
    ShownPair,
    ShownRow,
    cell_for,
    column_for,
    comparison_of,
    free_fact_for,
    pair_for,
)
from anlan.investigation.services.comparison import MOST_FACT, MOST_NOTE

router = Router(tags=["investigation"])

_SEE = (
    Permission.CASE_SEE,
    Permission.INVESTIGATION_READ,
    Permission.STATEMENT_READ,
)
_LEAD = (*_SEE, Permission.INVESTIGATE)


class ReadOut(Out):
    by: UserOut
    at: datetime
    note: str

    @classmethod
    def of(cls, row: CellReading | PairReading) -> ReadOut:
        note = row.note if isinstance(row, CellReading) else row.reason
        return cls(by=UserOut.of(row.read_by), at=row.read_at, note=note)


class CellOut(Out):
    """``read`` is none while nobody has read the proposal."""

    statement: str
    says: CellSays
    quote: str
    proposed: CellSays | None
    read: ReadOut | None

    @classmethod
    def of(cls, cell: ShownCell) -> CellOut:
        return cls(
            statement=cell.column.code,
            says=cell.says,
            quote=cell.quote,
            proposed=cell.proposed,
            read=ReadOut.of(cell.reading) if cell.reading else None,
        )


class RowOut(Out):
    """``fact`` is a key of the standard list, or ``free-1``."""

    fact: str
    words: str
    is_gap: bool
    question: str
    cells: list[CellOut]

    @classmethod
    def of(cls, row: ShownRow) -> RowOut:
        return cls(
            fact=row.slug,
            words=row.words,
            is_gap=row.is_gap,
            question=row.question,
            cells=[CellOut.of(cell) for cell in row.cells],
        )


class QuoteOut(Out):
    statement: str
    quote: str


class PairOut(Out):
    """``holds`` is none while nobody has read it."""

    key: str
    topic: ComparedTopic
    is_contradiction: bool
    weight: int
    why: str
    first: QuoteOut
    second: QuoteOut
    holds: bool | None
    read: ReadOut | None

    @classmethod
    def of(cls, pair: ShownPair) -> PairOut:
        return cls(
            key=pair.key,
            topic=pair.topic,
            is_contradiction=pair.is_contradiction,
            weight=pair.weight,
            why=pair.why,
            first=QuoteOut(statement=pair.first.code, quote=pair.first_quote),
            second=QuoteOut(statement=pair.second.code, quote=pair.second_quote),
            holds=pair.reading.holds if pair.reading else None,
            read=ReadOut.of(pair.reading) if pair.reading else None,
        )


class ComparisonOut(Out):
    """Proposals by fixed rules, for people to read; nobody's word is weighed (G15)."""

    rows: list[RowOut]
    pairs: list[PairOut]


class CellNamedIn(In):
    """A cell by the code of the statement and the fact of its row."""

    # Of a joined case, with the number of that: 32 characters and a colon.
    statement: Annotated[Text, Field(min_length=1, max_length=45)]
    fact: Annotated[Text, Field(min_length=1, max_length=12)]


class CellIn(CellNamedIn):
    """``quote`` is a whole sentence of the account; none where it says nothing."""

    says: CellSays
    quote: Annotated[Text, Field(max_length=4000)] = ""
    note: Annotated[Text, Field(max_length=MOST_NOTE)] = ""


class PairIn(In):
    key: Annotated[Text, Field(min_length=1, max_length=80)]
    holds: bool
    reason: Annotated[Text, Field(max_length=MOST_NOTE)] = ""


class FreeFactIn(OnceIn):
    words: Annotated[Text, Field(min_length=1, max_length=MOST_FACT)]


class FreeFactOut(Out):
    uid: UUID
    fact: str
    words: str

    @classmethod
    def of(cls, row: FreeFact) -> FreeFactOut:
        return cls(uid=row.uid, fact=row.slug, words=row.words)


@router.get("/cases/{number}/comparison", **operation(*_SEE, out=ComparisonOut))
def compare_accounts(request: ApiRequest, number: str) -> ComparisonOut:
    caller = request.auth
    found = comparison_of(seen_case(caller, number), caller.user)
    return ComparisonOut(
        rows=[RowOut.of(row) for row in found.rows],
        pairs=[PairOut.of(pair) for pair in found.pairs],
    )


@router.post(
    "/cases/{number}/comparison/cells",
    **operation(*_LEAD, out=CellOut),
)
def read_cell(request: ApiRequest, number: str, body: CellIn) -> CellOut:
    """Say what one account says to one fact."""
    caller = request.auth
    case = seen_case(caller, number)
    column = column_for(caller.user, case, body.statement)
    investigation.read_cell(
        case=case,
        statement=body.statement,
        fact=body.fact,
        says=body.says,
        start=_start_of(column, body.quote),
        note=body.note,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return CellOut.of(cell_for(case, caller.user, column, body.fact))


@router.post(
    "/cases/{number}/comparison/cells/acceptance",
    **operation(*_LEAD, out=CellOut),
)
def accept_cell(request: ApiRequest, number: str, body: CellNamedIn) -> CellOut:
    """Take over what is proposed."""
    caller = request.auth
    case = seen_case(caller, number)
    column = column_for(caller.user, case, body.statement)
    investigation.accept_cell(
        case=case,
        statement=body.statement,
        fact=body.fact,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return CellOut.of(cell_for(case, caller.user, column, body.fact))


@router.post("/cases/{number}/comparison/pairs", **operation(*_LEAD, out=PairOut))
def judge_pair(request: ApiRequest, number: str, body: PairIn) -> PairOut:
    """Say whether two sentences do contradict, or agree; that they do not needs a reason."""
    caller = request.auth
    case = seen_case(caller, number)
    investigation.judge_pair(
        case=case,
        pair=pair_for(case, caller.user, body.key),
        holds=body.holds,
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PairOut.of(pair_for(case, caller.user, body.key))


@router.post(
    "/cases/{number}/comparison/facts",
    **operation(*_LEAD, out=FreeFactOut, status=201),
)
def add_free_fact(
    request: ApiRequest, number: str, body: FreeFactIn
) -> Status[FreeFactOut]:
    caller = request.auth
    made = investigation.add_free_fact(
        case=seen_case(caller, number),
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, FreeFactOut.of(made))


@router.post(
    "/cases/{number}/comparison/facts/{uid}/withdrawal",
    **operation(*_LEAD, out=FreeFactOut),
)
def withdraw_free_fact(request: ApiRequest, number: str, uid: UUID) -> FreeFactOut:
    caller = request.auth
    seen_case(caller, number)
    fact = free_fact_for(caller.user, number, uid)
    withdrawn = investigation.withdraw_free_fact(
        fact=fact, by=caller.user, at=caller.at, via="api"
    )
    return FreeFactOut.of(withdrawn)


def _start_of(column: Column, quote: str) -> int | None:
    """Where the sentence begins; -1, which nothing does, where there is no such one."""
    if not quote.strip():
        return None
    starts = {one.text.strip(): one.start for one in reversed(column.sentences)}
    return starts.get(quote.strip(), -1)
