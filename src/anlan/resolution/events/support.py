"""What a plan offers to those who were hurt; its words are vouched for, never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class SupportFixed(Event):
    """An offer of a submitted version, within ``days`` of its approval."""

    kind: ClassVar[str] = "resolution.support_fixed"
    sentence: ClassVar[str] = _("处理方案 {code} 对受害人的支持第 {position} 项已固定")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.PlanSupport", "kind", "words"
    )

    code: str
    position: int
    party: str
    owner: str
    days: int
    kind_digest: str
    words_digest: str
