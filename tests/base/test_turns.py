"""Each row alone: a fault is named by its key and by nothing that the row holds."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.base.turns import each_alone


@pytest.mark.parametrize(
    ("row", "name"),
    [(7, "row 7 was"), ((7, 9), "row 7 9 was"), ("陆远航", "a row was")],
)
def test_what_failed_is_named_by_its_key(
    row: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(one: Any) -> int:
        raise ValueError(one)

    assert each_alone([row], fail) == 0
    assert name in caplog.text
    assert "陆远航" not in caplog.text
