"""Cameras are registered and their recordings saved, in the words of the record.

Times in facts are text in UTC; those of a recorder's clock say so in their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.base.duration import duration_words
from anlan.evidence.enums import PullProblem, RecorderKind, Way, WhyCamera
from anlan.ledger.events import Covered, Event, covers, quotes, recorded

_WORDS = quotes("evidence.Recording", "words")


@recorded
@dataclass(frozen=True, kw_only=True)
class RecorderRegistered(Event):
    kind: ClassVar[str] = "evidence.recorder_registered"
    sentence: ClassVar[str] = _(
        "{actor}登记录像机“{name}”：{recorder_kind}，保存 {days} 天"
    )

    name: str
    recorder_kind: str
    days: int

    def shown(self) -> dict[str, Any]:
        label = RecorderKind(self.recorder_kind).label
        return {**self.facts(), "recorder_kind": label}


@recorded
@dataclass(frozen=True, kw_only=True)
class RecorderChanged(Event):
    kind: ClassVar[str] = "evidence.recorder_changed"
    sentence: ClassVar[str] = _("{actor}修改录像机“{name}”：保存 {days} 天")

    name: str
    days: int
    is_active: int


@recorded
@dataclass(frozen=True, kw_only=True)
class ClockCompared(Event):
    """The clock of a recorder beside the right time; ahead is positive."""

    kind: ClassVar[str] = "evidence.clock_compared"
    sentence: ClassVar[str] = _("{actor}核对录像机“{name}”的时钟：{offset}")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.ClockReading", "words")

    name: str
    offset_ms: int
    uncertainty_ms: int
    way: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "offset": offset_words(self.offset_ms)}


@recorded
@dataclass(frozen=True, kw_only=True)
class CameraRegistered(Event):
    kind: ClassVar[str] = "evidence.camera_registered"
    sentence: ClassVar[str] = _("{actor}登记摄像头“{name}”，位于{place}")

    name: str
    place: str
    recorder: str
    sees: int
    is_way_out: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CameraChanged(Event):
    kind: ClassVar[str] = "evidence.camera_changed"
    sentence: ClassVar[str] = _("{actor}修改摄像头“{name}”")

    name: str
    place: str
    recorder: str
    sees: int
    is_way_out: int
    is_active: int


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingWanted(Event):
    """What a camera recorded is to be saved before it is overwritten."""

    kind: ClassVar[str] = "evidence.recording_wanted"
    sentence: ClassVar[str] = _("录像 {code} 待保存：{camera}（{why}）")

    code: str
    camera: str
    why: str
    begin: str
    end: str
    overwritten: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "why": WhyCamera(self.why).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class CamerasLeftOut(Event):
    """Further cameras saw the spot or a way out; they were too many to be asked at once.

    ``cameras`` are their uids, a space between them.
    """

    kind: ClassVar[str] = "evidence.cameras_left_out"
    sentence: ClassVar[str] = _("另有 {count} 路摄像头看得到，没有自动要求保存")
    tone: ClassVar[str] = "warn"

    count: int
    cameras: str
    begin: str
    end: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SegmentsKept(Event):
    """Original files of a recorder lie in the vault, byte for byte.

    ``list_digest`` is SHA-256 over their lines ``<sha256> <bytes> <name>``.
    """

    kind: ClassVar[str] = "evidence.segments_kept"
    sentence: ClassVar[str] = _("录像 {code} 存入 {count} 个文件")
    tone: ClassVar[str] = "good"
    quiet: ClassVar[bool] = True

    code: str
    count: int
    bytes_sum: int
    first_on_recorder: str
    last_on_recorder: str
    list_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class StreamKept(Event):
    """What a recorder played was written into files by us, packet by packet.

    ``list_digest`` as with original files.
    """

    kind: ClassVar[str] = "evidence.stream_kept"
    sentence: ClassVar[str] = _("录像 {code} 由回放码流写成 {count} 个文件并存入")
    tone: ClassVar[str] = "good"
    quiet: ClassVar[bool] = True

    code: str
    count: int
    bytes_sum: int
    first_on_recorder: str
    last_on_recorder: str
    list_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LengthSaid(Event):
    """How long a file is cannot be read; its end is what a person says, and why."""

    kind: ClassVar[str] = "evidence.length_said"
    sentence: ClassVar[str] = _(
        "{actor}填写了录像 {code} 中文件 {exhibit} 的时段（系统读不出时长，时长未核实）"
    )
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = quotes("evidence.SaidLength", "words")

    code: str
    exhibit: str
    first_on_recorder: str
    last_on_recorder: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingEndangered(Event):
    """It will be overwritten and is not saved; ``rung`` says who was told."""

    kind: ClassVar[str] = "evidence.recording_endangered"
    sentence: ClassVar[str] = _(
        "录像 {code} 还没有保存，再过{seconds}将被覆盖：{camera}"
    )
    tone: ClassVar[str] = "alarm"

    code: str
    camera: str
    rung: int
    seconds: int
    overwritten: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingTroubled(Event):
    """Nothing comes from the recorder; it is tried again by itself."""

    kind: ClassVar[str] = "evidence.recording_troubled"
    sentence: ClassVar[str] = _("录像 {code}（{camera}）还没有保存：{problem}")
    tone: ClassVar[str] = "warn"

    code: str
    camera: str
    problem: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "problem": PullProblem(self.problem).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingSaved(Event):
    """All that there was is in the vault; ``missing_seconds`` were not recorded."""

    kind: ClassVar[str] = "evidence.recording_saved"
    sentence: ClassVar[str] = _("录像 {code} 已保存：{camera}，{count} 个文件{missing}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = _WORDS

    code: str
    camera: str
    count: int
    gaps: int
    missing_seconds: int
    offset_ms: int
    words_digest: str

    def shown(self) -> dict[str, Any]:
        missing = (
            gettext("，缺 %s") % duration_words(self.missing_seconds)
            if self.missing_seconds
            else ""
        )
        return {**self.facts(), "missing": missing}


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingLost(Event):
    """It cannot be saved any more; why stands in covered words."""

    kind: ClassVar[str] = "evidence.recording_lost"
    sentence: ClassVar[str] = _("{actor}确认录像 {code} 无法保存：{camera}")
    tone: ClassVar[str] = "alarm"
    covers: ClassVar[tuple[Covered, ...]] = _WORDS

    code: str
    camera: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RecordingDeclined(Event):
    kind: ClassVar[str] = "evidence.recording_declined"
    sentence: ClassVar[str] = _("{actor}决定不保存录像 {code}：{camera}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = _WORDS

    code: str
    camera: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageAsked(Event):
    """Somebody said why they must see a recording: the register that G10 asks for."""

    kind: ClassVar[str] = "evidence.footage_asked"
    sentence: ClassVar[str] = _("{actor}登记查看录像 {code}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.FootageRequest", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageOpened(Event):
    """Bytes of a copy to look at, or of an original, were given out.

    Written before the first of them leaves; ``first`` and ``last`` are the bytes.
    """

    kind: ClassVar[str] = "evidence.footage_opened"
    sentence: ClassVar[str] = _("{actor}{did}录像 {code}")
    quiet: ClassVar[bool] = True

    code: str
    way: str
    first: int
    last: int
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "did": Way.told(self.way)}


@recorded
@dataclass(frozen=True, kw_only=True)
class ViewingMade(Event):
    """A copy to look at was made; it is no proof, and can be made again."""

    kind: ClassVar[str] = "evidence.viewing_made"
    sentence: ClassVar[str] = _("录像 {code} 的观看副本已生成")
    quiet: ClassVar[bool] = True

    code: str
    derivative: str
    bytes_count: int
    sha256: str
    recipe_digest: str


def offset_words(offset_ms: int) -> str:
    """``快 4 秒``, ``慢 12.5 秒``, ``准确``."""
    seconds = abs(offset_ms) / 1000
    if not offset_ms:
        return gettext("准确")
    shown = f"{seconds:.1f}".removesuffix(".0")
    words = gettext("快 %s 秒") if offset_ms > 0 else gettext("慢 %s 秒")
    return words % shown
