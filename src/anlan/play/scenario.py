"""Reads a scenario: who does what when, and what must be true at the end.

The format is described in ``docs/scenarios.md``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_SPAN = re.compile(r"(\d+)\s*(d|h|m|s|ms)")
_UNIT = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_EXPECTATION = re.compile(r"^(\w+(?:\.\w+)*)\s*(<=|>=|==|!=|<|>)\s*(.+)$")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


class ScenarioError(ValueError):
    """The file cannot be played; the text says where and why."""


@dataclass(frozen=True)
class Expectation:
    """``seconds_to_arrive <= 180``: a measure, a comparison and a value."""

    text: str
    measure: str
    compare: Callable[[Any, Any], bool]
    value: Any

    def holds(self, measures: Mapping[str, Any]) -> bool:
        """Whether it is true; a measure that was never taken makes it false."""
        actual = measures.get(self.measure)
        if actual is None:
            return self.value is None and self.compare is operator.eq
        return bool(self.compare(actual, self.value))


class Step(BaseModel):
    """One thing that one person, device or visitor does."""

    model_config = ConfigDict(extra="allow")

    at: timedelta
    who: str
    do: str
    refused: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_time(cls, value: Any) -> Any:
        if isinstance(value, dict) and "at" in value:
            return {**value, "at": read_span(value["at"])}
        return value

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Scenario(BaseModel):
    """A whole story."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    title: str
    about: str = ""
    start: datetime
    site: str
    exercise: bool = False
    steps: list[Step] = Field(min_length=1)
    expect: list[str] = Field(min_length=1)

    @property
    def expectations(self) -> list[Expectation]:
        return [read_expectation(line) for line in self.expect]


def read_scenario(path: Path) -> Scenario:
    """Read and check a file.

    Raises:
        ScenarioError: it is not there, not YAML, or a field is wrong; says which.
    """
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: not YAML: {error}") from error
    try:
        scenario = Scenario.model_validate(body)
        scenario.expectations  # noqa: B018 -- read now, so that a bad line fails early
    except ValidationError as error:
        lines = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        )
        raise ScenarioError(f"{path}: {lines}") from error
    if scenario.start.tzinfo is None:
        raise ScenarioError(f"{path}: start: needs a time zone, as in 14:02:31+08:00")
    times = [step.at for step in scenario.steps]
    if times != sorted(times):
        raise ScenarioError(f"{path}: steps: their times must not go back")
    return scenario


def read_span(text: object) -> timedelta:
    """``1h 2m 3s`` as a time span; ``0s`` is the start."""
    found = _SPAN.findall(str(text))
    if not found or _SPAN.sub("", str(text)).strip():
        raise ValueError(f"not a time span: {text!r}; write 90s, 2m 5s or 1h")
    return sum((int(number) * _UNIT[unit] for number, unit in found), timedelta())


def read_expectation(line: str) -> Expectation:
    match = _EXPECTATION.match(line.strip())
    if match is None:
        raise ScenarioError(f"expect: cannot read {line!r}; write measure <= value")
    measure, sign, value = match.groups()
    return Expectation(line, measure, _OPERATORS[sign], yaml.safe_load(value))
