"""Offers of support over the API, and how far each is.

Notes are not here: they are opened on their counsellor's own page. See docs/adr/0041.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Router, Status

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, party_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import Instant, OnceIn, Out
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import CareState, OfferWay
from anlan.resolution.counselling.models import Care
from anlan.resolution.counselling.permissions import check_can_offer
from anlan.resolution.counselling.selectors import cares_in

router = Router(tags=["support"])

_OFFER = (Permission.CASE_SEE, Permission.SUPPORT_OFFER)


class CareOut(Out):
    """``state`` is all that is told of it once somebody was referred."""

    uid: UUID
    code: str
    party: UUID
    state: str
    not_before: datetime | None

    @classmethod
    def of(cls, row: Care) -> CareOut:
        return cls(
            uid=row.uid,
            code=row.code,
            party=row.party.uid,
            state=row.state,
            not_before=row.not_before,
        )


class SupportOfferIn(OnceIn):
    """``answer`` is accepted, declined or later; ``not_before`` as they agreed."""

    way: OfferWay
    answer: CareState
    not_before: Instant | None = None


@router.get("/cases/{number}/support", **operation(*_OFFER, out=list[CareOut]))
def list_support(request: ApiRequest, number: str) -> list[CareOut]:
    """Whom somebody asked, in that order."""
    caller = request.auth
    case = case_of(caller, number)
    check_can_offer(caller.user, case)
    return [CareOut.of(row) for row in cares_in(case)]


@router.post("/parties/{uid}/support", **operation(*_OFFER, out=CareOut, status=201))
def offer_support(
    request: ApiRequest, uid: UUID, body: SupportOfferIn
) -> Status[CareOut]:
    """Write down that somebody was asked, and what they said."""
    caller = request.auth
    made = support.offer_support(
        party=party_of(caller, uid),
        way=body.way,
        answer=body.answer,
        not_before=body.not_before,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, CareOut.of(made))
