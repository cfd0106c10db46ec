"""What happens to evidence, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.base.stores import BACKUP
from anlan.evidence.enums import CopyState, ExhibitKind, Source, StepKind
from anlan.ledger.events import Covered, Event, recorded

_TITLE = Covered(digest_field="title_digest", model="evidence.Exhibit", field="title")
_STEP_WORDS = (
    Covered(digest_field="words_digest", model="evidence.CustodyStep", field="words"),
    Covered(
        digest_field="where_digest", model="evidence.CustodyStep", field="kept_where"
    ),
)


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitReceived(Event):
    """A file is in the vault, on ``copies`` disks or folders, and on the list."""

    kind: ClassVar[str] = "evidence.received"
    sentence: ClassVar[str] = _(
        "证据 {code} 入库：{exhibit_kind}，{source}，校验值 {short}，{copies} 份副本"
    )
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = (
        _TITLE,
        Covered(
            digest_field="file_name_digest",
            model="evidence.Exhibit",
            field="file_name",
        ),
        Covered(digest_field="how_digest", model="evidence.Exhibit", field="how"),
    )

    code: str
    exhibit_kind: str
    source: str
    media_type: str
    bytes_count: int
    sha256: str
    reading: str
    copies: int
    on_one_disk: int
    title_digest: str
    file_name_digest: str
    how_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "exhibit_kind": ExhibitKind(self.exhibit_kind).label,
            "source": Source(self.source).label,
            "short": self.sha256[:12],
            "copies": self.copies,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitReceivedAgain(Event):
    """The same bytes came once more for the same case: it stays one exhibit."""

    kind: ClassVar[str] = "evidence.received_again"
    sentence: ClassVar[str] = _("再次收到与 {code} 完全相同的文件，仍为一件证据")

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitOpened(Event):
    """Bytes were given out; written before the first of them leaves.

    ``way`` is viewed or downloaded; ``first`` and ``last`` are the bytes asked for.
    """

    kind: ClassVar[str] = "evidence.opened"
    sentence: ClassVar[str] = _("{actor}查看了证据 {code}")
    quiet: ClassVar[bool] = True

    code: str
    way: str
    first: int
    last: int
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReceiptShown(Event):
    kind: ClassVar[str] = "evidence.receipt_shown"
    sentence: ClassVar[str] = _("{actor}打开了证据 {code} 的回执")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class UploadRefused(Event):
    """What was uploaded was not taken; ``reason`` is a code."""

    kind: ClassVar[str] = "evidence.upload_refused"
    sentence: ClassVar[str] = _("一个上传的文件未被接受（{reason}）")
    tone: ClassVar[str] = "warn"

    reason: str
    bytes_count: int

    def shown(self) -> dict[str, Any]:
        words = {
            "ended": gettext("上传人取消"),
            "expired": gettext("逾期没有传完"),
        }
        return {"reason": words.get(self.reason, self.reason)}


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


@recorded
@dataclass(frozen=True, kw_only=True)
class ObjectRegistered(Event):
    """A thing was taken into custody."""

    kind: ClassVar[str] = "evidence.object_registered"
    sentence: ClassVar[str] = _("{actor}登记实物证据 {code}，封条 {seal_number}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = (
        _TITLE,
        Covered(digest_field="how_digest", model="evidence.Exhibit", field="how"),
    )

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


def _copy_words(store: str, state: str) -> dict[str, Any]:
    """The words of the screens for the codes of a copy."""
    words = gettext("第二份副本") if store == BACKUP else gettext("第一份副本")
    return {"store": words, "state": CopyState(state).label if state else ""}
