"""A word of a list is found however it is written, and not where it is denied."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from anlan.base.errors import InvalidInput
from anlan.law import guardrails, matching, selectors

ON = date(2026, 11, 23)


@pytest.mark.parametrize("text", ["罚款", "罚 款", "罚·款", "罚\u115f款", "罰款"])
def test_a_word_is_found_however_it_is_spaced_and_marked(text):
    assert matching.has_any(f"对其{text}二百元", ["罚款"])


@pytest.mark.parametrize("text", ["由公安机关处罚。款项另行商定", "罚、款"])
def test_a_word_ends_at_a_full_stop_and_at_the_mark_of_a_list(text):
    assert not matching.has_any(text, ["罚款"])


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("搜身", True),
        ("不得搜身", False),
        ("不得搜身、扣留", False),
        ("不得搜身，随后搜身", True),
        ("不得搜身后搜身", True),
    ],
)
def test_a_denial_takes_back_the_word_after_it_alone(text, is_said):
    rule = selectors.guardrail("G07")

    assert matching.says(text, rule, words=["搜身", "扣留"]) is is_said


def test_a_gap_is_ten_letters_at_most():
    assert matching.pattern("放弃…起诉").search("放弃" + "一" * 10 + "起诉")
    assert not matching.pattern("放弃…起诉").search("放弃" + "一" * 11 + "起诉")


def test_an_english_stem_is_found_at_the_beginning_of_a_word_alone():
    check = partial(guardrails.check_not_called_mediation, act_on=ON, path="about")
    check(text="Remediation of the broken lamp")
    with pytest.raises(InvalidInput):
        check(text="A mediated talk")


def test_the_lists_are_written_in_the_letters_that_they_are_compared_in():
    letters = selectors.other_forms()
    words = [
        one
        for rule in selectors.guardrails()
        for name, listed in rule.lists.items()
        if name != "measures"
        for one in listed
    ]
    assert [
        one
        for one in words
        if matching.normal(one.replace("…", "")) != one.replace("…", "")
    ] == []
    used = set("".join(words))
    assert set(letters) <= used
    others = "".join(letters.values())
    assert len(set(others)) == len(others)
    assert not used & set(others)
