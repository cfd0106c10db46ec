"""Accounts side by side: what the program proposes, and what people made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.joined import one_case, somebody
from anlan.cases.models import Case, Party
from anlan.cases.selectors import parties_of, shown_name
from anlan.evidence.enums import StatementRole, StatementState
from anlan.evidence.models import Addendum, Statement, StatementAnswer
from anlan.evidence.selectors.statements import giver_name, statements_of_one_case
from anlan.investigation.citing import code_in
from anlan.investigation.comparing import (
    Account,
    Cell,
    Found,
    Kind,
    Person,
    Quote,
    Scene,
    lay_out,
)
from anlan.investigation.comparing.lexicon import data
from anlan.investigation.comparing.text import Sentence, sentences_of
from anlan.investigation.enums import CellSays, ComparedFact, ComparedTopic
from anlan.investigation.models import CellReading, FreeFact, Naming, PairReading
from anlan.investigation.selectors.interviews import investigated_case

MOST_ACCOUNTS = 12  # of a case that are laid side by side: 66 pairs

_ROLES = {
    StatementRole.VICTIM: "victim",
    StatementRole.AGGRESSOR: "aggressor",
    StatementRole.WITNESS: "witness",
    StatementRole.GUARD: "guard",
    StatementRole.OTHER: "witness",
}


# The rules of ``comparing``, as a reader is told of them.
_WHY = {
    "act_denied": gettext_lazy("一方说做了，另一方说没有做"),
    "other_first": gettext_lazy("先碰到对方的人说法不同"),
    "same_act": gettext_lazy("说的是同一个动作"),
    "counts_differ": gettext_lazy("次数不同"),
    "injury_denied": gettext_lazy("一方说有伤，另一方说没有"),
    "left_or_right": gettext_lazy("左右不同"),
    "other_part": gettext_lazy("部位不同"),
    "other_cause": gettext_lazy("受伤的原因说法不同"),
    "same_injury": gettext_lazy("说的是同一处伤"),
    "full_or_empty": gettext_lazy("一方说手里有东西，另一方说没有"),
    "thing_denied": gettext_lazy("一方说用了东西，另一方说没有用"),
    "manner_denied": gettext_lazy("用的方式说法不同"),
    "blocked_or_struck": gettext_lazy("用来挡还是用来打，说法不同"),
    "other_thing": gettext_lazy("用的东西不同"),
    "same_thing": gettext_lazy("说的是同一件东西"),
    "words_denied": gettext_lazy("一方说讲过这话，另一方说没有"),
    "same_words": gettext_lazy("说的是同样的话"),
    "times_agree": gettext_lazy("时间一致"),
    "times_apart": gettext_lazy("时间对不上"),
    "place_denied": gettext_lazy("一方说在那里，另一方说不在"),
    "places_agree": gettext_lazy("地点一致"),
    "places_apart": gettext_lazy("地点对不上"),
    "in_or_out_of_car": gettext_lazy("在车里还是车外，说法不同"),
    "entered_or_not": gettext_lazy("进没进去，说法不同"),
    "there_or_not": gettext_lazy("在不在场，说法不同"),
    "ended_otherwise": gettext_lazy("怎么停下来的，说法不同"),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """An account: a signed statement, whose it is under the mask, and its words.

    ``code``: as it is called in the case that is compared.
    """

    statement: Statement
    code: str
    name: str
    text: str

    @property
    def sentences(self) -> list[Sentence]:
        return sentences_of(self.text)


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """What one account says to one fact: a person's reading, else the proposal."""

    column: Column
    says: CellSays
    quote: str
    start: int | None  # of the sentence, in characters of the account
    proposed: CellSays | None
    reading: CellReading | None

    @property
    def is_proposal(self) -> bool:
        return self.reading is None

    @property
    def is_clash(self) -> bool:
        return self.says in {CellSays.DENIES, CellSays.DIFFERS}


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """A fact of the standard list (``fact``) or a free one, and its cells."""

    slug: str
    words: str
    question: str
    cells: tuple[ShownCell, ...]
    free: FreeFact | None = None

    @property
    def is_gap(self) -> bool:
        """No account says anything about it: it is a question for the next interview."""
        return all(cell.says == CellSays.SILENT for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class ShownPair:
    """Two sentences that contradict or agree, as the rule ``why`` has it."""

    topic: ComparedTopic
    kind: Kind
    weight: int
    why: str
    first: Column
    first_quote: str
    first_start: int
    second: Column
    second_quote: str
    second_start: int
    reading: PairReading | None

    @property
    def key(self) -> str:
        """As an address names it: both accounts, the topic, where the sentences begin.

        By their keys: codes begin anew in every case, and are told apart by a colon.
        """
        return "-".join(
            (
                *(str(self.first.statement.pk), str(self.first_start)),
                *(str(self.second.statement.pk), str(self.second_start)),
                self.topic.value,
            )
        )

    @property
    def is_contradiction(self) -> bool:
        return self.kind == Kind.CONTRADICTION

    @property
    def why_words(self) -> str:
        return str(_WHY.get(self.why, ""))

    @property
    def is_dismissed(self) -> bool:
        return self.reading is not None and not self.reading.holds


@dataclass(frozen=True, kw_only=True)
class Called:
    """How an account calls a party, as somebody wrote it down."""

    party: Party
    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``left_out``: how many accounts of the case are more than can be compared."""

    columns: tuple[Column, ...]
    rows: tuple[ShownRow, ...]
    pairs: tuple[ShownPair, ...]
    left_out: int

    @property
    def contradictions(self) -> list[ShownPair]:
        return self._standing(Kind.CONTRADICTION)

    @property
    def agreements(self) -> list[ShownPair]:
        return self._standing(Kind.AGREEMENT)

    @property
    def dismissed(self) -> list[ShownPair]:
        return [pair for pair in self.pairs if pair.is_dismissed]

    @property
    def gaps(self) -> list[ShownRow]:
        return [row for row in self.rows if row.is_gap]

    @property
    def to_read(self) -> int:
        """How many cells nobody has looked at yet."""
        return sum(cell.is_proposal for row in self.rows for cell in row.cells)

    def _standing(self, kind: Kind) -> list[ShownPair]:
        return [
            pair for pair in self.pairs if pair.kind == kind and not pair.is_dismissed
        ]


def comparison_of(case: Case, reader: User) -> Comparison:
    """All signed statements of the case that the reader may see, read now."""
    statements = _signed(case, reader)
    columns = tuple(_column(one, case) for one in statements[:MOST_ACCOUNTS])
    by_code = {column.code: column for column in columns}
    accounts = [_account(column) for column in columns]
    scene = scene_of(case, statements)
    grid, found = lay_out(accounts, scene)
    proposed = {row.fact.value: row.cells for row in grid}
    readings = _cell_readings(statements)
    rows = [
        _row(fact.value, str(fact.label), fact.question, columns, proposed, readings)
        for fact in ComparedFact
    ]
    rows += [
        _row(free.slug, free.words, free.words, columns, {}, readings, free=free)
        for free in free_facts_of(case)
    ]
    return Comparison(
        columns=columns,
        rows=tuple(rows),
        pairs=tuple(_pairs(found, by_code)),
        left_out=max(0, len(statements) - MOST_ACCOUNTS),
    )


def free_facts_of(case: Case) -> list[FreeFact]:
    """Those that stand, in their order; blank ones were erased."""
    rows = FreeFact.objects.filter(case=case, withdrawn_at=None).exclude(words="")
    return list(rows.select_related("case__site").order_by("number"))


def free_fact_for(reader: User, number: str, uid: UUID) -> FreeFact:
    """
    Raises:
        NotFound: unknown, of another case, or struck out.
    """
    for found in free_facts_of(investigated_case(reader, number)):
        if found.uid == uid:
            return found
    raise NotFound(_("没有这一项"))


def column_for(reader: User, case: Case, code: str) -> Column:
    """One account of the comparison by the code of its statement.

    Raises:
        NotFound: unknown, not signed, or not the reader's.
    """
    for statement in _signed(case, reader):
        if code_in(statement, case.pk) == code:
            return _column(statement, case)
    raise NotFound(_("没有这份情况说明，或者您无权查看"))


def row_words(case: Case, slug: str) -> str:
    """What a fact of the comparison is called.

    Raises:
        NotFound: neither of the standard list nor a free fact that stands.
    """
    if slug in ComparedFact.values:
        return str(ComparedFact(slug).label)
    for free in free_facts_of(case):
        if free.slug == slug:
            return free.words
    raise NotFound(_("没有这一项"))


def cell_for(case: Case, reader: User, column: Column, slug: str) -> ShownCell:
    """The cell as the page shows it.

    Raises:
        NotFound: no such fact.
    """
    for row in comparison_of(case, reader).rows:
        if row.slug == slug:
            for cell in row.cells:
                if cell.column.code == column.code:
                    return cell
    raise NotFound(_("没有这一项"))


def pair_for(case: Case, reader: User, key: str) -> ShownPair:
    """
    Raises:
        NotFound: not proposed, or no longer.
    """
    for found in comparison_of(case, reader).pairs:
        if found.key == key:
            return found
    raise NotFound(_("这一条已经变了，请刷新页面再看"))


def called_in(statement: Statement) -> list[Called]:
    """How one account calls each party of the case but whoever gave it.

    Cases that were joined are one case; whoever is a party of several is asked of once.
    """
    newest = {somebody(row.party): row.words for row in _namings([statement])}
    giver = somebody(statement.party) if statement.party else None
    people: dict[tuple[str, int], Party] = {}
    own_first = sorted(
        _people_of(statement.case), key=lambda one: one.case_id != statement.case_id
    )
    for party in own_first:
        people.setdefault(somebody(party), party)
    return [
        Called(party=party, name=shown_name(party), words=newest.get(who, ""))
        for who, party in people.items()
        if who != giver
    ]


def scene_of(case: Case, statements: Sequence[Statement]) -> Scene:
    """The persons of the case with every way in which they are called, and its places."""
    called: dict[str, dict[str, tuple[str, ...]]] = {}
    codes = {statement.pk: code_in(statement, case.pk) for statement in statements}
    for naming in _namings(statements):
        words = tuple(part for part in naming.words.splitlines() if part)
        name = _real_name(naming.party)
        called.setdefault(name, {})[codes[naming.statement_id]] = words
    persons = [
        Person(
            name=_real_name(party),
            roles=_staff_roles(party),
            called=called.get(_real_name(party), {}),
        )
        for party in _people_of(case)
    ]
    known = {person.name for person in persons}
    persons += [
        Person(name=statement.user.name, roles=_guards())
        for statement in statements
        if statement.user is not None and statement.user.name not in known
    ]
    places = case.site.places.filter(is_active=True).order_by("pk")
    return Scene(
        persons=tuple({person.name: person for person in persons}.values()),
        places=tuple(places.values_list("name", flat=True).distinct()[:400]),
    )


def account_text(statement: Statement) -> str:
    """Every answer that was given, in order, then the corrections: a line each."""
    answers = [row.answer for row in statement.answers.all() if row.answer]
    return "\n".join([*answers, *(row.text for row in statement.addenda.all())])


def _signed(case: Case, reader: User) -> list[Statement]:
    rows = statements_of_one_case(case, reader).filter(state=StatementState.FROZEN)
    return list(
        rows.prefetch_related(
            Prefetch("answers", StatementAnswer.objects.order_by("position")),
            Prefetch("addenda", Addendum.objects.order_by("number")),
        ).order_by("pk")
    )


def _column(statement: Statement, case: Case) -> Column:
    return Column(
        statement=statement,
        code=code_in(statement, case.pk),
        name=giver_name(statement),
        text=account_text(statement),
    )


def _account(column: Column) -> Account:
    statement = column.statement
    party, user = statement.party, statement.user
    name = _real_name(party) if party else user.name if user else ""
    return Account(
        key=column.code,
        by=name,
        role=_ROLES[StatementRole(statement.role)],
        text=column.text,
    )


def _row(
    slug: str,
    words: str,
    question: str,
    columns: Iterable[Column],
    proposed: Mapping[str, Mapping[str, Cell]],
    readings: Mapping[tuple[int, str], CellReading],
    *,
    free: FreeFact | None = None,
) -> ShownRow:
    cells = tuple(
        _cell(
            column,
            proposed.get(slug, {}).get(column.code),
            readings.get((column.statement.pk, _fact_of(column.statement, slug, free))),
        )
        for column in columns
    )
    return ShownRow(slug=slug, words=words, question=question, cells=cells, free=free)


def _cell(
    column: Column, proposal: Cell | None, reading: CellReading | None
) -> ShownCell:
    proposed = CellSays(proposal.says.value) if proposal else None
    if reading is not None:
        quoted = (
            "" if reading.start is None else column.text[reading.start : reading.end]
        )
        return ShownCell(
            column=column,
            says=CellSays(reading.says),
            quote=quoted.strip(),
            start=reading.start,
            proposed=proposed,
            reading=reading,
        )
    quote = proposal.quote if proposal else None
    return ShownCell(
        column=column,
        says=proposed or CellSays.SILENT,
        quote=quote.text.strip() if quote else "",
        start=quote.start if quote else None,
        proposed=proposed,
        reading=None,
    )


def _pairs(
    found: Iterable[Found], by_code: Mapping[str, Column]
) -> Iterator[ShownPair]:
    """The weightiest first; each with what people made of it."""
    judged = _pair_readings(column.statement for column in by_code.values())
    for one in sorted(found, key=lambda pair: (-pair.weight, pair.a.account)):
        yield _pair(one, by_code, judged)


def _pair(
    found: Found,
    by_code: Mapping[str, Column],
    judged: Mapping[tuple[int, int, str, int, int], PairReading],
) -> ShownPair:
    a, b = _ordered(found, by_code)
    first, second = by_code[a.account], by_code[b.account]
    key = (
        first.statement.pk,
        second.statement.pk,
        found.topic.value,
        a.start,
        b.start,
    )
    return ShownPair(
        topic=ComparedTopic(found.topic.value),
        kind=found.kind,
        weight=found.weight,
        why=found.why,
        first=first,
        first_quote=a.text.strip(),
        first_start=a.start,
        second=second,
        second_quote=b.text.strip(),
        second_start=b.start,
        reading=judged.get(key),
    )


def _ordered(found: Found, by_code: Mapping[str, Column]) -> tuple[Quote, Quote]:
    """Whichever statement was begun first comes first."""
    a, b = found.a, found.b
    if by_code[a.account].statement.pk < by_code[b.account].statement.pk:
        return a, b
    return b, a


def fact_read(case: Case, statement: Statement, slug: str) -> str:
    """As the reading of a cell names the fact of its row, in the comparison of the case."""
    free = next((one for one in free_facts_of(case) if one.slug == slug), None)
    return _fact_of(statement, slug, free)


def newest_reading(statement: Statement, fact: str) -> CellReading | None:
    """
    Args:
        fact: as ``fact_read`` names it.
    """
    rows = CellReading.objects.filter(statement=statement, fact=fact)
    return rows.select_related("read_by").order_by("pk").last()


def newest_judgement(pair: ShownPair) -> PairReading | None:
    rows = PairReading.objects.filter(
        first=pair.first.statement,
        second=pair.second.statement,
        topic=pair.topic,
        first_start=pair.first_start,
        second_start=pair.second_start,
    )
    return rows.order_by("pk").last()


def _fact_of(statement: Statement, slug: str, free: FreeFact | None) -> str:
    """Free facts are numbered anew in every case: that of another is named with its case."""
    if free is None or free.case_id == statement.case_id:
        return slug
    return f"{free.case_id}-{free.number}"


def _cell_readings(
    statements: Iterable[Statement],
) -> dict[tuple[int, str], CellReading]:
    rows = CellReading.objects.filter(statement__in=list(statements))
    rows = rows.select_related("read_by").order_by("pk")
    return {(row.statement_id, row.fact): row for row in rows}


def _pair_readings(
    statements: Iterable[Statement],
) -> dict[tuple[int, int, str, int, int], PairReading]:
    rows = PairReading.objects.filter(first__in=list(statements))
    return {
        (row.first_id, row.second_id, row.topic, row.first_start, row.second_start): row
        for row in rows.select_related("read_by").order_by("pk")
    }


def _namings(statements: Iterable[Statement]) -> list[Naming]:
    """The newest of each account and party, the oldest of them first."""
    rows = Naming.objects.filter(statement__in=list(statements)).order_by("pk")
    rows = rows.select_related("party__person", "party__user")
    newest = {(row.statement_id, row.party_id): row for row in rows}
    return sorted(newest.values(), key=lambda row: row.pk)


def _people_of(case: Case) -> list[Party]:
    """The parties of the case and of those that are one with it."""
    return [party for one in one_case(case) for party in parties_of(one)]


def _real_name(party: Party) -> str:
    """By which accounts are read, and never shown."""
    somebody = party.user or party.person
    return (somebody.name if somebody else "") or f"#{party.uid.hex[:8]}"


def _staff_roles(party: Party) -> tuple[str, ...]:
    return _guards() if party.user is not None else ()


def _guards() -> tuple[str, ...]:
    """What those who are called to a scene are called."""
    return tuple(data("persons")["guards"])
