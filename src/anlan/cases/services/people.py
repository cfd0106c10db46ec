"""The parties of a case: who they are, and which parts they play."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import permissions
from anlan.cases.events import PartyAdded, PartyIdentified, PartyRolesSet
from anlan.cases.models import Case, FormerSide, Party, PartyRole
from anlan.cases.selectors import sides_of
from anlan.cases.services.accepted_requests import made_before, remember_made
from anlan.cases.services.record import lock_case, record
from anlan.customers import services as customers
from anlan.customers.models import Person
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def add_party(
    *,
    case: Case,
    roles: Iterable[str],
    by: Actor,
    at: datetime,
    person: Person | None = None,
    user: User | None = None,
    description: str = "",
    via: str = "",
    request_id: UUID | None = None,
) -> Party:
    """Put a person, a colleague, or somebody not yet known on the case.

    Raises:
        InvalidInput: no role, an unknown one, two identities, or nothing at all to
            recognise the person by.
        Conflict: the person is on the case already.
    """
    chosen = _checked_roles(roles)
    if person is not None and user is not None:
        raise InvalidInput(_("请只选一个身份"), path="person")
    if person is None and user is None and not description.strip():
        raise InvalidInput(_("还不知道是谁时，请写明特征"), path="description")
    content = {
        "roles": list(chosen),
        "person": str(person.uid) if person else None,
        "user": str(user.uid) if user else None,
        "looks": sha256(description.strip().encode()).hex(),
    }
    with ledger.recording():
        case = lock_case(case)
        permissions.check_can_edit_parties(by, case)
        earlier = made_before(
            Party.objects.all(), case=case, request_id=request_id, content=content
        )
        if earlier is not None:
            return earlier
        _check_not_twice(case, person, user)
        party = Party.objects.create(
            case=case,
            person=person,
            user=user,
            description=description.strip(),
            added_at=at,
        )
        PartyRole.objects.bulk_create([PartyRole(party=party, role=r) for r in chosen])
        record(
            PartyAdded(
                party=f"party:{party.uid}",
                roles=",".join(chosen),
                person=person.subject if person else None,
                user=user.actor_key if user else None,
                words_digest=party.digest_of("description"),
            ),
            case,
            thing=f"party:{party.uid}",
            by=by,
            at=at,
            via=via,
        )
        remember_made(
            party.uid, case=case, request_id=request_id, content=content, at=at
        )
    return party


def add_customer(
    *,
    case: Case,
    name: str,
    phone: str,
    roles: Iterable[str],
    by: Actor,
    at: datetime,
    user: User | None = None,
    description: str = "",
    request_id: UUID | None = None,
) -> Party:
    """Register a customer, or find them, and put them on the case: both or neither."""
    with ledger.recording():
        return add_party(
            case=case,
            roles=roles,
            person=_customer(case, name=name, phone=phone, by=by, at=at),
            user=user,
            description=description,
            request_id=request_id,
            by=by,
            at=at,
        )


def identify_customer(
    *,
    party: Party,
    name: str,
    phone: str,
    by: Actor,
    at: datetime,
    user: User | None = None,
) -> Party:
    """Register or find the customer that somebody turned out to be: both or neither."""
    with ledger.recording():
        person = _customer(party.case, name=name, phone=phone, by=by, at=at)
        return identify_party(party=party, person=person, user=user, by=by, at=at)


def identify_party(
    *,
    party: Party,
    by: Actor,
    at: datetime,
    person: Person | None = None,
    user: User | None = None,
) -> Party:
    """Say who somebody not yet known is; the first description stays on the record."""
    if (person is None) == (user is None):
        raise InvalidInput(_("请选一个身份"), path="person")
    with ledger.recording():
        case = lock_case(party.case)
        permissions.check_can_edit_parties(by, case)
        party = Party.objects.select_for_update().get(pk=party.pk)
        if party.is_identified:
            raise Conflict(_("这位当事人的身份已经确认"))
        _check_not_twice(case, person, user)
        party.person, party.user = person, user
        party.save(update_fields=["person", "user"])
        record(
            PartyIdentified(
                party=f"party:{party.uid}",
                person=person.subject if person else None,
                user=user.actor_key if user else None,
            ),
            case,
            thing=f"party:{party.uid}",
            by=by,
            at=at,
        )
    return party


def set_party_roles(
    *, party: Party, roles: Iterable[str], by: Actor, at: datetime
) -> Party:
    """Change the parts a person plays: a bystander turns out to have struck first.

    Raises:
        NotAllowed: by a party of the case, or by who speaks for the other side.
    """
    chosen = _checked_roles(roles)
    with ledger.recording():
        case = lock_case(party.case)
        party.case = case
        permissions.check_can_set_roles(by, party)
        before = sorted(party.roles.values_list("role", flat=True))
        if before == chosen:
            return party
        party.roles.all().delete()
        PartyRole.objects.bulk_create([PartyRole(party=party, role=r) for r in chosen])
        left = sides_of(before) - sides_of(chosen)
        FormerSide.objects.bulk_create(
            [FormerSide(party=party, side=side, left_at=at) for side in sorted(left)],
            ignore_conflicts=True,
        )
        record(
            PartyRolesSet(
                party=f"party:{party.uid}",
                roles=",".join(chosen),
                before=",".join(before),
            ),
            case,
            thing=f"party:{party.uid}",
            by=by,
            at=at,
        )
    return party


def _customer(case: Case, *, name: str, phone: str, by: Actor, at: datetime) -> Person:
    case = lock_case(case)  # before the person, as everywhere
    return customers.find_or_add_person(
        site=case.site, name=name, phone=phone, by=by, at=at
    )


def _checked_roles(roles: Iterable[str]) -> Sequence[str]:
    chosen = sorted(set(roles))
    if not chosen:
        raise InvalidInput(_("请至少选一个角色"), path="roles")
    unknown = [role for role in chosen if role not in PartyRole.Role.values]
    if unknown:
        raise InvalidInput(_("没有这个角色：%s") % unknown[0], path="roles")
    return chosen


def _check_not_twice(case: Case, person: Person | None, user: User | None) -> None:
    there = Party.objects.filter(case=case, removed_at=None)
    if person is not None and there.filter(person=person).exists():
        raise Conflict(_("这个人已经是本案的当事人，请改其角色"))
    if user is not None and there.filter(user=user).exists():
        raise Conflict(_("这个人已经是本案的当事人，请改其角色"))
