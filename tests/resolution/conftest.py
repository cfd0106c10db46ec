"""What several tests of outcomes stand on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from anlan.base.calendar.notices import known_holidays, statutory_calendar


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Days off that an operator lays in; the processes begin anew with them."""

    def forget() -> None:
        known_holidays.cache_clear()
        statutory_calendar.cache_clear()

    def announce(year: int, *days: date) -> None:
        folder = tmp_path / "holidays"
        folder.mkdir()
        off = [
            {"name": "假", "date": one.isoformat(), "isOffDay": True} for one in days
        ]
        text = json.dumps({"year": year, "days": off}, ensure_ascii=False)
        (folder / f"gov-{year}.json").write_text(text, encoding="utf-8")
        forget()

    forget()
    yield announce
    forget()
