"""Which further things entries speak of: an index, wholly derived, so that pages find them.

What an entry refers to stands in its facts or in the row that is its object; its kind
says where (``Event.refers``). Writing, verifying and rebuilding ask the same function,
and so agree. An entry whose data was erased refers to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.apps import apps
from django.db import transaction

from anlan.base.insertion import insert
from anlan.base.prepared import Prepared
from anlan.ledger.events import KINDS, RefInRow
from anlan.ledger.models import Chain, Entry, EntryRef

_PAGE = 500  # entries or rows read at once


class Speaking(NamedTuple):
    """As much of an entry as says what it refers to; ``data`` is its facts as JSON."""

    seq: int
    kind: str
    subject: str
    object: str
    data: bytes | None


@dataclass(frozen=True)
class Rebuilt:
    """How many references had to be put right."""

    added: int
    removed: int


def references(entries: Iterable[Speaking]) -> set[tuple[int, str]]:
    """The further things that entries of one chain speak of: number and key.

    A thing that is the subject already is no further one.
    """
    subjects = {}
    found: list[tuple[int, str]] = []
    in_rows: dict[RefInRow, list[tuple[int, str]]] = defaultdict(list)
    for entry in entries:
        event = KINDS.get(entry.kind)
        if event is None or entry.data is None:
            continue
        subjects[entry.seq] = entry.subject
        for rule in event.refers:
            if isinstance(rule, RefInRow):
                in_rows[rule].append((entry.seq, entry.object.partition(":")[2]))
            elif ref := orjson.loads(entry.data).get(rule.fact):
                found.append((entry.seq, ref))
    for rule, wanted in in_rows.items():
        found += _in_rows(rule, wanted)
    return {(seq, ref) for seq, ref in found if ref != subjects[seq]}


def speaking_kinds() -> list[str]:
    """The kinds whose entries may refer to further things."""
    return [kind for kind, event in KINDS.items() if event.refers]


def write(entries: Iterable[Entry]) -> None:
    """Write the references of new entries, which stand in the order of their chains."""
    refs = [
        EntryRef(organisation_id=organisation_id, site_id=site_id, seq=seq, ref=ref)
        for (organisation_id, site_id), some in groupby(entries, _chain_of)
        for seq, ref in sorted(references(map(_speaking, some)))
    ]
    insert(refs)


def rebuild() -> Rebuilt:
    """Make every chain's references those that its entries speak of."""
    added = removed = 0
    for head in Chain.objects.order_by("organisation_id", "site_id"):
        done = _rebuild_chain(head)
        added += done.added
        removed += done.removed
    chains = Chain.objects.values_list("organisation_id", "site_id")
    known = set(chains)
    for place in EntryRef.objects.values_list("organisation_id", "site_id").distinct():
        if place not in known:
            stray = EntryRef.objects.filter(organisation_id=place[0], site_id=place[1])
            removed += stray.delete()[0]
    return Rebuilt(added, removed)


def _rebuild_chain(head: Chain) -> Rebuilt:
    place = {"organisation_id": head.organisation_id, "site_id": head.site_id}
    with transaction.atomic():
        Chain.objects.select_for_update().get(pk=head.pk)  # nobody appends meanwhile
        entries = Entry.objects.filter(**place, kind__in=speaking_kinds())
        right = references(map(_speaking, entries.iterator(_PAGE)))
        present = {
            (seq, ref): pk
            for pk, seq, ref in EntryRef.objects.filter(**place).values_list(
                "pk", "seq", "ref"
            )
        }
        missing = sorted(right - present.keys())
        stray = [pk for reference, pk in present.items() if reference not in right]
        for start in range(0, len(stray), _PAGE):
            EntryRef.objects.filter(pk__in=stray[start : start + _PAGE]).delete()
        EntryRef.objects.bulk_create(
            EntryRef(**place, seq=seq, ref=ref) for seq, ref in missing
        )
    return Rebuilt(added=len(missing), removed=len(stray))


def _in_rows(
    rule: RefInRow, wanted: list[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    if len(wanted) == 1:  # an alarm: no time to lose on making the query
        [(seq, uid)] = wanted
        value = _row_query(rule).first(uid=UUID(uid))
        if value:
            yield seq, f"{rule.prefix}{value}"
        return
    table: Any = apps.get_model(rule.model)
    for start in range(0, len(wanted), _PAGE):
        some = wanted[start : start + _PAGE]
        rows = table.objects.filter(uid__in=[UUID(uid) for _seq, uid in some])
        values = {str(uid): value for uid, value in rows.values_list("uid", rule.field)}
        for seq, uid in some:
            if value := values.get(uid):
                yield seq, f"{rule.prefix}{value}"


@lru_cache
def _row_query(rule: RefInRow) -> Prepared[Any]:
    table: Any = apps.get_model(rule.model)
    return Prepared(
        lambda uid: table.objects.filter(uid=uid).values_list(rule.field, flat=True)
    )


def _speaking(entry: Entry) -> Speaking:
    data = None if entry.data is None else bytes(entry.data)
    return Speaking(entry.seq, entry.kind, entry.subject, entry.object, data)


def _chain_of(entry: Entry) -> tuple[int, int]:
    return entry.organisation_id, entry.site_id
