"""Files come in and are looked at, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import ExhibitKind, Printout, Protection, Source, Way
from anlan.ledger.events import Covered, Event, covers, quotes, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitReceived(Event):
    """A file is in the vault, on ``copies`` disks or folders, and on the list."""

    kind: ClassVar[str] = "evidence.received"
    sentence: ClassVar[str] = _(
        "证据 {code} 入库：{exhibit_kind}，{source}，校验值 {short}，{copies} 份副本"
    )
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "evidence.Exhibit", "title", "file_name", "how"
    )

    code: str
    exhibit_kind: str
    source: str
    media_type: str
    bytes_count: int
    sha256: str
    reading: str
    copies: int
    on_one_disk: int  # 1 or 0; 2 if that was not known
    title_digest: str
    file_name_digest: str
    how_digest: str
    footage: str | None = None  # the recording it was brought for, or that it is some

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
    footage: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageUnsaid(Event):
    """It was said to come out of a CCTV recorder by mistake."""

    kind: ClassVar[str] = "evidence.footage_unsaid"
    sentence: ClassVar[str] = _("{actor}更正：证据 {code} 不是监控录像，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.FootageCorrection", "reason"
    )

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitProtected(Event):
    """An exhibit that was on the list is from now on seen by those who need it."""

    kind: ClassVar[str] = "evidence.protected"
    sentence: ClassVar[str] = _("证据 {code} 列为受保护材料（{protection}）")

    code: str
    protection: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "protection": Protection(self.protection).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ExhibitOpened(Event):
    """Bytes were given out; written before the first of them leaves.

    ``way`` is viewed or downloaded; ``first`` and ``last`` are the bytes asked for.
    """

    kind: ClassVar[str] = "evidence.opened"
    sentence: ClassVar[str] = _("{actor}{did}证据 {code}")
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
class PagePrinted(Event):
    """A page was given out that is made to be printed; ``code`` is what it is of."""

    kind: ClassVar[str] = "evidence.page_printed"
    sentence: ClassVar[str] = _("{actor}{did}{page} {code}")
    quiet: ClassVar[bool] = True

    page: str
    code: str
    way: str

    def shown(self) -> dict[str, Any]:
        page = Printout(self.page).label
        return {**self.facts(), "page": page, "did": Way.told(self.way)}


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
