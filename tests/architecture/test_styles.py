"""The style sheets: what they define is used, and what they use is defined."""

from __future__ import annotations

import re
from pathlib import Path

from tools.places import ROOT

SOURCES = ROOT / "src" / "anlan"
SHEETS = sorted(SOURCES.glob("*/static/**/*.css")) + sorted(
    SOURCES.glob("*/*/static/**/*.css")
)
DEFINED = re.compile(r"(--[a-z][a-z0-9-]*)\s*:")
USED = re.compile(r"var\((--[a-z][a-z0-9-]*)")


def names(pattern: re.Pattern[str], paths: list[Path]) -> set[str]:
    return {name for path in paths for name in pattern.findall(path.read_text())}


def test_each_value_of_the_design_has_a_use_and_each_use_a_value() -> None:
    others = [
        path
        for kind in ("*.html", "*.js", "*.py", "*.svg")
        for path in SOURCES.rglob(kind)
        if "/locale/" not in str(path)
    ]
    defined = names(DEFINED, SHEETS)
    used = names(USED, [*SHEETS, *others])
    set_elsewhere = names(re.compile(r"[\"'](--[a-z][a-z0-9-]*)[\"':]"), others)
    set_elsewhere |= names(re.compile(r"style=\"(--[a-z][a-z0-9-]*)"), others)

    assert len(SHEETS) > 10
    assert defined - used == set()
    assert used - defined - set_elsewhere == set()
