"""Clocks of a case: start, meet, cancel, and what happens when they run out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import OperationalError, connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.base.clock import utc_text
from anlan.base.insertion import insert_one
from anlan.base.one_by_one import each_alone, let_work, resting
from anlan.cases.events import DeadlineMissed
from anlan.cases.models import Case, Deadline, Standard, Task
from anlan.cases.selectors.contacts import VICTIM_CONTACT
from anlan.cases.selectors.deadlines import is_personal
from anlan.cases.services.record import record
from anlan.cases.services.standards import standard_at
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

_JOB = "clocks"


def start_deadline(
    *,
    case: Case,
    key: str,
    about: str,
    due_at: datetime,
    at: datetime,
    standard: Standard | None = None,
) -> Deadline:
    """Start a clock; call it inside ``ledger.recording()`` with the change it serves."""
    deadline = Deadline(
        case=case, key=key, about=about, standard=standard, started_at=at, due_at=due_at
    )
    insert_one(deadline)
    return deadline


def start_standard(*, case: Case, key: str, about: str, at: datetime) -> Deadline:
    """Start the clock of a named standard, in the version in force at ``at``."""
    standard = standard_at(case.organisation_id, key, at)
    return start_deadline(
        case=case,
        key=key,
        about=about,
        due_at=at + timedelta(seconds=standard.seconds),
        at=at,
        standard=standard,
    )


def meet_deadlines(*, case: Case, key: str, about: str, at: datetime) -> None:
    """The promise was kept, in time or late; a clock that ran out keeps its mark."""
    Deadline.objects.filter(
        case=case, key=key, about=about, met_at=None, cancelled_at=None
    ).update(met_at=at)


def resume_deadlines(*, case: Case, key: str, about: str, met_at: datetime) -> int:
    """The promise was not kept at ``met_at`` after all: its clock runs on, due when it was.

    Part of the change it serves, as meeting it is.

    Returns:
        How many run again; one that had run out before is unmet too, keeps its mark and
        does not.
    """
    met = Deadline.objects.filter(
        case=case, key=key, about=about, met_at=met_at, cancelled_at=None
    )
    running = met.filter(fired_at=None).count()
    met.update(met_at=None)
    return running


def cancel_deadlines(*, case: Case, at: datetime, about: str | None = None) -> None:
    """Stop clocks that have nothing left to watch."""
    running = Deadline.objects.filter(
        case=case, met_at=None, cancelled_at=None, fired_at=None
    )
    if about is not None:
        running = running.filter(about=about)
    running.update(cancelled_at=at)


def move_deadlines(*, about: str, to: Case, at: datetime) -> None:
    """Let the running clocks of ``about`` run on in another case, due when they were.

    Those that were stopped just now, by joining the cases, run again.
    """
    Deadline.objects.filter(
        Q(cancelled_at=None) | Q(cancelled_at=at),
        about=about,
        met_at=None,
        fired_at=None,
    ).update(case=to, cancelled_at=None)


def fire_due_deadlines(*, at: datetime, most: int = 100) -> int:
    """Put on the record what ran out by ``at``, oldest first; returns how many.

    The claim, the entry and everything that follows from it (the next rung of a ladder,
    messages) are one transaction: a killed worker leaves nothing half done, and two
    workers never fire the same clock. A clock that cannot fire stops no other one: each
    is then tried alone, and a new fault is raised when all were; it rests then.
    """
    due = Deadline.objects.filter(
        due_at__lte=at, met_at=None, cancelled_at=None, fired_at=None
    ).order_by("due_at", "pk")
    due = due.exclude(pk__in=resting(_JOB, at=at))
    try:
        fired = _fire(due[:most], at=at)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 -- raised again, when each was tried alone
        return _fire_each(list(due.values_list("pk", flat=True)[:most]), at=at)
    let_work(_JOB, fired)
    return len(fired)


def next_due() -> datetime | None:
    """When the worker must be awake again; what failed is tried when it has rested."""
    return (
        Deadline.objects.filter(met_at=None, cancelled_at=None, fired_at=None)
        .exclude(pk__in=resting(_JOB))
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )


def _fire(due: QuerySet[Deadline], *, at: datetime) -> list[int]:
    """Returns the keys of those that it fired."""
    with ledger.recording():
        if connection.features.has_select_for_update_skip_locked:
            # With the case: somebody who answers holds it and waits for the clock, so
            # whoever held the clock and waited for the case would wait forever.
            due = due.select_for_update(skip_locked=True, of=("self", "case"))
        claimed = list(due.select_related("case__site", "standard"))
        titles = _titles(claimed)
        for deadline in claimed:
            deadline.fired_at = at
            record(
                DeadlineMissed(
                    key=deadline.key,
                    about=deadline.about,
                    title=titles[deadline.pk],
                    due=utc_text(deadline.due_at),
                ),
                deadline.case,
                thing=f"deadline:{deadline.uid}",
                by=SYSTEM,
                at=at,
            )
        fired = [one.pk for one in claimed]
        Deadline.objects.filter(pk__in=fired).update(fired_at=at)
    return fired


def _fire_each(keys: list[int], *, at: datetime) -> int:
    return each_alone(
        keys,
        lambda pk: len(
            _fire(
                Deadline.objects.filter(
                    pk=pk, met_at=None, cancelled_at=None, fired_at=None
                ),
                at=at,
            )
        ),
        job=_JOB,
        at=at,
        is_told=True,
    )


def _titles(deadlines: list[Deadline]) -> dict[int, str]:
    uids = [
        deadline.about.partition(":")[2]
        for deadline in deadlines
        if deadline.about.startswith("task:")
    ]
    tasks = {
        f"task:{uid}": title
        for uid, title in Task.objects.filter(uid__in=uids).values_list("uid", "title")
    }
    return {
        deadline.pk: (
            _title(deadline)
            if is_personal(deadline)
            else tasks.get(deadline.about) or _title(deadline)
        )
        for deadline in deadlines
    }


def _title(deadline: Deadline) -> str:
    if is_personal(deadline):
        return _("一项约定的时限")  # the timeline is everybody's
    if deadline.standard:
        return deadline.standard.title
    # The company was founded before there was a standard.
    titles = {
        VICTIM_CONTACT: _("为受害人指定联系人"),
        "incident.second_person": _("第二人复核"),
        # The house's own, of a closed case.
        "legal.tell_victim": _("把救济途径告诉受害一方"),
    }
    return titles.get(deadline.key, deadline.key)
