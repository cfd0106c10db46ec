"""The time at which tests play: no test reads the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

AT = datetime(2026, 11, 23, 6, 2, 31, tzinfo=UTC)  # Monday 14:02:31 in Shanghai


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def later() -> datetime:
    return AT + timedelta(minutes=1)
