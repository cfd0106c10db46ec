"""What the law says about terms, as data beside this module."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "data" / "limits.yaml"


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return data


def limits() -> dict[str, list[dict[str, Any]]]:
    """The rows of each kind of limit, oldest first."""
    found: dict[str, list[dict[str, Any]]] = _data()["limits"]
    return found


def remedies() -> list[dict[str, Any]]:
    """What may be done against a decision on a work injury, and within what."""
    found: list[dict[str, Any]] = _data()["remedies"]
    return found


def authority_limit(key: str) -> dict[str, Any]:
    """Within what the authority accepts a claim, decides, or decides on clear facts."""
    found: dict[str, Any] = _data()["authority"][key]
    return found


def work_injury_sources() -> tuple[str, ...]:
    return tuple(_data()["work_injury"])
