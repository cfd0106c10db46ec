"""What each source says to a question about self-defence; nothing is concluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class FactNoted(Event):
    """``source`` is the code of the statement or exhibit; empty where nobody knows."""

    kind: ClassVar[str] = "investigation.fact_noted"
    sentence: ClassVar[str] = _("{actor}记下一项防卫事实（{question}），来源 {source}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.DefenceFact", "words")

    question: str
    source: str
    unknown: int
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FactWithdrawn(Event):
    kind: ClassVar[str] = "investigation.fact_withdrawn"
    sentence: ClassVar[str] = _("{actor}划去一项防卫事实（{question}）")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.DefenceFact", "reason"
    )

    question: str
    reason_digest: str
