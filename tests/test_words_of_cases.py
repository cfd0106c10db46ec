"""Whatever people write about a case goes with it: no table is forgotten."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

from anlan.cases.models import Case
from anlan.evidence.enums import WordsKind
from anlan.evidence.models import CaseWords
from anlan.evidence.selectors.retention import _written, words_left
from anlan.ledger.models import Worded

# With words of a case, and in the hands of no follower: why.
_ELSEWHERE = {
    "evidence.Recording": "goes with its files",
    "evidence.SaidLength": "goes with the files of its recording",
    "evidence.FootageMark": "goes with the recording in which it was noted",
    "evidence.Addendum": "goes with its paper",
    "evidence.ClockReading": "of a recorder, and of no case",
    "resolution.Carrying": "has no words, but a state",
}


def _leads_to_a_case(model: type[Model], seen: frozenset[type[Model]]) -> bool:
    if model is Case:
        return True
    ways = [f for f in model._meta.get_fields() if f.concrete and f.related_model]
    return any(
        isinstance(way.related_model, type)
        and way.related_model not in seen
        and _leads_to_a_case(way.related_model, seen | {model})
        for way in ways
    )


def test_every_table_with_words_of_a_case_goes_with_it(db: None) -> None:
    of_cases = {
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, Worded) and _leads_to_a_case(model, frozenset())
    }
    case = Case(pk=0)
    go = {rows.model._meta.label for rows, _way in _written()}
    for kind in WordsKind:
        go |= {rows.model._meta.label for rows, _f in words_left(CaseWords(case, kind))}

    assert of_cases - go == set(_ELSEWHERE)
