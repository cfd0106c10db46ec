"""The paragraphs of a report in the order in which they are read, and their digest."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from anlan.investigation.citing import code_in
from anlan.resolution.review.enums import Section
from anlan.resolution.review.extract import read_extract
from anlan.resolution.review.models import Report, ReportCitation, ReportParagraph

CODED = 32  # characters of a digest in the code on paper: 128 bits


def paragraphs_of(
    report: Report, *, with_left_out: bool = False
) -> list[ReportParagraph]:
    """With what they cite; what was left out stands in no report."""
    order = list(Section)
    rows = report.paragraphs.prefetch_related(
        Prefetch(
            "citations",
            ReportCitation.objects.select_related(
                "exhibit__case", "statement__exhibit", "statement__case"
            ).order_by("pk"),
        )
    )
    if not with_left_out:
        rows = rows.filter(is_left_out=False)
    return sorted(
        rows, key=lambda row: (order.index(Section(row.section)), row.position, row.pk)
    )


def printed_now(report: Report) -> dict[str, str]:
    """What stands on paper beside the record: names, and where the program is found."""
    return {
        "site": report.case.site.name,
        "author": report.author.name,
        "approver": report.decided_by.name if report.decided_by else "",
        "address": settings.PUBLIC_URL,
    }


def codes_of(paragraph: ReportParagraph) -> list[str]:
    """As this version calls what it cites, on paper and in its digest."""
    report = paragraph.report
    sources = [one.source for one in paragraph.citations.all()]
    is_joined = any(one.case_id != report.case_id for one in sources)
    if is_joined and _is_numbered(report):
        return sorted(code_in(one, report.case_id) for one in sources)
    return sorted(one.code for one in sources)


def content_of(report: Report, rows: Iterable[ReportParagraph]) -> str:
    """SHA-256 over what was read from the record, all paragraphs, and what they cite."""
    whole = sha256()
    _take_in(whole, report.code, report.cause, report.record)
    for row in rows:
        parts = (row.section, row.origin, str(int(row.is_fact)), row.text, row.tags)
        _take_in(whole, *parts, *codes_of(row))
    return whole.hexdigest()


def _is_numbered(report: Report) -> bool:
    """What was composed before is approved with plain codes, and stays as it was."""
    extract = read_extract(report.record)
    return extract is not None and extract.is_numbered


def _take_in(whole: Any, *parts: str) -> None:
    """Each part with its length, so that none can be taken for two."""
    for part in (str(len(parts)), *parts):
        content = part.encode()
        whole.update(len(content).to_bytes(4, "big") + content)
