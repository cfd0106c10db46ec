"""Answers to what is put on the record about any case."""

from __future__ import annotations

from anlan.accounts.models import Site, User
from anlan.accounts.selectors import people_with_role
from anlan.cases import messages
from anlan.cases.events import TaskSkipped
from anlan.cases.models import Case
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify
from anlan.notify.enums import Urgency


def tell_supervisor(queued: Queued) -> None:
    """A task was left out: the one above whoever did it hears of it at once."""
    event, at = queued.event, queued.recorded_at
    if not isinstance(event, TaskSkipped):
        return
    if notify.count_up(kind=messages.TASK_SKIPPED, subject=queued.subject, since=at):
        return  # a false alarm skips every task by one tap
    uid = queued.subject.partition(":")[2]
    case = Case.objects.select_related("site__organisation").get(uid=uid)
    notify.send(
        kind=messages.TASK_SKIPPED,
        site=case.site,
        subject=queued.subject,
        people=_supervisors(case.site, queued.actor),
        urgency=Urgency.ALARM if event.binding else Urgency.NORMAL,
        params={
            "task": event.title,
            "who": queued.actor,
            "number": case.number,
            "count": 1,
        },
        path=f"/cases/{case.number}/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=at,
    )


def _supervisors(site: Site, actor: str) -> list[User]:
    """The site's manager, or those above a manager who skipped it themself."""
    for role in ("site_manager", "hq_supervisor"):
        found = [p for p in people_with_role(site, role) if p.actor_key != actor]
        if found:
            return found
    return []
