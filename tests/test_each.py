"""A test of many things names each that fails."""

from __future__ import annotations

import pytest

from tests.each import of_each


def test_all_are_tried_and_those_that_fail_are_named() -> None:
    tried = []

    @of_each(lambda: [1, 2, 3])
    def small(number: int) -> None:
        tried.append(number)
        assert number != 2, "too much"

    with pytest.raises(AssertionError, match=r"1 fail:\n2: AssertionError: too much"):
        small()
    assert tried == [1, 2, 3]
