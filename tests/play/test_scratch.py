from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from anlan.base import stores
from anlan.play.scratch import scratch
from tools.places import ROOT

FOREIGN = "ab" * 32


def office(folder: Path) -> Path:
    """A second copy of somebody's evidence; returns the one file in it."""
    held = folder / "objects" / FOREIGN[:2] / FOREIGN[2:4] / FOREIGN
    held.parent.mkdir(parents=True)
    held.write_bytes(b"evidence")
    os.utime(held, (0, 0))  # long there
    return held


def test_a_story_knows_nothing_of_what_the_office_has_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.play.scratch.call_command", lambda *_, **__: None)
    outside = {
        "BACKUP_VAULT": tmp_path / "disk",
        "BACKUP_STORE": "a bucket",
        "TSA_URL": "a clock",
        "CLAMAV": "/run/clamd",
        "RECORDINGS_ROOTS": [tmp_path],
    }
    with override_settings(**outside):
        with scratch(tmp_path / "story"):
            second = stores.second()
            told = [settings.TSA_URL, settings.CLAMAV, settings.RECORDINGS_ROOTS]

        assert {name: getattr(settings, name) for name in outside} == outside
    assert isinstance(second, stores.Store)
    assert (second.root, told) == (tmp_path / "story" / "vault-copy", [None, "", []])


@pytest.mark.slow
def test_a_long_story_leaves_the_second_copies_of_the_office_alone(
    tmp_path: Path,
) -> None:
    held = office(tmp_path / "disk")
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")},
        "ANLAN_DATA": str(tmp_path / "data"),
        "ANLAN_BACKUP_VAULT": str(tmp_path / "disk"),
    }

    story = ROOT / "scenarios" / "kept-for-its-time.yaml"
    command = [sys.executable, str(ROOT / "manage.py"), "play", str(story), "--quiet"]
    subprocess.run(command, env=env, check=True, capture_output=True)

    assert held.read_bytes() == b"evidence"
    assert [path for path in (tmp_path / "disk").rglob("*") if path.is_file()] == [held]
