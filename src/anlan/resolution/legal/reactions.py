"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.selectors import people_by_role
from anlan.base.errors import Conflict
from anlan.cases.events import TaskDone, TaskReopened, TaskSkipped
from anlan.cases.models import Case, Task
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify
from anlan.resolution.legal import messages
from anlan.resolution.legal.events import PaperRecorded, PeriodPassed
from anlan.resolution.legal.models import PolicePaper, PoliceReport


def keep_police_task(queued: Queued) -> None:
    """What a report asks for ends on its own page, with what was handed over or told.

    Raises:
        Conflict: somebody would end it, or take it up again, by hand.
    """
    if not isinstance(queued.event, TaskDone | TaskSkipped | TaskReopened):
        return
    if queued.actor == SYSTEM.actor_key:
        return
    key = Task.objects.values_list("key", flat=True).get(uid=_uid_of(queued.object))
    if key.startswith("police_report:"):
        raise Conflict(_("请在“报案”页面登记递交，任务会自动结束"))
    if key.startswith("rights:"):
        raise Conflict(_("请在“报案”页面登记告知，任务会自动结束"))


def tell_of_period(queued: Queued) -> None:
    """Whoever follows the report asks at the station, also when the case was closed."""
    if not isinstance(queued.event, PeriodPassed):
        return
    report = PoliceReport.objects.select_related("case__site").get(
        uid=_uid_of(queued.object)
    )
    _tell(messages.PERIOD_PASSED, messages.FOLLOW, queued, report)


def tell_of_paper(queued: Queued) -> None:
    if not isinstance(queued.event, PaperRecorded):
        return
    paper = PolicePaper.objects.select_related("report__case__site").get(
        uid=_uid_of(queued.object)
    )
    _tell(messages.PAPER_CAME, messages.LEARN, queued, paper.report)


def _tell(
    kind: str, roles: tuple[str, ...], queued: Queued, report: PoliceReport
) -> None:
    case: Case = report.case
    by_role = people_by_role(case.site, roles)
    people = {one.pk: one for some in by_role.values() for one in some}
    told = [one for one in people.values() if one.actor_key != queued.actor]
    if not told:
        return
    notify.send(
        kind=kind,
        site=case.site,
        subject=queued.subject,
        people=told,
        params={"number": case.number, "code": report.code, "who": queued.actor},
        path=f"/cases/{case.number}/police/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )


def _uid_of(key: str) -> UUID:
    return UUID(key.partition(":")[2])
