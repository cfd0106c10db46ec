"""Every test begins with nothing counted against its network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moment import forget_counts


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    forget_counts()
    yield
    forget_counts()
