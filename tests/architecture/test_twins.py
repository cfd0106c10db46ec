"""What was written once is not written again: mended in one place, it lives on in the other."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "anlan"
LONG = 720  # characters of its tree: four lines or so; less than that may well coincide

# Decisions that happen to be the same today.
EXCUSED = {
    "can_see_compensation": "who may see money, and who a work injury (can_see_work_injuries)",
}


def test_no_function_is_written_twice() -> None:
    """Under whatever name: arguments and body are compared, without what explains them."""
    written: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                written[_tree_of(node)].append(node.name)

    twins = [
        names
        for tree, names in written.items()
        if len(names) > 1 and len(tree) > LONG and not EXCUSED.keys() & set(names)
    ]

    assert twins == []


def _tree_of(function: ast.FunctionDef) -> str:
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return ast.dump(function.args) + "".join(map(ast.dump, body))
