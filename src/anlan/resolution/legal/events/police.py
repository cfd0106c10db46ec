"""What becomes of reports to the police; words and numbers are vouched for, not told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as now
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.legal import periods
from anlan.resolution.legal.enums import PaperKind, ToldWay
from anlan.resolution.legal.events.limitation import ground_of_count


@recorded
@dataclass(frozen=True, kw_only=True)
class ProcedureWritten(Event):
    """``content`` is the digest over all of it, which is no secret."""

    kind: ClassVar[str] = "legal.procedure_written"
    sentence: ClassVar[str] = _("{actor}写了本地报案指引第 {version} 版")

    version: int
    valid_from: str
    content: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportBegun(Event):
    kind: ClassVar[str] = "legal.report_begun"
    sentence: ClassVar[str] = _("{actor}开始准备报案材料 {code}")

    code: str
    procedure: int  # version; 0 where none was written


@recorded
@dataclass(frozen=True, kw_only=True)
class MaterialApproved(Event):
    """``scope_digest`` is over the codes of the exhibits, as with applications."""

    kind: ClassVar[str] = "legal.material_approved"
    sentence: ClassVar[str] = _(
        "{actor}批准报案材料 {code} 的清单：{exhibits} 件证据可以交公安机关"
    )

    code: str
    exhibits: int
    scope_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportDropped(Event):
    kind: ClassVar[str] = "legal.report_dropped"
    sentence: ClassVar[str] = _("{actor}不再递交报案材料 {code}，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.PoliceReport", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportHandedOver(Event):
    """``missing`` counts the kinds of material that were open; ``listing`` names all."""

    kind: ClassVar[str] = "legal.report_handed_over"
    sentence: ClassVar[str] = _("{actor}把报案材料 {code} 递交公安机关{how}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "legal.PoliceReport",
        *("station", "officer", "officer_number", "signers"),
        *("listing", "gaps", "words"),
    )

    code: str
    accepted: int
    missing: int
    receipt: str | None = None
    station_digest: str
    officer_digest: str
    officer_number_digest: str
    signers_digest: str
    listing_digest: str
    gaps_digest: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        how = "" if self.accepted else now("（口头报案，没有递交材料）")
        return {**self.facts(), "how": how}


@recorded
@dataclass(frozen=True, kw_only=True)
class PaperRecorded(Event):
    kind: ClassVar[str] = "legal.paper_recorded"
    sentence: ClassVar[str] = _("{actor}登记{paper}（{dated_on}），报案 {code}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "legal.PolicePaper", "number", "office", "officer", "words"
    )

    code: str
    paper: str
    dated_on: str
    received_on: str
    exhibit: str | None = None
    against: str | None = None  # the keys of the parties
    number_digest: str
    office_digest: str
    officer_digest: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "paper": PaperKind(self.paper).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class PaperRevoked(Event):
    kind: ClassVar[str] = "legal.paper_revoked"
    sentence: ClassVar[str] = _("{actor}撤销登记错的{paper}，报案 {code}，理由已写明")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.PolicePaper", "reason")

    code: str
    paper: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "paper": PaperKind(self.paper).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class PeriodPassed(Event):
    """Nobody is late by it: whoever waits is reminded to ask."""

    kind: ClassVar[str] = "legal.period_passed"
    sentence: ClassVar[str] = _("报案 {code}：{rule}，{due}")
    tone: ClassVar[str] = "warn"

    code: str
    rule: str
    due: str  # the last day
    earliest: int | None = None  # 1 if it may end later: an appraisal is not counted

    def shown(self) -> dict[str, Any]:
        words = (
            now("最后一天最早为 %s，这一天已过（鉴定的时间不计入）")
            if self.earliest
            else now("已于 %s 届满")
        )
        return {
            **self.facts(),
            "rule": periods.heading(self.rule),
            "due": words % self.due,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class PeriodRecounted(Event):
    """By the program, from another day of the act; without one, by holidays known since."""

    kind: ClassVar[str] = "legal.period_recounted"
    sentence: ClassVar[str] = _(
        "报案 {code} {recounted}：{rule}，最后一天由 {before} 改为 {due}"
    )
    tone: ClassVar[str] = "warn"

    code: str
    rule: str
    day: str | None = None
    before: str
    due: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "recounted": ground_of_count(self.day),
            "rule": periods.heading(self.rule),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class RightsWereTold(Event):
    kind: ClassVar[str] = "legal.rights_told"
    sentence: ClassVar[str] = _("{actor}把受害一方自己可以做的事告诉了本人（{way}）")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.RightsTold", "sheet", "words")

    party: str
    way: str
    sheet_digest: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "way": ToldWay(self.way).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class RetaliationNoted(Event):
    """An incident of its own follows in the same transaction (G23)."""

    kind: ClassVar[str] = "legal.retaliation_noted"
    sentence: ClassVar[str] = _("{actor}登记了报复，作为新的事件处理")
    tone: ClassVar[str] = "alarm"
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.Retaliation", "words")

    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RetaliationOpened(Event):
    """On both cases, each with the number of the other."""

    kind: ClassVar[str] = "legal.retaliation_opened"
    sentence: ClassVar[str] = _("报复作为新的事件处理，关联案件 {number}")

    number: str
