"""The law as the product holds it, to read: rule sets, guardrails, sources.

The package of the law has no pages; what it says is data that changes with a version of
the program, so that nothing is edited here (ADR 1).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from anlan.base.errors import NotFound
from anlan.cases.enums import Severity
from anlan.law import selectors as law
from anlan.law.book import (
    Confidence,
    Dated,
    Guardrail,
    Kind,
    Period,
    Point,
    Source,
    Status,
)

KINDS = {
    Kind.BLOCK: gettext_lazy("程序会拒绝"),
    Kind.WARN: gettext_lazy("先问再记录"),
    Kind.ADVICE: gettext_lazy("只提示"),
}
STATES = {
    Status.ENFORCED: gettext_lazy("程序执行"),
    Status.PLANNED: gettext_lazy("计划中"),
}
CONFIDENCE = {
    Confidence.READ: gettext_lazy("已读到条文"),
    Confidence.SECONDARY: gettext_lazy("只见于转述，仅供参考"),
    Confidence.INFERRED: gettext_lazy("我们的推断，仅供参考"),
    Confidence.UNVERIFIED: gettext_lazy("没有核对，仅供参考"),
}
# Every number that a guardrail reads, as a person would ask for it.
FIGURES: dict[tuple[str, str], Promise] = {
    ("G04", "months"): gettext_lazy("截止日期最多 %s 个月以后"),
    ("G05", "prompt_from_severity"): gettext_lazy("从“%s”起提示报警"),
    ("G05", "never_waived_from_severity"): gettext_lazy("从“%s”起不能决定不报警"),
    ("G05", "people"): gettext_lazy("决定不报警须 %s 个人"),
    ("G09", "people"): gettext_lazy("解除保全须 %s 个人、不同角色"),
    ("G09", "years"): gettext_lazy("行为满 %s 年以后才能解除"),
    ("G12", "days"): gettext_lazy("录像至少保存 %s 天"),
    ("G18", "days"): gettext_lazy("%s 日内可以共同申请司法确认"),
    ("G22", "days"): gettext_lazy("单位 %s 日内申请"),
    ("G22", "years"): gettext_lazy("本人 %s 年内申请"),
    ("G27", "review_months"): gettext_lazy("%s 个月内复查"),
    ("G27", "expiry_months"): gettext_lazy("最多 %s 个月到期"),
    ("G30", "working_days"): gettext_lazy("%s 个工作日内答复"),
    ("G31", "people"): gettext_lazy("批量导出须 %s 个人"),
    ("G38", "months"): gettext_lazy("至少保存 %s 个月"),
    ("G38", "default_years"): gettext_lazy("默认保存 %s 年"),
}
LISTS = {
    "words": gettext_lazy("比对的词"),
    "allowed_after": gettext_lazy("跟在这些字后面就允许"),
}


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """A source as a reader weighs it: from when, how surely, who rests on it."""

    source: Source
    title: str
    validity: str
    confidence: Promise
    is_advice: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PointLine:
    words: str
    cited: str


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """A guardrail as its reader asks: does the program hold it, and from which day?"""

    rule: Guardrail
    kind: Promise
    state: Promise
    is_planned: bool
    validity: str
    is_advice: bool


@dataclass(frozen=True, kw_only=True)
class PeriodLine:
    """A rule set: whose acts it judges, and which articles took which one's place."""

    period: Period
    validity: str
    replaced: list[tuple[str, str]]


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The rule sets, and every guardrail in a line."""
    lines = [_rule_line(rule) for rule in law.guardrails()]
    context = {
        "periods": [_period_line(period) for period in law.periods()],
        "lines": lines,
        "planned": sum(line.is_planned for line in lines),
    }
    return render(request, "desk/law/rules.html", context)


@login_required
@require_GET
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One guardrail in full: what it demands, how it refuses, what it reads, its sources."""
    try:
        found = law.guardrail(rule_id)
    except LookupError:
        raise NotFound(_("没有这条规则")) from None
    context = {
        "line": _rule_line(found),
        "figures": [
            _figure(found, name, value) for name, value in found.thresholds.items()
        ],
        "points": [_point_line(point) for point in found.points],
        "lists": [
            (LISTS.get(name, gettext_lazy("比对时用的其他字词")), words)
            for name, words in found.lists.items()
        ],
        "sources": [_source_line(law.source(one)) for one in law.sources_of(found)],
    }
    return render(request, "desk/law/rule.html", context)


@login_required
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Every article that something in the product rests on, by its number."""
    lines = [_source_line(source) for source in law.sources()]
    return render(request, "desk/law/sources.html", {"lines": lines})


def _rule_line(found: Guardrail) -> RuleLine:
    surely = {law.source(one).confidence for one in law.sources_of(found)}
    return RuleLine(
        rule=found,
        kind=KINDS[found.kind],
        state=STATES[found.status],
        is_planned=found.status == Status.PLANNED,
        validity=_validity(found),
        is_advice=Confidence.READ not in surely,
    )


def _source_line(source: Source) -> SourceLine:
    return SourceLine(
        source=source,
        title=law.citation(source),
        validity=_validity(law.law_of(source)),
        confidence=CONFIDENCE[source.confidence],
        is_advice=source.confidence != Confidence.READ,
        rules=tuple(one.id for one in law.guardrails_on(source)),
    )


def _point_line(point: Point) -> PointLine:
    return PointLine(words=point.words, cited=law.cite_all(point.sources))


def _period_line(period: Period) -> PeriodLine:
    return PeriodLine(
        period=period,
        validity=_validity(period),
        replaced=[
            (law.citation(law.source(old)), law.citation(law.source(new)))
            for old, new in period.replaced
        ],
    )


def _figure(found: Guardrail, name: str, value: int) -> str:
    said = Severity(value).label if name.endswith("_severity") else value
    return str(FIGURES[found.id, name]) % said


def _validity(dated: Dated) -> str:
    """Of which days it is; nothing where the text that was read gives none."""
    first, last = dated.first_day, dated.last_day
    if first and last:
        return _("%(first)s 至 %(last)s") % {"first": first, "last": last}
    if first:
        return _("%s 起") % first
    return _("至 %s") % last if last else ""
