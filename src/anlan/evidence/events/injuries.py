"""Injuries on the record: that there is something, never where on the body or what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import Round
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class InjuryRecorded(Event):
    kind: ClassVar[str] = "evidence.injury_recorded"
    sentence: ClassVar[str] = _("{actor}记录了 {party} 的一处伤情 {code}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Injury", "region", "kind", "words"
    )

    code: str
    party: str
    region_digest: str
    kind_digest: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InjuryWithdrawn(Event):
    kind: ClassVar[str] = "evidence.injury_withdrawn"
    sentence: ClassVar[str] = _("{actor}划去了伤情 {code}，原记录和理由仍保留")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.Injury", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InjuryPhotographed(Event):
    """With consent; ``scale`` says whether a ruler lies beside it."""

    kind: ClassVar[str] = "evidence.injury_photographed"
    sentence: ClassVar[str] = _("伤情 {code} 的{round}照片列为证据 {exhibit}{scale}")
    tone: ClassVar[str] = "good"

    code: str
    round: str
    exhibit: str
    scale: int

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "round": Round(self.round).label,
            "exhibit": self.exhibit,
            "scale": gettext("，有标尺") if self.scale else gettext("，没有标尺"),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class InjuryPhotoRefused(Event):
    kind: ClassVar[str] = "evidence.injury_photo_refused"
    sentence: ClassVar[str] = _("{party} 不愿拍摄{round}伤情照片")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.InjuryRefusal", "reason")

    party: str
    round: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {"party": self.party, "round": Round(self.round).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class MedicalPaperAdded(Event):
    """A doctor's paper; its kind and what level it appraises are covered, not told."""

    kind: ClassVar[str] = "evidence.medical_paper_added"
    sentence: ClassVar[str] = _("{party} 的医疗文书列为证据 {exhibit}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.MedicalPaper", "kind", "level"
    )

    party: str
    exhibit: str
    kind_digest: str
    level_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InjuriesRead(Event):
    """Medical data were shown to somebody."""

    kind: ClassVar[str] = "evidence.injuries_read"
    sentence: ClassVar[str] = _("{actor}查看了 {party} 的伤情")
    quiet: ClassVar[bool] = True

    party: str
