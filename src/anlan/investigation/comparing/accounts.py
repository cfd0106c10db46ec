"""What is compared: accounts of one matter, its persons and its places. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from anlan.investigation.comparing.lexicon import data


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the matter; ``called`` is how each account (by its key) names them."""

    name: str
    roles: tuple[str, ...] = ()
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Account:
    """One statement: who made it, as what (aggressor, victim, witness, guard), the words."""

    key: str
    by: str
    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is known beforehand: the persons, and the places of the site by name."""

    persons: tuple[Person, ...] = ()
    places: tuple[str, ...] = ()

    def speaker_of(self, account: Account) -> str:
        """Which of the persons made the account: by name, or as 我 among the names entered."""
        for person in self.persons:
            if person.name == account.by:
                return person.name
        mine = set(data("persons")["self"])
        for person in self.persons:
            if mine & set(person.called.get(account.key, ())):
                return person.name
        for person in self.persons:
            if person.name in account.by or account.by in person.name:
                return person.name
        unnamed = [
            person
            for person in self.persons
            if account.by in person.roles or not person.called.get(account.key)
        ]
        if len(unnamed) == 1:
            return unnamed[0].name
        return account.by


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A part of an account: the sentence from ``start`` to ``end`` and its text."""

    account: str
    start: int
    end: int
    text: str
