from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.places import ROOT
from tools.suite import (
    INTERRUPTED,
    SLOWEST,
    Outcome,
    marker_expression,
    read_outcome,
    sum_up,
)

TESTS = """
import pytest

def test_passes():
    pass

def test_fails():
    assert False

@pytest.fixture
def broken():
    raise RuntimeError

def test_cannot_start(broken):
    pass

@pytest.mark.skip(reason="no chromium here")
def test_is_skipped():
    pass

@pytest.mark.xfail(strict=True)
def test_is_known_to_fail():
    assert False
"""


@pytest.mark.slow
def test_outcome_is_read_from_what_pytest_wrote(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_sample.py").write_text(TESTS)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={},  # nor our settings, which pytest-django left in the environment
        capture_output=True,
        check=False,
    )

    outcome = read_outcome(report, done.returncode)

    assert outcome == Outcome(
        code=1,
        passed=2,
        failed=2,
        skipped=["test_sample.test_is_skipped: no chromium here"],
        seconds=outcome.seconds,
    )
    assert set(outcome.seconds) == {"test_sample"}


SHAKY = """
from pathlib import Path

import pytest

@pytest.mark.flaky(reruns=1)
def test_passes_the_second_time():
    been_here = Path("been-here")
    if not been_here.exists():
        been_here.touch()
        pytest.fail("too late by a second")
"""


@pytest.mark.slow
def test_what_passed_the_second_time_only_is_told(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_terminal_summary"
    )
    (tmp_path / "test_sample.py").write_text(SHAKY)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n1", f"--junit-xml={report}"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )

    outcome = read_outcome(report, done.returncode)
    assert (outcome.code, outcome.passed, outcome.failed) == (0, 1, 0)
    assert "asked twice: 1" in done.stdout
    assert "Failed: too late by a second" in done.stdout


def test_outcome_of_a_run_that_wrote_nothing(tmp_path: Path) -> None:
    assert read_outcome(tmp_path / "none.xml", 4) == Outcome(code=4)


@pytest.mark.parametrize(
    ("markers", "deep", "expected"),
    [
        ("", False, "not deep"),
        ("", True, ""),
        ("slow or e2e", False, "(slow or e2e) and not deep"),
        ("slow or e2e", True, "(slow or e2e)"),
    ],
)
def test_marker_expression(markers: str, deep: bool, expected: str) -> None:  # noqa: FBT001 -- a table
    assert marker_expression(markers, deep=deep) == expected


def test_what_was_slow_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    quick = {f"tests.test_{number}": number / 100 for number in range(20)}
    outcomes = [
        Outcome(0, 40, seconds={**quick, "tests.test_slow": 70.2}),
        Outcome(0, 40, seconds={"tests.test_slow": 50.0}),
    ]

    sum_up(outcomes, seconds=61.2, no_skips=True)

    named = capsys.readouterr().err.splitlines()
    assert named[1].split() == ["120", "tests.test_slow"]
    assert len(named) == 1 + SLOWEST


@pytest.mark.parametrize(
    ("second", "no_skips", "code", "line"),
    [
        (Outcome(0, 10), False, 0, "110 passed, 0 failed in 61 s\n"),
        (Outcome(1, 9, 1), False, 1, "109 passed, 1 failed in 61 s\n"),
        (
            Outcome(0, 9, 0, ["a: b"]),
            False,
            0,
            "109 passed, 0 failed, 1 skipped in 61 s\n",
        ),
        (
            Outcome(0, 9, 0, ["a: b"]),
            True,
            1,
            "109 passed, 0 failed, 1 skipped in 61 s\n",
        ),
    ],
    ids=["passed", "failed", "skipped", "skipped in the gate"],
)
def test_sum_of_both_runs(
    second: Outcome,
    no_skips: bool,  # noqa: FBT001 -- a parameter of the table
    code: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = Outcome(0, 100)

    assert sum_up([first, second], seconds=61.2, no_skips=no_skips) == code

    heard = capsys.readouterr()
    assert heard.out == line
    assert ("a: b" in heard.err) == no_skips


DEAF = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
)
STOPPED = f"""
import os, signal, sys, threading
from tools import suite

suite.TIDYING_SECONDS = 0.2
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
sys.exit(suite._call([sys.executable, "-c", {DEAF!r}], dict(os.environ)))
"""


@pytest.mark.slow
def test_tests_that_do_not_hear_the_first_word_end_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STOPPED], cwd=ROOT, timeout=30, check=False
    )

    assert done.returncode == INTERRUPTED
