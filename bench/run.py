"""``./anlan bench``: measures in data folders of its own, and compares with the goals.

Each measurement is a program that gets a copy of a freshly made demo company; nothing
that it does to the data reaches the next one, or anybody's own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.figures import OUTPUT, Figure

ROOT = Path(__file__).resolve().parents[1]
BENCHES = (
    "ledger",
    "trees",
    "live",
    "core",
    "pages",
    "deadlines",
    "kills",
    "alarm",
    "evidence",
    "packages",
    "attacks",
    "statements",
)
# Both wait for clocks most of the time, and count more than they time: the quick run has
# them do it together.
TOGETHER = {"deadlines", "kills"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 if a goal was missed or a measurement failed."""
    options = parse(arguments)
    began = time.monotonic()
    figures: list[Figure] = []
    failed = []
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as scratch:
        company = make_company(Path(scratch) / "company")
        asked = options.names or BENCHES
        together = TOGETHER if options.quick else set()
        groups = [[name] for name in asked if name not in together]
        groups.append([name for name in asked if name in together])
        for group in groups:
            for measurement in [
                Measurement(name, company, Path(scratch), quick=options.quick)
                for name in group
            ]:
                found = measurement.figures()
                if found is None:
                    failed.append(measurement.name)
                    continue
                figures += found
                for figure in found:
                    print(figure.line(), flush=True)
    missed = [figure.name for figure in figures if not figure.is_met]
    print(f"\n{machine()}; {time.monotonic() - began:.0f} s in all.")
    if options.json:
        rows = [{**asdict(figure), "is_met": figure.is_met} for figure in figures]
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    for name in missed:
        print(f"goal missed: {name}", file=sys.stderr)
    for name in failed:
        print(f"could not be measured: {name}", file=sys.stderr)
    return 1 if missed or failed else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./anlan bench", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument(
        "--quick",
        action="store_true",
        help="small, within a minute; SQLite and one process alone",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write them there"
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(BENCHES))
    if unknown:
        parser.error(f"no measurement {', '.join(unknown)}: {', '.join(BENCHES)}")
    return options


def make_company(data: Path) -> Path:
    data.mkdir()
    subprocess.run(
        [sys.executable, "-m", "bench.company"],
        cwd=ROOT,
        env=environment(data),
        check=True,
    )
    return data


class Measurement:
    """One of them, running."""

    def __init__(self, name: str, company: Path, scratch: Path, *, quick: bool) -> None:
        self.name = name
        self._began = time.monotonic()
        self._output = scratch / f"{name}.json"
        shutil.copytree(company, scratch / name)
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.{name}", *(["--quick"] if quick else [])],
            cwd=ROOT,
            env={**environment(scratch / name), OUTPUT: str(self._output)},
        )

    def figures(self) -> list[Figure] | None:
        """Its figures, with how long it took; nothing if it broke, which it has said."""
        if self._process.wait() != 0 or not self._output.exists():
            return None
        print(f"{self.name}, {time.monotonic() - self._began:.0f} s", flush=True)
        return [Figure(**row) for row in json.loads(self._output.read_text())]


def environment(data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")}
    return {
        **kept,
        "ANLAN_DATA": str(data),
        "ANLAN_DEMO": "1",
        "ANLAN_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, Python {platform.python_version()}, {platform.system()}"


if __name__ == "__main__":
    sys.exit(main())
