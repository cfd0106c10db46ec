"""What the police, talks and support did about a case: papers, outcomes, counts and days.

Of support nothing but that: how many were asked and referred, and how often they were
asked again; nobody's name, answer or state. See docs/adr/0041.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.resolution.counselling.models import Care, FollowUp, Offer
from anlan.resolution.legal.enums import ReportState
from anlan.resolution.legal.models import PoliceReport
from anlan.resolution.mediation.enums import DutyState
from anlan.resolution.mediation.models import Talks

# Fewer people asked than this, and their number says who.
FEWEST = 3


def _whole(case: Case) -> Q:
    """Cases that were joined are one case."""
    return Q(case=case) | Q(case__joined_into=case)


def police_of(case: Case) -> Iterator[tuple[str, str, tuple[Exhibit, ...]]]:
    """Of each report its key, in words what became of it, and the papers that say so."""
    reports = PoliceReport.objects.filter(_whole(case)).exclude(
        state=ReportState.DROPPED
    )
    for report in reports.select_related("receipt").order_by("number"):
        state = ReportState(report.state).label
        parts = [f"报案 {report.code}：{state}"]
        if report.handed_at:
            parts.append(f"{local_day(report.handed_at)} 递交{report.station}")
        papers = [
            *report.papers.filter(revoked_at=None)
            .select_related("exhibit")
            .order_by("dated_on", "pk")
        ]
        parts += [f"{one.dated_on} {one.get_kind_display()}" for one in papers]
        proofs = [report.receipt, *(one.exhibit for one in papers)]
        cites = [one for one in proofs if one is not None and not one.is_deleted]
        yield f"police:{report.pk}", "；".join(parts) + "。", tuple(cites)


def talks_of(case: Case) -> Iterator[tuple[str, str, tuple[Exhibit, ...]]]:
    """Of each talks how they ended and how much of it was performed; no term of theirs."""
    for row in Talks.objects.filter(_whole(case)).select_related("deed").order_by("pk"):
        begun = local_day(row.begun_at)
        parts = [f"{row.get_kind_display()} {row.code}：{begun} 开始"]
        parts.append(str(row.get_state_display()))
        if row.effective_on:
            parts.append(f"协议 {row.effective_on} 生效")
        duties = list(row.duties.values_list("state", flat=True))
        if duties:
            done = duties.count(DutyState.DONE)
            parts.append(f"应履行 {len(duties)} 项，已履行 {done} 项")
        deed = row.deed
        cites = (deed,) if deed is not None and not deed.is_deleted else ()
        yield f"talks:{row.pk}", "；".join(parts) + "。", cites


def support_of(case: Case) -> str:
    """How much support was offered and went on; empty, if nobody was asked.

    Of one or two people a count would tell what each of them answered.
    """
    cares = Care.objects.filter(_whole(case))
    asked = [
        local_day(at)
        for at in Offer.objects.filter(care__in=cares).values_list("made_at", flat=True)
    ]
    if not asked:
        return ""
    if cares.count() < FEWEST:
        return f"心理支持：已提出（{_between(asked)}）。"
    parts = [f"心理支持：已询问 {cares.count()} 人（{_between(asked)}）"]
    referred = cares.filter(referred_at__isnull=False).count()
    if referred:
        parts.append(f"已转介 {referred} 人")
    done = FollowUp.objects.filter(care__in=cares).exclude(result="")
    days = [local_day(at) for at in done.values_list("ended_at", flat=True) if at]
    if days:
        parts.append(f"已随访 {len(days)} 次（{_between(days)}）")
    return "，".join(parts) + "。"


def _between(days: list[date]) -> str:
    first, last = min(days), max(days)
    return str(first) if first == last else f"{first} 至 {last}"
