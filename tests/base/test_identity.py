from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import InvalidInput
from anlan.base.identity import (
    mask_identity_number,
    mask_name,
    mask_plate,
    normalise_plate,
    parse_identity_number,
)

# District 449900 does not exist: nobody has these numbers.
WOMAN = "449900199002302468"


def with_check_character(first_17: str) -> str:
    """Find the last character by the defining congruence of ISO 7064 MOD 11-2."""
    for character in "0123456789X":
        total = 0
        for c in first_17 + character:
            total = (total * 2 + (10 if c == "X" else int(c))) % 11
        if total == 1:
            return first_17 + character
    raise AssertionError


numbers = st.builds(
    lambda day, order: with_check_character(f"449900{day:%Y%m%d}{order:03d}"),
    day=st.dates(date(1900, 1, 1), date(2026, 11, 23)),
    order=st.integers(0, 999),
)


@given(numbers)
def test_identity_number_with_its_check_character_is_accepted(number):
    parsed = parse_identity_number(number)

    assert str(parsed) == number
    assert f"{parsed.born_date:%Y%m%d}" == number[6:14]


@given(numbers, st.data())
def test_identity_number_with_one_wrong_digit_is_refused(number, data):
    position = data.draw(st.integers(0, 16))
    digit = data.draw(st.sampled_from("0123456789").filter(number[position].__ne__))
    wrong = number[:position] + digit + number[position + 1 :]

    with pytest.raises(InvalidInput):
        parse_identity_number(wrong)


@given(numbers, st.integers(0, 15))
def test_identity_number_with_two_neighbours_swapped_is_refused(number, i):
    swapped = number[:i] + number[i + 1] + number[i] + number[i + 2 :]

    if swapped == number:
        assert parse_identity_number(swapped).text == number
    else:
        with pytest.raises(InvalidInput):
            parse_identity_number(swapped)


def test_identity_number_is_read_as_people_type_it():
    number = next(
        n
        for i in range(1000)
        if (n := with_check_character(f"44990019900101{i:03d}")).endswith("X")
    )
    typed = f" {number[:6]} {number[6:14]} {number[14:].lower()} "

    assert parse_identity_number(typed).text == number


def test_identity_number_of_15_digits_is_completed():
    old = "449900900101001"

    parsed = parse_identity_number(old)

    assert parsed.text == with_check_character("44990019900101001")
    assert parsed.born_date == date(1990, 1, 1)


def test_identity_number_of_a_permanent_residence_card_is_accepted():
    number = with_check_character("94499919900101001")

    assert parse_identity_number(number).born_date == date(1990, 1, 1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "18 位"),
        ("44990019900101", "18 位"),
        ("4499001990010100１Z", "18 位"),
        ("X49900199001010011", "18 位"),
        (with_check_character("44990019900230001"), "出生日期"),
        (with_check_character("44990000000101001"), "出生日期"),
        (with_check_character("99990019900101001"), "地区代码"),
        (with_check_character("00990019900101001"), "地区代码"),
    ],
)
def test_identity_number_refusal_says_what_is_wrong(text, complaint):
    with pytest.raises(InvalidInput, match=complaint) as refusal:
        parse_identity_number(text, path="party.identity_number")

    assert refusal.value.path == "party.identity_number"
    assert not text or text not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_identity_number_shows_itself_masked_in_tracebacks():
    number = with_check_character("44990019900101001")

    assert number[6:14] not in repr(parse_identity_number(number))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (WOMAN, "4499**********2468"),
        ("449900900101001", "4499*******1001"),
        ("E12345678", "E******78"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_identity_number_mask(number, shown):
    assert mask_identity_number(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈晓雯", "陈*雯"),
        ("刘洋", "刘*"),
        ("欧阳娜娜", "欧**娜"),
        ("𠮷野家", "𠮷*家"),
        ("阿依古丽·买买提", "阿******提"),
        ("王", "*"),
        ("John Smith", "J*** S***"),
        ("Li", "L***"),
        ("", ""),
    ],
)
def test_name_mask(name, shown):
    assert mask_name(name) == shown


@given(st.text(st.characters(categories=["L", "M"]), min_size=1, max_size=12))
def test_name_mask_never_shows_the_whole_name(name):
    assert mask_name(name) != name


@pytest.mark.parametrize(
    ("plate", "shown"),
    [
        ("粤B·00012", "粤B·***12"),
        ("粤b 00012", "粤B·***12"),
        ("粤B00012", "粤B·***12"),
        ("粤BD00012", "粤B·****12"),
        ("粤Ｂ・０００１２", "粤B·***12"),
        ("粤Z0001港", "粤Z·***1港"),
        ("AB-1234", "****34"),
        ("AB", "**"),
    ],
)
def test_plate_mask(plate, shown):
    assert mask_plate(plate) == shown


def test_plate_is_normalised_for_looking_up():
    assert normalise_plate(" 粤b·d0 00-12 ") == "粤BD00012"
