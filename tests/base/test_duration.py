from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.duration import duration_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 秒"),
        (48, "48 秒"),
        (59.9, "59 秒"),
        (60, "1 分 00 秒"),
        (132, "2 分 12 秒"),
        (3900, "1 小时 05 分"),
        (86400, "1 天 0 小时"),
        (93600, "1 天 2 小时"),
        (-48, "48 秒"),
    ],
)
def test_two_units_at_most(seconds: float, words: str) -> None:
    with translation.override("zh-hans"):
        assert duration_words(seconds) == words


@given(st.integers(0, 86399))
def test_what_is_cut_off_is_less_than_the_smaller_unit(seconds: int) -> None:
    with translation.override("zh-hans"):
        words = duration_words(seconds).split()

    units = {"秒": 1, "分": 60, "小时": 3600}
    said = sum(int(words[i]) * units[words[i + 1]] for i in range(0, len(words), 2))
    assert 0 <= seconds - said < (60 if seconds >= 3600 else 1)
