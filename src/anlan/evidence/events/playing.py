"""Looking and hearing, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageMarked(Event):
    """A note at a true moment of the recordings; its words stand in its row."""

    kind: ClassVar[str] = "evidence.footage_marked"
    sentence: ClassVar[str] = _("{actor}在录像 {time} 处作了标记")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.FootageMark", "words")

    code: str  # of the recording; empty: of all
    moment: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "time": _time_words(self.moment)}


@recorded
@dataclass(frozen=True, kw_only=True)
class StillTaken(Event):
    """A picture of one moment out of an original file of a recorder."""

    kind: ClassVar[str] = "evidence.still_taken"
    sentence: ClassVar[str] = _("{actor}从录像 {recording} 截取 {time} 的画面为 {code}")

    code: str  # of the exhibit that it became
    recording: str
    moment: str
    original_sha256: str
    sha256: str
    recipe_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "time": _time_words(self.moment)}


@recorded
@dataclass(frozen=True, kw_only=True)
class PlayingCopyMade(Event):
    """A copy to hear or to look at was made of a file; it is no proof."""

    kind: ClassVar[str] = "evidence.playing_copy_made"
    sentence: ClassVar[str] = _("{code} 的播放副本已生成")
    quiet: ClassVar[bool] = True

    code: str
    bytes_count: int
    sha256: str
    recipe_digest: str


def _time_words(moment: str) -> str:
    found = parse_datetime(moment)
    return f"{localtime(found):%H:%M:%S}" if found else moment
