"""Words that people wrote: whether they are still those that entries vouch for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps

from anlan.base.digest import text_digest
from anlan.ledger.verify.findings import Finding, Problem

BLANK = "blank, and no entry says why"
_PAGE = 500  # rows read at once


@dataclass(frozen=True)
class Promises:
    """What entries of one chain vouch for in one column of a table, a page of it."""

    organisation_id: int
    site_id: int
    model: str  # "cases.Note"
    field: str  # "text"
    digests: dict[str, tuple[int, str]]  # by the row's uid: entry and digest
    erased: frozenset[str]  # uids whose words an entry says were blanked


def promises(finding: Finding) -> Iterator[Promises]:
    """All that the entries of a chain vouch for, in pages that processes can share."""
    columns: dict[tuple[str, str], dict[str, tuple[int, str]]] = defaultdict(dict)
    for (model, uid, name), promise in finding.words.items():
        columns[model, name][uid] = promise
    for (model, name), digests in columns.items():
        uids = list(digests)
        for start in range(0, len(uids), _PAGE):
            page = uids[start : start + _PAGE]
            yield Promises(
                finding.organisation_id,
                finding.site_id,
                model,
                name,
                {uid: digests[uid] for uid in page},
                frozenset(
                    uid for uid in page if (model, uid, name) in finding.erased_words
                ),
            )


def broken(some: Promises) -> list[Problem]:
    """Those whose words, in the rows, are not as promised."""
    table: Any = apps.get_model(some.model)
    rows = table.objects.filter(uid__in=[UUID(uid) for uid in some.digests])
    found = {
        str(uid): (bytes(salt), words)
        for uid, salt, words in rows.values_list("uid", "text_salt", some.field)
    }
    problems = []
    for uid, (seq, digest) in some.digests.items():
        sentence = _fault(found.get(uid), digest, is_erased=uid in some.erased)
        if sentence:
            place = f"{some.model}.{some.field} of {uid}"
            problems.append(
                Problem(some.organisation_id, some.site_id, seq, place, sentence)
            )
    return problems


def _fault(row: tuple[bytes, str] | None, digest: str, *, is_erased: bool) -> str:
    if row is None:
        return "the row that holds the words is gone"
    salt, words = row
    if not salt:
        return "" if is_erased and not words else BLANK
    return "" if text_digest(salt, words) == digest else "the words were changed"
