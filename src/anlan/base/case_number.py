"""The number by which people call a case: ``YQ-IN-20261123-001``.

Only its form. The counter, which runs per site, kind and day, is drawn under a lock in
``anlan.cases``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from django.utils.translation import gettext as _

from anlan.base import clock
from anlan.base.errors import InvalidInput

_SITE_CODE = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
_NUMBER = re.compile(
    r"(?P<site>[A-Z0-9]{1,12})-(?P<kind>IN|CP|DR)-(?P<day>\d{8})"
    r"-(?P<counter>\d{3}|[1-9]\d{3,8})",  # one way only to write each counter
    re.ASCII,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-"))
_LARGEST_COUNTER = 999_999_999


class CaseKind(StrEnum):
    """What a number says about its case."""

    INCIDENT = "IN"
    COMPLAINT = "CP"
    DRILL = "DR"


def is_site_code(text: str) -> bool:
    """Say whether ``text`` can stand at the front of a number: 1 to 12 of A–Z, 0–9."""
    return _SITE_CODE.fullmatch(text) is not None


@dataclass(frozen=True, order=True, slots=True)
class CaseNumber:
    """Site, kind, the day in China, and the how-manieth of that day.

    Sorts by counter as a number, which the text does only up to 999.
    """

    site_code: str
    kind: CaseKind
    day: date
    counter: int

    def __post_init__(self) -> None:
        if not is_site_code(self.site_code):
            raise ValueError("a site code is 1 to 12 of A–Z, 0–9")
        if not 1 <= self.counter <= _LARGEST_COUNTER:
            raise ValueError(f"a counter is 1 to {_LARGEST_COUNTER}")

    @classmethod
    def opened(
        cls, site_code: str, kind: CaseKind, *, at: datetime, counter: int
    ) -> Self:
        """Return the number of a case opened ``at``; the day is the one in China."""
        return cls(site_code, kind, clock.local_day(at), counter)

    def __str__(self) -> str:
        return f"{self.site_code}-{self.kind}-{self.day:%Y%m%d}-{self.counter:03d}"


def fold_number(text: str) -> str:
    """A number, or a part of one, in the letters, digits and dashes it is written with."""
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).strip().upper()


def parse_case_number(text: str) -> CaseNumber:
    """Read a number as people type it: any case, full width, any kind of dash.

    Raises:
        InvalidInput: if it is no case number.
    """
    match = _NUMBER.fullmatch(fold_number(text))
    if match:
        try:
            return CaseNumber(
                match["site"],
                CaseKind(match["kind"]),
                datetime.strptime(match["day"], "%Y%m%d").date(),  # noqa: DTZ007 -- a day has no zone
                int(match["counter"]),
            )
        except ValueError:
            pass  # 31 February, or counter 000
    raise InvalidInput(
        _("案件编号的格式应为“项目代码-IN-20261123-001”。"), path="number"
    )
