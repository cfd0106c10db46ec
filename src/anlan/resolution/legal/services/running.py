"""Periods of a report: made from what happened, made anew when that changes, and told."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.base.calendar import statutory_calendar
from anlan.base.clock import local_day
from anlan.base.errors import Conflict
from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.legal import periods
from anlan.resolution.legal.events import PeriodPassed, PeriodRecounted
from anlan.resolution.legal.models import PolicePaper, PolicePeriod, PoliceReport
from anlan.resolution.legal.selectors.police import (
    TRACKED,
    happened_in,
    last_day,
)

_MOST = 50  # a turn of the worker
_JOB = "police periods"
_HOLIDAYS = "police periods by holidays"


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
        one = wanted.get((row.rule, row.opened_by))
        if one is None:
            row.delete()
        elif row.said_at is not None and one.due_at > row.said_at:
            row.said_at = None  # it runs again, and will pass once more
            row.save(update_fields=["said_at"])
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


def recount_periods(case: Case, day: date, *, at: datetime) -> None:
    """What rests on the act counts from this day of it, under the case's lock.

    A report that the police do not have yet, or never got, has no periods.

    Raises:
        Conflict: the police had it, or wrote, before that day.
    """
    for report in case.police_reports.filter(TRACKED).order_by("number"):
        report.case = case
        _check_is_before(report, day)
        _recount(report, day, at=at)


def _recount(report: PoliceReport, day: date | None, *, at: datetime) -> None:
    """Make its periods anew and put on the record which last days moved; ``day`` says why."""
    before = {(row.rule, row.opened_by): row.due_at for row in report.periods.all()}
    reckon_anew(report)
    for row in report.periods.order_by("due_at", "pk"):
        earlier = before.get((row.rule, row.opened_by))
        if earlier is None or earlier == row.due_at:
            continue
        cases.record(
            PeriodRecounted(
                code=report.code,
                rule=row.rule,
                day=day.isoformat() if day else None,
                before=last_day(earlier).isoformat(),
                due=last_day(row.due_at).isoformat(),
            ),
            report.case,
            thing=report.key,
            by=SYSTEM,
            at=at,
        )


def _check_is_before(report: PoliceReport, day: date) -> None:
    papers = PolicePaper.objects.filter(
        Q(report=report) | Q(report__supplements=report), revoked_at=None
    )
    handed = report.handed_at and local_day(report.handed_at)
    if (handed and handed < day) or papers.filter(dated_on__lt=day).exists():
        raise Conflict(
            _("报案 %s 的递交或者办案文书早于这一天，请先核对") % report.code
        )


def say_passed_periods(*, at: datetime) -> int:
    """Put on the record which periods ran out by ``at``; how many these were.

    Also where the case was closed meanwhile: the police decide when they decide. By the
    holidays that are known now: nobody is said to be late on a day that moved on.
    """
    _follow_holidays(at=at)
    over = (
        PolicePeriod.objects.filter(due_at__lte=at, ended_at=None, said_at=None)
        .select_related("report__case__site")
        .exclude(pk__in=resting(_JOB, at=at))
        .order_by("due_at", "pk")[:_MOST]
    )
    return each_alone(
        list(over), lambda found: _say(found, at=at), job=_JOB, at=at, is_told=True
    )


def _follow_holidays(*, at: datetime) -> None:
    """Count anew what was counted before the year's holidays were laid in.

    All at once, for what is left would be said to have passed; it is once a year.
    """
    stamp = statutory_calendar().stamp
    stale = PolicePeriod.objects.filter(ended_at=None).exclude(calendar=stamp)
    reports = (
        PoliceReport.objects.filter(TRACKED, pk__in=stale.values("report"))
        .exclude(pk__in=resting(_HOLIDAYS, at=at))
        .order_by("pk")
    )
    each_alone(
        list(reports),
        lambda report: _follow(report, at=at),
        job=_HOLIDAYS,
        at=at,
        is_told=True,
    )


def _follow(report: PoliceReport, *, at: datetime) -> int:
    with ledger.recording():
        _recount(cases.lock_of_case(report), None, at=at)
    return 1


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
                earliest=int(_is_earliest(fresh.rule, found.report)) or None,
            ),
            case,
            thing=found.report.key,
            by=SYSTEM,
            at=at,
        )
    return 1


def _is_earliest(rule_id: str, report: PoliceReport) -> bool:
    """Whether it may end later; a rule that is not in the register any more says nothing."""
    happened = happened_in(report)
    return any(
        one.is_earliest(happened) for one in periods.rules() if one.id == rule_id
    )
