"""Numerals and times of day as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.investigation.comparing.numerals import number_of, words_of
from anlan.investigation.comparing.times import clocks_of


@given(st.integers(0, 9999))
def test_a_number_is_what_its_words_say(number: int):
    assert number_of(words_of(number)) == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("两", 2),
        ("十", 10),
        ("二十", 20),
        ("一百零三", 103),
        ("二〇", 20),
        ("１２", 12),
    ],
)
def test_numerals_of_all_kinds(words: str, number: int):
    assert number_of(words) == number


@pytest.mark.parametrize("words", ["", "十a", "点", "1十", "-3"])
def test_what_is_no_number(words: str):
    assert number_of(words) is None


@given(st.text())
def test_no_text_upsets_the_numerals(text: str):
    number = number_of(text)
    assert number is None or number >= 0


@pytest.mark.parametrize(
    ("said", "earliest", "latest"),
    [
        ("下午两点十分", 14 * 60 + 10, 14 * 60 + 10),
        ("下午两点十分左右", 14 * 60, 14 * 60 + 20),
        ("十四时零五分", 14 * 60 + 5, 14 * 60 + 5),
        ("晚上七点半", 19 * 60 + 30, 19 * 60 + 30),
        ("早上八点差五分", 7 * 60 + 55, 7 * 60 + 55),
        ("下午差五分三点", 14 * 60 + 55, 14 * 60 + 55),
        ("上午九点三刻", 9 * 60 + 45, 9 * 60 + 45),
        ("上午九点一刻", 9 * 60 + 15, 9 * 60 + 15),
        ("下午六点零几分", 18 * 60 + 1, 18 * 60 + 9),
        ("晌午快一点钟", 12 * 60 + 45, 13 * 60),
        ("夜里12:15", 15, 15),
        ("15:40", 15 * 60 + 40, 15 * 60 + 40),
        ("早上六七点", 6 * 60, 7 * 60 + 30),
        ("晚上十一二点", 23 * 60, 30),
        ("下午4点1刻", 16 * 60 + 15, 16 * 60 + 15),
        ("上午近十点", 9 * 60 + 45, 10 * 60),
        ("上午刚过九点", 9 * 60, 9 * 60 + 10),
    ],
)
def test_a_time_lies_between_two_minutes(said: str, earliest: int, latest: int):
    (clock,) = clocks_of(f"{said}，他来了。")
    day = 24 * 60
    assert (clock.earliest % day, clock.latest % day) == (earliest, latest)


@given(st.integers(0, 23), st.integers(0, 59))
def test_exact_times_are_read_back(hour: int, minute: int):
    for said in (
        f"{hour:02}:{minute:02}",
        f"{words_of(hour)}时{words_of(minute)}分",
    ):
        (clock,) = clocks_of(f"出事是{said}。")
        assert (clock.earliest, clock.latest) == (hour * 60 + minute,) * 2
        assert clock.is_exact


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("下午两点十分左右", "十四时零五分", False),
        ("九点", "21时", False),  # nobody says which nine
        ("上午九点", "21时", True),
        ("十点", "十点半", True),
        ("八点四十", "九点过一点", True),
        ("七点三刻", "七点半", True),
        ("下午五点二十左右", "五点一刻到五点半之间", False),
        ("晚上十一点五十五", "半夜十二点零三分", False),
    ],
)
def test_times_differ_beyond_what_their_words_leave_open(
    one: str,
    other: str,
    differ: bool,  # noqa: FBT001 -- a parameter of the case
):
    assert clocks_of(one)[0].differs(clocks_of(other)[0]) is differ


def test_a_length_of_time_is_added_to_the_time_before():
    clocks = clocks_of("会是下午两点开的，开了半个来小时就吵了。")
    assert clocks[-1].earliest <= 14 * 60 + 30 <= clocks[-1].latest


@pytest.mark.parametrize(
    "said", ["他一点事没有。", "有一点红。", "二十五时。", "七点八十分。"]
)
def test_what_is_no_time(said: str):
    assert not [
        clock for clock in clocks_of(said) if clock.is_exact and clock.latest > 24 * 60
    ]
    assert "一点" not in said or clocks_of(said) == []


@settings(max_examples=60)
@given(
    st.text(
        alphabet="零一二两三四五十点时分刻半差到:0129下午左右快不到，。之间",
        max_size=60,
    )
)
def test_no_text_upsets_the_times(text: str):
    for clock in clocks_of(text):
        assert 0 <= clock.start < clock.end <= len(text)
        assert clock.earliest <= clock.latest
