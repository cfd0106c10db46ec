"""What people decided about accounts side by side; whose words, never which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.investigation.enums import CellSays, ComparedFact, ComparedTopic
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class FreeFactAdded(Event):
    kind: ClassVar[str] = "investigation.free_fact_added"
    sentence: ClassVar[str] = _("{actor}在陈述比对里加上第 {number} 项")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.FreeFact", "words")

    number: int
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FreeFactWithdrawn(Event):
    kind: ClassVar[str] = "investigation.free_fact_withdrawn"
    sentence: ClassVar[str] = _("{actor}在陈述比对里划去第 {number} 项")
    tone: ClassVar[str] = "warn"

    number: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CellRead(Event):
    """``fact`` is a key of the standard list or ``free-1``; ``proposed`` by the program."""

    kind: ClassVar[str] = "investigation.cell_read"
    sentence: ClassVar[str] = _("{actor}核对 {statement}（{fact}）：{says}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.CellReading", "note")

    statement: str
    fact: str
    says: str
    proposed: str
    start: int | None = None
    end: int | None = None
    note_digest: str

    def shown(self) -> dict[str, Any]:
        known = self.fact in ComparedFact.values
        return {
            "statement": self.statement,
            "fact": ComparedFact(self.fact).label if known else self.fact,
            "says": CellSays(self.says).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class PairRead(Event):
    """``holds``: the two sentences do contradict, or agree, as was proposed."""

    kind: ClassVar[str] = "investigation.pair_read"
    sentence: ClassVar[str] = _("{actor}核对 {first} 与 {second}（{topic}）：{verdict}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.PairReading", "reason"
    )

    first: str
    second: str
    topic: str
    first_start: int
    second_start: int
    holds: int
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "topic": ComparedTopic(self.topic).label,
            "verdict": gettext("确认") if self.holds else gettext("不成立"),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class PersonNamed(Event):
    """``party`` is a key; how they are called is covered, and nowhere quoted."""

    kind: ClassVar[str] = "investigation.person_named"
    sentence: ClassVar[str] = _("{actor}记下 {statement} 怎样称呼{party}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Naming", "words")

    statement: str
    party: str
    words_digest: str
