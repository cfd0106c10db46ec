"""Whether a text says what a rule lists, however it is spaced, marked or denied.

A list of words cannot read: it stops the plain case, and a person reads the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from anlan.law import selectors
from anlan.law.book import Guardrail, Measure

_NEAR = 8  # characters before a word, in which it is taken back
_NEAR_ENGLISH = 40
_NOISE = (
    r"(?:[^\w、]|_)*"  # between the letters of a word; 、 parts two words of a list
)
_GAP = 10
_UNSEEN = "\u115f\u1160"  # letters by their class, and blank
_LISTS = ("、", "和", "或", "及", "与", " and ", " or ")


def has_any(text: str, words: Collection[str]) -> bool:
    """Whether a clause has one of the words, whatever is said before it."""
    return any(
        pattern(word).search(clause) for clause in clauses(text) for word in words
    )


def says(
    text: str,
    rule: Guardrail | Measure,
    *,
    words: Collection[str] = (),
    is_near: bool = False,
) -> bool:
    """Whether a clause has one of the rule's words, and not what it says before them.

    Each time that the word stands: a first one that is denied does not excuse a second
    one, unless it goes on in the same list ("不得罚款、变相罚款").

    Args:
        words: others than those that the rule lists as its words.
        is_near: what is said before it counts only where it stands right there.
    """
    for clause in clauses(text):
        for word in words or rule.lists["words"]:
            is_denied = False
            for before, found in each_time(clause, word, rule):
                is_listed = is_denied and before.startswith(_LISTS)
                is_denied = is_listed or is_taken_back(
                    before, found, rule, is_near=is_near
                )
                if not is_denied:
                    return True
    return False


def is_taken_back(
    before: str, found: str, rule: Guardrail | Measure, *, is_near: bool
) -> bool:
    return any(
        _takes_back(one, before, found, is_near=is_near)
        for one in rule.lists["allowed_after"]
    )


def each_time(
    clause: str, word: str, rule: Guardrail | Measure
) -> Iterator[tuple[str, str]]:
    """Each time that the word stands: what is before it, from the last one on, and itself."""
    between = rule.lists.get("between", ())
    start = 0
    for found in pattern(word, between, rule.lists.get("not_between", ())).finditer(
        clause
    ):
        yield clause[start : found.start()], found[0]
        start = found.end()


def clauses(text: str) -> list[str]:
    """What stands between marks of punctuation, in one form of letters."""
    return re.split(r"[，。；：！？,.;:!?\n]", normal(text))


def normal(text: str) -> str:
    """One form of width, case and old letters, so that a list has each word once."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text.translate(_one_form())


@lru_cache(maxsize=2048)
def pattern(
    word: str, between: tuple[str, ...] = (), not_between: tuple[str, ...] = ()
) -> re.Pattern[str]:
    """A word of a list, however it is spaced and marked: "罚 款", "罚·款".

    An ``…`` in it is up to ten letters: those of ``between`` alone if there are any, and
    nothing of ``not_between``; an ``……`` is any ten but those. English letters stand
    together.
    """
    unless = f"(?!{'|'.join(map(_spaced, not_between))})" if not_between else ""
    any_letter = r"[^\W_]"
    letters = (
        "|".join([*map(_spaced, between), "、"]) if between else rf"{any_letter}|、"
    )
    gap = rf"{_NOISE}(?:{unless}(?:{letters}){_NOISE}){{0,{_GAP}}}?"
    open_gap = rf"{_NOISE}(?:{unless}{any_letter}{_NOISE}){{0,{_GAP}}}?"
    halves = (gap.join(map(_spaced, half.split("…"))) for half in word.split("……"))
    return re.compile(open_gap.join(halves))


def _takes_back(one: str, before: str, found: str, *, is_near: bool) -> bool:
    """Whether it begins before the word ("不强制" of "强制心理" too); English as a word.

    "Not" stands in "notify", and "clinic" in "clinically".
    """
    if one.isascii():
        near = before[-_NEAR_ENGLISH:] if is_near else before
        alone = rf"(?<![a-z]){re.escape(one.strip())}s?(?![a-z])"
        return re.search(alone, near) is not None
    before, found = _plain(before), _plain(found)
    first = max(0, len(before) - _NEAR) if is_near else 0
    return first <= (before + found).find(one, first) < len(before)


def _plain(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text)


@cache
def _one_form() -> dict[int, str | None]:
    """Old letters as those of the lists; letters that nobody sees as nothing."""
    forms: dict[int, str | None] = {ord(one): None for one in _UNSEEN}
    for letter, others in selectors.other_forms().items():
        forms |= {ord(other): letter for other in others}
    return forms


def _spaced(word: str) -> str:
    """English letters stand together and begin a word; all else may be apart.

    They may go on: "waive" is in "waived", and "mediat" is the stem of three words.
    """
    pieces = re.findall(r"[a-z]+|[^\W_]", word)
    begins = "(?<![a-z])" if word[:1].isascii() and word[:1].isalpha() else ""
    return begins + _NOISE.join(map(re.escape, pieces))
