"""Every kind of event can be told, in both languages, and what it covers exists."""

from __future__ import annotations

import string
import sys
import typing
from dataclasses import fields, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils import translation

from anlan.base.digest import canonical_json
from anlan.ledger.events import KINDS, Event
from anlan.ledger.models import Worded
from anlan.ledger.sentences import event_of, sentence
from tests.each import of_each


@cache
def samples() -> list[Event]:
    """One event of each kind, made from the types of its fields."""
    return [sample(KINDS[name]) for name in sorted(KINDS)]


of_each_event = of_each(samples, lambda event: event.kind)


def sample(kind: type[Event]) -> Event:
    """An event of the kind, each text its field's name; where a closed list wants one
    of its own words, the first that fits."""
    hints = typing.get_type_hints(kind)
    event = kind(
        **{field.name: _value(field.name, hints[field.name]) for field in fields(kind)}
    )
    for _field in hints:
        wanted = _wanted(event)
        if wanted is None:
            return event
        event = _repaired(event, *wanted)
    raise AssertionError(f"no sample for {kind.kind}")


def _value(name: str, hint: Any) -> Any:
    return 1 if int in (typing.get_args(hint) or (hint,)) else name


def _wanted(event: Event) -> tuple[str, str] | None:
    """Which field shown() cannot tell, and the closed list it should come from."""
    try:
        event.shown()
    except ValueError as error:  # "'phase' is not a valid Phase"
        return str(error).split("'")[1], str(error).rpartition(" ")[2]
    except KeyError as error:
        return str(error.args[0]), ""
    return None


def _repaired(event: Event, name: str, enum: str) -> Event:
    for word in _words_of(enum, event):
        changed = replace(event, **{name: word})
        if _wanted(changed) != (name, enum) and (_wanted(changed) or ("",))[0] != word:
            return changed
    raise AssertionError(f"{event.kind}: nothing fits {name} of {enum}")


def _words_of(enum: str, event: Event) -> list[str]:
    if enum:
        found = [kind for kind in _enums(Enum) if kind.__name__ == enum]
        return [str(member.value) for kind in found for member in kind]
    module = vars(sys.modules[event.__class__.__module__])
    tables = [v for n, v in module.items() if isinstance(v, dict) and n[:2] != "__"]
    return [str(key) for table in tables for key in table]


def _enums(kind: type[Enum]) -> list[type[Enum]]:
    below = [enum for child in kind.__subclasses__() for enum in _enums(child)]
    return [kind, *below]


def told(event: Event, language: str) -> str:
    with translation.override(language):
        return sentence(event, actor="system", names={})


@of_each_event
def test_is_told_in_chinese(event: Event) -> None:
    said = told(event, "zh-hans")

    assert said.strip()
    assert "{" not in said
    assert "}" not in said


@of_each_event
def test_is_told_in_english(event: Event) -> None:
    english = told(event, "en")

    assert english.strip()
    assert english != told(event, "zh-hans")


@of_each_event
def test_every_placeholder_is_a_fact(event: Event) -> None:
    """A word misspelt in a sentence would read as nothing."""
    used = {name for _, name, _, _ in string.Formatter().parse(event.sentence) if name}

    assert used <= {*event.shown(), "actor"}


@of_each_event
def test_is_remade_from_its_facts(event: Event) -> None:
    assert event_of(event.kind, event.facts()) == event


@of_each_event
def test_facts_are_short_and_plain(event: Event) -> None:
    assert canonical_json(event.facts())


@of_each_event
def test_covered_words_exist(event: Event) -> None:
    names = {field.name for field in fields(event)}
    for covered in event.covers:
        model = apps.get_model(covered.model)
        assert issubclass(model, Worded)
        assert covered.digest_field in names
        assert {covered.field, "uid"} <= {f.name for f in model._meta.get_fields()}


@of_each_event
def test_kind_names_its_package(event: Event) -> None:
    app = apps.get_containing_app_config(event.__class__.__module__)
    assert app is not None
    package = app.label
    area = event.kind.partition(".")[0]
    singular = {"cases": "case", "incidents": "incident"}.get(package, package)

    assert area in {package, singular, package.rstrip("s"), f"{package.rstrip('y')}ies"}


@of_each_event
def test_tone_is_one_that_the_timeline_knows(event: Event) -> None:
    assert event.tone in {"plain", "alarm", "good", "warn", "people"}


def test_every_event_class_is_registered_once() -> None:
    def below(kind: type[Event]) -> set[type[Event]]:
        return {kind}.union(*map(below, kind.__subclasses__())) - {Event}

    ours = {k for k in below(Event) if k.__module__.startswith("anlan.")}

    assert ours == set(KINDS.values())
    assert len(KINDS) == len(ours)


def test_every_events_module_is_loaded() -> None:
    """A package whose events nobody imports could not be verified."""
    source = Path(__file__).parents[2] / "src" / "anlan"
    found = {*source.rglob("events.py"), *source.rglob("events/[a-z]*.py")}
    modules = {
        ".".join(path.relative_to(source.parent).with_suffix("").parts)
        for path in found
    }

    assert modules <= set(sys.modules)


# What everybody who sees a case reads on its timeline: what was reported, done and
# called for on the spot, and what things in custody and recordings are.
QUOTED = {
    "case.entry_struck: cases.Strike.reason",
    "case.note_written: cases.Note.text",
    "case.party_added: cases.Party.description",
    "case.task_done: cases.Task.words",
    "case.task_skipped: cases.Task.words",
    "evidence.custody_stepped: evidence.CustodyStep.kept_where",
    "evidence.custody_stepped: evidence.CustodyStep.words",
    "evidence.length_said: evidence.SaidLength.words",
    "evidence.object_registered: evidence.Exhibit.how",
    "evidence.object_registered: evidence.Exhibit.title",
    "evidence.received: evidence.Exhibit.file_name",
    "evidence.received: evidence.Exhibit.how",
    "evidence.received: evidence.Exhibit.title",
    "evidence.recording_declined: evidence.Recording.words",
    "evidence.recording_lost: evidence.Recording.words",
    "evidence.recording_saved: evidence.Recording.words",
    "incident.emergency_answered: incidents.EmergencyCall.answer",
    "incident.emergency_called: incidents.EmergencyCall.words",
    "incident.false_alarm_proposed: incidents.FalseAlarmProposal.reason",
    "incident.further_report: incidents.Report.words",
    "incident.police_waiver_proposed: incidents.PoliceWaiver.reason",
    "incident.reported: incidents.Report.words",
}


def test_words_that_a_timeline_quotes_are_listed() -> None:
    """Guards read the timeline of a case, and have yet to say what they saw."""
    quoted = {
        f"{kind}: {covered.model}.{covered.field}"
        for kind, event in KINDS.items()
        for covered in event.covers
        if covered.is_quoted
    }

    assert quoted == QUOTED


def test_covered_words_are_written_by_the_one_helper() -> None:
    """Its twin for an app of its own once quoted what nobody was to read."""
    source = Path(__file__).parents[2] / "src" / "anlan"
    found = {*source.rglob("events.py"), *source.rglob("events/[a-z]*.py")}

    assert {path for path in found if "Covered(" in path.read_text()} == {
        source / "ledger" / "events.py"
    }
