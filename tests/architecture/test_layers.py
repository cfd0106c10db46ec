"""The rules of the map hold: who imports whom, and who asks for whose rows."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
# Where a name is followed from row to row, or asked for on one.
FOLLOWING = {
    *("Exists", "F", "OuterRef", "Prefetch", "Q", "aggregate", "annotate", "create"),
    *("defer", "exclude", "filter", "get", "getattr", "hasattr", "only", "order_by"),
    *("prefetch_related", "select_related", "update", "values", "values_list"),
}


def test_import_contracts() -> None:
    program = Path(sys.executable).with_name("lint-imports")

    answer = subprocess.run(
        [program, "--no-cache"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-3000:]


def heights() -> dict[str, int]:
    """How high each package stands, by the contract of the layers."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = table["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        name.strip(" ()"): len(layers) - number
        for number, names in enumerate(layers)
        for name in names.split("|")
    }


HEIGHTS = heights()


def height_of(module: str) -> int | None:
    return HEIGHTS.get(".".join(module.split(".")[:2]))


def ways_up() -> dict[str, int]:
    """The names by which a row leads to one of a package above, and how high that is.

    A name that a row of the lower package or below has, too, is not among them.
    """
    lowest: dict[str, int] = {}
    back: set[str] = set()

    def note(names: set[str | None], of: type[Model]) -> None:
        height = height_of(of.__module__) or 0
        for name in filter(None, names):
            lowest[name] = min(height, lowest.get(name, height))

    for model in apps.get_models():
        for field in model._meta.fields + model._meta.many_to_many:
            note({field.name}, model)
        for relation in model._meta.related_objects:
            names = {relation.name, relation.get_accessor_name()}
            note(names, relation.related_model)
            back |= {name for name in names if name}
    return {name: lowest[name] for name in back}


def followed(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and each part of every name that is followed by a string or a keyword."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = call.func
        name = getattr(called, "attr", getattr(called, "id", ""))
        if name not in FOLLOWING:
            continue
        said = [one.arg for one in call.keywords if one.arg]
        said += [
            one.value
            for one in call.args
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        for each in said:
            yield from ((call.lineno, part) for part in each.strip("-").split("__"))


@pytest.mark.slow
def test_no_package_asks_for_rows_of_one_above_it() -> None:
    """``case.incident``, ``filter(incident__place=…)``: an import that no linter sees.

    What a package above keeps is entered by it (``cases.beside``, ``cases.act``). A name
    that some row of the package or below has, too, is given the benefit of the doubt.
    """
    up = ways_up()

    wrong = [
        f"{path.relative_to(SOURCE)}:{line}: {name}"
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts
        if (
            height := height_of(
                ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            )
        )
        for line, name in followed(ast.parse(path.read_text(encoding="utf-8")))
        if up.get(name, 0) > height
    ]

    assert not wrong
