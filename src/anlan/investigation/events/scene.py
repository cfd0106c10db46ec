"""What was seen at the scene, and where on a sketch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class SceneLooked(Event):
    kind: ClassVar[str] = "investigation.scene_looked"
    sentence: ClassVar[str] = _("{actor}查看现场：{aspect}，{rating}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.SceneLook", "note")

    aspect: str
    rating: str
    exhibit: str | None = None
    note_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            "aspect": SceneAspect(self.aspect).label,
            "rating": SceneRating(self.rating).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class SketchDrawn(Event):
    kind: ClassVar[str] = "investigation.sketch_drawn"
    sentence: ClassVar[str] = _("{actor}新建现场图 {code}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Sketch", "title")

    code: str
    exhibit: str | None = None
    title_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PinSet(Event):
    """Where something stands, in thousandths of the picture; ``party`` is a key."""

    kind: ClassVar[str] = "investigation.pin_set"
    sentence: ClassVar[str] = _("{actor}在现场图 {code} 标出 {number} 号：{pin}")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Pin", "label")

    code: str
    number: int
    pin: str
    x: int
    y: int
    party: str | None = None
    label_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "number": self.number,
            "pin": PinKind(self.pin).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class PinMoved(Event):
    kind: ClassVar[str] = "investigation.pin_moved"
    sentence: ClassVar[str] = _("{actor}移动现场图 {code} 的 {number} 号")

    code: str
    number: int
    x: int
    y: int


@recorded
@dataclass(frozen=True, kw_only=True)
class PinRemoved(Event):
    kind: ClassVar[str] = "investigation.pin_removed"
    sentence: ClassVar[str] = _("{actor}取下现场图 {code} 的 {number} 号")

    code: str
    number: int
