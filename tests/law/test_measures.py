"""Measures as data: what may be done is complete, what may not is refused with its rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.calendar.terms import add_months
from anlan.base.errors import InvalidInput, NotAllowed
from anlan.law import checks, guardrails, selectors
from anlan.law.book import Lawful, Measure, Need, book

ON = date(2026, 11, 23)
MEASURES = book().measures


def by_key(key: str) -> Measure:
    return selectors.measure(key, on=ON)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.key)
def test_what_may_not_be_done_is_refused_and_says_what_may(measure: Measure):
    if measure.lawful not in {Lawful.NO, Lawful.ADVICE}:
        assert guardrails.check_lawful(measure=measure.key, act_on=ON) is measure
        return
    with override("zh-hans"), pytest.raises(NotAllowed) as refused:
        guardrails.check_lawful(measure=measure.key, act_on=ON)
    assert refused.value.source == (measure.guardrail or measure.sources[0])
    assert measure.text in str(refused.value)


def test_an_unknown_measure_is_refused_in_words():
    with pytest.raises(InvalidInput):
        guardrails.check_lawful(measure="banish", act_on=ON)
    with pytest.raises(LookupError):
        selectors.measure("banish", on=ON)


def test_the_lightest_lawful_measure_comes_first_and_the_unlawful_last():
    found = selectors.measures(on=ON)
    lawful = [one for one in found if one.is_for_plans]
    assert [one.weight for one in lawful] == sorted(one.weight for one in lawful)
    assert list(found[: len(lawful)]) == lawful
    assert {one.key for one in found[len(lawful) :]} == {
        *("fine", "cut_utilities", "restrain", "publish", "family"),
        *("disclaimer", "victim_suit", "citizen_handover"),
    }


def test_what_cuts_into_a_service_ends_within_six_months_and_can_be_objected_to():
    for measure in MEASURES:
        if Need.SERVICE in measure.needs:
            assert measure.most_months == 6
            assert {Need.END, Need.APPEAL, Need.CLAUSE} <= set(measure.needs)
            assert "home" not in measure.optional


@pytest.mark.parametrize(
    "text",
    [
        "三日内不道歉，停水停电",
        "注销门禁卡，禁止回家",
        "停用电梯卡；不影响供电",
        "We will cut the power until an apology is made",
    ],
)
def test_words_that_cut_somebody_off_are_refused(text: str):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_no_cutting_off(text=text, act_on=ON, path="words")
    assert (refused.value.source, refused.value.path) == ("G03", "words")


@pytest.mark.parametrize(
    "text",
    [
        "暂停会所预约，不会停水停电",
        "不得停用电梯",
        "水电照常，只暂停代收服务",
        "We will never cut the power",
    ],
)
def test_words_that_promise_not_to_are_not(text: str):
    guardrails.check_no_cutting_off(text=text, act_on=ON)


@given(
    begins=st.dates(min_value=date(2021, 1, 1), max_value=date(2034, 1, 1)),
    days=st.integers(min_value=-40, max_value=400),
)
def test_a_ban_never_lasts_longer_than_six_months(begins: date, days: int):
    ends = begins + timedelta(days=days)
    may = days >= 0 and ends <= add_months(begins, 6)
    said: dict[str, Any] = {
        "reason": "打人",
        "begins": begins,
        "ends": ends,
        "appeal": "项目经理",
    }
    if may:
        guardrails.check_ends(**said, act_on=ON)
        return
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_ends(**said, act_on=ON)
    assert (refused.value.source, refused.value.path) == ("G04", "ends_on")


@pytest.mark.parametrize("path", ["reason", "appeal"])
def test_a_ban_without_reason_or_appeal_is_refused(path: str):
    said: dict[str, Any] = {
        "reason": "打人",
        "begins": ON,
        "ends": add_months(ON, 1),
        "appeal": "项目经理",
        path: " ",
    }
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_ends(**said, act_on=ON)
    assert refused.value.path == path


@pytest.mark.parametrize("path", ["clause", "clause_version", "binds", "amount_basis"])
def test_a_sum_without_its_agreement_is_refused_at_what_is_missing(path: str):
    said = {
        "clause": "12",
        "clause_version": "2025",
        "binds": "业主",
        "amount_basis": "损失",
        path: "",
    }
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_clause(**said, act_on=ON)
    assert (refused.value.source, refused.value.path) == ("G02", path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sources": ("L-无",)}, "no source L-无"),
        ({"guardrail": "G03"}, "a guardrail refuses what is not lawful"),
        ({"most_months": None}, "an end has a longest time"),
        ({"optional": ()}, "services are named"),
        ({"needs": (Need.SERVICE, Need.END)}, "asks for no clause"),
    ],
)
def test_a_measure_that_does_not_hang_together_is_named(
    changed: dict[str, Any], said: str
):
    wrong = by_key("suspend_optional").model_copy(update=changed)
    broken = book().model_copy(update={"measures": (wrong,)})
    assert any(said in fault for fault in checks.faults(broken, guardrails.TESTS))


def test_a_letter_rests_on_what_gives_the_duty_and_on_no_penalty():
    assert by_key("warning_letter").sources == ("L-民法典-942",)
    for measure in MEASURES:
        if measure.is_for_plans:
            assert not any("处罚" in one for one in measure.sources)


def test_the_office_claims_its_own_loss_by_contract_or_tort_and_no_injury():
    articles = [one.rpartition("-")[2] for one in by_key("damages_claim").sources]
    assert articles == ["577", "584", "1165", "1184"]


@pytest.mark.parametrize(
    ("source", "lighter", "heavier"),
    [
        ("L-治安法-51", "一千元以下", "一千元以上二千元以下"),
        ("L-治安法2012-43", "五百元以下", "五百元以上一千元以下"),
    ],
)
def test_the_article_on_beating_is_told_in_all_its_frames(source, lighter, heavier):
    text = selectors.source(source).text
    assert f"情节较轻的，五日以下拘留或者{lighter}罚款" in text
    assert "一次多人" in text
    assert f"十日以上十五日以下拘留，并处{heavier}罚款" in text
