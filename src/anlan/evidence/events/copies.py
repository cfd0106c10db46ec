"""What happens to the copies of a file, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.base.stores import BACKUP
from anlan.evidence.enums import CopyState
from anlan.ledger.events import Event, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class SecondCopyMade(Event):
    kind: ClassVar[str] = "evidence.second_copy_made"
    sentence: ClassVar[str] = _("证据 {code} 的第二份副本已补齐")
    tone: ClassVar[str] = "good"

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CopyDamaged(Event):
    """A copy is away or is not what it was; ``store`` is primary or backup."""

    kind: ClassVar[str] = "evidence.copy_damaged"
    sentence: ClassVar[str] = _("证据 {code} 的{store}{state}")
    tone: ClassVar[str] = "alarm"

    code: str
    store: str
    state: str
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), **_copy_words(self.store, self.state)}


@recorded
@dataclass(frozen=True, kw_only=True)
class CopyRepaired(Event):
    """The damaged file was set aside, and a copy of the good one took its place."""

    kind: ClassVar[str] = "evidence.copy_repaired"
    sentence: ClassVar[str] = _("证据 {code} 的{store}已用完好的副本修复")
    tone: ClassVar[str] = "good"

    code: str
    store: str
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), **_copy_words(self.store, "")}


@recorded
@dataclass(frozen=True, kw_only=True)
class MalwareFound(Event):
    """A program knows something in this file; the file stays what it is, as evidence."""

    kind: ClassVar[str] = "evidence.malware_found"
    sentence: ClassVar[str] = _("证据 {code} 的文件含有病毒（{malware}），请勿打开")
    tone: ClassVar[str] = "warn"

    code: str
    malware: str
    scanner: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CopyFound(Event):
    """A copy that was damaged or away lies in its place again, every byte as it was."""

    kind: ClassVar[str] = "evidence.copy_found"
    sentence: ClassVar[str] = _("证据 {code} 的{store}重新核对无误")
    tone: ClassVar[str] = "good"

    code: str
    store: str
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), **_copy_words(self.store, "")}


def _copy_words(store: str, state: str) -> dict[str, Any]:
    """The words of the screens for the codes of a copy."""
    words = gettext("第二份副本") if store == BACKUP else gettext("第一份副本")
    return {"store": words, "state": CopyState(state).label if state else ""}
