"""That a meeting was held, and who took part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class MeetingHeld(Event):
    kind: ClassVar[str] = "review.meeting_held"
    sentence: ClassVar[str] = _("{actor}登记复盘会 {code}，{people} 人自愿参加")
    covers: ClassVar[tuple[Covered, ...]] = covers("review.Meeting", "where", "minutes")

    code: str
    people: int
    where_digest: str
    minutes_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MeetingJoined(Event):
    """One who took part; ``user`` is a colleague, a guest's name is covered."""

    kind: ClassVar[str] = "review.meeting_joined"
    sentence: ClassVar[str] = _("复盘会 {code} 的一名参加人已登记")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("review.MeetingGuest", "name")

    code: str
    user: str | None = None
    name_digest: str
