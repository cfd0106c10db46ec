"""What happens to things that are evidence, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import StepKind
from anlan.ledger.events import Covered, Event, quotes, recorded

_STEP_WORDS = quotes("evidence.CustodyStep", "words", kept_where="where_digest")


@recorded
@dataclass(frozen=True, kw_only=True)
class ObjectRegistered(Event):
    """A thing was taken into custody."""

    kind: ClassVar[str] = "evidence.object_registered"
    sentence: ClassVar[str] = _("{actor}登记实物证据 {code}，封条 {seal_number}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = quotes("evidence.Exhibit", "title", "how")

    code: str
    seal_number: str
    title_digest: str
    how_digest: str

    def shown(self) -> dict[str, Any]:
        seal = self.seal_number or gettext("（未封存）")
        return {"code": self.code, "seal_number": seal}


@recorded
@dataclass(frozen=True, kw_only=True)
class CustodyStepped(Event):
    """A step of custody; people are keys, signatures the digests of their images."""

    kind: ClassVar[str] = "evidence.custody_stepped"
    sentence: ClassVar[str] = _("{actor}对实物证据 {code}：{step}{receiver}")
    covers: ClassVar[tuple[Covered, ...]] = _STEP_WORDS

    code: str
    step: str
    seal_number: str
    seal_is_whole: int | None = None
    giver: str | None = None
    receiver: str | None = None
    giver_signature: str | None = None
    receiver_signature: str | None = None
    words_digest: str
    where_digest: str

    def shown(self) -> dict[str, Any]:
        step = StepKind(self.step)
        if self.receiver is None or step == StepKind.REGISTERED:
            return {"code": self.code, "step": step.label, "receiver": ""}
        to = f"{step.label} → "
        return {"code": self.code, "step": to, "receiver": self.receiver}


@recorded
@dataclass(frozen=True, kw_only=True)
class SealFoundBroken(Event):
    """A check of a seal ended badly; the step beside it says in which words."""

    kind: ClassVar[str] = "evidence.seal_found_broken"
    sentence: ClassVar[str] = _(
        "{actor}发现实物证据 {code} 的封条 {seal_number} 已破损"
    )
    tone: ClassVar[str] = "alarm"

    code: str
    seal_number: str
