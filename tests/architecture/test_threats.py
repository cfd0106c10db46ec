"""``docs/threats.md``: every threat has its tests, or says plainly that it is open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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
        assert not is_deep(file, name), f"{file}: {name} is not in the gate"


def is_deep(file: str, name: str) -> bool:
    """Whether the deep run alone has it: what the gate does not run proves nothing."""
    tree = ast.parse((ROOT / "tests" / file).read_text())
    marks = [ast.unparse(one) for one in tree.body if isinstance(one, ast.Assign)]
    if any("pytestmark" in mark and "mark.deep" in mark for mark in marks):
        return True
    # A row of a table that is deep leaves the others to the gate.
    return any({"pytest.mark.deep", "deep"} & marks for marks in _marks_of(tree, name))


def _marks_of(
    tree: ast.AST, name: str, above: frozenset[str] = frozenset()
) -> Iterator[frozenset[str]]:
    """The decorators of each function of that name, with those of its class."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            marks = above | set(map(ast.unparse, node.decorator_list))
            if isinstance(node, ast.FunctionDef) and node.name == name:
                yield marks
            yield from _marks_of(node, name, marks)


def test_one_of_the_deep_run_is_known() -> None:
    assert is_deep(
        "evidence/test_verify.py",
        "test_two_checkers_agree_on_a_thousand_changed_packages",
    )
    assert not is_deep(
        "evidence/test_verify.py", "test_named_is_the_file_that_was_changed"
    )
