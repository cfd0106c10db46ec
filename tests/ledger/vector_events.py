"""Events of no package, so that the frozen vectors outlive every rename elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from anlan.ledger.events import Event


@dataclass(frozen=True, kw_only=True)
class Fact(Event):
    """Not in the closed list of kinds: it is linked, never appended."""

    kind: ClassVar[str] = "vector.fact"
    sentence: ClassVar[str] = ""

    words: str | None = None
    count: int | None = None
    fen: int | None = None
