"""The report as one side is given it: of the other side there is nothing private in it.

What is structured goes by whose it is; what is words goes by the check of letters. A
sentence that says something of somebody else is left out whole, and the page says that
something was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import override

from anlan.base.typeset import typeset, words_on
from anlan.cases.enums import Side
from anlan.cases.joined import of_one_case, somebody
from anlan.cases.models import Case, Party, PartyRole
from anlan.cases.selectors import leaks_of, sides_of
from anlan.cases.selectors.guardians import with_guardians
from anlan.resolution.models import Compensation, Objection
from anlan.resolution.review.enums import Section
from anlan.resolution.review.extract import TITLED, Extract, read_extract
from anlan.resolution.review.models import Report, ReportParagraph
from anlan.resolution.review.naming import BETWEEN
from anlan.resolution.review.paper import DOCUMENT, LANGUAGE, Words, page_from, words_of
from anlan.resolution.review.paragraphs import paragraphs_of

LEFT_OUT = "（涉及其他当事人，从略）"
# Of these, whose it is stands in what a paragraph was composed from.
_PERSONAL = frozenset({Section.CONSEQUENCES, Section.DECISIONS})


def side_of(party: Party) -> Side | None:
    """The side whose copy they may get; none of a witness, or who stands on both.

    Cases that were joined are one case: in whichever they stand there.
    """
    roles = PartyRole.objects.filter(party__in=_same(party))
    sides = sides_of(roles.values_list("role", flat=True))
    return next(iter(sides)) if len(sides) == 1 else None


def sided_parties(case: Case) -> list[Party]:
    """Who may be given a copy, in the order in which they came onto the case.

    Of the case and of those that are one with it; each person once.
    """
    people: dict[tuple[str, int], Party] = {}
    for party in _people_of(case):
        people.setdefault(somebody(party), party)
    return [one for one in people.values() if side_of(one) is not None]


def own_of(party: Party) -> list[Party]:
    """Who the copy is for: they, as a party of each joined case, and who stands for them."""
    return [one for same in _same(party) for one in with_guardians(same)]


def copy_pdf(report: Report, party: Party, side: Side, *, at: datetime) -> bytes:
    """The same bytes for the same version, party, and what is known of all parties."""
    with override(LANGUAGE):
        page = copy_page(report, party, side)
        return typeset(DOCUMENT, page, at=at).pdf


def copy_page(report: Report, party: Party, side: Side) -> dict[str, Any]:
    extract = read_extract(report.record)
    if extract is None:
        raise ValueError("the words of this report were erased")
    rows = paragraphs_of(report)
    own = {one.pk for one in _same(party)}
    words: Words = {section: [] for section in Section}
    for row in rows:
        if _is_for(row, own):
            words[Section(row.section)].append(words_of(row))
    for section in Section:
        if len(words[section]) < sum(row.section == section for row in rows):
            words[section].append({"words": LEFT_OUT, "cites": ""})
    page = page_from(
        report,
        _extract_for(extract, _names_then(report, own), own),
        words,
        mark=f"交{side.label}的副本 · 其他当事人的情况已略去",
    )
    page["qr"] = []
    page["proof"] = (
        "本副本与存档的这一版核对，请联系管理处。存档的内容校验值（SHA-256）："
    )
    private = _private_in(page, report.case, party, side)
    covered: dict[str, Any] = _covered(page, private)
    return covered


def text_of(page: dict[str, Any]) -> str:
    """Everything that is printed of it, for the check before it leaves."""
    return BETWEEN.join(words_on(page))


def _private_in(
    page: dict[str, Any], case: Case, party: Party, side: Side
) -> frozenset[str]:
    """The pieces that say something of somebody else; who people are is read once."""
    pieces = list(words_on(page))
    ends = list(accumulate(len(piece) + len(BETWEEN) for piece in pieces))
    leaks = leaks_of(
        BETWEEN.join(pieces),
        case=case,
        side=side,
        own=own_of(party),
        is_own_only=True,
    )
    return frozenset(pieces[bisect_right(ends, leak.start)] for leak in leaks)


def _covered(value: Any, private: frozenset[str]) -> Any:
    if isinstance(value, str):
        return LEFT_OUT if value in private else value
    if isinstance(value, dict):
        return {key: _covered(item, private) for key, item in value.items()}
    if isinstance(value, list):
        return [_covered(item, private) for item in value]
    return value


def _people_of(case: Case) -> QuerySet[Party]:
    rows = Party.objects.filter(of_one_case(case), removed_at=None)
    return rows.select_related("case", "person", "user").order_by("pk")


def _same(party: Party) -> list[Party]:
    """All that are this person: each of the joined cases has a party of its own."""
    who = somebody(party)
    return [one for one in _people_of(party.case) if somebody(one) == who]


def _is_for(row: ReportParagraph, own: Collection[int]) -> bool:
    """Whether it is about the whole matter, or about them.

    Args:
        own: their parties by key.
    """
    ours = {str(key) for key in own}
    kind, _separator, rest = row.source.partition(":")
    match kind:
        case "hurt":
            return rest in ours
        case "loss":
            rows = Compensation.objects.filter(party__in=own)
            return rest.isdecimal() and rows.filter(pk=int(rest)).exists()
        case "decision":
            return rest.rpartition(":")[0].rpartition(":")[2] in ours
        case "objection":
            made = Objection.objects.filter(case=row.report.case, party__in=own)
            return rest.isdecimal() and made.filter(number=int(rest)).exists()
        case "counselling" | "steps":  # the latter counts tasks, whose they ever are
            return False
        case "police" | "talks":
            return True
    return Section(row.section) not in _PERSONAL


def _names_then(report: Report, own: Collection[int]) -> set[str]:
    """What the report calls them; none where nothing in it says so for certain."""
    rows = report.paragraphs.filter(source__in=[f"hurt:{key}" for key in own])
    return {row.composed.partition("：")[0] for row in rows if row.composed}


def _extract_for(extract: Extract, names: set[str], own: Collection[int]) -> Extract:
    """Of what was promised, seen and decided theirs alone; of exhibits only the kind.

    A task says in its title what is done about whom, and a title what an exhibit shows;
    the record does not say whose they are.
    """
    ours = {str(key) for key in own}
    return extract.model_copy(
        update={
            "steps": tuple(one for one in extract.steps if one.is_common),
            "hurts": tuple(one for one in extract.hurts if one.who in names),
            "decisions": tuple(
                one for one in extract.decisions if one.key.rpartition(":")[2] in ours
            ),
            "sketches": (),  # where everybody stood
            "exhibits": tuple(
                one.model_copy(update={"title": one.title.partition(TITLED)[0]})
                for one in extract.exhibits
            ),
        }
    )
