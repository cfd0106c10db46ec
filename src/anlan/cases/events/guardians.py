"""Who stands for whom, on the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class GuardianLinked(Event):
    kind: ClassVar[str] = "case.guardian_linked"
    sentence: ClassVar[str] = _("{actor}登记{guardian}为{ward}的监护人")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.Guardianship", "relation")

    guardian: str
    ward: str
    relation_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class GuardianUnlinked(Event):
    kind: ClassVar[str] = "case.guardian_unlinked"
    sentence: ClassVar[str] = _("{actor}撤销{guardian}为{ward}监护人的登记，理由已写明")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.Guardianship", "reason")

    guardian: str
    ward: str
    reason_digest: str
