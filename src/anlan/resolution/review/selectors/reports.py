"""Reports as they are read: the versions, one of them, and how far behind it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, entries_about, shown_name
from anlan.evidence.selectors.exhibits import kept_of_one_case
from anlan.evidence.selectors.statements import statements_of_one_case
from anlan.investigation.citing import code_in
from anlan.investigation.selectors.findings import address_of
from anlan.ledger.events import KINDS
from anlan.ledger.models import Entry
from anlan.resolution.review import permissions, policies
from anlan.resolution.review.enums import Section
from anlan.resolution.review.models import (
    Report,
    ReportCitation,
    ReportCopy,
    ReportParagraph,
)
from anlan.resolution.review.paragraphs import CODED, content_of, paragraphs_of


@dataclass(frozen=True, kw_only=True)
class Cited:
    """What a paragraph rests on; ``address`` is empty where the reader may not open it."""

    code: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Line:
    row: ReportParagraph
    cites: tuple[Cited, ...]
    is_bare: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    section: Section
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What the code on paper says, compared with the record."""

    is_content: bool
    is_head: bool
    newer: int


def reviewed_case(reader: User, number: str) -> Case:
    """The case, for whoever may see its review.

    Raises:
        NotFound: unknown or not the reader's.
        NotAllowed: the case is theirs to see, its review is not.
    """
    case = case_for(reader, number)
    permissions.check_can_see(reader, case)
    return case


def reports_of(case: Case) -> QuerySet[Report]:
    """All versions, the newest first."""
    return (
        Report.objects.filter(case=case)
        .select_related("case__site", "author", "decided_by", "place")
        .order_by("-version")
    )


def copies_of(report: Report) -> list[tuple[ReportCopy, str]]:
    """Who was given a copy, the newest first, by their masked name."""
    rows = report.copies.select_related(
        "party__person", "party__user", "given_by"
    ).order_by("-pk")
    return [(row, shown_name(row.party)) for row in rows]


def report_for(reader: User, number: str, uid: UUID) -> Report:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    case = reviewed_case(reader, number)
    found = reports_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份报告"))
    found.case = case
    return found


def paragraph_for(reader: User, number: str, uid: UUID) -> ReportParagraph:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    case = reviewed_case(reader, number)
    found = (
        ReportParagraph.objects.filter(uid=uid, report__case=case)
        .select_related("report__author")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这一段"))
    found.report.case = case
    return found


def parts_of(report: Report, reader: User) -> list[Part]:
    """Every section in its order, empty or not; what was left out, of a draft."""
    case = report.case
    seen = set(kept_of_one_case(case, reader).values_list("pk", flat=True))
    read = set(statements_of_one_case(case, reader).values_list("pk", flat=True))
    lines: dict[str, list[Line]] = {section.value: [] for section in Section}
    for row in paragraphs_of(report, with_left_out=report.is_draft):
        cites = sorted(
            (_cited(one, case, seen, read) for one in row.citations.all()),
            key=lambda one: one.code,
        )
        bare = policies.is_bare(row) and not row.is_left_out
        lines[row.section].append(Line(row=row, cites=tuple(cites), is_bare=bare))
    return [
        Part(section=section, lines=tuple(lines[section.value])) for section in Section
    ]


def newer_entries(report: Report) -> QuerySet[Entry]:
    """What was put on the record of the case since the report read it.

    Who looked at something is no news, nor is what became of the report itself.
    """
    quiet = [kind for kind, event in KINDS.items() if event.quiet]
    ours = [kind for kind in KINDS if kind.startswith("review.report_")]
    return (
        entries_about({report.case.subject})
        .filter(seq__gt=report.composed_seq)
        .exclude(kind__in=[*quiet, *ours])
    )


def verified(report: Report, *, content: str, seq: int, head: str) -> Verified:
    """Compare a sheet of paper with this version, and its head with the chain."""
    rows = paragraphs_of(report)
    is_content = (
        len(content) >= CODED
        and report.content.startswith(content)
        and content_of(report, rows) == report.content
    )
    entry = Entry.objects.filter(
        organisation_id=report.case.organisation_id,
        site_id=report.case.site_id,
        seq=seq,
    ).first()
    is_head = (
        entry is not None
        and len(head) >= CODED
        and bytes(entry.digest).hex().startswith(head)
    )
    return Verified(
        is_content=is_content, is_head=is_head, newer=newer_entries(report).count()
    )


def compared(
    earlier: Report | None, report: Report
) -> Iterator[tuple[Section, str, str, bool]]:
    """Section by section, paragraph beside paragraph; whether the two differ."""
    before = _texts(earlier) if earlier else {}
    after = _texts(report)
    for section in Section:
        pairs = zip_longest(
            before.get(section, []), after.get(section, []), fillvalue=""
        )
        for old, new in pairs:
            yield section, old, new, old != new


def _texts(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in paragraphs_of(report):
        found.setdefault(row.section, []).append(row.text)
    return found


def _cited(one: ReportCitation, case: Case, seen: set[int], read: set[int]) -> Cited:
    return Cited(
        code=code_in(one.source, case.pk),
        address=address_of(one.exhibit, one.statement, seen, read),
    )
