"""The network an address lies in: alike for neighbours, never the address itself."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.base import limits
from anlan.base.clock import acting_at
from anlan.base.limits import count_up, forget_run_out, is_over, network_of
from tests.at_once import at_once

TRIES = 40
_PROCESS = f"""
import sys, django
from django.conf import settings
from pathlib import Path
settings.configure(DATA=Path(sys.argv[1]), USE_TZ=True)
from anlan.base import limits
from anlan.base.limits import count_up
limits.BUSY_SECONDS = 30  # who counts right is asked here, not how fast the disk is
print([count_up("x", seconds=600) for _ in range({TRIES})])
"""


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_processes_count_together(tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(Path(limits.__file__).parents[2])}
    command = [sys.executable, "-c", _PROCESS, str(tmp_path)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
        for _ in range(3)
    ]
    counted = [
        int(number)
        for process in running
        for number in process.communicate(timeout=60)[0].strip("[]\n").split(",")
    ]

    assert sorted(counted) == list(range(1, 3 * TRIES + 1))


def test_threads_count_together() -> None:
    found = at_once(*[lambda: [count_up("x", seconds=600) for _ in range(TRIES)]] * 4)

    assert sorted(n for some in found for n in some) == list(range(1, 4 * TRIES + 1))


def test_a_window_ends_and_begins_anew(at) -> None:
    def tried(seconds: float) -> int:
        with acting_at(at + timedelta(seconds=seconds)):
            return count_up("x", seconds=60)

    assert [tried(s) for s in (0, 30, 59.9, 60, 61, 119)] == [1, 2, 3, 1, 2, 3]
    with acting_at(at + timedelta(seconds=119)):
        assert is_over("x", 2)
        assert not is_over("x", 3)
        assert not is_over("y", 0)
    with acting_at(at + timedelta(seconds=120)):
        assert not is_over("x", 2)


def test_only_what_has_run_out_is_forgotten(at) -> None:
    count_up("short", seconds=60)
    count_up("long", seconds=600)

    assert forget_run_out(at=at + timedelta(seconds=59)) == 0
    assert forget_run_out(at=at + timedelta(seconds=60)) == 1
    assert (is_over("short", 0), is_over("long", 0)) == (False, True)
    assert forget_run_out(at=at + timedelta(seconds=60)) == 0


@pytest.mark.parametrize("broken", ["no folder", "no database"])
def test_what_cannot_be_counted_lets_through(
    settings, tmp_path, at, broken, caplog
) -> None:
    settings.DATA = tmp_path / "away"
    if broken == "no database":
        settings.DATA.mkdir()
        (settings.DATA / limits.FILE).write_bytes(b"nothing that SQLite knows" * 99)

    assert [count_up("x", seconds=600) for _ in range(3)] == [0, 0, 0]
    assert not is_over("x", 0)
    assert forget_run_out(at=at) == 0
    assert "attempts cannot be counted" in caplog.text


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.3.7", "10.0.3.200", True),
        ("10.0.3.7", "10.0.4.7", False),
        ("10.0.3.7", "::ffff:10.0.3.9", True),
        ("::ffff:10.0.3.7", "::ffff:10.0.4.7", False),
        ("2001:db8:1:100::1", "2001:db8:1:1ff::2", True),
        ("2001:db8:1:100::1", "2001:db8:1:200::1", False),
    ],
)
def test_neighbours_count_together(one: str, other: str, together: bool) -> None:  # noqa: FBT001 -- parametrised
    assert (network_of(one) == network_of(other)) is together


def test_the_address_is_not_kept() -> None:
    assert "10.0.3" not in network_of("10.0.3.7")
    assert network_of("nonsense") == "unknown"
