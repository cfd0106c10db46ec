"""The day of the act over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import OnceIn, Out, Text, UserOut
from anlan.cases import services as cases
from anlan.cases.act import act_of
from anlan.cases.models import Case, StatedAct
from anlan.cases.permissions import check_can_state_act

router = Router(tags=["cases"])


class StatedActOut(Out):
    uid: UUID
    day: date
    words: str
    stated_by: UserOut
    stated_at: datetime

    @classmethod
    def of(cls, row: StatedAct) -> StatedActOut:
        return cls(
            uid=row.uid,
            day=row.day,
            words=row.words,
            stated_by=UserOut.of(row.stated_by),
            stated_at=row.stated_at,
        )


class ActOut(Out):
    """``at`` is what counts now, ``source`` whose clock or word it is, in words."""

    at: datetime
    source: str
    stated: list[StatedActOut]

    @classmethod
    def of(cls, case: Case) -> ActOut:
        known = act_of(case)
        rows = case.stated_acts.select_related("stated_by").order_by("-pk")
        return cls(
            at=known.at,
            source=known.source,
            stated=[StatedActOut.of(row) for row in rows],
        )


class ActIn(OnceIn):
    day: date
    words: Annotated[Text, Field(min_length=1, max_length=cases.MOST_ACT_WORDS)]


@router.get("/cases/{number}/act", **operation(Permission.CASE_SEE, out=ActOut))
def get_act(request: ApiRequest, number: str) -> ActOut:
    """For whoever may say which day it was: with either right and its scope."""
    case = case_of(request.auth, number)
    check_can_state_act(request.auth.user, case)
    return ActOut.of(case)


@router.post(
    "/cases/{number}/act", **operation(Permission.CASE_SEE, out=ActOut, status=201)
)
def state_act(request: ApiRequest, number: str, body: ActIn) -> Status[ActOut]:
    """Say which day it was; what counts from it is counted anew.

    Beside ``case.see`` the token needs one of ``limitation.keep`` and
    ``investigation.lead``: few people hold both, and a token has no scope that its
    owner does not hold.
    """
    caller = request.auth
    case = case_of(caller, number)
    cases.state_act(
        case=case,
        day=body.day,
        words=body.words,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, ActOut.of(case))
