"""What a paper for one side says of the other: looked for before it leaves the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from django.utils.translation import gettext as _

from anlan.accounts import services as accounts
from anlan.base.errors import Conflict, NotFound
from anlan.base.traces import (
    LEAST,
    Haystack,
    Span,
    rooms_in,
    spoken_numbers,
    squeezed,
)
from anlan.cases.enums import Private, Role, Side
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.customers.enums import ProtectedField
from anlan.customers.models import Person
from anlan.customers.selectors import (
    corrections_of,
    former_phone_of,
    protected_value,
)


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One thing about a party that only their own side may read."""

    party: int  # its key
    kind: Private
    words: str  # for an address, as people write it


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A place of a text that says something private; it does not say what is known."""

    kind: Private
    party: Party
    start: int
    end: int


class SecretsOf(Protocol):
    """Tells what another package knows of the parties of a case."""

    def __call__(self, case: Case) -> Iterable[Secret]: ...


_SECRETS: list[SecretsOf] = []
_Needle: TypeAlias = tuple[Private, str | tuple[str, ...]]


def add_secrets(asked: SecretsOf) -> None:
    """Enter what another package knows of parties; once, at import."""
    if asked in _SECRETS:
        raise RuntimeError("these secrets were entered before")
    _SECRETS.append(asked)


def sides_of(roles: Iterable[str]) -> frozenset[Side]:
    """The sides of somebody who plays these parts; of a witness there is none."""
    return frozenset(Side(role) for role in roles if role in Side.values)


def leaks_of(
    text: str,
    *,
    case: Case,
    side: Side,
    own: Iterable[Party] = (),
    is_own_only: bool = False,
) -> list[Leak]:
    """Where a text for one side says something private of somebody else, in its order.

    Names, telephone and identity numbers, rooms and medical words are found as they are
    stored and as people type them: with spaces or dashes, in full width, in Chinese
    digits. Somebody else is every party who is not of this side alone, witnesses too;
    colleagues who only act for the office are named freely, and so is what one's own
    side shares: a family's telephone. A masked name is no leak.

    Args:
        text: the whole text of the paper, as it is read.
        case: whose parties must not be told of each other, nor those of a joined one.
        side: the side that is given the paper.
        own: who it is for, if they stand on both sides, or beside theirs as a guardian.
        is_own_only: whether it is for these alone: others of their side, whom the same
            hand may have struck, are strangers to them.
    """
    ours = {party.pk for party in own}
    needles = _needles(case)
    parties = _parties_of(case)
    shared: set[_Needle] = set()
    for pk, party in parties.items():
        if pk in ours or (not is_own_only and _sides(party) == {side}):
            shared |= needles.get(pk, set())
            ours.add(pk)
    haystack = Haystack(text)
    found = [
        Leak(kind=kind, party=party, start=span.start, end=span.end)
        for pk, party in parties.items()
        if pk not in ours and not _is_office(party)
        for kind, needle in needles.get(pk, set()) - shared
        for span in _spans(haystack, needle)
    ]
    return sorted(found, key=lambda leak: (leak.start, leak.end, leak.kind))


def check_no_leaks(
    text: str,
    *,
    case: Case,
    side: Side,
    own: Iterable[Party] = (),
    is_own_only: bool = False,
) -> None:
    """See ``leaks_of``.

    Raises:
        Conflict: the text says something private of somebody of the other side; the
            sentence names the kinds, and not the values.
    """
    leaks = leaks_of(text, case=case, side=side, own=own, is_own_only=is_own_only)
    if leaks:
        kinds = dict.fromkeys(str(leak.kind.label) for leak in leaks)
        raise Conflict(
            _("这份材料交给%(side)s，却写有其他当事人的%(kinds)s，不能交出")
            % {"side": side.label, "kinds": _("、").join(kinds)}
        )


def _spans(haystack: Haystack, needle: str | tuple[str, ...]) -> Iterator[Span]:
    if isinstance(needle, str):
        return haystack.find(needle)
    return haystack.find_room(needle)


def _parties_of(case: Case) -> dict[int, Party]:
    """Those who were taken off the case as well: they have not ceased to be private."""
    parties = Party.objects.filter(of_one_case(case)).select_related("person", "user")
    return {party.pk: party for party in parties.prefetch_related("roles")}


def _sides(party: Party) -> frozenset[Side]:
    return sides_of(row.role for row in party.roles.all())


def _is_office(party: Party) -> bool:
    return {row.role for row in party.roles.all()} == {Role.STAFF.value}


def _needles(case: Case) -> dict[int, set[_Needle]]:
    """What to look for, by party: in the form in which it is looked for."""
    needles: dict[int, set[_Needle]] = {}
    for secret in _secrets(case):
        found = needles.setdefault(secret.party, set())
        if secret.kind == Private.ADDRESS:
            found |= {(secret.kind, room) for room in rooms_in(secret.words)}
        elif len(words := squeezed(secret.words)) >= LEAST:
            found.add((secret.kind, words))
    return needles


def _secrets(case: Case) -> Iterator[Secret]:
    parties = _parties_of(case)
    known = {pk: party.person for pk, party in parties.items() if party.person}
    yield from _corrected(known)
    for pk, party in parties.items():
        yield Secret(party=pk, kind=Private.ADDRESS, words=party.description)
        if party.person is not None:
            yield from _of_person(pk, party.person)
        if party.user is not None:
            yield Secret(party=pk, kind=Private.NAME, words=party.user.name)
            for number in spoken_numbers(accounts.phone_of(party.user)):
                yield Secret(party=pk, kind=Private.PHONE, words=number)
    for asked in _SECRETS:
        yield from asked(case)


def _corrected(known: dict[int, Person]) -> Iterator[Secret]:
    """A name or number that was put right is as private as what stands there now."""
    keys = defaultdict(list)
    for pk, person in known.items():
        keys[person.pk].append(pk)
    for row in corrections_of(known.values()):
        for pk in keys[row.person_id]:
            yield Secret(party=pk, kind=Private.NAME, words=row.former_name)
            for number in spoken_numbers(former_phone_of(row)):
                yield Secret(party=pk, kind=Private.PHONE, words=number)


def _of_person(pk: int, person: Person) -> Iterator[Secret]:
    yield Secret(party=pk, kind=Private.NAME, words=person.name)
    yield Secret(party=pk, kind=Private.ADDRESS, words=person.note)
    with suppress(NotFound):
        for number in spoken_numbers(protected_value(person, ProtectedField.PHONE)):
            yield Secret(party=pk, kind=Private.PHONE, words=number)
    with suppress(NotFound):
        number = protected_value(person, ProtectedField.IDENTITY_NUMBER)
        yield Secret(party=pk, kind=Private.IDENTITY, words=number)
