"""The holidays that an installation knows: the package's, and notices newer than it.

The State Council announces the next year's holidays in autumn, often before a release of
``chinesecalendar`` has them. An operator lays the notice into ``holidays/`` of the data
folder, a file a year in the form of open data sets (see ``parse_notice``), and starts the
processes anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import orjson
from django.conf import settings

from anlan.base.calendar.holidays import (
    HolidayTable,
    parse_notice,
    published_holidays,
)
from anlan.base.calendar.working import WorkingCalendar
from anlan.base.errors import InvalidInput

FOLDER = "holidays"
MOST_BYTES = 256 * 1024  # a year has some forty lines

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def known_holidays() -> HolidayTable:
    """Every year that is known; a notice of the operator stands above the package.

    A file that cannot be read counts as not there, and the log says why: its year is one
    that nobody knows, as the pages then say, and alarms go on.
    """
    table = published_holidays()
    for path in notice_files():
        try:
            table = with_file(table, path)
        except (InvalidInput, TypeError, ValueError, OSError) as error:
            log.error("%s is left out: %s", path, error)  # noqa: TRY400 -- the sentence says it
    return table


@lru_cache(maxsize=1)
def statutory_calendar() -> WorkingCalendar:
    """The law's 工作日, with every holiday that is known."""
    return WorkingCalendar.statutory(known_holidays())


def notice_files() -> Iterator[Path]:
    """The operator's notices, by their names."""
    yield from sorted((Path(settings.DATA) / FOLDER).glob("*.json"))


def with_file(table: HolidayTable, path: Path) -> HolidayTable:
    """``table`` with the notice in ``path``, whose name becomes part of its version.

    Raises:
        InvalidInput: what the file says is no notice of one year.
        TypeError, ValueError: it is no JSON, or no object.
        OSError: it is too large, or cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise OSError(f"larger than {MOST_BYTES} bytes")
    notice = orjson.loads(path.read_bytes())
    if not isinstance(notice, dict):
        raise TypeError("no object of JSON")
    year, days = parse_notice(notice)
    return table.with_notice(year, days, source=path.stem)
