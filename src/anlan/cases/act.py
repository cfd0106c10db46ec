"""When the act of a case was: as the office established it, or as its kind was told.

Days of the law run from the act, and the act chooses the rules (G16). Who reports late
must not move either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from django.utils.translation import gettext as _

from anlan.base.clock import local_day, start_of_day
from anlan.cases.models import Case, StatedAct


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
    """The day that was established; else as it was reported, or when the case was opened.

    A moment that was reported stands where it is of that day.
    """
    told, stated = reported_act(case), stated_act(case)
    if stated is None:
        return told
    is_that_day = local_day(told.at) == stated.day
    at = told.at if is_that_day else start_of_day(stated.day)
    return Act(at=at, source=_("由%s核实登记") % stated.stated_by.name)


def stated_act(case: Case) -> StatedAct | None:
    """The newest of the case itself; else of one that was joined into it.

    A joined case is of the same act as its host, which answers for both.
    """
    if case.joined_into is not None:
        return stated_act(case.joined_into)
    rows = StatedAct.objects.select_related("stated_by")
    newest = rows.filter(case=case).order_by("-pk").first()
    if newest is not None:
        return newest
    return rows.filter(case__joined_into=case).order_by("-pk").first()


def reported_act(case: Case) -> Act:
    """As it was reported; of a kind that is told nothing, when the case was opened."""
    found = (asked(case) for asked in _KNOWN)
    told = next((one for one in found if one is not None), None)
    return told or Act(at=case.opened_at, source=_("案件开始的时间"))


def act_day(case: Case) -> date:
    """The day of the act in China, which chooses the rules (G16)."""
    return local_day(act_of(case).at)
