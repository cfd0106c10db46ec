"""The words that the reading rests on, from the files beside the package.

A word may have several senses: 一拳 is a blow and a fist. The longest word that begins at a
place is read there, so 打电话 hides 打.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parents[1] / "data" / "comparing"


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word found in a text: ``senses`` maps what kind of word it is to its key."""

    text: str
    start: int
    end: int
    senses: Mapping[str, str]

    def __contains__(self, kind: str) -> bool:
        return kind in self.senses

    def __getitem__(self, kind: str) -> str:
        return self.senses[kind]


class Vocabulary:
    """Words with their senses, and how they are found in a text."""

    def __init__(self) -> None:
        self._senses: dict[str, dict[str, str]] = {}
        self._longest = 1

    def copy(self) -> Vocabulary:
        other = Vocabulary()
        other._senses = {word: dict(senses) for word, senses in self._senses.items()}
        other._longest = self._longest
        return other

    def add(self, words: Iterable[str], kind: str, key: str) -> None:
        for word in words:
            self._senses.setdefault(word, {}).setdefault(kind, key)
            self._longest = max(self._longest, len(word))

    def replace(self, words: Iterable[str], kind: str, key: str) -> None:
        """Let these words have this sense alone: what a person is called is no object."""
        for word in words:
            self._senses[word] = {kind: key}
            self._longest = max(self._longest, len(word))

    def words_in(self, text: str, offset: int = 0) -> Iterator[Word]:
        """The longest word at each place, from left to right; none overlap."""
        at = 0
        while at < len(text):
            for length in range(min(self._longest, len(text) - at), 0, -1):
                senses = self._senses.get(text[at : at + length])
                if senses is not None:
                    yield Word(
                        text=text[at : at + length],
                        start=offset + at,
                        end=offset + at + length,
                        senses=senses,
                    )
                    at += length
                    break
            else:
                at += 1


@cache
def data(name: str) -> dict[str, Any]:
    """One file of words, as it stands."""
    loaded: dict[str, Any] = yaml.safe_load(
        (_DATA / f"{name}.yaml").read_text(encoding="utf-8")
    )
    return loaded


@cache
def general() -> Vocabulary:
    """Every word that does not depend on a case."""
    words = Vocabulary()
    for name in ("acts", "body", "injuries"):
        words.add(data(name)["other_senses"], "other", "")
    for kind, verbs in data("acts")["kinds"].items():
        words.add(verbs, "act", kind)
    words.add(data("acts")["untouched"], "untouched", "")
    for mark in ("not_done", "first", "reply"):
        words.add(data("acts")[mark], mark, mark)
    for part, row in data("body")["parts"].items():
        words.add(row["words"], "part", part)
    for side, forms in data("body")["sides"].items():
        words.add(forms, "side", side)
    for kind, forms in data("injuries")["kinds"].items():
        words.add(forms, "injury", kind)
    words.add(data("injuries")["whole"], "unhurt", "any")
    words.add(data("injuries")["own"], "own_fault", "own")
    words.add(data("injuries")["things"], "harmful", "")
    objects = data("objects")
    for group, forms in objects["groups"].items():
        words.add(forms, "object", group)
    for means, forms in objects["own"].items():
        words.add(forms, "means", means)
    words.add(objects["nothing"], "nothing", "")
    words.add(objects["taking"], "taking", "")
    words.add(objects["worn"], "worn", "")
    saying = data("saying")
    for mark in (
        "negation",
        "ended",
        "affirming",
        "unknown",
        "hearsay",
        "seeing",
        "rhetorical",
        "next",
    ):
        words.add(saying[mark], mark, mark)
    words.add(saying["no_negation"], "other", "")
    words.add(saying["speaking"], "speaking", "")
    for topic, forms in data("words").items():
        words.add(forms, "word", topic)
    persons = data("persons")
    words.add(persons["not_self"], "other", "")
    words.add(persons["many"], "many", "")
    words.add(persons["other"], "pronoun", "")
    return words


def part_is_within(part: str, larger: str) -> bool:
    """Whether a part of the body is the other or belongs to it: a finger to an arm."""
    parts = data("body")["parts"]
    while part != larger:
        if "within" not in parts[part]:
            return False
        part = parts[part]["within"]
    return True


def parts_touch(one: str, other: str) -> bool:
    if not (one and other):
        return one == other
    if "body" in {one, other}:
        return True
    return part_is_within(one, other) or part_is_within(other, one)


def acts_alike(one: str, other: str) -> bool:
    """Whether two kinds of act may be two people's words for the same."""
    return one == other or any(
        one in group and other in group for group in data("acts")["alike"]
    )


@cache
def _groups() -> dict[str, frozenset[str]]:
    """The groups of each word for a thing; a group's own name is in it."""
    of: dict[str, set[str]] = {}
    for key, forms in data("objects")["groups"].items():
        for word in (key, *forms):
            of.setdefault(word, set()).add(key)
    return {word: frozenset(keys) for word, keys in of.items()}


@lru_cache(maxsize=4096)  # asked for every two things of two accounts
def same_object(one: str, other: str) -> bool:
    """Whether two words may mean one thing: of one group, or with the same last character."""
    groups = _groups()
    first, second = groups.get(one, frozenset()), groups.get(other, frozenset())
    if first and second:
        plain = first & second - set(data("objects")["mixed"])
        alike = bool(first & second) and bool({*one[-2:]} & {*other[-2:]} - {"子"})
        return bool(plain) or alike or one in other or other in one
    return one[-1:] == other[-1:]
