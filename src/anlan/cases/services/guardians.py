"""Who stands for whom: said, and taken back with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import permissions, policies
from anlan.cases.enums import Role
from anlan.cases.events import GuardianLinked, GuardianUnlinked
from anlan.cases.models import Guardianship, Party
from anlan.cases.selectors.guardians import check_is_new_here, is_against
from anlan.cases.services.people import add_customer
from anlan.cases.services.record import lock_case, record
from anlan.ledger import services as ledger

MOST_RELATION = 20
MOST_UNLINK_REASON = 300


@dataclass(frozen=True, kw_only=True)
class NewGuardian:
    """Somebody who is no party yet, as they say who they are and for whom they stand."""

    name: str
    phone: str
    relation: str


def register_guardian(
    *, ward: Party, who: NewGuardian, by: User, at: datetime, via: str = ""
) -> Party:
    """Put somebody on the case as the guardian of a party: the party and the link, or none.

    Raises:
        InvalidInput: a party of the case has that name, the name, the telephone or the
            relation is not told.
        Conflict: they are on the case already, or it is closed.
    """
    check_is_new_here(who.name, ward, path="name")
    with ledger.recording():
        guardian = add_customer(
            case=ward.case,
            name=who.name,
            phone=who.phone,
            roles=[Role.GUARDIAN],
            by=by,
            at=at,
        )
        link_guardian(
            guardian=guardian,
            ward=ward,
            relation=who.relation,
            by=by,
            at=at,
            via=via,
        )
    return guardian


def link_guardian(
    *,
    guardian: Party,
    ward: Party,
    relation: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Guardianship:
    """Say for whom a guardian stands (G20); the same again changes nothing.

    Raises:
        InvalidInput: they are not on the case as a guardian, are on the other side, or
            the relation is not told.
        Conflict: the case is closed.
    """
    relation = typed(
        relation,
        path="relation",
        most=MOST_RELATION,
        refusal=_("请写明监护人与本人的关系"),
    )
    with ledger.recording():
        case = lock_case(ward.case)
        ward.case = case
        permissions.check_can_set_roles(by, ward)
        policies.check_is_of_case(ward, case, path="ward")
        policies.check_is_of_case(guardian, case, path="guardian")
        _check_may_stand(guardian, ward)
        there = Guardianship.objects.filter(
            guardian=guardian, ward=ward, ended_at=None
        ).first()
        if there is not None:
            return there
        made = Guardianship.objects.create(
            guardian=guardian, ward=ward, relation=relation, named_by=by, named_at=at
        )
        record(
            GuardianLinked(
                guardian=f"party:{guardian.uid}",
                ward=f"party:{ward.uid}",
                relation_digest=made.digest_of("relation"),
            ),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def unlink_guardian(
    *, link: Guardianship, reason: str, by: User, at: datetime, via: str = ""
) -> Guardianship:
    """Take it back: it was wrong, or is over; what they agreed to till then stays.

    Raises:
        InvalidInput: no reason.
        Conflict: it was taken back before, or the case is closed.
    """
    reason = typed(
        reason,
        path="reason",
        most=MOST_UNLINK_REASON,
        refusal=_("请写明为什么撤销"),
    )
    with ledger.recording():
        case = lock_case(link.ward.case)
        link.ward.case = case
        permissions.check_can_set_roles(by, link.ward)
        found = (
            Guardianship.objects.select_for_update(of=("self",))
            .select_related("guardian", "ward", "named_by")
            .get(pk=link.pk)
        )
        if found.ended_at is not None:
            raise Conflict(_("这项监护人登记已经撤销"))
        found.ended_at, found.ended_by, found.reason = at, by, reason
        found.save(update_fields=["ended_at", "ended_by", "reason"])
        record(
            GuardianUnlinked(
                guardian=f"party:{found.guardian.uid}",
                ward=f"party:{found.ward.uid}",
                reason_digest=found.digest_of("reason"),
            ),
            case,
            thing=found.key,
            by=by,
            at=at,
            via=via,
        )
    return found


def _check_may_stand(guardian: Party, ward: Party) -> None:
    if guardian.pk == ward.pk:
        raise InvalidInput(_("本人不能是自己的监护人"), path="guardian")
    if not guardian.roles.filter(role=Role.GUARDIAN).exists():
        raise InvalidInput(_("请先在当事人里把这一位登记为监护人"), path="guardian")
    if is_against(guardian, ward):
        raise InvalidInput(
            _("对方不能做这一方的监护人，请另找一位监护人"), path="guardian"
        )
