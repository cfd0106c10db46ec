from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, set_script_prefix
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from anlan.base.remembered import address, remembered

written: list[object] = []


@remembered(most=2)
def _bold(words: str, *, times: int | bool = 1) -> SafeString:
    written.append(words)
    return format_html("<b>{} {}</b>", words, times)


@remembered(most=8)
def _closed() -> str:
    return _("已办结")


def test_same_words_are_written_once() -> None:
    written.clear()

    assert _bold("甲") == _bold("甲") == "<b>甲 1</b>"

    assert written == ["甲"]


def test_words_that_are_markup_are_no_key_for_words_that_are_not() -> None:
    markup, words = mark_safe("<i>乙</i>"), "<i>乙</i>"

    assert _bold(markup) == "<b><i>乙</i> 1</b>"
    assert _bold(words) == "<b>&lt;i&gt;乙&lt;/i&gt; 1</b>"


def test_true_and_one_are_two_things() -> None:
    assert _bold("丙", times=1) == "<b>丙 1</b>"
    assert _bold("丙", times=True) == "<b>丙 True</b>"


def test_each_language_has_its_own() -> None:
    with translation.override("zh-hans"):
        chinese = _closed()
    with translation.override("en"):
        english = _closed()

    assert (chinese, english) == ("已办结", "Closed")


def test_no_more_is_kept_than_was_said() -> None:
    written.clear()

    for words in ("一", "二", "三", "一"):
        _bold(words)

    assert written == ["一", "二", "三", "一"]


def test_address_is_the_one_of_the_name_and_of_where_we_are_mounted() -> None:
    assert address("cases:room", "YQ-IN-1") == "/cases/YQ-IN-1/"
    set_script_prefix("/office/")
    try:
        assert address("cases:room", "YQ-IN-1") == "/office/cases/YQ-IN-1/"
    finally:
        set_script_prefix("/")


def test_address_that_does_not_exist_is_refused_each_time() -> None:
    for _time in range(2):
        with pytest.raises(NoReverseMatch):
            address("cases:nowhere")
