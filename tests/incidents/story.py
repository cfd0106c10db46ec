"""Telling an incident through its services, and reading what the record says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from anlan.cases.models import Case, Task
from anlan.cases.services import complete_task
from anlan.incidents.models import Incident
from anlan.ledger.events import Actor
from anlan.ledger.models import Entry
from anlan.play.pictures import picture
from anlan.worker import next_due, run_due


@dataclass(frozen=True)
class Visitor:
    """Somebody before a poster, without an account."""

    number: int = 7

    @property
    def actor_key(self) -> str:
        return f"public:{UUID(int=self.number)}"


@dataclass(frozen=True)
class PanicButton:
    """A device on a wall."""

    @property
    def actor_key(self) -> str:
        return f"device:{UUID(int=9)}"


# What answers an alarm; the whole worker, which also keeps evidence, plays the scenarios.
ANSWERING = ("clocks", "alarms", "messages", "afterwards")


def pass_time(since: datetime, seconds: int) -> datetime:
    """Let the worker wake whenever something falls due; say what time it is afterwards."""
    until = since + timedelta(seconds=seconds)
    while (due := next_due(ANSWERING)) is not None and due <= until:
        run_due(at=max(due, since), lanes=ANSWERING)
    return until


def entries(case: Case, kind: str) -> list[Entry]:
    """What the case's timeline says of this kind, oldest first."""
    found = Entry.objects.filter(subject=case.subject, kind=kind, site_id=case.site_id)
    return list(found.order_by("seq"))


def facts(case: Case, kind: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(entry.data or b"{}")) for entry in entries(case, kind)]


def alerted(incident: Incident) -> list[str]:
    """The people sent, by username, in the order in which they were."""
    return list(
        incident.assignments.order_by("alerted_at", "pk").values_list(
            "user__username", flat=True
        )
    )


def states(incident: Incident) -> dict[str, str]:
    return dict(
        incident.assignments.order_by("alerted_at", "pk").values_list(
            "user__username", "state"
        )
    )


def finish_tasks(
    case: Case,
    *,
    by: Actor,
    at: datetime,
    unless: Callable[[Task], bool] = lambda task: False,
) -> None:
    """Do every open task, as a diligent night would."""
    for task in Task.objects.filter(case=case, state=Task.State.OPEN):
        if not unless(task):
            photos = [[picture(1)]] if task.proof == Task.Proof.PHOTO else []
            complete_task(task=task, by=by, at=at, words="已做", photos=photos)
