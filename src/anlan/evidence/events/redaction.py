"""Masked copies, in the words of the record: which original, how much is covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import RedactionFailure
from anlan.ledger.events import Event, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class RedactionBegun(Event):
    """Somebody begins to draw; ``sha256`` is what they draw on."""

    kind: ClassVar[str] = "evidence.redaction_begun"
    sentence: ClassVar[str] = _("{actor}开始给证据 {code} 打码")
    quiet: ClassVar[bool] = True

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RedactionAsked(Event):
    """A masked copy is to be made; ``plan_digest`` is of what is covered, and when."""

    kind: ClassVar[str] = "evidence.redaction_asked"
    sentence: ClassVar[str] = _("{actor}制作证据 {code} 的打码副本：{boxes} 处画面")

    code: str
    sha256: str
    boxes: int
    spans: int
    sound: str
    plan_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RedactionMade(Event):
    """The copy is an exhibit; ``recipe_digest`` is of how to make it again."""

    kind: ClassVar[str] = "evidence.redaction_made"
    sentence: ClassVar[str] = _("证据 {original} 的打码副本已入库：{code}")
    tone: ClassVar[str] = "good"

    code: str
    original: str
    sha256: str
    original_sha256: str
    bytes_count: int
    recipe_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RedactionFailed(Event):
    kind: ClassVar[str] = "evidence.redaction_failed"
    sentence: ClassVar[str] = _("证据 {code} 的打码副本没有制成：{reason}")
    tone: ClassVar[str] = "warn"

    code: str
    reason: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "reason": RedactionFailure(self.reason).label}
