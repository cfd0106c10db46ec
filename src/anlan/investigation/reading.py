"""The sentences of a finding in the order in which they are read, and their digest."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from django.db.models import Prefetch

from anlan.investigation.citing import code_in
from anlan.investigation.enums import SentenceKind
from anlan.investigation.models import Citation, Finding, FindingSentence


def sentences_of(finding: Finding) -> list[FindingSentence]:
    """With what they cite."""
    order = list(SentenceKind)
    rows = finding.sentences.prefetch_related(
        Prefetch(
            "citations",
            Citation.objects.select_related(
                "exhibit__case", "statement__exhibit", "statement__case"
            ).order_by("pk"),
        )
    )
    return sorted(
        rows, key=lambda row: (order.index(SentenceKind(row.kind)), row.position)
    )


def codes_of(sentence: FindingSentence) -> list[str]:
    return sorted(
        code_in(one.source, sentence.finding.case_id)
        for one in sentence.citations.all()
    )


def content_of(rows: Iterable[FindingSentence]) -> str:
    """SHA-256 over all sentences, what they are and what they cite, in their order."""
    whole = sha256()
    for row in rows:
        for part in (row.kind, str(int(row.is_fact)), row.text, *codes_of(row)):
            content = part.encode()
            whole.update(len(content).to_bytes(4, "big") + content)
    return whole.hexdigest()
