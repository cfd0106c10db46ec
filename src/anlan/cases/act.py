"""When the act of a case was: what its kind was told, which may be long before it opened.

Days of the law run from the act, and the act chooses the rules (G16). Who reports late
must not move either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from django.utils.translation import gettext as _

from anlan.base.clock import local_day
from anlan.cases.models import Case


@dataclass(frozen=True)
class Act:
    """The moment, and in words whose clock or mouth it comes from."""

    at: datetime
    source: str


ActOf: TypeAlias = Callable[[Case], Act | None]
_KNOWN: list[ActOf] = []


def add_act(asked: ActOf) -> None:
    """Enter what a kind of case was told of the act; once, at import."""
    if asked in _KNOWN:
        raise RuntimeError("this was entered before")
    _KNOWN.append(asked)


def act_of(case: Case) -> Act:
    """As it was reported; of a kind that is told nothing, when the case was opened."""
    found = (asked(case) for asked in _KNOWN)
    told = next((one for one in found if one is not None), None)
    return told or Act(at=case.opened_at, source=_("案件开始的时间"))


def act_day(case: Case) -> date:
    """The day of the act in China, which chooses the rules (G16)."""
    return local_day(act_of(case).at)
