"""What a plan offers to those who were hurt; its words are vouched for, never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, recorded
from anlan.resolution.enums import SupportKind
from anlan.resolution.events.covering import covers


@recorded
@dataclass(frozen=True, kw_only=True)
class SupportFixed(Event):
    """An offer of a submitted version, within ``days`` of its approval."""

    kind: ClassVar[str] = "resolution.support_fixed"
    sentence: ClassVar[str] = _("处理方案 {code} 对受害人的支持已固定：{support}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("PlanSupport", "words")

    code: str
    position: int
    support: str
    party: str
    owner: str
    days: int
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "support": SupportKind(self.support).label}
