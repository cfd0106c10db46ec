"""The tables that docs/states is drawn from, against the services that move things."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import anlan
from anlan.base.errors import DomainError
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, TaskState
from anlan.cases.models import Case, Deadline, Task
from anlan.cases.policies import CASE_MOVES, TASK_MOVES
from anlan.config.management.commands.render_states import PAGES, Moves

LATER = timedelta(days=30)


# What ends there, and goes on no more. What is named nowhere has a way on from each state:
# it can be opened again, or read anew.
ENDS: dict[str, set[str]] = {
    "deadline": {"met", "met_late", "cancelled"},
    "footage-application": {"handed_over", "refused", "withdrawn", "expired"},
    "hold": {"released"},
    "deletion": {"deleted"},
    "interview": {"held", "stopped", "cancelled"},
    "finding": {"returned", "superseded", "withdrawn"},
    "plan": {"returned", "withdrawn", "superseded"},
    "notice": {"revoked"},
    "objection": {"rejected", "eased", "upheld", "withdrawn"},
    "support-session": {"held", "missed", "cancelled"},
    "urgent-call": {"answered"},
    "talks": {"performed", "failed", "withdrawn"},
    "talks-session": {"held", "broken", "cancelled"},
    "proposal": {"superseded", "declined", "lapsed"},
    "duty": {"done"},
    "confirmation": {"confirmed", "refused", "lapsed"},
    "counsel-question": {"answered", "withdrawn"},
    "report": {"returned", "superseded", "withdrawn"},
    "improvement": {"dropped"},
    "police-report": {"dropped"},
}


def reachable(moves: Moves, start: Any) -> set[Any]:
    reached, ahead = {start}, [start]
    while ahead:
        for then in moves[ahead.pop()]:
            if then not in reached:
                reached.add(then)
                ahead.append(then)
    return reached


@pytest.mark.parametrize("name", PAGES)
def test_every_state_is_in_its_table_and_can_be_reached(name: str) -> None:
    _title, _where, moves = PAGES[name]
    start: Any = next(iter(moves))
    states: Any = type(start)
    assert set(moves) == set(states)
    assert reachable(moves, start) == set(moves)


@pytest.mark.parametrize("name", PAGES)
def test_only_the_ends_have_no_way_on(name: str) -> None:
    _title, _where, moves = PAGES[name]
    ends = {state.value for state in moves if not moves[state]}
    assert ends == ENDS.get(name, set())


def test_no_end_is_named_of_what_is_not_drawn() -> None:
    assert set(ENDS) <= set(PAGES)


def test_every_table_of_moves_is_drawn() -> None:
    """A new one is on a page, and with it in the two tests above."""
    source = Path(anlan.__file__).parents[1]
    found = {
        f"{'.'.join(path.relative_to(source).with_suffix('').parts)}.{name}"
        for path in source.rglob("policies.py")
        for name in re.findall(r"^([A-Z_]+_MOVES)\b", path.read_text(), re.MULTILINE)
    }
    assert found == {where for _title, where, _moves in PAGES.values()}


@pytest.mark.django_db
@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize("then", TaskState)
def test_a_task_moves_as_the_table_says(scene, state, then):
    move = {
        TaskState.OPEN: lambda task: cases.reopen_task(
            task=task, by=scene.officer, at=scene.at
        ),
        TaskState.DONE: lambda task: cases.complete_task(
            task=task, by=scene.officer, at=scene.at, words="已做"
        ),
        TaskState.SKIPPED: lambda task: cases.skip_task(
            task=task, reason="不需要", by=scene.manager, at=scene.at
        ),
    }
    task = Task.objects.filter(case=scene.incident().case).first()
    if state != TaskState.OPEN:
        task = move[state](task)
    try:
        moved = move[then](task)
    except DomainError:
        assert then not in TASK_MOVES[state]
    else:
        assert then in TASK_MOVES[state]
        assert moved.state == then


@pytest.mark.parametrize("state", CaseState)
def test_a_case_moves_as_the_table_says(scene, state):
    case = scene.incident().case
    host = scene.incident(place=scene.place("园区 南门")).case
    if state == CaseState.CLOSED:
        case = _closed(scene, case)
    if state == CaseState.JOINED:
        case = cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
    allowed = set()
    for then, move in {
        CaseState.JOINED: lambda: cases.join_cases(
            case=case, host=host, by=scene.officer, at=scene.at
        ),
        CaseState.CLOSED: lambda: _closed(scene, case),
        CaseState.OPEN: lambda: (
            cases.part_cases(case=case, by=scene.officer, at=scene.at)
            if state == CaseState.JOINED
            else cases.reopen_case(case=case, by=scene.manager, at=scene.at)
        ),
    }.items():
        try:
            move()
        except DomainError:
            continue
        allowed.add(then)
        Case.objects.filter(pk=case.pk).update(
            state=state,
            closed_at=scene.at if state == CaseState.CLOSED else None,
            joined_into=host if state == CaseState.JOINED else None,
        )
    assert allowed == set(CASE_MOVES[state])


def test_a_clock_moves_as_the_table_says(scene):
    case = scene.incident().case
    met = cases.start_deadline(
        case=case, key="a", about="a:1", due_at=scene.at, at=scene.at
    )
    cases.meet_deadlines(case=case, key="a", about="a:1", at=scene.at)
    late = cases.start_deadline(
        case=case, key="b", about="b:1", due_at=scene.at, at=scene.at
    )
    gone = cases.start_deadline(
        case=case, key="c", about="c:1", due_at=scene.at, at=scene.at
    )
    cases.cancel_deadlines(case=case, about="c:1", at=scene.at)
    cases.fire_due_deadlines(at=scene.at)
    assert _times(met) == (True, False, False)
    assert _times(late) == (False, False, True)
    assert _times(gone) == (False, True, False)
    for key in "abc":
        cases.meet_deadlines(case=case, key=key, about=f"{key}:1", at=scene.at + LATER)
        cases.cancel_deadlines(case=case, about=f"{key}:1", at=scene.at + LATER)
    cases.fire_due_deadlines(at=scene.at + LATER)
    assert _times(met) == (True, False, False)
    assert _times(late) == (True, False, True)  # kept late, and the mark stays
    assert _times(gone) == (False, True, False)


def _closed(scene, case: Case) -> Case:
    incident = case.incident
    scene.call_off(incident, reason="误会", at=scene.at)
    return Case.objects.get(pk=case.pk)


def _times(deadline: Deadline) -> tuple[bool, bool, bool]:
    deadline.refresh_from_db()
    return (
        deadline.met_at is not None,
        deadline.cancelled_at is not None,
        deadline.fired_at is not None,
    )
