"""Compensation as the reader sees it: figures, calculations, and what changed in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from pydantic import TypeAdapter

from anlan.accounts.models import Organisation, User
from anlan.base.digest import canonical_json, sha256
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, cases_for
from anlan.evidence.models import Exhibit
from anlan.law import selectors as law
from anlan.resolution.compensation import Claim, Figure, Figures, Line, Outcome, Wanted
from anlan.resolution.compensation import words as says
from anlan.resolution.compensation.basis import basis
from anlan.resolution.enums import FigureKey, Item, LineState, Province
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
)
from anlan.resolution.permissions import can_see_compensation

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


@dataclass(frozen=True, kw_only=True)
class Source:
    """An official document that a figure was taken from."""

    words: str
    title: str
    issuer: str
    issued_on: date
    address: str
    version: int


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line in the reader's language; ``before`` is the version that it is compared with."""

    item: Item
    state: LineState
    fen: int
    formulas: tuple[str, ...]
    figures: tuple[Source, ...]
    wanted: tuple[str, ...]
    citation: str
    notes: tuple[str, ...]
    before: int | None = None

    @property
    def difference(self) -> int | None:
        return None if self.before is None else self.fen - self.before


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A calculation in the list of a case: to who may not see injuries it only exists."""

    compensation: Compensation
    newest: CompensationVersion | None
    outcome: Outcome | None


def law_digest() -> str:
    """SHA-256 of the articles as the law data have them: other words, another version."""
    sources = [law.source(name) for name in basis().sources]
    articles = [[one.id, one.text] for one in sources]
    return sha256(canonical_json({"articles": articles})).hex()


def figures_of(organisation: Organisation) -> QuerySet[CompensationFigure]:
    """Every version of every figure, the newest of each first."""
    return (
        CompensationFigure.objects.filter(organisation=organisation)
        .select_related("entered_by")
        .order_by("-year", "province", "key", "variant", "-version")
    )


def current_figures(organisation: Organisation) -> list[CompensationFigure]:
    """The version of each figure that holds now."""
    found: dict[tuple[str, str, int, str], CompensationFigure] = {}
    for row in figures_of(organisation):
        found.setdefault((row.key, row.province, row.year, row.variant), row)
    return list(found.values())


def known_figures(organisation: Organisation, *, on: date) -> Figures:
    """For the arithmetic, as on that day."""
    return Figures(
        [
            Figure(
                key=FigureKey(row.key),
                province=Province(row.province),
                year=row.year,
                value=row.value,
                variant=row.variant,
                uid=str(row.uid),
            )
            for row in current_figures(organisation)
        ],
        year=on.year,
    )


def compensations_of(case: Case) -> QuerySet[Compensation]:
    """All of a case; what they say is for who may see injuries."""
    newest = _kept(CompensationVersion.objects.select_related("made_by"))
    return (
        Compensation.objects.filter(case=case)
        .select_related("case__site", "party__person", "party__user", "begun_by")
        .prefetch_related(Prefetch("versions", newest))
        .order_by("number")
    )


def listed_in(case: Case, reader: User) -> list[Listed]:
    sees = can_see_compensation(reader, case)
    found = []
    for row in compensations_of(case):
        newest = next(iter(row.versions.all()), None)
        outcome = outcome_of(newest) if sees and newest else None
        found.append(Listed(compensation=row, newest=newest, outcome=outcome))
    return found


def compensation_for(user: User, number: str, uid: UUID) -> Compensation:
    """One of a case that the reader sees; whether they may know what it says is asked then.

    Raises:
        NotFound: unknown, or of another case.
    """
    found = compensations_of(case_for(user, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份测算，或者您无权查看"))
    return found


def compensations_for(user: User) -> QuerySet[Compensation]:
    return Compensation.objects.filter(case__in=cases_for(user)).select_related(
        "case__site", "case__organisation", "party__person", "party__user"
    )


def version_of(compensation: Compensation, number: int) -> CompensationVersion:
    found = versions_of(compensation).filter(number=number).first()
    if found is None:
        raise NotFound(_("没有这一版"))
    return found


def versions_of(compensation: Compensation) -> QuerySet[CompensationVersion]:
    """Newest first."""
    return _kept(
        compensation.versions.select_related(
            "made_by", "compensation__case__site", "compensation__party__person"
        )
    )


def _kept(
    versions: QuerySet[CompensationVersion],
) -> QuerySet[CompensationVersion]:
    """Newest first; of what was let go with its case only the number is left."""
    return versions.exclude(claim="").order_by("-number")


def claim_of(version: CompensationVersion) -> Claim:
    return Claim.model_validate_json(version.claim)


def outcome_of(version: CompensationVersion) -> Outcome:
    return read_outcome(version.outcome)


def read_outcome(text: str) -> Outcome:
    return _OUTCOME.validate_json(text)


def outcome_text(outcome: Outcome) -> str:
    """As it is kept: the same outcome is the same text."""
    return _OUTCOME.dump_json(outcome).decode()


def shown_lines(
    version: CompensationVersion, *, before: CompensationVersion | None = None
) -> list[ShownLine]:
    """The lines in the reader's language, beside those of an earlier version."""
    now = outcome_of(version).lines
    then = outcome_of(before).lines if before else ()
    sources = _sources([*now, *then])
    fens = {line.item: line.counted_fen for line in then}
    shown = [
        _shown(line, sources, before=fens.get(line.item, 0) if before else None)
        for line in now
    ]
    gone = {line.item for line in then} - {line.item for line in now}
    shown += [
        _gone(line) for line in then if line.item in gone
    ]  # what is not claimed any more
    order = list(Item)
    return sorted(shown, key=lambda line: order.index(line.item))


def citations(*sources: str) -> str:
    return law.cite_all(sources)


def cited_exhibits(version: CompensationVersion) -> list[Exhibit]:
    return list(
        Exhibit.objects.filter(compensations__version=version).order_by("number")
    )


def _shown(
    line: Line, sources: dict[str, CompensationFigure], *, before: int | None
) -> ShownLine:
    return ShownLine(
        item=line.item,
        state=line.state,
        fen=line.fen,
        # With a figure missing there is no number to put in.
        formulas=()
        if line.wanted
        else tuple(says.formula(step) for step in line.steps),
        figures=tuple(_source(one, sources[one.uid]) for one in line.figures),
        wanted=_wanted(line.wanted) if line.state == LineState.MISSING else (),
        citation=law.cite_all(line.sources),
        notes=tuple(says.note_words(note) for note in line.notes),
        before=before,
    )


def _gone(line: Line) -> ShownLine:
    return ShownLine(
        item=line.item,
        state=LineState.LEFT_OUT,
        fen=0,
        formulas=(),
        figures=(),
        wanted=(),
        citation="",
        notes=(_("这一版没有主张这一项"),),
        before=line.counted_fen,
    )


def _wanted(wanted: Iterable[Wanted]) -> tuple[str, ...]:
    return tuple(says.wanted_words(one) for one in wanted)


def _sources(lines: Sequence[Line]) -> dict[str, CompensationFigure]:
    uids = {figure.uid for line in lines for figure in line.figures}
    rows = CompensationFigure.objects.filter(uid__in=[UUID(uid) for uid in uids])
    return {str(row.uid): row for row in rows}


def _source(figure: Figure, row: CompensationFigure) -> Source:
    return Source(
        words=says.figure_words(figure),
        title=row.title,
        issuer=row.issuer,
        issued_on=row.issued_on,
        address=row.address,
        version=row.version,
    )
