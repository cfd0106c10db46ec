"""Packages of evidence, in the words of the record; who has one is covered, not said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as now
from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import Failure, Purpose
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageAsked(Event):
    """A package is to be made; ``gaps`` counts what was not as it should be, and known."""

    kind: ClassVar[str] = "evidence.package_asked"
    sentence: ClassVar[str] = _(
        "{actor}制作证据包 {code}：{purpose}，{exhibits} 件证据{approved}"
    )
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Package", "recipient", "identity", "document_number", "acknowledged"
    )

    code: str
    purpose: str
    masking: str
    exhibits: int
    exhibits_digest: str
    gaps: int
    approved: str | None = None  # under which lists or applications statements leave
    recipient_digest: str
    identity_digest: str
    document_number_digest: str
    acknowledged_digest: str

    def shown(self) -> dict[str, Any]:
        under = now("，情况说明按 %s 的批准") % self.approved if self.approved else ""
        purpose = Purpose(self.purpose).label
        return {**self.facts(), "purpose": purpose, "approved": under}


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageMade(Event):
    """The file is there; ``checkpoint_size`` entries are proven by it."""

    kind: ClassVar[str] = "evidence.package_made"
    sentence: ClassVar[str] = _("证据包 {code} 已制成并签名，校验值 {short}")
    tone: ClassVar[str] = "good"

    code: str
    sha256: str
    bytes_count: int
    checkpoint_size: int
    fingerprint: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "short": self.sha256[:12]}


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageFailed(Event):
    """It was not made; ``reason`` is a code."""

    kind: ClassVar[str] = "evidence.package_failed"
    sentence: ClassVar[str] = _("证据包 {code} 没有制成：{reason}")
    tone: ClassVar[str] = "warn"

    code: str
    reason: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "reason": Failure(self.reason).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageDownloaded(Event):
    """The file, or a part of it, was given out; written before the first byte leaves."""

    kind: ClassVar[str] = "evidence.package_downloaded"
    sentence: ClassVar[str] = _("{actor}下载了证据包 {code}")

    code: str
    first: int
    last: int
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageHandedOver(Event):
    """Somebody took it and signed for it."""

    kind: ClassVar[str] = "evidence.package_handed_over"
    sentence: ClassVar[str] = _("{actor}交付了证据包 {code}，对方已签收")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.PackageReceipt", "receiver", "identity", "way"
    )

    code: str
    sha256: str
    giver_signature: str
    receiver_signature: str
    receiver_digest: str
    identity_digest: str
    way_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageWithdrawn(Event):
    """Something about it was wrong; ``replacement`` is the code of what to use instead."""

    kind: ClassVar[str] = "evidence.package_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回了证据包 {code}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.PackageWithdrawal", "reason"
    )

    code: str
    sha256: str
    replacement: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PackageExpired(Event):
    """Its time ran out; our file of it is gone, what was handed over is not."""

    kind: ClassVar[str] = "evidence.package_expired"
    sentence: ClassVar[str] = _("证据包 {code} 到期，本机的文件已删除")

    code: str
    sha256: str
