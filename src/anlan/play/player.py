"""Plays a scenario through the same services as the screens, with its own clock."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import translation

from anlan import worker
from anlan.accounts.models import Site, User
from anlan.base.clock import acting_at
from anlan.base.errors import DomainError
from anlan.ledger.events import SYSTEM, Actor
from anlan.play import (  # noqa: F401 -- enter their verbs
    advising,
    collecting,
    compensating,
    contacting,
    examining,
    filming,
    handling,
    investigating,
    keeping,
    marking,
    planning,
    policing,
    responding,
    reviewing,
    settling,
    stating,
    supporting,
    telling,
)
from anlan.play.actions import ACTIONS, Stage
from anlan.play.measures import take_measures
from anlan.play.scenario import Expectation, Scenario, ScenarioError, Step
from anlan.play.signing import signer_at_hand


@dataclass(frozen=True)
class Visitor:
    """Somebody who scanned a poster: no account, only a secret of their own."""

    name: str

    @property
    def actor_key(self) -> str:
        return f"public:{self.name}"


@dataclass(frozen=True)
class Device:
    """A panic button or a camera, by its name in the scenario."""

    name: str

    @property
    def actor_key(self) -> str:
        return f"device:{self.name}"


@dataclass(frozen=True)
class Played:
    """One line of the protocol."""

    after: timedelta
    who: str
    did: str
    outcome: str


@dataclass
class Outcome:
    """How it ended."""

    title: str
    measures: dict[str, object] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.failed


def play(
    scenario: Scenario,
    *,
    say: Callable[[Played], None],
    pause: Callable[[timedelta], None] = lambda span: None,
) -> Outcome:
    """Play every step, letting clocks run out on the way, and check what was expected.

    Args:
        say: is told each step as it was played.
        pause: is given the time until the next step; full speed ignores it.

    Raises:
        ScenarioError: a step that cannot be: unknown verb, person or argument.
    """
    check_steps(scenario)
    with translation.override("zh-hans"), signer_at_hand():
        stage = Stage(site=_site(scenario), exercise=scenario.exercise)
        clock = scenario.start
        outcome = Outcome(title=scenario.title)
        for step in scenario.steps:
            moment = scenario.start + step.at
            pause(moment - clock)
            for due_at, count in _let_run_out(upto=moment):
                say(Played(due_at - scenario.start, "系统", "到期", f"{count}"))
            clock = moment
            _play_step(stage, step, at=moment, say=say, outcome=outcome)
        expected = scenario.expectations
        outcome.measures = take_measures(stage, {one.measure for one in expected})
    _judge(expected, outcome)
    return outcome


def check_steps(scenario: Scenario) -> None:
    """Refuse a scenario whose verbs or arguments do not exist, before anything is played."""
    for number, step in enumerate(scenario.steps, 1):
        if step.do not in ACTIONS:
            known = ", ".join(sorted(ACTIONS))
            raise ScenarioError(
                f"step {number}: no such verb {step.do!r}; known: {known}"
            )
        taken = set(inspect.signature(ACTIONS[step.do]).parameters) - {
            "stage",
            "by",
            "at",
        }
        unknown = sorted(set(step.arguments) - taken)
        if unknown:
            raise ScenarioError(f"step {number}: {step.do} takes no {unknown[0]!r}")


def _play_step(
    stage: Stage,
    step: Step,
    *,
    at: datetime,
    say: Callable[[Played], None],
    outcome: Outcome,
) -> None:
    try:
        with acting_at(at):
            result = ACTIONS[step.do](
                stage, by=_actor(step.who), at=at, **step.arguments
            )
    except DomainError as error:
        result = f"refused: {error}"
        if step.refused is None or not is_refused_as(error, step.refused):
            outcome.failed.append(f"{step.at} {step.who} {step.do}: {error}")
    else:
        if step.refused is not None:
            outcome.failed.append(
                f"{step.at} {step.who} {step.do}: was to be refused ({step.refused})"
            )
    say(Played(step.at, step.who, step.do, result))


def is_refused_as(error: DomainError, wanted: str) -> bool:
    """By the rule or of the kind that is named, with these words if there are any."""
    first, _space, words = wanted.partition(" ")
    if first in {error.source, error.code}:
        return words in str(error)
    return not first.isascii() and wanted in str(error)


def _let_run_out(*, upto: datetime) -> Iterator[tuple[datetime, int]]:
    """Fire what falls due before ``upto``, each at its own time, as a worker would."""
    while (due_at := worker.next_due()) is not None and due_at <= upto:
        yield due_at, worker.run_due(at=due_at)


def _actor(who: str) -> Actor:
    kind, _separator, name = who.partition(":")
    if who == "system":
        return SYSTEM
    if kind == "visitor":
        return Visitor(name)
    if kind == "device":
        return Device(name)
    user = User.objects.filter(username=who).first()
    if user is None:
        raise ScenarioError(f"nobody here is called {who!r}")
    return user


def _site(scenario: Scenario) -> Site:
    site = Site.objects.filter(code=scenario.site).first()
    if site is None:
        raise ScenarioError(f"site: no site has the code {scenario.site!r}")
    return site


def _judge(expectations: list[Expectation], outcome: Outcome) -> None:
    for expectation in expectations:
        if expectation.holds(outcome.measures):
            outcome.held.append(expectation.text)
        else:
            actual = outcome.measures.get(expectation.measure, "no such measure")
            outcome.failed.append(f"{expectation.text} (it is {actual!r})")
