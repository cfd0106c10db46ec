"""The time at which tests play: no test reads the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from anlan.base import limits
from anlan.base.clock import acting_at

AT = datetime(2026, 11, 23, 6, 2, 31, tzinfo=UTC)  # Monday 14:02:31 in Shanghai


@pytest.fixture(autouse=True, scope="session")
def _counts_of_this_worker() -> Iterator[None]:
    """The workers of a run share a data folder, and must not count each other's tries."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "FILE", f"limits-{worker}.sqlite3")
        yield


def forget_counts() -> None:
    """Begin with nothing counted against a network, a code or a token."""
    limits.forget_run_out(at=datetime.max.replace(tzinfo=UTC))


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture(autouse=True)
def _acting_at_the_moment() -> Iterator[None]:
    """Whoever asks outside of a request or a job asks at the moment of the tests."""
    with acting_at(AT):
        yield


@pytest.fixture
def later() -> datetime:
    return AT + timedelta(minutes=1)
