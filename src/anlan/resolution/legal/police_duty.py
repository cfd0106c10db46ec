"""What the kind of a case knows of its call to the police, and of a decision against it.

The call to 110 and a decision that two people made not to call (G05) stand with the
incident. Here they are only read: a second place to decide it would be one too many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from anlan.cases.models import Case


@dataclass(frozen=True)
class Call:
    """One call to 110."""

    at: datetime
    by: str
    receipt: str
    number: str = ""  # of the joined case whose call it was, if not this one's


@dataclass(frozen=True)
class Waiver:
    """A decision not to call, or a proposal of it that nobody decided yet."""

    reason: str
    proposed_by: str
    decided_by: str
    decided_at: datetime | None
    is_approved: bool | None
    ended_at: datetime | None = None  # the level rose, so that it counts no more


@dataclass(frozen=True)
class Duty:
    calls: tuple[Call, ...] = ()
    waivers: tuple[Waiver, ...] = ()


DutyOf: TypeAlias = Callable[[Case], Duty | None]
_KNOWN: list[DutyOf] = []


def add_duty(asked: DutyOf) -> None:
    """Enter what another package knows of the duty to report; once, at import."""
    if asked in _KNOWN:
        raise RuntimeError("this was entered before")
    _KNOWN.append(asked)


def duty_of(case: Case) -> Duty:
    """What is known; nothing is known of a kind of case that has no such duty."""
    found = (asked(case) for asked in _KNOWN)
    return next((one for one in found if one is not None), Duty())
