"""What the law forbids a plan to say or to arrange: guardrails G01, G06, G07, G26."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.errors import DomainError, InvalidInput
from anlan.cases.enums import Phase
from anlan.cases.playbook import Plan, PlannedTask
from anlan.law import guardrails as law
from anlan.law.selectors import cite_rule, refusal_words

CALL_POLICE = "call_police"  # the key of the task from which the desk calls 110
# What an author may write to make a task wait; a plan knows no such thing.
_WAITS = ("after", "needs", "requires", "waits_for", "depends_on")


def check_is_lawful(plan: Plan, body: Mapping[str, Any], *, on: date) -> None:
    """Refuse a plan that punishes, lets guards detain or search, or delays the police.

    Raises:
        InvalidInput: the sentence of the guardrail, with the task and the source.
    """
    _check_words(plan.title, plan.title, on)
    waits = _written_waits(body)
    for task in plan.tasks:
        _check_words(task.title, task.title, on)
        _check_words(task.title, task.advice, on)
        try:
            law.check_measure(measure=task.key, act_on=on)
            if _is_the_call(task, on):
                before = _phases_before(plan, task.phase)
                law.check_police_call(
                    waits_for=[*before, *waits.get(task.key, [])], act_on=on
                )
        except DomainError as error:
            raise _refusal(task.title, error) from error


def check_words(text: str, *, on: date, path: str) -> None:
    """What the office writes for all to read: no punishment, measure, delay, debriefing."""
    try:
        _ask(text, on)
    except DomainError as error:
        raise InvalidInput(
            refusal_words(error), path=path, source=error.source
        ) from error


def _check_words(task: str, text: str, on: date) -> None:
    try:
        _ask(text, on)
    except DomainError as error:
        raise _refusal(task, error) from error


def _ask(text: str, on: date) -> None:
    law.check_wording(text=text, act_on=on)
    law.check_no_measure(text=text, act_on=on)
    law.check_no_delay(text=text, act_on=on)
    law.check_no_debriefing(text=text, act_on=on)


def _refusal(task: str, error: DomainError) -> InvalidInput:
    return InvalidInput(
        _("“%(task)s”：%(sentence)s（%(source)s）")
        % {"task": task, "sentence": error, "source": cite_rule(error.source)},
        path="phases",
        source=error.source,
    )


def _is_the_call(task: PlannedTask, on: date) -> bool:
    return task.key == CALL_POLICE or law.is_police_call(title=task.title, act_on=on)


def _phases_before(plan: Plan, phase: Phase) -> list[str]:
    """Phases with tasks that must be gone through before this one begins."""
    order = list(dict.fromkeys(task.phase for task in plan.tasks))
    return [str(before.label) for before in order[: order.index(phase)]]


def _written_waits(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """By the task's key, what it was written to wait for."""
    return {
        task["key"]: [str(task[name]) for name in _WAITS if task.get(name)]
        for phase in body["phases"]
        for task in phase["tasks"]
    }
