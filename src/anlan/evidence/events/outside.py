"""What the record says of those who keep checkpoints outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class KeeperAdded(Event):
    kind: ClassVar[str] = "evidence.keeper_added"
    sentence: ClassVar[str] = _("{actor}增加了在外面保存检查点的人")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.OutsideKeeper", "name")

    name_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class KeeperRemoved(Event):
    kind: ClassVar[str] = "evidence.keeper_removed"
    sentence: ClassVar[str] = _("{actor}不再把检查点寄给一位保存人")
    tone: ClassVar[str] = "warn"
