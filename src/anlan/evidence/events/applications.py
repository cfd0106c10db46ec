"""Applications for footage, in the words of the record; who asks is covered, not said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import Applicant, FootageWay
from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageApplied(Event):
    """An application was taken in; ``document`` is the digest of the paper's photo."""

    kind: ClassVar[str] = "evidence.footage_applied"
    sentence: ClassVar[str] = _("{actor}受理录像申请 {number}：{applicant}，{wanted}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.FootageApplication",
        "purpose",
        "unit",
        "officers",
        "document_number",
        "identity_tail",
    )

    number: str
    applicant: str
    relation: str
    wanted: str
    begin: str
    end: str
    cameras: int
    document: str | None = None
    statements: int | None = None  # 1: the paper asks for them too
    purpose_digest: str
    unit_digest: str
    officers_digest: str
    document_number_digest: str
    identity_tail_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "applicant": Applicant(self.applicant).label,
            "wanted": FootageWay(self.wanted).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageAttached(Event):
    """An application that was taken in without a case belongs to one from here on."""

    kind: ClassVar[str] = "evidence.footage_attached"
    sentence: ClassVar[str] = _("{actor}把录像申请 {number} 归入案件 {case}")

    number: str
    case: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageApproved(Event):
    """May be seen, or got, within the scope and until the moment that it names."""

    kind: ClassVar[str] = "evidence.footage_approved"
    sentence: ClassVar[str] = _(
        "{actor}批准录像申请 {number}：{way}，{recordings} 份录像、{exhibits} 件证据"
    )
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.FootageApplication", "decision"
    )

    number: str
    way: str
    recordings: int
    exhibits: int
    scope_digest: str
    until: str
    decision_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "way": FootageWay(self.way).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageDocumentOpened(Event):
    kind: ClassVar[str] = "evidence.footage_document_opened"
    sentence: ClassVar[str] = _("{actor}查看了录像申请 {number} 的文书照片")
    quiet: ClassVar[bool] = True

    number: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageRefused(Event):
    kind: ClassVar[str] = "evidence.footage_refused"
    sentence: ClassVar[str] = _("{actor}未批准录像申请 {number}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.FootageApplication", "decision"
    )

    number: str
    decision_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageWithdrawn(Event):
    kind: ClassVar[str] = "evidence.footage_withdrawn"
    sentence: ClassVar[str] = _("{actor}登记：录像申请 {number} 已撤回")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.FootageApplication", "withdrawal"
    )

    number: str
    withdrawal_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageApprovalExpired(Event):
    """The time of the approval is over; nothing is seen or given under it any more."""

    kind: ClassVar[str] = "evidence.footage_approval_expired"
    sentence: ClassVar[str] = _("录像申请 {number} 的批准已到期")

    number: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageViewingBegan(Event):
    """An applicant sits before our screen; the looks that follow are under it."""

    kind: ClassVar[str] = "evidence.footage_viewing_began"
    sentence: ClassVar[str] = _(
        "{actor}陪同申请人现场查阅：{number}，{recordings} 份录像"
    )

    number: str
    recordings: int


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageViewingEnded(Event):
    kind: ClassVar[str] = "evidence.footage_viewing_ended"
    sentence: ClassVar[str] = _("现场查阅结束：{number}，{seconds}，没有留下复制件")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.FootageViewing", "seen")

    number: str
    seconds: int
    seen_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageHandedOver(Event):
    """A package was signed for under the application."""

    kind: ClassVar[str] = "evidence.footage_handed_over"
    sentence: ClassVar[str] = _("录像申请 {number} 已交付：证据包 {code}")
    tone: ClassVar[str] = "people"

    number: str
    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FootageListPrinted(Event):
    """The list of copies 调取证据清单 was set; ``sha256`` is of the PDF."""

    kind: ClassVar[str] = "evidence.footage_list_printed"
    sentence: ClassVar[str] = _("{actor}打印了录像申请 {number} 的调取证据清单")
    quiet: ClassVar[bool] = True

    number: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RegisterTaken(Event):
    """The register of looks was taken with the names of applicants in full."""

    kind: ClassVar[str] = "evidence.register_taken"
    sentence: ClassVar[str] = _(
        "{actor}取用了录像查阅登记簿（姓名不遮盖），{first_day} 至 {last_day}"
    )
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.RegisterExtract", "reason")

    first_day: str
    last_day: str
    people: int
    reason_digest: str
