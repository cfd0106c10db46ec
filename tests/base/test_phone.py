from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import InvalidInput
from anlan.base.phone import mask_phone, normalise_phone, parse_phone

# Numbers that nobody has: 199 0000, local parts of zeros or beginning with 1.


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("19900006620", "+8619900006620"),
        ("199-0000-6620", "+8619900006620"),
        ("199 0000 6620", "+8619900006620"),
        ("１９９００００６６２０", "+8619900006620"),
        ("199–0000—6620", "+8619900006620"),
        ("+86 199 0000 6620", "+8619900006620"),
        ("＋86 19900006620", "+8619900006620"),
        ("0086-19900006620", "+8619900006620"),
        ("8619900006620", "+8619900006620"),
        ("0755-10000000", "+8675510000000"),
        ("(0755) 1000 0000", "+8675510000000"),
        ("（0755）10000000", "+8675510000000"),
        ("010-00000000", "+861000000000"),
        ("400-000-1234", "+864000001234"),
        ("4000001234", "+864000001234"),
        ("800-000-0000", "+868000000000"),
        ("0755-10000000转801", "+8675510000000;ext=801"),
        ("0755-10000000 转 801", "+8675510000000;ext=801"),
        ("0755-10000000转接801", "+8675510000000;ext=801"),
        ("(0755)10000000分机:801", "+8675510000000;ext=801"),
        ("0755-10000000分机号801", "+8675510000000;ext=801"),
        ("0755-10000000 ext. 801", "+8675510000000;ext=801"),
        ("0755-10000000x801", "+8675510000000;ext=801"),
        ("0755-10000000#801", "+8675510000000;ext=801"),
        ("0755-10000000-801", "+8675510000000;ext=801"),
        ("400-000-1234-5", "+864000001234;ext=5"),
        ("+1 212 555 0123", "+12125550123"),
    ],
)
def test_phone_is_normalised_to_one_text(text, stored):
    assert normalise_phone(text) == stored


def test_phone_area_code_completes_a_local_number_only():
    assert normalise_phone("20000000", area_code="0755") == "+8675520000000"
    assert normalise_phone("2000 0000转8", area_code="0755") == "+8675520000000;ext=8"
    assert normalise_phone("19900006620", area_code="0755") == "+8619900006620"
    assert normalise_phone("010-00000000", area_code="0755") == "+861000000000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "110",
        "12345",
        "95533",
        "1990000662",
        "199000066200",
        "12900006620",
        "call me",
        "19900006620 或 19900006621",
        "19900006620/19900006621",
        "+999 12345",
        "1990000662O",
        "转801",
        "0755-10000000转",
        "١٩٩٠٠٠٠٦٦٢٠",
        "0755-10000000-8-9",
    ],
)
def test_phone_refuses_what_cannot_be_dialled(text):
    with pytest.raises(InvalidInput) as refusal:
        parse_phone(text, path="parties.1.phone")

    assert refusal.value.path == "parties.1.phone"


def test_phone_without_area_code_is_told_what_is_missing():
    with pytest.raises(InvalidInput, match="区号"):
        parse_phone("20000000")


def test_phone_refusal_does_not_repeat_the_number():
    with pytest.raises(InvalidInput) as refusal:
        parse_phone("1990000662012")

    assert "1990000" not in str(refusal.value)


def test_new_mobile_prefix_is_accepted_before_the_library_knows_it():
    # 1400 is in no table; a struck person's number is not refused for that.
    assert parse_phone("14000000000").is_chinese_mobile


def test_phone_gives_a_link_to_dial_and_knows_mobiles():
    landline = parse_phone("0755-10000000转801")

    assert landline.uri == "tel:+8675510000000;ext=801"
    assert not landline.is_chinese_mobile
    assert parse_phone("19900006620").is_chinese_mobile
    assert not parse_phone("+1 212 555 0123").is_chinese_mobile


@given(st.integers(0, 9999), st.sampled_from(["", ";ext=801"]))
def test_phone_normalising_twice_changes_nothing(tail, extension):
    stored = normalise_phone(f"1990000{tail:04d}") + extension

    assert normalise_phone(stored) == stored


@given(st.text(max_size=30))
def test_phone_parsing_fails_only_as_announced(text):
    try:
        stored = normalise_phone(text)
    except InvalidInput:
        return
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+8619900006620", "199****6620"),
        ("+8675510000123", "0755****123"),
        ("+8675510000123;ext=801", "0755****123"),
        ("+861000000123", "010****123"),
        ("+864000001234", "400****234"),
        ("+12125550123", "+12****23"),
        ("19900006620", "****"),
        ("", "****"),
        ("陈晓雯", "****"),
    ],
)
def test_phone_mask(stored, shown):
    assert mask_phone(stored) == shown


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_phone_mask_hides_the_four_middle_digits(number):
    shown = mask_phone(f"+86{number}")

    assert shown == f"{str(number)[:3]}****{str(number)[-4:]}"
