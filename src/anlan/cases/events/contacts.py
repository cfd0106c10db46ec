"""Talks with the parties; what was said in them is vouched for, and never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.cases.enums import ContactChannel, Side
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class ContactNamed(Event):
    kind: ClassVar[str] = "case.contact_named"
    sentence: ClassVar[str] = _("{actor}指定{user}为{side}的联系人")
    tone: ClassVar[str] = "people"

    side: str
    user: str
    before: str | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ContactHeld(Event):
    """``happened`` of the entry is when it was held; the other clock is when it was written."""

    kind: ClassVar[str] = "case.contact_held"
    sentence: ClassVar[str] = _("{actor}记录与{party}的沟通 {code}（{channel}）")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "cases.Contact", "words", "concern", "medical", "psychological", "companion"
    )

    code: str
    party: str
    side: str | None = None
    channel: str
    direction: str
    held_by: str
    motive_heard: int
    background_heard: int
    consequences_explained: int
    promises: int
    next_due: str | None = None
    corrects: str | None = None
    words_digest: str
    concern_digest: str
    medical_digest: str
    psychological_digest: str
    companion_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "channel": ContactChannel(self.channel).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class PromiseMade(Event):
    kind: ClassVar[str] = "case.promise_made"
    sentence: ClassVar[str] = _("{actor}在沟通 {code} 中作出承诺")
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.Promise", "words")

    code: str
    due: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class KeptApart(Event):
    kind: ClassVar[str] = "case.kept_apart"
    sentence: ClassVar[str] = _("{actor}安排{one}与{other}避免接触 {code}")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.KeepApart", "words")

    code: str
    one: str
    other: str
    places: str  # their uids
    begins: str
    ends: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class KeepApartEnded(Event):
    kind: ClassVar[str] = "case.keep_apart_ended"
    sentence: ClassVar[str] = _("{actor}提前结束避免接触安排 {code}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.KeepApart", "reason")

    code: str
    reason_digest: str
