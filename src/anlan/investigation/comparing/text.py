"""A text in sentences and clauses, each of which knows where it stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*[」”』]?")
# A clause ends with a comma; one of hostile length where reading it would take too long.
_CLAUSE = re.compile(
    r"(?:[^，,；;：:。！？!?\n]|(?<=[0-9０-９])[:：](?=[0-9０-９])){1,160}"
)
_QUOTED = re.compile(r"「[^「」]{1,200}」|“[^“”]{1,200}”|『[^『』]{1,200}』")
HIDDEN = "□"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """From ``start`` up to ``end`` of the account's text."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    """What stands between two commas. ``text`` has spoken words in quotation marks hidden."""

    sentence: Sentence
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_asked(self) -> bool:
        """Whether the sentence ends in a question mark."""
        return self.sentence.text.rstrip("」”』\n").endswith(("？", "?"))


def sentences_of(text: str) -> list[Sentence]:
    """The sentences in order; blank ones are left out."""
    return [
        Sentence(
            number=number, start=found.start(), end=found.end(), text=found.group()
        )
        for number, found in enumerate(
            found for found in _SENTENCE.finditer(text) if found.group().strip()
        )
    ]


def clauses_of(text: str) -> list[Clause]:
    """The clauses in order, with what others are quoted as saying hidden."""
    return [
        Clause(
            sentence=sentence,
            start=sentence.start + found.start(),
            text=found.group(),
        )
        for sentence in sentences_of(text)
        for found in _CLAUSE.finditer(hide_quotes(sentence.text))
        if found.group().strip()
    ]


def hide_quotes(text: str) -> str:
    """The same length; spoken words are no acts of the one who tells of them."""
    return _QUOTED.sub(lambda found: HIDDEN * len(found.group()), text)
