"""``docs/architecture.md``: the table of packages is the folders that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "anlan"


def test_every_package_has_a_row() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Packages, highest first")[2].partition("\n\nImports")[0]
    named = {
        name.partition(".")[0]
        for row in re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
        for name in re.findall(r"`([\w.*]+)`", row)
    }

    there = {
        path.stem
        for path in SOURCE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert named == there - {"__init__"}


def test_every_service_of_evidence_stands_in_a_group() -> None:
    """There are fifty: the package says which of them belong together."""
    services = SOURCE / "evidence" / "services"
    told = (services / "__init__.py").read_text(encoding="utf-8").split('"""')[1]
    named = [
        name for group in re.findall(r"``([^`]+)``", told) for name in group.split()
    ]

    there = {path.stem for path in services.glob("*.py")} - {"__init__"}

    assert sorted(named) == sorted(there)
