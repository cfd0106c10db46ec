"""Cases over the API: the list, and one case."""

from __future__ import annotations

from typing import Annotated

from ninja import Router
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.cases.schemas import CaseOut
from anlan.api.paging import cursor_of, instant_and_key
from anlan.api.schemas import Cursor, Limit, Page, QueryText
from anlan.cases import selectors
from anlan.cases.enums import CaseState

router = Router(tags=["cases"])


@router.get("/cases", **operation(Permission.CASE_SEE, out=Page[CaseOut]))
def list_cases(
    request: ApiRequest,
    state: CaseState | None = None,
    severity: Annotated[int | None, Field(ge=1, le=5)] = None,
    text: QueryText = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[CaseOut]:
    """The cases of the caller's sites, newest first."""
    found = selectors.case_list(
        request.auth.user,
        state=state.value if state else "",
        severity=severity,
        text=text,
        before=instant_and_key(cursor) if cursor else None,
        page=limit,
    )
    shown, last = found[:limit], None
    if len(found) > limit:
        last = cursor_of(shown[-1].opened_at, shown[-1].pk)
    return Page[CaseOut](items=[CaseOut.of(case) for case in shown], next=last)


@router.get("/cases/{number}", **operation(Permission.CASE_SEE, out=CaseOut))
def get_case(request: ApiRequest, number: str) -> CaseOut:
    return CaseOut.of(case_of(request.auth, number))
