"""What waits for a second person, by who may decide it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.cases.enums import CaseState
from anlan.incidents.enums import Police
from anlan.incidents.models import FalseAlarmProposal, Incident, PoliceWaiver
from anlan.incidents.permissions import can_decide
from anlan.incidents.policies import still_waits

_KINDS: tuple[type[PoliceWaiver] | type[FalseAlarmProposal], ...] = (
    PoliceWaiver,
    FalseAlarmProposal,
)
_MOST = 20  # incidents; nobody decides of more in one go


def proposal_named(thing: str) -> PoliceWaiver | FalseAlarmProposal:
    """By how the record names it, ``waiver:<uid>``."""
    prefix, _colon, uid = thing.partition(":")
    (kind,) = (one for one in _KINDS if one.prefix == prefix)
    return _with_case(kind).get(uid=uid)


def proposals_to_decide(user: User) -> list[PoliceWaiver | FalseAlarmProposal]:
    """Those of the reader's sites that they may agree to by now, the oldest first.

    Of the newest incidents. What nobody settles any more, or others have to, is left out
    before they are counted: it would hide what waits for the reader.

    One question where nothing waits, as mostly.
    """
    others = {"incident": OuterRef("pk"), "decided_at": None}
    waivers, false_alarms = (
        Exists(kind.objects.filter(**others).exclude(proposed_by=user))
        for kind in _KINDS
    )
    told = Incident.objects.filter(
        case__joined_into=OuterRef("case"), police=Police.CALLED
    )
    incidents = Incident.objects.filter(
        Q(false_alarms) | Q(waivers) & ~Q(police=Police.CALLED) & ~Q(Exists(told)),
        case__state=CaseState.OPEN,
        case__site__in=sites_where(user, Permission.POLICE_WAIVE),
    )
    keys = list(incidents.order_by("-pk").values_list("pk", flat=True)[:_MOST])
    if not keys:
        return []
    found = [
        one
        for kind in _KINDS
        for one in _with_case(kind).filter(incident__in=keys, decided_at=None)
    ]
    mine = [one for one in found if still_waits(one) and can_decide(user, one)]
    return sorted(mine, key=lambda one: (one.proposed_at, one.thing))


def _with_case(
    kind: type[PoliceWaiver] | type[FalseAlarmProposal],
) -> QuerySet[PoliceWaiver] | QuerySet[FalseAlarmProposal]:
    return kind.objects.select_related(
        "proposed_by", "incident__place", "incident__case__site__organisation"
    )
