"""Which guardrail is tried through which entry: a form, the API, a scenario.

A guardrail that no entry tries is a sentence in a file. The forms that were missing are
tried below; what is named here has to exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from anlan.law import selectors, services
from anlan.ledger.models import Entry
from anlan.resolution.enums import NoticeKind
from anlan.resolution.letters import house_template
from tests.law import tried as shared
from tests.scene import Scene

ROOT = Path(__file__).parents[2]
_API = "tests/api/test_guardrails.py::test_over_the_api_it_is_refused_with_its_number"
_FORM = "tests/law/test_entries.py::test_by_form_it_is_refused_with_its_number"


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


# What people type, in the words of the law notes: (entry, test or scenario).
ENTRIES: dict[str, dict[str, str]] = {
    "G01": {"form": _FORM, "api": _API, "scenario": "scenarios/garage-dispute.yaml"},
    "G02": {"form": _FORM, "api": _API},
    "G03": {
        "form": "tests/e2e/test_plans.py::test_from_a_refusal_to_the_approval",
        "api": _API,
        "scenario": "scenarios/garage-dispute.yaml",
    },
    "G04": {"form": _FORM, "api": _API},
    "G05": {"form": _FORM, "api": _API, "scenario": "scenarios/settled-by-talks.yaml"},
    "G06": {"form": _FORM, "api": _API},
    "G07": {
        "form": "tests/law/test_at_run_time.py::test_by_form_at_the_desk",
        "api": _API,
        "scenario": "tests/law/test_at_run_time.py::test_in_a_scenario",
    },
    "G09": {
        "form": "tests/evidence/test_retention_pages.py::test_from_the_form_to_the_release",
        "scenario": "scenarios/kept-for-its-time.yaml",
    },
    "G10": {"scenario": "scenarios/footage-requests.yaml"},
    "G11": {"api": _API},
    "G12": {"scenario": "scenarios/kept-for-its-time.yaml"},
    "G13": {"scenario": "scenarios/footage-requests.yaml"},
    "G14": {"scenario": "scenarios/garage-dispute.yaml"},
    "G15": {
        "form": "tests/investigation/test_views.py::test_a_verdict_is_refused_with_the_rule",
        "api": _API,
        "scenario": "scenarios/garage-dispute.yaml",
    },
    "G16": {"form": _FORM, "api": _API},
    "G17": {
        "api": "tests/api/test_mediation.py::"
        "test_a_named_exclusion_bars_new_talks_until_it_is_lifted",
        "scenario": "scenarios/settled-by-talks.yaml",
    },
    "G18": {
        "form": "tests/resolution/mediation/test_pages.py::"
        "test_a_negotiation_from_beginning_to_performance",
        "scenario": "scenarios/settled-by-talks.yaml",
    },
    "G19": {
        "form": "tests/resolution/mediation/test_pages.py::"
        "test_a_negotiation_from_beginning_to_performance",
        "scenario": "scenarios/settled-by-talks.yaml",
    },
    "G20": {
        "form": "tests/investigation/test_views.py::test_a_child_waits_for_the_guardian",
        "api": "tests/api/test_guardians.py::test_a_statement_takes_the_linked_guardian",
        "scenario": "scenarios/a-child-is-heard.yaml",
    },
    "G21": {
        "form": "tests/investigation/test_views.py::"
        "test_a_second_person_is_refused_with_the_rule",
        "api": _API,
        "scenario": "scenarios/garage-dispute.yaml",
    },
    "G22": {"form": _FORM, "api": _API},
    "G23": {"api": _API},
    "G25": {
        "form": "tests/resolution/counselling/test_guardrails.py::"
        "test_by_form_what_was_typed_stays",
        "scenario": "scenarios/someone-to-talk-to.yaml",
    },
    "G26": {
        "form": "tests/resolution/counselling/test_guardrails.py::test_neither_by_its_form",
        "api": "tests/resolution/counselling/test_guardrails.py::"
        "test_neither_over_the_api_of_meetings",
        "scenario": "scenarios/someone-to-talk-to.yaml",
    },
    "G27": {"api": _API},
    "G33": {
        "form": "tests/resolution/test_pages.py::test_a_refusal_of_the_law_names_it",
        "api": _API,
        "scenario": "scenarios/what-is-owed.yaml",
    },
    "G34": {
        "form": "tests/resolution/test_kindness.py::test_a_refusal_says_why",
        "api": _API,
    },
    "G39": {"form": _FORM},
}
# Tried through their services alone so far. What is tried by an entry leaves this list.
BY_SERVICE_ALONE = {"G08"}


def test_every_enforced_guardrail_is_tried_by_some_entry() -> None:
    assert set(ENTRIES) | BY_SERVICE_ALONE == set(services.TESTS)
    assert not set(ENTRIES) & BY_SERVICE_ALONE


@pytest.mark.parametrize(
    ("guardrail", "where"),
    [
        pytest.param(guardrail, where, id=f"{guardrail}-{entry}")
        for guardrail, by in ENTRIES.items()
        for entry, where in by.items()
    ],
)
def test_what_tries_it_is_there_and_names_it(guardrail: str, where: str) -> None:
    path, _, name = where.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    if not name:
        assert f"refused: {guardrail}" in text
        return
    assert re.search(rf"^ *def {name}\(", text, re.MULTILINE)
    assert re.search(rf"\b{guardrail}\b", text)


# Who types what on which page.
Typed = tuple[str, str, dict[str, Any]]


def an_article_that_nobody_knows(_scene: Scene) -> Typed:
    house = house_template(NoticeKind.WARNING_LETTER)
    said = {"version": "0", "title": house.title}
    page = reverse("letters:template", args=[NoticeKind.WARNING_LETTER.value])
    return "chenlu", page, {**said, "body": f"{house.body}依据[L-民法典-9999]。"}


@pytest.mark.parametrize(
    ("guardrail", "tried"),
    [
        ("G01", shared.fined),
        ("G02", shared.without_a_clause),
        ("G04", shared.without_an_end),
        ("G05", shared.settled_without_the_police),
        ("G06", shared.before_the_police),
        ("G16", shared.by_new_rules_alone),
        ("G22", shared.without_the_claim),
        ("G39", an_article_that_nobody_knows),
    ],
)
def test_by_form_it_is_refused_with_its_number(
    scene: Scene,
    sign_in: Any,
    guardrail: str,
    tried: Callable[[Scene], shared.Try | Typed],
) -> None:
    made = tried(scene)
    if isinstance(made, shared.Try):
        made = made.who, made.page, made.typed
    who, page, said = made
    client = sign_in(who)
    before = Entry.objects.count()

    answer = client.post(page, said)

    shown = answer.content.decode()
    assert answer.status_code in {409, 422}, shown
    assert selectors.guardrail(guardrail).refusal_words in shown
    assert f"（{guardrail}" in shown
    assert Entry.objects.count() == before
