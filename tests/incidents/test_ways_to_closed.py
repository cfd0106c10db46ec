"""Every way to a closed case, for every plan that is shipped, at every level.

Closing asks for several things at once, each of which can be open or not whatever the
others are. So every state is tried in which one of them is open and all else is done,
every pair of what the scene and the police can be, and the one in which nothing is: what
has more open than one of these is refused as it is. States are written straight into the
rows, those as well to which no service leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anlan.base.errors import DomainError
from anlan.cases.enums import Severity, TaskState
from anlan.cases.models import Case, Task
from anlan.cases.plan_text import read_plan_text
from anlan.cases.playbook import PlannedTask, read_plan
from anlan.cases.policies import ESSENTIAL
from anlan.incidents import services as incidents
from anlan.incidents.enums import Flag, Police
from anlan.incidents.models import (
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.incidents.services.defaults import _DATA
from anlan.incidents.severity import suggest_severity
from anlan.law import selectors as law
from tests.scene import Scene

# What no case is closed without, whatever its level and whatever was reported.
ALWAYS = {
    "people safe": {"dissuade", "separate"},
    "evidence saved": {"save_recordings"},
    "victim told": {"victim_contact", "victim_care"},
    "both sides heard": {"victim_account", "aggressor_account"},
}
NEVER_WAIVED = law.guardrail("G05").thresholds["never_waived_from_severity"]


@cache
def shipped() -> tuple[str, ...]:
    """Every file of the data that is a plan."""
    texts = (path.read_text("utf-8") for path in sorted(_DATA.glob("*.yaml")))
    return tuple(text for text in texts if "\nphases:" in text)


def tasks_of(text: str) -> list[PlannedTask]:
    return list(read_plan(read_plan_text(text)).tasks)


def choices(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """A level and flags for each set of binding tasks that the plan can make."""
    tasks = tasks_of(text)
    named = sorted({flag for task in tasks for flag in task.flags})
    sets = chain.from_iterable(
        combinations(named, count) for count in range(len(named) + 1)
    )
    found: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {}
    for flags in sets:
        for level in Severity:
            found.setdefault(binding(tasks, level, flags), (int(level), flags))
    return list(found.values())


def binding(
    tasks: Iterable[PlannedTask], level: int, flags: Iterable[str]
) -> frozenset[str]:
    return frozenset(
        task.key
        for task in tasks
        if task.binding and task.is_needed(severity=level, flags=flags)
    )


@dataclass(frozen=True)
class State:
    """What closing looks at."""

    is_controlled: bool = True
    police: str = "called"
    left: str = ""  # the key of a binding task that is still open, or was left out
    skipped_by: str = ""  # who left it out: the one who closes, or somebody else
    joined: str = ""  # what another case brought: a call, or a task that is still open

    def may_close(self, level: int) -> bool:
        is_decided = self.police == "called" or (
            self.police == "waived" and level < NEVER_WAIVED
        )
        return (
            self.is_controlled
            and (is_decided or self.joined == "called")
            and self.joined != "left"
            and self.is_worked_off
        )

    @property
    def is_worked_off(self) -> bool:
        if self.skipped_by == "closer":
            return self.left not in ESSENTIAL
        return not self.left or self.skipped_by == "another"


def states(keys: Iterable[str]) -> Iterator[State]:
    for is_controlled in (True, False):
        for police in ("undecided", "proposed", "called", "waived"):
            yield State(is_controlled, police)
    for key in sorted(keys):
        for skipped_by in ("", "closer", "another"):
            yield State(left=key, skipped_by=skipped_by)
    for joined in ("called", "waived", "left"):
        for police in ("undecided", "called"):
            yield State(police=police, joined=joined)


def reach(scene: Scene, incident: Incident, state: State) -> None:
    """Write the state into the rows."""
    police = {"called": Police.CALLED, "waived": Police.WAIVED}
    incident.controlled_at = scene.at if state.is_controlled else None
    incident.controlled_by = scene.guard if state.is_controlled else None
    incident.police = police.get(state.police, Police.UNDECIDED)
    incident.save()
    if state.police in {"proposed", "waived"}:
        is_decided = state.police == "waived"
        PoliceWaiver.objects.create(
            incident=incident,
            reason="双方当场和解，均无受伤",
            proposed_by=scene.officer,
            proposed_at=scene.at,
            decided_by=scene.manager if is_decided else None,
            decided_at=scene.at if is_decided else None,
            approved=True if is_decided else None,
        )
    tasks = Task.objects.filter(case=incident.case, binding=True)
    tasks.exclude(key=state.left or "-").update(state=TaskState.DONE, ended_at=scene.at)
    if state.skipped_by:
        is_own = state.skipped_by == "closer"
        tasks.filter(key=state.left).update(
            state=TaskState.SKIPPED,
            ended_at=scene.at,
            ended_by=scene.officer if is_own else scene.manager,
        )
    if state.joined:
        other = scene.incident(place=scene.place("园区 南门"), flags=[])
        other.police = police.get(state.joined, Police.UNDECIDED)
        other.save()
        Case.objects.filter(pk=other.case_id).update(
            state="joined", joined_into=incident.case
        )
        if state.joined == "left":
            Task.objects.create(
                case=other.case,
                key="recording:1",
                phase="evidence",
                title="保存录像",
                role_key="guard",
                binding=True,
                created_at=scene.at,
            )


@pytest.mark.parametrize(
    ("state", "may_close"),
    [
        (State(), True),
        (State(is_controlled=False), False),
        (State(police="undecided"), False),
        (State(police="proposed"), False),
        (State(police="waived"), False),  # of the level that the garage has
        (State(left="victim_account"), False),
        (State(left="victim_account", skipped_by="closer"), False),
        (State(left="victim_account", skipped_by="another"), True),
        (State(joined="left"), False),
        (State(police="undecided", joined="called"), True),
        (State(police="undecided", joined="waived"), False),
    ],
    ids=str,
)
def test_of_each_thing_that_closing_asks_for_one_is_open(
    scene: Scene, state: State, *, may_close: bool
) -> None:
    """A slice of what ``deep`` tries of every plan at every level."""
    incident = scene.incident(flags=["injured", "weapon"])
    assert incident.case.severity >= NEVER_WAIVED

    assert state.may_close(incident.case.severity) == may_close
    assert closes(scene, incident, state) == may_close


@pytest.mark.parametrize("text", shipped())
@pytest.mark.deep
def test_closed_is_reached_only_with_all_of_it_done(scene: Scene, text: str) -> None:
    tasks, tried = tasks_of(text), 0
    for level, flags in choices(text):
        with transaction.atomic():
            incident = scene.incident(flags=flags)
            if incident.case.severity != level:
                incidents.set_severity(
                    incident=incident,
                    severity=level,
                    reason="复核后调整",
                    by=scene.manager,
                    at=scene.at,
                )
            keys = set(
                Task.objects.filter(case=incident.case, binding=True).values_list(
                    "key", flat=True
                )
            )
            assert keys >= binding(tasks, level, flags)
            for state in states(keys):
                tried += 1
                assert closes(scene, incident, state) == state.may_close(level), (
                    *(level, flags),
                    state,
                )
            transaction.set_rollback(True)
    assert tried > 100


def closes(scene: Scene, incident: Incident, state: State) -> bool:
    """Whether it is closed from there; the database is as it was afterwards."""
    with transaction.atomic():
        fresh = Incident.objects.select_related("case__site").get(pk=incident.pk)
        reach(scene, fresh, state)
        try:
            incidents.close_incident(incident=fresh, by=scene.officer, at=scene.at)
        except DomainError:
            is_closed = False
        else:
            is_closed = True
        assert is_closed == (Case.objects.get(pk=fresh.case_id).state == "closed")
        transaction.set_rollback(True)
    return is_closed


def test_what_no_case_is_closed_without_is_essential() -> None:
    assert {key for keys in ALWAYS.values() for key in keys} <= ESSENTIAL
    for text in shipped():
        assert ESSENTIAL - {"report_minor"} <= {task.key for task in tasks_of(text)}


@pytest.mark.parametrize("text", shipped())
def test_a_false_alarm_is_no_way_around_it(scene: Scene, text: str) -> None:
    """Of each level that a person set, whatever is still open."""
    for level, flags in choices(text):
        with transaction.atomic():
            incident = scene.incident(flags=flags)
            for one in (5 if level != 5 else 4, level):
                incidents.set_severity(
                    incident=incident,
                    severity=one,
                    reason="现场看过",
                    by=scene.manager,
                    at=scene.at,
                )
            try:
                incidents.mark_false_alarm(
                    incident=incident, reason="误报", by=scene.officer, at=scene.at
                )
            except DomainError:
                is_closed = False
            else:
                is_closed = True
            beside = set(flags) - {Flag.ONGOING}
            is_told = suggest_severity(flags=beside, people_count=None).severity
            may = level < Severity.CONSIDERABLE and is_told < NEVER_WAIVED
            assert is_closed == may, (level, flags)
            transaction.set_rollback(True)


# What speaks for a fight, written into the rows.
FIGHTS = ("", "controlled", "worked", "failed", "impossible", "force", "told")
LONE = {"", "impossible"}  # of which one person may say that it was none


def fight(scene: Scene, incident: Incident, sign: str) -> None:
    if sign == "controlled":
        incident.controlled_at, incident.controlled_by = scene.at, scene.guard
    elif sign == "told":
        Report.objects.filter(incident=incident).update(flags=[Flag.INJURED])
    elif sign == "force":
        Task.objects.filter(case=incident.case, key="force_record").update(
            state=TaskState.DONE, ended_at=scene.at
        )
    else:
        incident.dissuasion = sign
    incident.save()


@pytest.mark.parametrize("sign", FIGHTS)
@pytest.mark.parametrize("ways", ["one", "two", "the same twice"])
def test_nor_does_one_person_end_what_looks_like_a_fight(
    scene: Scene, sign: str, ways: str
) -> None:
    incident = scene.incident(flags=[])
    fight(scene, incident, sign)
    about: dict[str, Any] = {"by": scene.officer, "at": scene.at}
    try:
        if ways == "one":
            incidents.mark_false_alarm(incident=incident, reason="误报", **about)
        else:
            proposal = incidents.propose_false_alarm(
                incident=incident, reason="误报", **about
            )
            by = scene.manager if ways == "two" else scene.officer
            incidents.decide_false_alarm(
                proposal=proposal, approved=True, by=by, at=scene.at
            )
    except DomainError:
        is_closed = False
    else:
        is_closed = True
    assert is_closed == (ways == "two" or (ways == "one" and sign in LONE))
    assert is_closed == (Case.objects.get(pk=incident.case_id).state == "closed")


@pytest.mark.parametrize("text", shipped())
@pytest.mark.parametrize("need", ALWAYS)
def test_every_set_of_tasks_has_what_no_case_is_closed_without(
    text: str, need: str
) -> None:
    tasks = tasks_of(text)
    for level, flags in choices(text):
        assert binding(tasks, level, flags) >= ALWAYS[need], (level, flags)


def test_from_level_two_on_the_call_is_a_task_of_its_own() -> None:
    for text in shipped():
        for level, flags in choices(text):
            has_call = "call_police" in binding(tasks_of(text), level, flags)
            assert has_call == (level >= 2)


@pytest.mark.both
@pytest.mark.parametrize(
    "what", [(PoliceWaiver, "waiver"), (FalseAlarmProposal, "false_alarm")]
)
def test_nobody_agrees_with_themselves(scene: Scene, what: tuple[Any, str]) -> None:
    model, name = what
    with pytest.raises(IntegrityError, match=f"{name}_of_two"):
        model.objects.create(
            incident=scene.incident(),
            reason="双方当场和解，均无受伤",
            proposed_by=scene.officer,
            proposed_at=scene.at,
            decided_by=scene.officer,
            decided_at=scene.at,
            approved=True,
        )
