"""What a step of a scenario may do with a case: its people, its tasks, its notes, its phases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.selectors import timeline
from anlan.customers import services as customers
from anlan.ledger.events import Actor
from anlan.play.actions import Stage, action
from anlan.play.pictures import picture
from anlan.play.scenario import read_span


@action
def join(stage: Stage, *, by: Actor, at: datetime, report: int, into: int = 0) -> str:
    case, host = stage.incident_of(report).case, stage.incident_of(into).case
    cases.join_cases(case=case, host=host, by=by, at=at)
    return f"{case.number} into {host.number}"


@action
def part(stage: Stage, *, by: Actor, at: datetime, report: int) -> str:
    cases.part_cases(case=stage.incident_of(report).case, by=by, at=at)
    return ""


@action
def party(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    roles: Sequence[str],
    name: str = "",
    phone: str = "",
    user: str = "",
    description: str = "",
    born: int | None = None,
    minor: bool = False,
) -> str:
    """``born`` is the year, of somebody by name; ``minor`` if only that is known."""
    person = None
    if name:
        person = customers.add_person(
            site=stage.site,
            name=name,
            phone=phone,
            birth_year=born,
            is_minor=minor,
            by=by,
            at=at,
        )
    stage.parties[key] = cases.add_party(
        case=stage.incident.case,
        roles=roles,
        person=person,
        user=User.objects.get(username=user) if user else None,
        description=description,
        by=by,
        at=at,
    )
    return key


@action
def identify(
    stage: Stage, *, by: User, at: datetime, key: str, name: str, phone: str = ""
) -> str:
    person = customers.add_person(site=stage.site, name=name, phone=phone, by=by, at=at)
    cases.identify_party(party=stage.parties[key], person=person, by=by, at=at)
    return key


@action
def roles(
    stage: Stage, *, by: Actor, at: datetime, key: str, roles: Sequence[str]
) -> str:
    cases.set_party_roles(party=stage.parties[key], roles=roles, by=by, at=at)
    return ",".join(roles)


@action
def done(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    task: str,
    words: str = "",
    photos: int = 0,
) -> str:
    cases.complete_task(
        task=stage.task(task),
        words=words,
        photos=[[picture(number)] for number in range(photos)],
        by=by,
        at=at,
    )
    return task


@action
def skip(stage: Stage, *, by: Actor, at: datetime, task: str, reason: str) -> str:
    cases.skip_task(task=stage.task(task), reason=reason, by=by, at=at)
    return task


@action
def advance(stage: Stage, *, by: Actor, at: datetime) -> str:
    return cases.advance_phase(case=stage.incident.case, by=by, at=at).phase


@action
def command(stage: Stage, *, by: User, at: datetime, to: str = "") -> str:
    commander = User.objects.get(username=to) if to else by
    cases.take_command(case=stage.incident.case, commander=commander, by=by, at=at)
    return commander.username


@action
def note(
    stage: Stage, *, by: Actor, at: datetime, words: str, happened_before: str = ""
) -> str:
    happened = at - read_span(happened_before) if happened_before else None
    cases.write_note(
        case=stage.incident.case, text=words, happened=happened, by=by, at=at
    )
    return ""


@action
def strike_last_note(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    lines = timeline(stage.incident.case)
    seq = next(line.seq for line in lines if line.kind == "case.note_written")
    cases.strike_entry(case=stage.incident.case, seq=seq, reason=reason, by=by, at=at)
    return str(seq)
