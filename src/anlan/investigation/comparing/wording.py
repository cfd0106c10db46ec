"""Words that hurt and words that mend: said by the one, denied by the other."""

from __future__ import annotations

from collections.abc import Iterator

from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable


def compare_words(a: FactTable, b: FactTable) -> Iterator[Found]:
    for one in a.words:
        for other in b.words:
            if one.kind != other.kind or one.agent != other.agent:
                continue
            if one.is_denied == other.is_denied:
                continue
            yield Found(
                kind=Kind.CONTRADICTION,
                topic=Topic.WORDS,
                a=quote(a.account, one.sentence),
                b=quote(b.account, other.sentence),
                why="words_denied",
            )
            return
    for one in a.words:
        for other in b.words:
            if one.kind == other.kind and one.agent == other.agent:
                yield Found(
                    kind=Kind.AGREEMENT,
                    topic=Topic.WORDS,
                    a=quote(a.account, one.sentence),
                    b=quote(b.account, other.sentence),
                    why="same_words",
                )
                return
