"""What pydantic cannot see: references that lead nowhere, rules that rest on nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.core.checks import CheckMessage, Error

from anlan.law.book import (
    Book,
    Confidence,
    Guardrail,
    Kind,
    Lawful,
    Need,
    Status,
    book,
)
from anlan.law.guardrails import TESTS

ADVICE = "建议"  # the first word of what the law itself does not say


def check_law(app_configs: Any = None, **_options: Any) -> list[CheckMessage]:
    """The system check: an installation whose law is broken does not start."""
    return [Error(text, id="law.E001") for text in faults(book(), TESTS)]


def faults(of: Book, tested: Collection[str]) -> Iterator[str]:
    """Every broken reference, in words for whoever edits the files."""
    yield from _twice("source", (source.id for source in of.sources))
    yield from _twice("guardrail", (rule.id for rule in of.guardrails))
    yield from _twice("number", (line.number for line in of.hotlines))
    if [source.number for source in of.sources] != list(range(1, len(of.sources) + 1)):
        yield "sources: numbers must run 1, 2, 3 … in the order of the file"
    yield from _twice("period", (period.key for period in of.retention))
    yield from _twice("measure", (measure.key for measure in of.measures))
    yield from _faults_of_periods(of)
    yield from _faults_of_measures(of)
    yield from _faults_of_consequences(of)
    used = {source.law for source in of.sources}
    yield from (f"{law}: no source of it" for law in sorted(of.laws.keys() - used))
    yield from (f"{law}: no such law" for law in sorted(used - of.laws.keys()))
    if used - of.laws.keys():
        return
    yield from _gaps(of)
    for rule in of.guardrails:
        yield from _faults_of(rule, of, tested)


def _faults_of(rule: Guardrail, of: Book, tested: Collection[str]) -> Iterator[str]:
    known = {source.id for source in of.sources}
    named = {*rule.sources, *(name for point in rule.points for name in point.sources)}
    yield from (f"{rule.id}: no source {name}" for name in sorted(named - known))
    if (rule.status == Status.ENFORCED) != (rule.id in tested):
        yield f"{rule.id}: is {rule.status}, but its test says otherwise"
    if (rule.refusal is None) != (rule.refusal_en is None):
        yield f"{rule.id}: the refusal needs both languages"
    if rule.kind != Kind.ADVICE:
        for day in _days_of_change(of):
            if rule.is_in_force(day) and not _rests_on_what_was_read(rule, of, day):
                yield f"{rule.id}: rests on nothing that was read, on {day}"


def _faults_of_periods(of: Book) -> Iterator[str]:
    known = {source.id for source in of.sources}
    for rules in of.periods:
        named = {name for pair in rules.replaced for name in pair}
        yield from (f"{rules.key}: no source {name}" for name in sorted(named - known))
    for period in of.retention:
        unknown = sorted(set(period.sources) - known)
        yield from (f"{period.key}: no source {name}" for name in unknown)
        if not period.least <= period.days <= period.most:
            yield f"{period.key}: its days are out of its own bounds"


def _faults_of_measures(of: Book) -> Iterator[str]:
    known = {source.id for source in of.sources}
    rules = {rule.id for rule in of.guardrails}
    for measure in of.measures:
        unknown = sorted(set(measure.sources) - known)
        yield from (f"{measure.key}: no source {name}" for name in unknown)
        if measure.guardrail is not None and measure.lawful != Lawful.NO:
            yield f"{measure.key}: a guardrail refuses what is not lawful, and only that"
        elif measure.guardrail is not None and measure.guardrail not in rules:
            yield f"{measure.key}: no guardrail {measure.guardrail}"
        if (measure.most_months is None) != (Need.END not in measure.needs):
            yield f"{measure.key}: an end has a longest time, and nothing else has"
        if bool(measure.optional) != (Need.SERVICE in measure.needs):
            yield f"{measure.key}: services are named where one is needed"
        if measure.lawful == Lawful.CONTRACT and Need.CLAUSE not in measure.needs:
            yield f"{measure.key}: rests on an agreement, and asks for no clause"


def _faults_of_consequences(of: Book) -> Iterator[str]:
    known = {source.id: source for source in of.sources}
    for one in of.consequences:
        unknown = sorted(set(one.sources) - known.keys())
        yield from (f"{one.key}: no source {name}" for name in unknown)
        if one.confidence != Confidence.READ:
            if not one.text.startswith(ADVICE):
                yield f"{one.key}: what was not read is advice, and says so"
        elif not one.sources or any(
            known[name].confidence != Confidence.READ
            for name in one.sources
            if name in known
        ):
            yield f"{one.key}: rests on what was not read"
    for day in _days_of_change(of):
        told = [one for one in of.consequences if one.is_in_force(day)]
        missing = {one.key for one in of.consequences} - {one.key for one in told}
        yield from (
            f"{key}: nothing is told of acts on {day}" for key in sorted(missing)
        )
        for one in told:
            # One law that always was would cover for another that was not yet.
            for name in one.sources:
                law = of.laws.get(known[name].law) if name in known else None
                if law is not None and not law.is_in_force(day):
                    yield f"{one.key}: {name} was not in force on {day}"


def _rests_on_what_was_read(rule: Guardrail, of: Book, day: date) -> bool:
    return any(
        source.id in rule.sources
        and source.confidence == Confidence.READ
        and of.laws[source.law].is_in_force(day)
        for source in of.sources
    )


def _days_of_change(of: Book) -> list[date]:
    """A day in each stretch in which nothing changes."""
    days = {date.min}
    for dated in (
        *of.laws.values(),
        *of.periods,
        *of.guardrails,
        *of.consequences,
    ):
        days.update({dated.first_day} if dated.first_day else ())
        days.update({dated.last_day + timedelta(days=1)} if dated.last_day else ())
    return sorted(days)


def _gaps(of: Book) -> Iterator[str]:
    for day in _days_of_change(of):
        count = sum(period.is_in_force(day) for period in of.periods)
        if count != 1:
            yield f"rule sets: {count} of them for acts on {day}"


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name}: {count} times"
