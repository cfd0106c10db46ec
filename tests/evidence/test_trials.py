"""A vault that is attacked: each attack is found, at its exhibit, and nothing else is."""

from __future__ import annotations

import pytest

from tests.evidence.trials import ATTACKS, Vault, run_trials
from tests.pictures import JPEG
from tests.scene import Scene


@pytest.fixture
def vault(scene: Scene) -> Vault:
    case = scene.report().incident.case
    return Vault.filled(case, by=scene.guard, at=scene.at, picture=JPEG)


def test_attacks(vault: Vault) -> None:
    tally = run_trials(vault, 75, seed=1)

    assert (tally.missed, tally.astray, tally.false_alarms) == ([], [], [])
    assert set(tally.tried) == set(ATTACKS)
    assert tally.exact + tally.near == tally.count == 75


@pytest.mark.deep
def test_thousands_of_attacks(vault: Vault) -> None:
    tally = run_trials(vault, 5_000, seed=2)

    assert (tally.missed, tally.astray, tally.false_alarms) == ([], [], [])
    assert tally.exact + tally.near == tally.count == 5_000


def test_an_attack_that_changes_nothing_is_not_found(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trials can fail."""
    monkeypatch.setattr("tests.evidence.trials.ATTACKS", {"none": lambda trial: None})

    assert len(run_trials(vault, 3, seed=1).missed) == 3
