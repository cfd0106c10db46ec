"""Every scenario in the repository plays as its last lines expect."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test.utils import override_settings

from anlan.play.company import found_company
from anlan.play.player import play
from anlan.play.scenario import read_scenario

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_ends_as_expected(path: Path, tmp_path: Path) -> None:
    scenario = read_scenario(path)
    with override_settings(DATA=tmp_path):  # files of its own, which nobody else sweeps
        found_company(at=scenario.start - timedelta(days=1))

        outcome = play(scenario, say=lambda line: None)

    assert outcome.failed == []
    assert len(outcome.held) == len(scenario.expect)
