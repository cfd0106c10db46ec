"""What a measurement answers with, and how it gets back to the one who asked for it."""

from __future__ import annotations

import argparse
import json
import math
import operator
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OUTPUT = "ANLAN_BENCH_OUTPUT"  # the file in which the harness awaits the figures


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number. ``beside`` says what it is to be compared with, measured just now."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    most: bool = True  # the goal is the most that it may be, or the least
    beside: str = ""

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        compare = operator.le if self.most else operator.ge
        return bool(compare(self.value, self.goal))

    def line(self) -> str:
        goal = ""
        if self.goal is not None:
            sign = "≤" if self.most else "≥"
            goal = f"goal {sign} {shown(self.goal)}{'' if self.is_met else '  MISSED'}"
        return f"{self.name:<58} {shown(self.value):>9} {self.unit:<10} {goal:<24} {self.beside}"


def shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that ``part`` of them (0…1) do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def answer(measure: Callable[[bool], list[Figure]]) -> None:
    """Run one measurement as a program of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    figures = measure(parser.parse_args().quick)
    output = os.environ.get(OUTPUT)
    if output:
        Path(output).write_text(json.dumps([asdict(figure) for figure in figures]))
    else:
        sys.stdout.writelines(f"{figure.line()}\n" for figure in figures)
