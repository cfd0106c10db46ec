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

# Each other one is an assault, and ends with a package that the offline verifier accepts.
NO_PACKAGE = {
    "false-alarm": "nothing happened that anybody could ask for",
    "kept-for-its-time": "its evidence is deleted in the end, and its packages with it",
}


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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_assault_ends_with_a_package_that_is_verified(path: Path) -> None:
    scenario = read_scenario(path)

    checked = [str(one) for one in scenario.expect if "packages_intact" in str(one)]

    assert bool(checked) == (path.stem not in NO_PACKAGE)
    assert all("== 0" not in one for one in checked)
