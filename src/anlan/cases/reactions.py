"""Answers to what is put on the record about any case."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import works_at
from anlan.accounts.selectors import people_with_role
from anlan.cases import messages
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.events import DeadlineMissed, TaskSkipped
from anlan.cases.models import Case, Contact, Task
from anlan.cases.selectors import commander_there
from anlan.cases.selectors.contacts import VICTIM_CONTACT, named_contact
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify
from anlan.notify.enums import Urgency


def tell_supervisor(queued: Queued) -> None:
    """A task was left out: the one above whoever did it hears of it at once."""
    event, at = queued.event, queued.recorded_at
    if not isinstance(event, TaskSkipped) or event.role is not None:
        return  # of a personal one nobody else hears
    if notify.count_up(kind=messages.TASK_SKIPPED, subject=queued.subject, since=at):
        return  # a false alarm skips every task by one tap
    case = _case_of(queued)
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


def start_contact_clock(queued: Queued) -> None:
    """The scene is under control: the victim must be told whom to call."""
    cases.start_contact_clock(case=_case_of(queued), at=queued.recorded_at)


def stop_contact_clock(queued: Queued) -> None:
    """The scene was not under control: the victim is told whom to call when it is."""
    cases.stop_contact_clock(case=_case_of(queued), at=queued.recorded_at)


def remind_of_contact(queued: Queued) -> None:
    """A talk or a promise is late, or nobody was named: whoever has to do it hears.

    Of one who left meanwhile, whoever is in charge.
    """
    event = queued.event
    if not isinstance(event, DeadlineMissed):
        return
    side = _side_of(event)
    if side is None and event.key != VICTIM_CONTACT:
        return
    case = _case_of(queued)
    named = named_contact(case, side) if side else None
    if named is not None and not works_at(named.user, case.site):
        named = None
    notify.send(
        kind=messages.CONTACT_DUE,
        site=case.site,
        subject=queued.subject,
        people=[named.user] if named else list(_in_charge(case)),
        urgency=Urgency.NORMAL,
        params={"task": event.title, "number": case.number},
        path=f"/cases/{case.number}/contacts/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )


def _side_of(event: DeadlineMissed) -> Side | None:
    """Of the talk behind a task that ran out; a witness has none, and is the victim's."""
    kind, _colon, uid = event.about.partition(":")
    if kind != "task":
        return None
    key = Task.objects.values_list("key", flat=True).get(uid=uid)
    kind, _colon, rest = key.partition(":")
    if kind not in {"contact", "promise"}:
        return None
    contact = Contact.objects.get(uid=rest.partition(":")[0])
    return Side(contact.side) if contact.side else Side.VICTIM


def _in_charge(case: Case) -> Iterable[User]:
    commander = commander_there(case)
    return [commander] if commander else people_with_role(case.site, "duty_officer")


def _case_of(queued: Queued) -> Case:
    uid = queued.subject.partition(":")[2]
    return Case.objects.select_related("site__organisation", "commander").get(uid=uid)


def _supervisors(site: Site, actor: str) -> list[User]:
    """The site's manager, or those above a manager who skipped it themself."""
    for role in ("site_manager", "hq_supervisor"):
        found = [p for p in people_with_role(site, role) if p.actor_key != actor]
        if found:
            return found
    return []
