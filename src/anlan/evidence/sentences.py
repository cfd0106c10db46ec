"""What was said, in numbered sentences: on the page, on paper, and in a correction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

from anlan.evidence.models import StatementAnswer

# Where a sentence ends: full stop, exclamation, question mark and semicolon of Chinese (and
# the last three of Latin script), with the quotes and brackets that close behind them. A
# full stop of Latin script ends one only before a space: 14.30 and B1.5 stay whole.
_END = re.compile(
    r"[\u3002\uff01\uff1f\uff1b!?;]+[\u201d\u2019\u300d\u300f\uff09)\"']*"
    r"|\n|\.(?=\s)"
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence by its number in the whole statement."""

    number: int
    text: str
    answer: UUID


@dataclass(frozen=True, kw_only=True)
class Said:
    """A question that was asked, and the sentences that answer it."""

    answer: StatementAnswer
    sentences: tuple[Sentence, ...]

    @property
    def question(self) -> str:
        return self.answer.question

    @property
    def is_declined(self) -> bool:
        return self.answer.is_declined


def split(text: str) -> list[str]:
    """The sentences of a text; together they hold every word of it."""
    ends = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(ends))
    return [part for part in parts if part]


def numbered(answers: Iterable[StatementAnswer]) -> list[Said]:
    """The answers in their order, with the sentences counted through all of them."""
    said: list[Said] = []
    number = 0
    for answer in answers:
        sentences = []
        for text in split(answer.answer):
            number += 1
            sentences.append(Sentence(number=number, text=text, answer=answer.uid))
        said.append(Said(answer=answer, sentences=tuple(sentences)))
    return said


def content_digest(answers: Iterable[StatementAnswer]) -> str:
    """SHA-256 over questions and answers, the same on screen, on paper and in the PDF."""
    whole = sha256()
    for one in answers:
        for part in (one.question, one.answer, str(int(one.is_declined))):
            content = part.encode()
            whole.update(len(content).to_bytes(4, "big") + content)
    return whole.hexdigest()
