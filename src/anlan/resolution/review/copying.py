"""The report as one side is given it: of the other side there is nothing private in it.

What is structured goes by whose it is; what is words goes by the check of letters. A
sentence that says something of somebody else is left out whole, and the page says that
something was.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.utils.translation import override

from anlan.base.typeset import typeset, words_on
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.cases.selectors import leaks_of, sides_of
from anlan.cases.selectors.guardians import with_guardians
from anlan.resolution.models import Compensation, Objection
from anlan.resolution.review.enums import Section
from anlan.resolution.review.models import Report, ReportParagraph
from anlan.resolution.review.naming import BETWEEN
from anlan.resolution.review.paper import DOCUMENT, LANGUAGE, Words, page_from, words_of
from anlan.resolution.review.reading import paragraphs_of
from anlan.resolution.review.record import TITLED, Record, read_record

LEFT_OUT = "（涉及其他当事人，从略）"
# Of these, whose it is stands in what a paragraph was composed from.
_PERSONAL = frozenset({Section.CONSEQUENCES, Section.DECISIONS})


def side_of(party: Party) -> Side | None:
    """The side whose copy they may get; none of a witness, or who stands on both."""
    sides = sides_of(party.roles.values_list("role", flat=True))
    return next(iter(sides)) if len(sides) == 1 else None


def sided_parties(case: Case) -> list[Party]:
    """Who may be given a copy, in the order in which they came onto the case."""
    rows = case.parties.filter(removed_at=None).select_related("person", "user")
    return [one for one in rows.order_by("pk") if side_of(one) is not None]


def copy_pdf(report: Report, party: Party, side: Side, *, at: datetime) -> bytes:
    """The same bytes for the same version, party, and what is known of all parties."""
    with override(LANGUAGE):
        page = copy_page(report, party, side)
        return typeset(DOCUMENT, page, at=at).pdf


def copy_page(report: Report, party: Party, side: Side) -> dict[str, Any]:
    record = read_record(report.record)
    if record is None:
        raise ValueError("the words of this report were erased")
    rows = paragraphs_of(report)
    words: Words = {section: [] for section in Section}
    for row in rows:
        if _is_for(row, party):
            words[Section(row.section)].append(words_of(row))
    for section in Section:
        if len(words[section]) < sum(row.section == section for row in rows):
            words[section].append({"words": LEFT_OUT, "cites": ""})
    page = page_from(
        report,
        _record_for(record, _name_then(report, party), party),
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
        own=with_guardians(party),
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


def _is_for(row: ReportParagraph, party: Party) -> bool:
    """Whether it is about the whole matter, or about them."""
    kind, _separator, rest = row.source.partition(":")
    match kind:
        case "hurt":
            return rest == str(party.pk)
        case "loss":
            rows = Compensation.objects.filter(party=party)
            return rest.isdecimal() and rows.filter(pk=int(rest)).exists()
        case "decision":
            return rest.rpartition(":")[0].rpartition(":")[2] == str(party.pk)
        case "objection":
            own = Objection.objects.filter(case=row.report.case, party=party)
            return rest.isdecimal() and own.filter(number=int(rest)).exists()
        case "counselling" | "steps":  # the latter counts tasks, whose they ever are
            return False
        case "police" | "talks":
            return True
    return Section(row.section) not in _PERSONAL


def _name_then(report: Report, party: Party) -> str:
    """What the report calls them; empty where nothing in it says so for certain."""
    row = report.paragraphs.filter(source=f"hurt:{party.pk}").first()
    return row.composed.partition("：")[0] if row else ""


def _record_for(record: Record, name: str, party: Party) -> Record:
    """Of what was promised, seen and decided theirs alone; of exhibits only the kind.

    A task says in its title what is done about whom, and a title what an exhibit shows;
    the record does not say whose they are.
    """
    own = str(party.pk)
    return record.model_copy(
        update={
            "steps": tuple(one for one in record.steps if one.is_common),
            "hurts": tuple(one for one in record.hurts if name and one.who == name),
            "decisions": tuple(
                one for one in record.decisions if one.key.rpartition(":")[2] == own
            ),
            "sketches": (),  # where everybody stood
            "exhibits": tuple(
                one.model_copy(update={"title": one.title.partition(TITLED)[0]})
                for one in record.exhibits
            ),
        }
    )
