"""What people type, in one form."""

from __future__ import annotations

import pytest

from anlan.base.errors import InvalidInput
from anlan.base.lines import one_line, typed


def test_it_is_kept_in_one_form_and_without_what_surrounds_it() -> None:
    assert typed(" Cafe\u0301\r\nnoir \n", path="words") == "Caf\u00e9\nnoir"
    assert one_line(" Cafe\u0301\r\n  noir ") == "Caf\u00e9 noir"


def test_it_is_counted_in_the_form_in_which_it_is_kept() -> None:
    assert typed("e\u0301\r\n" * 2, path="words", most=3) == "\u00e9\n\u00e9"
    with pytest.raises(InvalidInput) as refused:
        typed("abcd", path="words", most=3)
    assert refused.value.path == "words"


def test_it_may_be_empty_unless_a_refusal_says_that_it_must_be_there() -> None:
    assert typed(" \n", path="words") == ""
    with pytest.raises(InvalidInput, match="say why") as refused:
        typed(" \n", path="reason", refusal="say why", source="G27")
    assert (refused.value.path, refused.value.source) == ("reason", "G27")
