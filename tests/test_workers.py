"""The workers of a test run do not share their data."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings


def test_a_worker_has_data_of_its_own() -> None:
    assert Path(os.environ["ANLAN_DATA"]) == settings.DATA
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        assert settings.DATA.name == worker
