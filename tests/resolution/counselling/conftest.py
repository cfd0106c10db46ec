"""What every test of support needs: a passphrase that costs little, a data folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base import sealing
from anlan.cases.models import Case
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COST", 10)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def other(scene: Scene) -> Case:
    """A second case at the same site."""
    return scene.incident(place=scene.place("园区 南门")).case
