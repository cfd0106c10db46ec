"""The tests: all of them on SQLite, then those marked ``both`` again on PostgreSQL."""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tools import postgresql
from tools.installation import prepare
from tools.places import ROOT, clean_environment, program, say
from tools.supervisor import asked_to_stop

ALL_PASSED, SOME_FAILED, NOTHING_SELECTED = 0, 1, 5  # as pytest ends
INTERRUPTED = 130
MOST_WORKERS = 8
SLOWEST = 12  # modules named at the end
TIDYING_SECONDS = 20.0  # that pytest has when it is asked to stop


@dataclass(frozen=True)
class Outcome:
    """How a run of pytest ended."""

    code: int = 0
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)  # by module, of its tests


def test(arguments: list[str]) -> int:
    """Run the suite on both engines; the last line sums up, the exit code tells."""
    parser = argparse.ArgumentParser("./anlan test", allow_abbrev=False)
    parser.add_argument("--deep", action="store_true", help="also tests marked deep")
    parser.add_argument("--no-skips", action="store_true", help="a skipped test fails")
    parser.add_argument("-m", dest="markers", default="", help="as pytest's -m")
    parser.epilog = "Everything else is handed to pytest: paths, -k, -x, --lf, -n …"
    options, rest = parser.parse_known_args(arguments)
    prepare("dev", pages=True)

    begin = time.monotonic()
    markers = marker_expression(options.markers, deep=options.deep)
    outcomes = _run_both(markers, rest, deep=options.deep)
    return sum_up(outcomes, seconds=time.monotonic() - begin, no_skips=options.no_skips)


def read_outcome(report: Path, code: int) -> Outcome:
    """Read what pytest wrote as JUnit XML; a run that wrote nothing counts nothing."""
    if not report.exists():
        return Outcome(code)
    passed: set[str] = set()
    failed: list[str] = []
    skipped: list[str] = []
    seconds: dict[str, float] = defaultdict(float)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 -- pytest wrote it
        seconds[_module(case.get("classname", ""))] += float(case.get("time", 0))
        name = f"{case.get('classname')}.{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif skip is not None and skip.get("type") == "pytest.skip":
            skipped.append(f"{name}: {skip.get('message')}")
        else:
            passed.add(name)  # one that was asked twice stands there twice
    return Outcome(code, len(passed - {*failed}), len(failed), skipped, seconds)


def _module(classname: str) -> str:
    """``tests.evidence.test_pages`` of ``tests.evidence.test_pages.TestList``."""
    return re.sub(r"\.[A-Z].*", "", classname)


def marker_expression(markers: str, *, deep: bool) -> str:
    parts = [f"({markers})"] if markers else []
    return " and ".join(parts if deep else [*parts, "not deep"])


def _run_both(markers: str, rest: list[str], *, deep: bool) -> list[Outcome]:
    say("The suite on SQLite.")
    outcomes = [_run_pytest("sqlite", markers, rest)]
    if outcomes[0].code not in {ALL_PASSED, SOME_FAILED}:
        return outcomes  # interrupted, or there was nothing to run
    binaries = postgresql.server_binaries()
    if not binaries:
        say(
            f"No server of PostgreSQL {postgresql.OLDEST} or newer here: the tests "
            "marked `both` ran on SQLite only.\n"
            "On Debian and Ubuntu: sudo apt install postgresql"
        )
        return outcomes
    say("The tests marked `both` again, on PostgreSQL.")
    both = "(both or both_deep)" if deep else "both"
    both = f"{both} and {markers}" if markers else both
    with postgresql.temporary_cluster(binaries) as url:
        second = _run_pytest("postgresql", both, rest, ANLAN_DATABASE_URL=url)
    if second.code == NOTHING_SELECTED:
        second = Outcome()  # what was asked for has no test for both engines
    return [*outcomes, second]


def _run_pytest(engine: str, markers: str, rest: list[str], **env: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix=f"anlan-test-{engine}-") as folder:
        report = Path(folder) / "report.xml"
        command = [program("python"), "-m", "pytest", f"--junit-xml={report}"]
        command += [f"-n{_workers()}", "-q"]
        command += ["-m", markers] if markers else []
        data = str(Path(folder) / "data")
        code = _call(command + rest, clean_environment(ANLAN_DATA=data, **env))
        return read_outcome(report, code)


def _call(command: list[str], env: dict[str, str]) -> int:
    """Run in the foreground; pytest tidies up before we go on, whatever the signal."""
    with asked_to_stop() as stop:
        process = subprocess.Popen(command, env=env, cwd=ROOT)
        told_at = 0.0
        while process.poll() is None:
            if stop and not told_at:
                told_at = time.monotonic()
                if stop[0] != signal.SIGINT:  # the terminal has sent pytest its own
                    process.send_signal(signal.SIGINT)
            elif told_at and time.monotonic() - told_at > TIDYING_SECONDS:
                # Started in the background of a shell it ignores the first.
                process.terminate()
            time.sleep(0.05)
    return INTERRUPTED if stop else process.returncode


def sum_up(outcomes: list[Outcome], *, seconds: float, no_skips: bool) -> int:
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = [reason for outcome in outcomes for reason in outcome.skipped]
    code = next((outcome.code for outcome in outcomes if outcome.code), 0)
    if skipped and no_skips:
        say("Skipped, which the gate does not allow:")
        say("\n".join(f"  {reason}" for reason in skipped))
        code = code or 1
    _say_what_was_slow(outcomes)
    line = f"{passed} passed, {failed} failed"
    line += f", {len(skipped)} skipped" if skipped else ""
    print(f"{line} in {seconds:.0f} s", flush=True)
    return code


def _say_what_was_slow(outcomes: list[Outcome]) -> None:
    """Where a suite that grows too slow is to be mended; nothing of a short run."""
    seconds: dict[str, float] = defaultdict(float)
    for outcome in outcomes:
        for module, spent in outcome.seconds.items():
            seconds[module] += spent
    if len(seconds) <= SLOWEST:
        return
    say("The slowest, in seconds of all their tests together:")
    for module in sorted(seconds, key=lambda m: -seconds[m])[:SLOWEST]:
        say(f"{seconds[module]:7.0f}  {module}")


def _workers() -> int:
    return max(2, min(os.cpu_count() or 2, MOST_WORKERS))
