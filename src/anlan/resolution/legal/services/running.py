"""Periods of a report: made from what happened, made anew when that changes, and told."""

from __future__ import annotations

from datetime import datetime

from anlan.base.turns import each_alone, resting
from anlan.cases import services as cases
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.legal import periods
from anlan.resolution.legal.events import PeriodPassed
from anlan.resolution.legal.models import PolicePeriod, PoliceReport
from anlan.resolution.legal.selectors.police import happened_in, last_day

_MOST = 50  # a turn of the worker
_JOB = "police periods"


def reckon_anew(report: PoliceReport) -> None:
    """Let the rows say what follows from what is known now; call it in that transaction.

    What has passed and was told keeps its mark, so that nobody is told twice. Further
    material opens nothing: the report that it belongs to has the periods.
    """
    if report.supplements_id is not None:
        return
    wanted = {
        (one.rule.id, one.opened_by): one for one in periods.reckon(happened_in(report))
    }
    for row in report.periods.all():
        if wanted.get((row.rule, row.opened_by)) is None:
            row.delete()
    for (rule, opened_by), one in wanted.items():
        PolicePeriod.objects.update_or_create(
            report=report,
            rule=rule,
            opened_by=opened_by,
            defaults={
                "begins_at": one.begins_at,
                "due_at": one.due_at,
                "calendar": one.calendar,
                "ended_at": one.ended_at,
            },
        )


def say_passed_periods(*, at: datetime) -> int:
    """Put on the record which periods ran out by ``at``; how many these were.

    Also where the case was closed meanwhile: the police decide when they decide.
    """
    over = (
        PolicePeriod.objects.filter(due_at__lte=at, ended_at=None, said_at=None)
        .select_related("report__case__site")
        .exclude(pk__in=resting(_JOB, at=at))
        .order_by("due_at", "pk")[:_MOST]
    )
    return each_alone(
        list(over), lambda found: _say(found, at=at), job=_JOB, at=at, is_told=True
    )


def _say(found: PolicePeriod, *, at: datetime) -> int:
    with ledger.recording():
        case = cases.lock_case(found.report.case)
        fresh = PolicePeriod.objects.select_for_update().filter(pk=found.pk).first()
        if fresh is None or fresh.ended_at or fresh.said_at:
            return 0
        fresh.said_at = at
        fresh.save(update_fields=["said_at"])
        cases.record(
            PeriodPassed(
                code=found.report.code,
                rule=fresh.rule,
                due=last_day(fresh.due_at).isoformat(),
            ),
            case,
            thing=found.report.key,
            by=SYSTEM,
            at=at,
        )
    return 1
