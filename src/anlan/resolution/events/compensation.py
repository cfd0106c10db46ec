"""Compensation on the record: that it was computed, never what it says of a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.enums import FigureKey, Province


@recorded
@dataclass(frozen=True, kw_only=True)
class CompensationFigureEntered(Event):
    """``value`` is in the unit of the key: fen, hundredths of a percent, or days."""

    kind: ClassVar[str] = "resolution.figure_entered"
    sentence: ClassVar[str] = _(
        "{actor}录入了赔偿参数 {province} {year} 年 {key} 第 {version} 版"
    )
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.CompensationFigure",
        "variant",
        "title",
        "issuer",
        "address",
        "reason",
    )

    key: str
    province: str
    year: int
    version: int
    value: int
    issued_on: str
    variant_digest: str
    title_digest: str
    issuer_digest: str
    address_digest: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "key": FigureKey(self.key).label,
            "province": Province(self.province).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class CompensationBegun(Event):
    kind: ClassVar[str] = "resolution.compensation_begun"
    sentence: ClassVar[str] = _("{actor}开始测算 {party} 的赔偿 {code}")

    code: str
    party: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CompensationMade(Event):
    """``law`` is the digest of the articles, ``figures`` how many figures were used."""

    kind: ClassVar[str] = "resolution.compensation_made"
    sentence: ClassVar[str] = _("{actor}完成赔偿测算 {code} 第 {version} 版{complete}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "resolution.CompensationVersion", "claim", "outcome"
    )

    code: str
    version: int
    complete: int
    figures: int
    exhibits: int
    law: str
    claim_digest: str
    outcome_digest: str

    def shown(self) -> dict[str, Any]:
        missing = "" if self.complete else gettext("（缺少参数，合计不完整）")
        return {**self.facts(), "complete": missing}


@recorded
@dataclass(frozen=True, kw_only=True)
class CompensationPrinted(Event):
    """``sha256`` is that of the PDF."""

    kind: ClassVar[str] = "resolution.compensation_printed"
    sentence: ClassVar[str] = _("{actor}打印了赔偿测算 {code} 第 {version} 版")
    quiet: ClassVar[bool] = True

    code: str
    version: int
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CompensationRead(Event):
    """A calculation, and with it what it says of injuries, was shown to somebody."""

    kind: ClassVar[str] = "resolution.compensation_read"
    sentence: ClassVar[str] = _("{actor}查看了赔偿测算 {code}")
    quiet: ClassVar[bool] = True

    code: str
