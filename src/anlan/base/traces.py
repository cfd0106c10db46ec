"""Finding what was written in a text however it was typed: spaced, dashed, full-width.

Names, numbers and words are compared without everything between their letters and
digits; rooms by their parts, because ``3-2-501`` must not be found in ``¥32,501``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers

LEAST: Final = 2  # letters; one alone stands in every text
_SUSPECTED = "怀疑"
_APART = re.compile(r"(?:[^\w\s]|[\n_与或])+")
# One for one, so that a place in the text stays that place.
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
# At most so many blanks: a page of them must not be tried in every way.
_BLANKS = r"\s{0,4}"
_MARKS = r"号楼|单元|[栋幢座楼门层号室#/~‐‑‒–—―−-]"
_BETWEEN = rf"{_BLANKS}(?:{_MARKS}){_BLANKS}"
_PART = r"[0-9A-Za-z]{1,5}"
_ROOM = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_PART}(?:{_BETWEEN}{_PART}){{1,3}}|[0-9]{{2,5}}(?={_BLANKS}[室房户]))"
    r"(?![0-9A-Za-z])"
)
_DATE = re.compile(r"(?:19|20)\d\d$", re.ASCII)
_STORED = re.compile(r"(\+\d{5,15})", re.ASCII)
_LEAST_LOCAL: Final = 7  # digits of a land line without its area code


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where it stands in the text that was given."""

    start: int
    end: int


class Haystack:
    """A text in which one looks for many things."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._squeezed, self._places = _squeezed(text)
        self._levelled = levelled(text)

    def find(self, words: str) -> Iterator[Span]:
        """Where these words stand, whatever was put between their letters."""
        wanted = squeezed(words)
        if len(wanted) < LEAST:
            return
        start = self._squeezed.find(wanted)
        while start >= 0:
            span = Span(self._places[start], self._places[start + len(wanted) - 1] + 1)
            if not (_is_latin(wanted) and self._goes_on(span)):
                yield span
            start = self._squeezed.find(wanted, start + 1)

    def find_room(self, room: tuple[str, ...]) -> Iterator[Span]:
        """Where a room is named, by its parts as ``rooms_in`` gives them."""
        for match in _room_pattern(room).finditer(self._levelled):
            yield Span(match.start(), match.end())

    def _goes_on(self, span: Span) -> bool:
        """Whether a Latin name is only a piece of a longer word: *lina* in *Carolina*."""
        before = self._text[max(0, span.start - 1) : span.start]
        after = self._text[span.end : span.end + 1]
        return _is_latin(before) or _is_latin(after)


def squeezed(text: str) -> str:
    """The letters and digits alone, in one form: ``１９９-０００`` → ``199000``."""
    return _squeezed(text)[0]


def levelled(text: str) -> str:
    """Full-width and Chinese digits as plain ones, character for character."""
    return "".join(map(_plain, text)).translate(_NUMERALS)


def rooms_in(text: str) -> set[tuple[str, ...]]:
    """The rooms that a note names: ``3 栋 2 单元 501`` → ``("3", "2", "501")``."""
    found = set()
    for match in _ROOM.finditer(levelled(text)):
        parts = tuple(re.findall(r"[0-9a-z]+", match[0].lower()))
        if not _DATE.match(parts[0]) and any(char.isdigit() for char in match[0]):
            found.add(parts)
    return found


def clauses(text: str) -> list[str]:
    """What a note says, in the pieces in which others would repeat it."""
    pieces = [one.strip().removeprefix(_SUSPECTED) for one in _APART.split(text)]
    return [one for one in pieces if len(one) >= LEAST and not one.isdecimal()]


def spoken_numbers(stored: str) -> list[str]:
    """How a stored number is written: without its country, and without its area code."""
    match = _STORED.match(stored)
    if match is None:
        return []
    parsed = phonenumbers.parse(match[1])
    national = phonenumbers.national_significant_number(parsed)
    local = national[phonenumbers.length_of_geographical_area_code(parsed) :]
    is_land_line = len(national) > len(local) >= _LEAST_LOCAL
    return [national, local] if is_land_line else [national]


def _squeezed(text: str) -> tuple[str, list[int]]:
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        bare = _bare(char)
        if bare:
            kept.append(bare)
            places.extend([place] * len(bare))
    return "".join(kept), places


@lru_cache(maxsize=16_384)
def _bare(char: str) -> str:
    """One character without its marks and its width; nothing, if it only separates."""
    forms = unicodedata.normalize("NFKD", char.casefold())
    return "".join(_digit(c) for c in forms if unicodedata.category(c)[0] in "LN")


@lru_cache(maxsize=16_384)
def _plain(char: str) -> str:
    form = unicodedata.normalize("NFKC", char)
    return _digit(form) if len(form) == 1 else char


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return str(value) if value is not None else char.translate(_NUMERALS)


def _is_latin(text: str) -> bool:
    return bool(text) and text.isascii() and text.isalpha()


@lru_cache(maxsize=256)
def _room_pattern(room: tuple[str, ...]) -> re.Pattern[str]:
    inner = rf"{_BLANKS}(?:\s|{_MARKS}){_BLANKS}".join(map(re.escape, room))
    behind = rf"(?={_BLANKS}[室房户])" if len(room) == 1 else ""
    return re.compile(rf"(?<![0-9A-Za-z]){inner}(?![0-9A-Za-z]){behind}", re.IGNORECASE)
