"""Every guardrail that is enforced is tried through each way in: form, API, scenario.

Each way it has to be refused with the rule's sentence and its source. A way that does not
exist is named in ``NO_WAY``, with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from anlan.law import guardrails
from anlan.ledger.models import Entry
from tests.api.test_guardrails import TRIED
from tests.law import tried as shared
from tests.scene import Scene

ROOT = Path(__file__).parents[2]
WAYS = ("form", "api", "scenario")


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    settings.RECORDINGS_ROOTS = [tmp_path]


# The scenario of which a step is refused by the rule.
PLAYED = {
    "G01": "garage-dispute",
    "G02": "garage-dispute",
    "G03": "garage-dispute",
    "G04": "garage-dispute",
    "G05": "garage-dispute",
    "G06": "garage-dispute",
    "G09": "kept-for-its-time",
    "G10": "footage-requests",
    "G11": "garage-dispute",
    "G12": "kept-for-its-time",
    "G13": "footage-requests",
    "G14": "garage-dispute",
    "G15": "garage-dispute",
    "G16": "garage-dispute",
    "G17": "settled-by-talks",
    "G18": "settled-by-talks",
    "G19": "settled-by-talks",
    "G20": "a-child-is-heard",
    "G21": "garage-dispute",
    "G22": "owner-strikes-guard",
    "G23": "garage-dispute",
    "G25": "someone-to-talk-to",
    "G26": "someone-to-talk-to",
    "G27": "garage-dispute",
    "G33": "what-is-owed",
    "G34": "what-is-owed",
    "G39": "garage-dispute",
}
# Tests of their own, where what is typed or played belongs to another package.
ELSEWHERE = {
    ("G07", "scenario"): "tests/law/test_at_run_time.py::test_in_a_scenario",
    ("G25", "form"): "tests/resolution/counselling/test_guardrails.py::"
    "test_by_form_what_was_typed_stays",
    ("G33", "form"): "tests/resolution/test_pages.py::"
    "test_a_refusal_of_the_law_names_it",
}
NO_WAY = {
    ("G08", "scenario"): "no step takes bytes off a disk behind the program",
    ("G13", "form"): "the form asks for the papers itself, before the rule is reached",
    ("G25", "api"): "notes of counsellors are nowhere in the API",
    ("G39", "api"): "templates of letters are nowhere in the API",
}


@pytest.mark.parametrize("guardrail", guardrails.TESTS)
@pytest.mark.parametrize("way", WAYS)
def test_every_enforced_guardrail_is_tried_each_way_that_there_is(
    guardrail: str, way: str
) -> None:
    tried = {
        "form": {one for one, _made in TYPED},
        "api": {one for one, _made, _status in TRIED},
        "scenario": set(PLAYED),
    }[way]
    is_tried = guardrail in tried or (guardrail, way) in ELSEWHERE

    assert is_tried != ((guardrail, way) in NO_WAY)


def test_what_is_tried_or_left_out_is_enforced() -> None:
    named = {one for one, _way in (*ELSEWHERE, *NO_WAY)} | set(PLAYED)

    assert named <= set(guardrails.TESTS)
    assert all(reason.strip() for reason in NO_WAY.values())


@pytest.mark.parametrize(("guardrail", "name"), PLAYED.items())
def test_a_step_of_the_scenario_is_refused_by_it(guardrail: str, name: str) -> None:
    text = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    refused = [step.get("refused", "") for step in yaml.safe_load(text)["steps"]]

    assert guardrail in {one.partition(" ")[0] for one in refused}


@pytest.mark.parametrize(
    ("key", "where"), ELSEWHERE.items(), ids=["-".join(key) for key in ELSEWHERE]
)
def test_what_tries_it_elsewhere_asserts_it(key: tuple[str, str], where: str) -> None:
    path, _, name = where.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8")

    assert asserts(source, name, *key)


def asserts(source: str, name: str, guardrail: str, way: str) -> bool:
    """Whether this function itself asserts what is answered, or plays such a step."""
    found = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    inside = list(ast.walk(found))
    if way == "scenario":
        played = [one.value for one in inside if isinstance(one, ast.Constant)]
        return any(f"refused: {guardrail}" in one for one in map(str, played))
    wanted = "assert_says" if way == "form" else "assert_answers"
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Name)
        and one.func.id == wanted
        and guardrail
        in [arg.value for arg in one.args if isinstance(arg, ast.Constant)]
        for one in inside
    )


@pytest.mark.parametrize(
    "body",
    [
        'assert page.status_code == 422, "G25"',
        'assert_says(page, "G26")',
        'assert_says  # "G25"',
        'assert_answers(page, "G25")',
    ],
)
def test_a_number_in_a_test_is_no_assertion(body: str) -> None:
    other = 'def test_other(page):\n    assert_says(page, "G25")\n'

    assert asserts(other, "test_other", "G25", "form")
    assert not asserts(f"{other}def test(page):\n    {body}\n", "test", "G25", "form")


# What people type, in the words of the law notes.
TYPED: list[tuple[str, Callable[[Scene], shared.Try]]] = [
    ("G01", shared.fined),
    ("G02", shared.without_a_clause),
    ("G03", shared.cut_off),
    ("G04", shared.without_an_end),
    ("G05", shared.settled_without_the_police),
    ("G06", shared.before_the_police),
    ("G07", shared.held_by_guards),
    ("G08", shared.without_both_copies),
    ("G09", shared.released_alone),
    ("G10", shared.looked_at_without_a_reason),
    ("G11", shared.given_out_unmasked),
    ("G12", shared.kept_too_short),
    ("G14", shared.appraised_without_the_paper),
    ("G15", shared.judged),
    ("G16", shared.by_new_rules_alone),
    ("G17", shared.agreed_by_one),
    ("G17", shared.met_without_the_other),
    ("G18", shared.vaguely_agreed),
    ("G19", shared.called_mediation),
    ("G20", shared.heard_without_a_guardian),
    ("G21", shared.two_at_once),
    ("G22", shared.without_the_claim),
    ("G23", shared.by_a_witness_name),
    ("G23", shared.by_the_name_of_who_reported),
    ("G26", shared.told_in_a_group),
    ("G27", shared.labelled),
    ("G34", shared.kindness_that_disclaims_nothing),
    ("G39", shared.an_article_that_nobody_knows),
]


@pytest.mark.parametrize(
    ("guardrail", "tried"),
    TYPED,
    ids=[f"{guardrail}-{tried.__name__}" for guardrail, tried in TYPED],
)
def test_by_form_it_is_refused_with_its_sentence_and_source(
    scene: Scene,
    sign_in: Any,
    guardrail: str,
    tried: Callable[[Scene], shared.Try],
) -> None:
    made = tried(scene)
    client = sign_in(made.who)
    before = Entry.objects.count()

    if made.typed is None:
        answer = client.get(made.page)
    else:
        answer = client.post(made.page, made.typed)

    shown = answer.content.decode()
    assert answer.status_code in {403, 409, 422}, answer.status_code
    shared.assert_says(shown, guardrail, made.sentence)
    assert Entry.objects.count() == before
