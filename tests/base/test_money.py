from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import InvalidInput
from anlan.base.money import (
    LARGEST_FEN,
    chinese_capitals,
    format_fen,
    parse_fen,
)

amounts = st.integers(-LARGEST_FEN, LARGEST_FEN)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.5", 123_450),
        ("￥12", 1_200),
        ("¥ 1,234.50", 123_450),
        ("０．０５", 5),
        ("12元", 1_200),
        ("人民币 12.30 元", 1_230),
        ("RMB 7", 700),
        ("1.2万", 1_200_000),
        ("3万元", 3_000_000),
        ("0.000001万", 1),
        ("-5", -500),
        ("¥-5", -500),
        ("-¥5", -500),
        ("−0.01", -1),
        ("00012", 1_200),
        ("12.3000", 1_230),
        ("9,999,999,999,999.99", LARGEST_FEN),
    ],
)
def test_parse_fen_reads_what_people_type(text, fen):
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "12.345",
        "1,23",
        "1234,567",
        "1,2345",
        "1.2.3",
        "12,",
        ".5",
        "5.",
        "--5",
        "-¥-5",
        "1e5",
        "十二",
        "10000000000000",
        "1.00000001万",
        "٣",
        "$5",
    ],
)
def test_parse_fen_refuses_what_is_no_exact_amount(text):
    with pytest.raises(InvalidInput) as refusal:
        parse_fen(text, path="items.0.amount")

    assert refusal.value.path == "items.0.amount"


@pytest.mark.parametrize(
    ("fen", "text"),
    [(123_450, "¥1,234.50"), (0, "¥0.00"), (5, "¥0.05"), (-1, "-¥0.01")],
)
def test_format_fen(fen, text):
    assert format_fen(fen) == text


@given(amounts)
def test_format_fen_reads_back(fen):
    assert parse_fen(format_fen(fen)) == fen


@given(st.text(max_size=20))
def test_parse_fen_fails_only_as_announced(text):
    try:
        fen = parse_fen(text)
    except InvalidInput:
        return
    assert abs(fen) <= LARGEST_FEN


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        # The examples of 正确填写票据和结算凭证的基本规定, rule 4 (1) to (4).
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        # Its rules 2 and 3, and the ends of the range.
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角"),
        (100, "人民币壹元整"),
        (1_000, "人民币壹拾元整"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (1_000_100_00, "人民币壹佰万零壹佰元整"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (10_000_100_000, "人民币壹亿零壹仟元整"),
        (10_010_000_000, "人民币壹亿零壹拾万元整"),
        (100_000_000_000_000, "人民币壹万亿元整"),
        (100_010_000_000_000, "人民币壹万零壹亿元整"),
        (100_000_001_000_000, "人民币壹万亿零壹万元整"),
        (
            LARGEST_FEN,
            "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
        (-150, "人民币负壹元伍角"),
    ],
)
def test_chinese_capitals(fen, words):
    assert chinese_capitals(fen) == words


@given(amounts)
def test_chinese_capitals_say_the_amount_and_keep_the_rules(fen):
    words = chinese_capitals(fen)

    assert read_capitals(words) == fen
    assert "零零" not in words
    assert not words.endswith("零")
    assert words.endswith("整") == (fen % 100 == 0)


def test_chinese_capitals_refuse_what_has_no_unit():
    with pytest.raises(ValueError, match="beyond"):
        chinese_capitals(LARGEST_FEN + 1)


def read_capitals(words: str) -> int:
    """Read capitals independently of how they were written."""
    match = re.fullmatch(r"人民币(负)?(?:(.+)元)?零?(?:(.)角)?零?(?:(.)分)?整?", words)
    assert match
    sign, yuan, jiao, single = match.groups()
    fen = 100 * read_number(yuan or "零")
    for digit, worth in ((jiao, 10), (single, 1)):
        fen += "零壹贰叁肆伍陆柒捌玖".index(digit) * worth if digit else 0
    return -fen if sign else fen


def read_number(words: str) -> int:
    for unit, worth in (
        ("亿", 10**8),
        ("万", 10**4),
        ("仟", 1000),
        ("佰", 100),
        ("拾", 10),
    ):
        head, found, tail = words.partition(unit)
        if found:
            return read_number(head) * worth + read_number(tail)
    return "零壹贰叁肆伍陆柒捌玖".index(words.removeprefix("零") or "零")
