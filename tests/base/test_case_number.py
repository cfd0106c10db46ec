from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.case_number import (
    CaseKind,
    CaseNumber,
    is_site_code,
    parse_case_number,
)
from anlan.base.errors import InvalidInput

numbers = st.builds(
    CaseNumber,
    site_code=st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True),
    kind=st.sampled_from(CaseKind),
    day=st.dates(min_value=date(1000, 1, 1)),
    counter=st.integers(1, 999_999_999),
)


def test_case_number_carries_the_day_in_china():
    at = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

    number = CaseNumber.opened("YQ", CaseKind.INCIDENT, at=at, counter=1)

    assert str(number) == "YQ-IN-20261123-001"


@pytest.mark.parametrize(
    ("counter", "end"), [(7, "-007"), (999, "-999"), (1000, "-1000"), (12345, "-12345")]
)
def test_case_number_counter_grows_past_three_digits(counter, end):
    number = CaseNumber("YQ", CaseKind.DRILL, date(2026, 11, 23), counter)

    assert str(number) == f"YQ-DR-20261123{end}"


@given(numbers)
def test_case_number_reads_back(number):
    assert parse_case_number(str(number)) == number


@given(numbers, numbers)
def test_different_case_numbers_have_different_texts(first, second):
    assert (first == second) == (str(first) == str(second))


@pytest.mark.parametrize(
    "text",
    [
        " yq-in-20261123-001 ",
        "ＹＱ－ＩＮ－２０２６１１２３－００１",
        "YQ–IN–20261123—001",
        "YQ−IN‑20261123-001",
    ],
)
def test_case_number_is_read_as_people_type_it(text):
    expected = CaseNumber("YQ", CaseKind.INCIDENT, date(2026, 11, 23), 1)

    assert parse_case_number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "YQ-IN-20261123",
        "YQ-IN-20261123-01",
        "YQ-IN-20261123-000",
        "YQ-IN-20261123-0001",
        "YQ-IN-20260231-001",
        "YQ-IN-00000101-001",
        "YQ-XX-20261123-001",
        "Y Q-IN-20261123-001",
        "YQ-IN-20261123-001-IN-20261123-001",
        "云栖-IN-20261123-001",
        "YQ-IN-20261123-001\n1",
    ],
)
def test_case_number_refuses_anything_else(text):
    with pytest.raises(InvalidInput) as refusal:
        parse_case_number(text)

    assert refusal.value.path == "number"


@given(st.text(max_size=30))
def test_case_number_parsing_fails_only_as_announced(text):
    try:
        number = parse_case_number(text)
    except InvalidInput:
        return
    assert parse_case_number(str(number)) == number


def test_case_numbers_sort_by_counter_not_by_text():
    day = date(2026, 11, 23)
    numbers = [CaseNumber("YQ", CaseKind.INCIDENT, day, n) for n in (999, 1000, 2)]

    assert [number.counter for number in sorted(numbers)] == [2, 999, 1000]


@pytest.mark.parametrize(
    ("site_code", "counter"), [("", 1), ("yq", 1), ("Y-Q", 1), ("YQ", 0), ("YQ", 10**9)]
)
def test_case_number_cannot_be_built_wrong(site_code, counter):
    with pytest.raises(ValueError, match=r"is 1 to"):
        CaseNumber(site_code, CaseKind.INCIDENT, date(2026, 11, 23), counter)


def test_site_code_is_short_and_plain():
    assert [
        is_site_code(text) for text in ("YQ", "SZ01", "", "yq", "云栖", "A" * 13)
    ] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
