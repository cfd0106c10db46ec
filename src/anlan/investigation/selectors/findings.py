"""Findings as they are read: the versions, and one of them with what it cites."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.selectors.exhibits import kept_of_one_case
from anlan.evidence.selectors.statements import statements_of_one_case
from anlan.investigation.citing import code_in
from anlan.investigation.enums import FindingState, SentenceKind
from anlan.investigation.models import Finding, FindingSentence
from anlan.investigation.reading import sentences_of
from anlan.investigation.selectors.interviews import investigated_case


@dataclass(frozen=True, kw_only=True)
class Cited:
    """What a sentence rests on; ``address`` is empty where the reader may not open it."""

    code: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Line:
    sentence: FindingSentence
    cites: tuple[Cited, ...]

    @property
    def is_bare(self) -> bool:
        """Whether it states a fact and cites nothing yet."""
        return self.sentence.is_fact and not self.cites


@dataclass(frozen=True, kw_only=True)
class Part:
    kind: SentenceKind
    lines: tuple[Line, ...]


def findings_of(case: Case) -> QuerySet[Finding]:
    """All versions, the newest first."""
    return (
        Finding.objects.filter(case=case)
        .select_related("case__site", "author", "decided_by")
        .order_by("-version")
    )


def in_force(case: Case) -> Finding | None:
    """The approved version: what later decisions may cite."""
    return findings_of(case).filter(state=FindingState.APPROVED).first()


def finding_for(reader: User, number: str, uid: UUID) -> Finding:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    found = findings_of(investigated_case(reader, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份调查结论"))
    return found


def sentence_for(reader: User, number: str, uid: UUID) -> FindingSentence:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    case = investigated_case(reader, number)
    found = (
        FindingSentence.objects.filter(uid=uid, finding__case=case)
        .select_related("finding__case__site", "finding__author")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这一句"))
    return found


def parts_of(finding: Finding, reader: User) -> list[Part]:
    """Every kind of sentence in its order, empty or not."""
    case = finding.case
    seen = set(kept_of_one_case(case, reader).values_list("pk", flat=True))
    read = set(statements_of_one_case(case, reader).values_list("pk", flat=True))
    lines: dict[str, list[Line]] = {kind.value: [] for kind in SentenceKind}
    for row in sentences_of(finding):
        cites = sorted(
            (
                Cited(
                    code=code_in(one.source, case.pk),
                    address=address_of(one.exhibit, one.statement, seen, read),
                )
                for one in row.citations.all()
            ),
            key=lambda one: one.code,
        )
        lines[row.kind].append(Line(sentence=row, cites=tuple(cites)))
    return [Part(kind=kind, lines=tuple(lines[kind.value])) for kind in SentenceKind]


def address_of(
    exhibit: Exhibit | None,
    statement: Statement | None,
    seen: set[int],
    read: set[int],
) -> str:
    """Where what is cited stands, for a reader who may see it; else nowhere."""
    if exhibit is not None and exhibit.pk in seen:
        return reverse("evidence:exhibit", args=[exhibit.case.number, exhibit.uid])
    if statement is not None and statement.pk in read:
        return reverse(
            "evidence:statement", args=[statement.case.number, statement.uid]
        )
    return ""
