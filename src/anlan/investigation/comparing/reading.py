"""What an account says, clause by clause: acts, injuries, things in hands.

No grammar is written down here. A clause is a row of words; who did it stands before the verb,
to whom after it or after 把, 朝 and their like; a clause without a person goes on with the one
before. That reads plain accounts well and involved ones badly, and a person looks at the result.
"""

from __future__ import annotations

from anlan.investigation.comparing.accounts import Account, Scene
from anlan.investigation.comparing.cues import (
    firsts,
    is_governed,
)
from anlan.investigation.comparing.facts import Reading
from anlan.investigation.comparing.handling import Handling
from anlan.investigation.comparing.lexicon import Word, data
from anlan.investigation.comparing.speaking import Told
from anlan.investigation.comparing.text import Clause, clauses_of
from anlan.investigation.comparing.things import (
    with_things,
)


def read(account: Account, scene: Scene, opponent: str) -> Reading:
    """Read an account; ``opponent`` is whom 他 means before anybody was named."""
    return _Reader(account, scene, opponent).read()


_RELATED = frozenset(data("persons")["not_self"])


class _Reader(Handling):
    """Goes through the clauses and remembers whom they were about."""

    def read(self) -> Reading:
        for clause in clauses_of(self._account.text):
            self._clause(clause)
        self._reading.acts = firsts(self._reading.acts)
        return self._reading

    def _clause(self, clause: Clause) -> None:
        words = with_things(
            clause, list(self._naming.vocabulary.words_in(clause.text, clause.start))
        )
        persons = {word.start: self._who(word) for word in words}
        self._turned(words, persons)
        free = [
            word
            for word in words
            if persons[word.start] and not is_governed(clause, word)
        ]
        seen = next((word for word in words if "seeing" in word), None)
        if seen is not None and any(word.start > seen.start for word in free):
            free = [word for word in free if word.start > seen.start]
        verb = next((word.start for word in words if "act" in word), clause.end)
        leading = [word for word in free if word.start < verb]
        subject = persons[leading[0].start] if leading else self._subject
        if leading or not any(word.text in _RELATED for word in words[:1]):
            self._presence(
                clause, subject, [(one.start, persons[one.start]) for one in leading]
            )
        self._elsewhere(clause)
        if any("unknown" in word for word in words):
            self._remember(subject, persons, words)
            return
        if not _is_hearsay(words):
            told = Told(
                clause=clause, words=words, persons=persons, subject=subject, free=free
            )
            self._holdings(told)
            self._more_exactly(told)
            self._acts(told)
            self._injuries(told)
        self._remember(subject, persons, words)


def _is_hearsay(words: list[Word]) -> bool:
    """Whether another is only said to have said it."""
    heard = {"听说", "据说", "听他说", "听她说", "说是"}
    return any(word.text in heard for word in words)
