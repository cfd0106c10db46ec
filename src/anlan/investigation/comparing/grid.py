"""Facts × accounts: what each account says to each fact of the standard list, as a proposal.

A fact to which no account says anything is a gap: nobody was asked, and the next interview can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from anlan.investigation.comparing.accounts import Account, Quote, Scene
from anlan.investigation.comparing.comparison import compare_tables
from anlan.investigation.comparing.facts import BARE, PHYSICAL
from anlan.investigation.comparing.lexicon import data
from anlan.investigation.comparing.persons import opponent_of
from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable, facts_of, table_of
from anlan.investigation.comparing.text import Sentence, clauses_of


class Fact(StrEnum):
    """The standard list. A free fact has no reader: a person fills its cells."""

    WHEN = "when"
    WHERE = "where"
    FIRST = "first"
    MEANS = "means"
    TIMES = "times"
    INJURIES = "injuries"
    WORDS = "words"
    STOP = "stop"
    SAW = "saw"


class Says(StrEnum):
    """``DIFFERS``: another account was found to contradict it in this fact."""

    SAYS = "says"
    DENIES = "denies"
    DIFFERS = "differs"
    SILENT = "silent"


TOPICS = {
    Fact.WHEN: Topic.TIME,
    Fact.WHERE: Topic.PLACE,
    Fact.FIRST: Topic.FIRST_BLOW,
    Fact.MEANS: Topic.WEAPON,
    Fact.TIMES: Topic.COUNT,
    Fact.INJURIES: Topic.INJURY,
    Fact.WORDS: Topic.WORDS,
    Fact.STOP: Topic.STOP,
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What one account says to one fact; nothing is quoted where it is silent."""

    says: Says
    quote: Quote | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fact; ``cells`` by the key of the account."""

    fact: Fact
    cells: dict[str, Cell]

    @property
    def is_gap(self) -> bool:
        return all(cell.says == Says.SILENT for cell in self.cells.values())


def lay_out(accounts: Sequence[Account], scene: Scene) -> tuple[list[Row], list[Found]]:
    """The grid, and what every two accounts contradict or agree in, each read once."""
    read = _Tables(scene)
    found = [
        each
        for one, other in combinations(accounts, 2)
        for each in compare_tables(*read.both(one, other))
    ]
    return _rows(accounts, scene, _differing(found)), found


class _Tables:
    """Accounts that were read, for each person whom 他 may mean in them: mostly one."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._read: dict[tuple[str, str], FactTable] = {}

    def both(self, one: Account, other: Account) -> tuple[FactTable, FactTable]:
        roles = {self._scene.speaker_of(each): each.role for each in (one, other)}
        return self._of(one, roles), self._of(other, roles)

    def _of(self, account: Account, roles: dict[str, str]) -> FactTable:
        opponent = opponent_of(account, self._scene, roles)
        key = (account.key, opponent)
        if key not in self._read:
            self._read[key] = table_of(account, self._scene, opponent)
        return self._read[key]


def _rows(
    accounts: Sequence[Account],
    scene: Scene,
    differing: dict[tuple[Topic, str], Quote],
) -> list[Row]:
    roles = {scene.speaker_of(one): one.role for one in accounts}
    tables = [facts_of(one, scene, roles) for one in accounts]
    return [
        Row(
            fact=fact,
            cells={
                table.account.key: _cell(fact, table, differing) for table in tables
            },
        )
        for fact in Fact
    ]


def _differing(found: Sequence[Found]) -> dict[tuple[Topic, str], Quote]:
    """The sentence of each account that another one contradicts, by topic."""
    against: dict[tuple[Topic, str], Quote] = {}
    for each in found:
        if each.kind == Kind.CONTRADICTION:
            for said in (each.a, each.b):
                against.setdefault((each.topic, said.account), said)
    return against


def _cell(
    fact: Fact, table: FactTable, differing: dict[tuple[Topic, str], Quote]
) -> Cell:
    if fact in TOPICS and (TOPICS[fact], table.account.key) in differing:
        against = differing[TOPICS[fact], table.account.key]
        return Cell(says=Says.DIFFERS, quote=against)
    said = sorted(_said(fact, table), key=lambda one: one[1])
    if not said:
        return Cell(says=Says.SILENT)
    sentence, is_denied = said[0]
    return Cell(
        says=Says.DENIES if is_denied else Says.SAYS,
        quote=quote(table.account, sentence),
    )


def _said(fact: Fact, table: FactTable) -> Iterator[tuple[Sentence, bool]]:
    """The sentences about a fact, and whether each denies; in the order of the text."""
    if fact == Fact.WHEN:
        for clock in table.clocks:
            yield clock.sentence, False
    elif fact == Fact.WHERE:
        for place in table.places:
            yield place.sentence, place.is_denied
    elif fact == Fact.INJURIES:
        for injury in table.injuries:
            yield injury.sentence, injury.is_denied
    elif fact == Fact.WORDS:
        for word in table.words:
            yield word.sentence, word.is_denied
    elif fact == Fact.MEANS:
        for act in table.acts:
            if act.means not in BARE:
                yield act.sentence, act.is_denied
        for holding in table.holdings:
            yield holding.sentence, holding.is_denied or holding.is_idle
    elif fact in {Fact.FIRST, Fact.TIMES}:
        for act in table.acts:
            if act.kind in PHYSICAL and (fact == Fact.FIRST or act.times):
                yield act.sentence, act.is_denied
    else:
        words = data("facts")[fact.value]
        for clause in clauses_of(table.account.text):
            if any(word in clause.text for word in words):
                yield clause.sentence, False
