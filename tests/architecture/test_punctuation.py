"""The texts of the screens use the punctuation of their language."""

from __future__ import annotations

import re

import pytest

from anlan.config import catalogue

HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
# What a reader of Chinese takes for a slip, with what should stand there.
CHINESE = {
    rf"{HAN}\s?,|,\s?{HAN}": "，",
    rf"{HAN};|;{HAN}": "；",
    rf"{HAN}:(?!//)|(?<![%\d]):{HAN}": "：",
    rf"{HAN}[?]|[?]{HAN}": "？",
    rf"{HAN}!|!{HAN}": "！",
    rf"{HAN}\(|\){HAN}|(?<!%)\({HAN}|{HAN}\)": "（）",
    rf"{HAN}\.(?![A-Za-z0-9])": "。",
    rf"[\"']{HAN}|{HAN}[\"']": "“”",
    r"\.\.\.|。。": "……",
    r"(?<![…X])…(?!…)": "……, or one … after an identifier cut short",
    r"[，。；：！？、] ": "no space after full-width punctuation",
    r" [，。；：！？、）]": "no space before full-width punctuation",
}
ENGLISH = {
    r"[，。；：！？、（）]": "half-width punctuation",
    r" [,.;:!?](?![\w/])": "no space before punctuation",
    r"\.\.\.": "…",
}


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [text.msgid for text in catalogue.texts_in_code()]


@pytest.mark.parametrize("slip", CHINESE)
def test_chinese_texts(texts, slip) -> None:
    wrong = [text for text in texts if re.search(slip, _bare(text))]

    assert not wrong, f"{CHINESE[slip]}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("slip", ENGLISH)
def test_english_texts(slip) -> None:
    wrong = [
        english
        for entry in catalogue.read_catalogue()
        for english in [entry.msgstr, *entry.msgstr_plural.values()]
        if re.search(slip, english)
    ]

    assert not wrong, f"{ENGLISH[slip]}:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "slip",
    [
        "你好,世界",
        "时间:现在",
        "来(人)",
        "好吗?",
        "请稍候...",
        "等…",
        "完成.",
        '说"好"',
    ],
)
def test_lint_finds_slips(slip) -> None:
    assert any(re.search(pattern, slip) for pattern in CHINESE)


@pytest.mark.parametrize(
    "fine",
    [
        "你好，世界",
        "14:02 到场",
        "见 https://a.example",
        "%(n)s 人",
        "说“好”。",
        "第 3.2 条",
    ],
)
def test_lint_passes_what_is_right(fine) -> None:
    assert not any(re.search(pattern, _bare(fine)) for pattern in CHINESE)


def _bare(text: str) -> str:
    """The text with a letter in the place of whatever is filled in."""
    return re.sub(r"%\(\w+\)[-0-9.]*[a-z]|%[-0-9.]*[sd]|\{\w+\}", "X", text)
