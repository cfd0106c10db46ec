"""Names as they are stored, and the Latin letters by which they are found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Final

PINYIN_LENGTH: Final = 400  # characters of the column
INITIALS_LENGTH: Final = 120
# 曾, 单, 解 and their like have several readings; a long name with many such characters
# would multiply them without end.
_MOST_READINGS: Final = 8


def clean_name(text: str) -> str:
    """Return a name in NFC, without control characters, single spaces between words."""
    composed = unicodedata.normalize("NFC", text)
    visible = (c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return " ".join("".join(visible).split())


def pinyin_of(name: str) -> str:
    """Return the readings of the whole name, each after a space: `` zengxw cengxw``."""
    return _spaced(("".join(one) for one in _readings(name)), PINYIN_LENGTH)


def initials_of(name: str) -> str:
    """Return the first letters of each reading, each after a space: `` zxw cxw``."""
    initials = ("".join(s[0] for s in one) for one in _readings(name))
    return _spaced(initials, INITIALS_LENGTH)


def letters_of(text: str) -> str:
    """``Müller`` → ``muller``, ``Lǚ`` → ``lu``; of other scripts nothing remains."""
    bare = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in bare if c.isascii() and c.isalnum())


def _readings(name: str) -> Iterator[tuple[str, ...]]:
    """Combine the readings of the characters; the surname's vary first.

    All readings are kept rather than the right one chosen: finding one person too many
    harms nobody, missing one does.
    """
    # Its dictionary is a tenth of the start of every process; few ever need it.
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- as above

    found = pinyin(
        name,
        style=Style.NORMAL,
        heteronym=True,
        errors=_words,  # type: ignore[arg-type]  # may return a list, see its manual
    )
    syllables = [list(dict.fromkeys(filter(None, map(letters_of, s)))) for s in found]
    backwards = product(*reversed([choices for choices in syllables if choices]))
    return (one[::-1] for one in islice(backwards, _MOST_READINGS))


def _words(text: str) -> list[str] | None:
    """What has no pinyin is read as it is written, one syllable a word."""
    return text.split() or None


def _spaced(readings: Iterable[str], length: int) -> str:
    """Join different readings, as many as fit; an overlong first one is cut."""
    whole = ""
    for reading in dict.fromkeys(readings):
        if not reading or (whole and len(whole) + len(reading) + 1 > length):
            break
        whole = f"{whole} {reading}"[:length]
    return whole
