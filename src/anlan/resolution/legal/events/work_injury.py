"""A work injury on the record: that it goes on, never what was decided about somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as now
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.legal.enums import Employer


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryOpened(Event):
    """By the program, when staff are entered as struck (G22)."""

    kind: ClassVar[str] = "legal.work_injury_opened"
    sentence: ClassVar[str] = _("{party} 是员工，开始办理工伤 {code}")
    tone: ClassVar[str] = "warn"

    code: str
    party: str
    injured: str  # the day
    due: str  # the employer's last day


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryEmployerSet(Event):
    kind: ClassVar[str] = "legal.work_injury_employer"
    sentence: ClassVar[str] = _("{actor}登记工伤 {code} 的用人单位：{employer}")
    covers: ClassVar[tuple[Covered, ...]] = covers("legal.WorkInjury", "employer_name")

    code: str
    employer: str
    employer_name_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "employer": Employer(self.employer).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryRecounted(Event):
    kind: ClassVar[str] = "legal.work_injury_recounted"
    sentence: ClassVar[str] = _(
        "{actor}按 {injured} 重新计算工伤 {code}，单位申请的最后一日由 {before} 改为 {due}"
    )

    code: str
    injured: str  # the day
    before: str | None = None  # what the last day was; earlier entries do not tell
    due: str  # the employer's last day

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "before": self.before or now("（未记录）")}


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryStepped(Event):
    """``step`` stays on the record and is told on no timeline: guards read that too."""

    kind: ClassVar[str] = "legal.work_injury_step"
    sentence: ClassVar[str] = _("{actor}登记了工伤 {code} 的进展")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "legal.WorkInjuryStep", "paper", "words"
    )

    code: str
    step: str
    day: str
    exhibit: str | None = None
    paper_digest: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code}


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryRemedyNear(Event):
    """By the worker. Quiet: that there is a remedy tells what was decided."""

    kind: ClassVar[str] = "legal.work_injury_remedy_near"
    sentence: ClassVar[str] = _("工伤 {code} 有一项救济期限将于 {due} 届满")
    quiet: ClassVar[bool] = True

    code: str
    due: str


@recorded
@dataclass(frozen=True, kw_only=True)
class WorkInjuryMaterialAdded(Event):
    kind: ClassVar[str] = "legal.work_injury_material"
    sentence: ClassVar[str] = _("证据 {exhibit} 列入工伤 {code} 的申请材料")

    code: str
    material: str
    exhibit: str
