"""The words of a humanitarian payment on the record of the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class KindnessWordsApproved(Event):
    kind: ClassVar[str] = "resolution.kindness_words_approved"
    sentence: ClassVar[str] = _("{actor}审定了慰问款文书第 {version} 版")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("resolution.KindnessWords", "words")

    version: int
    words_digest: str
