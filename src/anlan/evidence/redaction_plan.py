"""What is to be covered of a picture, a film or a sound, as data that nobody can bend.

Times are milliseconds from the beginning, places are pixels of the upright picture. A box
is there from ``begin`` to ``end``, both included, and goes straight from key to key. Of a
film or a sound the copy may hold only a part; its times count from the beginning too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.evidence.enums import BoxFill, BoxLabel, SoundChoice, SpanFill

MOST_BOXES = 200
MOST_KEYS = 2_000  # of all boxes together
MOST_SPANS = 200
LEAST_SIDE = 4  # pixels of a box
LEAST_PART = 200  # milliseconds


class Key(NamedTuple):
    """Where a box is at a moment."""

    at: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was read of the original; zero is what it has not."""

    kind: str  # image, video, audio
    width: int = 0
    height: int = 0
    milliseconds: int = 0
    step_us: int = 0
    channels: int = 0


@dataclass(frozen=True, kw_only=True)
class Box:
    label: BoxLabel
    fill: BoxFill
    begin: int
    end: int
    keys: tuple[Key, ...]


@dataclass(frozen=True, kw_only=True)
class Span:
    begin: int
    end: int
    fill: SpanFill


class Part(NamedTuple):
    """From and to, the end not included: all that the copy holds."""

    begin: int
    end: int

    def shows(self, one: Box | Span) -> bool:
        return one.begin < self.end and self.begin <= one.end


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is covered; ``part`` is none if the copy holds all."""

    boxes: tuple[Box, ...] = ()
    sound: SoundChoice = SoundChoice.REMOVED
    spans: tuple[Span, ...] = field(default=())
    part: Part | None = None

    @property
    def boxes_shown(self) -> tuple[Box, ...]:
        """Those that cover something of what the copy holds."""
        return tuple(b for b in self.boxes if self.part is None or self.part.shows(b))

    @property
    def spans_heard(self) -> tuple[Span, ...]:
        return tuple(s for s in self.spans if self.part is None or self.part.shows(s))

    def as_json(self) -> dict[str, Any]:
        """As it is stored and sent; ``plan_from`` reads it."""
        said = asdict(self)
        said["boxes"] = [
            {**asdict(box), "keys": [list(key) for key in box.keys]}
            for box in self.boxes
        ]
        said["spans"] = [asdict(span) for span in self.spans]
        del said["part"]
        return said if self.part is None else {**said, "part": list(self.part)}


def plan_from(said: Any, sight: Sight) -> Plan:
    """Read what a browser, a program or a row says, for an original of this size.

    Raises:
        InvalidInput: anything that is not exactly a plan; ``path`` names the part.
    """
    if not isinstance(said, dict):
        raise _bad("plan")
    boxes = _list(said.get("boxes", []), "boxes", MOST_BOXES)
    spans = _list(said.get("spans", []), "spans", MOST_SPANS)
    keys = sum(len(_list(_part(b, "keys"), "boxes", MOST_KEYS)) for b in boxes)
    if keys > MOST_KEYS:
        raise InvalidInput(_("位置太多，最多 %s 个") % MOST_KEYS, path="boxes")
    if boxes and sight.kind == "audio":
        raise InvalidInput(_("录音没有画面可以遮盖"), path="boxes")
    if spans and not sight.channels:
        raise InvalidInput(_("没有声音可以遮盖"), path="spans")
    default = SoundChoice.KEPT if sight.kind == "audio" else SoundChoice.REMOVED
    sound = _choice(SoundChoice, said.get("sound", default), "sound")
    if sight.kind == "audio" and sound != SoundChoice.KEPT:
        raise InvalidInput(_("录音只能遮盖其中的时段"), path="sound")
    return Plan(
        boxes=tuple(_box(box, n, sight) for n, box in enumerate(boxes, 1)),
        sound=sound,
        spans=tuple(_span(span, n, sight) for n, span in enumerate(spans, 1)),
        part=_the_part(said.get("part"), sight),
    )


def _the_part(said: Any, sight: Sight) -> Part | None:
    """None if nothing is said, or it is all."""
    if said is None:
        return None
    if not isinstance(said, list | tuple) or len(said) != len(Part._fields):
        raise _bad("part")
    part = Part(*(_whole(value, "part") for value in said))
    if not sight.milliseconds:
        raise InvalidInput(_("照片没有可以截取的一段"), path="part")
    if not (
        0 <= part.begin <= part.end - LEAST_PART and part.end <= sight.milliseconds
    ):
        raise InvalidInput(
            _("只留的一段要在片长以内，开始早于结束，至少 0.2 秒"), path="part"
        )
    return None if part == (0, sight.milliseconds) else part


def _box(said: Any, number: int, sight: Sight) -> Box:
    label = _choice(BoxLabel, _part(said, "label"), "boxes")
    fill = _choice(BoxFill, _part(said, "fill"), "boxes")
    if fill == BoxFill.PIXELS and not label.may_be_coarse:
        raise InvalidInput(
            _("第 %s 处：车牌、屏幕和文书只能涂黑，马赛克下的文字能被还原") % number,
            path="boxes",
        )
    begin, end = _time(said, number, sight)
    keys = tuple(_key(key, number, sight) for key in _part(said, "keys"))
    times = [key.at for key in keys]
    if not keys or times != sorted(set(times)):
        raise InvalidInput(
            _("第 %s 处：位置要按时间先后，同一时刻一个") % number, path="boxes"
        )
    if not begin <= times[0] <= times[-1] <= end:
        raise InvalidInput(
            _("第 %s 处：位置的时间要在开始和结束之间") % number, path="boxes"
        )
    return Box(label=label, fill=fill, begin=begin, end=end, keys=keys)


def _key(said: Any, number: int, sight: Sight) -> Key:
    if not isinstance(said, list | tuple) or len(said) != len(Key._fields):
        raise _bad("boxes")
    key = Key(*(_whole(value, "boxes") for value in said))
    if key.width < LEAST_SIDE or key.height < LEAST_SIDE:
        raise InvalidInput(
            _("第 %(n)s 处：宽和高至少 %(least)s 像素")
            % {"n": number, "least": LEAST_SIDE},
            path="boxes",
        )
    is_inside = (
        0 <= key.x <= sight.width - key.width
        and 0 <= key.y <= sight.height - key.height
    )
    if not is_inside:
        raise InvalidInput(_("第 %s 处：框在画面以外") % number, path="boxes")
    return key


def _span(said: Any, number: int, sight: Sight) -> Span:
    fill = _choice(SpanFill, _part(said, "fill"), "spans")
    begin, end = _time(said, number, sight, path="spans")
    if begin == end:
        raise InvalidInput(_("第 %s 段声音没有长度") % number, path="spans")
    return Span(begin=begin, end=end, fill=fill)


def _time(
    said: Any, number: int, sight: Sight, *, path: str = "boxes"
) -> tuple[int, int]:
    begin, end = (_whole(_part(said, name, path), path) for name in ("begin", "end"))
    if not 0 <= begin <= end <= sight.milliseconds:
        raise InvalidInput(
            _("第 %s 处：开始和结束要在片长以内，先后不能颠倒") % number, path=path
        )
    return begin, end


def _whole(value: Any, path: str) -> int:
    if type(value) is not int or abs(value) > 1 << 31:
        raise _bad(path)
    return value


def _part(said: Any, name: str, path: str = "boxes") -> Any:
    if not isinstance(said, dict) or name not in said:
        raise _bad(path)
    return said[name]


def _list(said: Any, path: str, most: int) -> list[Any]:
    if not isinstance(said, list):
        raise _bad(path)
    if len(said) > most:
        raise InvalidInput(_("太多了，最多 %s 处") % most, path=path)
    return said


def _choice(kind: Any, value: Any, path: str) -> Any:
    if not isinstance(value, str) or value not in kind.values:
        raise _bad(path)
    return kind(value)


def _bad(path: str) -> InvalidInput:
    return InvalidInput(_("打码方案读不懂，请刷新页面再试"), path=path)
