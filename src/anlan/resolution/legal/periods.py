"""The register of periods as data, and what of it runs after what happened.

Pure: the same happenings give the same periods, in whatever order they became known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from anlan.base.calendar.notices import known_holidays, statutory_calendar
from anlan.base.calendar.terms import RollOver, Term, Unit
from anlan.base.clock import local_day
from anlan.law.book import Confidence, Dated, Text, in_language
from anlan.resolution.legal.enums import Happening, PaperKind, Whose

_DATA = Path(__file__).parent / "data" / "police.yaml"
# What is of a prosecutor or court: with it the police's own time is over.
_BEYOND_POLICE = frozenset(
    Happening(kind.value) for kind in PaperKind if kind.is_beyond_police
)


class Counts(StrEnum):
    """From when a period counts: the day of the paper, or the day it was received."""

    DATED = "dated"
    RECEIVED = "received"


class PeriodRule(Dated):
    """One row of the register (law notes §13)."""

    id: Text
    title: Text
    title_en: Text
    opens: Happening
    also: tuple[Happening, ...] = ()
    ends: tuple[Happening, ...]
    without: tuple[Happening, ...] = ()  # whose time is not counted
    is_once: bool = False  # only the first of several opens it, and the next ends it
    counts: Counts = Counts.DATED
    amount: int
    unit: Unit
    roll_over: RollOver = RollOver.REST_DAYS
    of: Whose
    confidence: Confidence
    sources: tuple[str, ...]

    @property
    def heading(self) -> str:
        return in_language(self.title, self.title_en)

    def is_earliest(self, happened: Iterable[Happened]) -> bool:
        """Whether it may end later: nobody tells how long what is not counted took."""
        return any(one.what in self.without for one in happened)

    def unpublished_year(self, last: date) -> int | None:
        """The year whose holidays nobody knows yet, and which may move the last day on."""
        if self.roll_over is RollOver.NEVER or self.unit is Unit.MINUTE:
            return None
        return next(iter(known_holidays().missing_years(last, last)), None)

    @property
    def is_law(self) -> bool:
        """Whether the article was read; what was not is shown as advice."""
        return self.confidence == Confidence.READ


class Remedy(BaseModel):
    """What the victim's side may do, always or after certain papers, until others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Text
    text_en: Text
    after: tuple[Happening, ...] = ()
    until: tuple[Happening, ...] = ()
    sources: tuple[str, ...]

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)

    def is_open(self, happened: Collection[Happened]) -> bool:
        """Whether it may be done now: nothing that ends it came after what opened it.

        On the same day, or before, it may be about another suspect.
        """
        if not self.after:
            return True
        opened = [one.at for one in happened if one.what in self.after]
        ended = [one.at for one in happened if one.what in self.until]
        return bool(opened) and all(one <= max(opened) for one in ended)


@dataclass(frozen=True)
class Happened:
    """Something that happened; ``key`` names the report or the paper."""

    what: Happening
    at: datetime
    known_at: datetime
    key: str


@dataclass(frozen=True)
class Period:
    """A period that runs, or ran."""

    rule: PeriodRule
    opened_by: str
    begins_at: datetime
    due_at: datetime
    calendar: str
    ended_at: datetime | None


def rules() -> tuple[PeriodRule, ...]:
    return _register()[0]


def rule(rule_id: str) -> PeriodRule:
    return next(one for one in rules() if one.id == rule_id)


def heading(rule_id: str) -> str:
    """Its name; of a rule that is not in the register any more, what it was called."""
    return next((one.heading for one in rules() if one.id == rule_id), rule_id)


def remedies(happened: Collection[Happened]) -> list[Remedy]:
    """What may be done whatever was answered, and after what was, while it is not over."""
    return [one for one in _register()[1] if one.is_open(happened)]


def reckon(happened: Iterable[Happened]) -> list[Period]:
    """Every period that these opened, in the order of its last moment."""
    rows = sorted(set(happened), key=lambda one: (one.at, one.what, one.key))
    found = [
        _period(rule, opening, rows)
        for rule in rules()
        for opening in _openings(rule, rows)
        if rule.is_in_force(local_day(opening.at))
    ]
    return sorted(found, key=lambda one: (one.due_at, one.rule.id, one.opened_by))


def _openings(rule: PeriodRule, rows: list[Happened]) -> list[Happened]:
    found = [one for one in rows if one.what in {rule.opens, *rule.also}]
    return found[:1] if rule.is_once else found


def _period(rule: PeriodRule, opening: Happened, rows: list[Happened]) -> Period:
    begins = opening.known_at if rule.counts == Counts.RECEIVED else opening.at
    term = Term(rule.amount, rule.unit, rule.roll_over)
    due = statutory_calendar().due(begins, term)
    # What was handed over may follow what the police wrote after the call; else a paper
    # ends only what was open before it. Of most only the day is known.
    ends = (
        max(one.at, opening.at)
        for one in rows
        if one != opening
        and (
            one.what in rule.ends
            or (rule.is_once and one.what == rule.opens)
            or (rule.of == Whose.POLICE and one.what in _BEYOND_POLICE)
        )
        and (
            opening.what == Happening.HAND_OVER
            or local_day(one.at) >= local_day(opening.at)
        )
    )
    return Period(
        rule=rule,
        opened_by=opening.key,
        begins_at=begins,
        due_at=due.at,
        calendar=due.calendar,
        ended_at=min(ends, default=None),
    )


@cache
def _register() -> tuple[tuple[PeriodRule, ...], tuple[Remedy, ...]]:
    page = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return (
        tuple(map(PeriodRule.model_validate, page["periods"])),
        tuple(map(Remedy.model_validate, page["remedies"])),
    )
