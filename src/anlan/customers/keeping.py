"""What keeps the data of a person whose erasure is asked for (个人信息保护法第四十七条)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from anlan.base.errors import Conflict
from anlan.customers.models import Person

# Why a person is kept, as a sentence for who asked; empty if they need not be. Customers
# know no cases, so each package above says it for what it has of the person.
Keeps: TypeAlias = Callable[[Person], str]
_KEEPS: list[Keeps] = []


def add_keeps(asked: Keeps) -> None:
    """Enter what another package keeps people for; once, at import."""
    if asked in _KEEPS:
        raise RuntimeError("this was entered before")
    _KEEPS.append(asked)


def check_may_go(person: Person) -> None:
    """
    Raises:
        Conflict: something that runs or is held needs to know who they are.
    """
    for asked in _KEEPS:
        if why := asked(person):
            raise Conflict(why)
