"""``docs/threats.md``: every threat has its tests, or says plainly that it is open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.*?) \| (.*?) ?\|$", re.MULTILINE)
_FILE = re.compile(r"`([\w/]+\.py)`: ((?:`\w+`(?:, )?)+)")


class Threat(NamedTuple):
    number: int
    what: str
    measure: str
    tests: list[tuple[str, str]]

    @property
    def is_open(self) -> bool:
        return "**Open**" in self.measure


def threats() -> list[Threat]:
    text = (ROOT / "docs" / "threats.md").read_text()
    return [
        Threat(
            int(number),
            what,
            measure + tests,
            [
                (file, name)
                for file, names in _FILE.findall(tests)
                for name in re.findall(r"`(\w+)`", names)
            ],
        )
        for number, what, measure, tests in _ROW.findall(text)
    ]


def test_all_are_there() -> None:
    assert [threat.number for threat in threats()] == list(range(1, 35))


@pytest.mark.parametrize("threat", threats(), ids=lambda threat: f"{threat.number}")
def test_has_tests_that_exist_or_is_open(threat: Threat) -> None:
    assert threat.tests or threat.is_open
    for file, name in threat.tests:
        source = (ROOT / "tests" / file).read_text()
        assert re.search(rf"def {name}\b", source), f"{file} has no {name}"
