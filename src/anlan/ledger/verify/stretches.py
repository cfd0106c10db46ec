"""Chains from their first entry to beyond their head, cut so that processes share them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

import orjson
from django.db import connection

from anlan.ledger.events import KINDS, EntryErased, TextErased
from anlan.ledger.models import Chain, Entry
from anlan.ledger.references import Speaking
from anlan.ledger.verify.entries import COLUMNS, Row, explain, is_as_made
from anlan.ledger.verify.findings import Finding, Problem, Stretch
from anlan.ledger.verify.references import check_references

_FIRST = bytes(32)  # the digest that the first entry of a chain continues
_MOST = 2**63 - 1
_STRETCH = 20_000  # entries that a process checks in one go
_PAGE = 500  # entries read at once: more of them leave the processor's cache


def cut(head: Chain) -> list[Stretch]:
    """The stretches of a chain, in their order: at least one, and 100 at most.

    A head that was set far ahead of the entries makes no more of them.
    """
    upto = end_of(head)
    step = max(_STRETCH, upto // 100 + 1)
    marks = [0, *range(step, upto, step), upto]
    return [
        Stretch(head.organisation_id, head.site_id, a, b, is_last=b == upto)
        for a, b in pairwise(marks)
    ]


def end_of(head: Chain) -> int:
    """The last entry that head and entries agree on."""
    return max(0, min(head.seq, _last_seq(head)))


def walk(stretch: Stretch) -> Finding:
    """Check every entry of a stretch; the last one also against the head and beyond."""
    organisation_id, site_id = stretch.organisation_id, stretch.site_id
    finding = Finding(organisation_id, site_id)
    silent = _silent_kinds()
    speaking: list[Speaking] = []
    unsure: set[int] = set()
    seq, prev = stretch.after, _digest_at(stretch, stretch.after)
    for row in chain.from_iterable(_pages(stretch)):
        if row[0] != seq + 1:
            finding.say(seq + 1, "seq", f"missing: the next entry is {row[0]}")
        seq, digest, data, kind = row[0], row[2], row[3], row[5]
        if is_as_made(row, prev, organisation_id, site_id):
            if kind not in silent:
                speaking.append(Speaking(seq, kind, row[6], row[7], data))
        elif (said := explain(row, prev, finding)) is not None:
            speaking.append(said)
        elif data is not None:
            unsure.add(seq)
        prev = digest
        finding.entries += 1
    for entry in speaking:
        _hear(entry, finding)
    check_references(stretch, seq, speaking, unsure, finding)
    if stretch.is_last:
        _check_head(stretch, seq, prev, finding)
    elif seq < stretch.upto:
        finding.say(seq + 1, "seq", "missing, up to the next stretch")
    return finding


def _silent_kinds() -> set[str]:
    """The kinds whose entries say nothing about anything else that is stored."""
    erasing = (TextErased, EntryErased)
    return {
        kind
        for kind, event in KINDS.items()
        if not event.covers and not event.refers and event not in erasing
    }


def _hear(entry: Speaking, finding: Finding) -> None:
    """Note what an entry promises about words, and which blanks it accounts for."""
    event = KINDS.get(entry.kind)
    if event is None:
        finding.say(entry.seq, "kind", f"unknown kind {entry.kind}")
        return
    facts: dict[str, Any] = orjson.loads(entry.data or b"{}")
    if event is EntryErased:
        finding.erased_entries.add(facts["seq"])
    elif event is TextErased:
        finding.erased_words.add((facts["model"], facts["row"], facts["field"]))
    uid = entry.object.partition(":")[2]
    for covered in event.covers:
        if (digest := facts.get(covered.digest_field)) is not None:
            finding.words[covered.model, uid, covered.field] = (entry.seq, digest)


def _check_head(stretch: Stretch, seq: int, digest: bytes, finding: Finding) -> None:
    """Compare the last entry that was read with the head, which may have moved since."""
    head = Chain.objects.get(
        organisation_id=stretch.organisation_id, site_id=stretch.site_id
    )
    new = Entry.objects.filter(
        organisation_id=stretch.organisation_id,
        site_id=stretch.site_id,
        seq__gt=seq,
        seq__lte=head.seq,
    )
    if head.seq > seq and new.count() == head.seq - seq:
        return  # it grew while we read: they are for the next time
    if head.seq > seq:
        finding.say(seq + 1, "seq", f"missing: the head says {head.seq} entries")
    elif head.seq < seq:
        finding.say(head.seq + 1, "seq", "it is beyond the head of the chain")
    elif bytes(head.digest) != digest:
        finding.say(seq, "head", "the head holds another digest")


def _pages(stretch: Stretch) -> Iterator[list[Row]]:
    after = stretch.after
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS[connection.vendor]} FROM ledger_entry "  # noqa: S608 -- our own names
                "WHERE organisation_id = %s AND site_id = %s AND seq > %s "
                "AND seq <= %s ORDER BY seq LIMIT %s",
                [
                    stretch.organisation_id,
                    stretch.site_id,
                    after,
                    _MOST if stretch.is_last else stretch.upto,
                    _PAGE,
                ],
            )
            page = cursor.fetchall()
        yield page
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _last_seq(head: Chain) -> int:
    entries = Entry.objects.filter(
        organisation_id=head.organisation_id, site_id=head.site_id
    )
    return entries.order_by("-seq").values_list("seq", flat=True).first() or 0


def _digest_at(stretch: Stretch, seq: int) -> bytes:
    """The digest that entry ``seq`` + 1 continues; nothing if there is no entry ``seq``."""
    if seq == 0:
        return _FIRST
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM ledger_entry "
            "WHERE organisation_id = %s AND site_id = %s AND seq = %s",
            [stretch.organisation_id, stretch.site_id, seq],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def chains_without_head(heads: Sequence[Chain]) -> Iterator[Problem]:
    """Chains of entries, or of references alone, that no head speaks of: not walked."""
    known = {(head.organisation_id, head.site_id) for head in heads}
    found = {*_chains_in("ledger_entry"), *_chains_in("ledger_entryref")}
    for organisation_id, site_id in found - known:
        yield Problem(organisation_id, site_id, 0, "head", "the chain has no head")


def _chains_in(table: str) -> Iterator[tuple[int, int]]:
    """Every chain that has a row: one look into the index for each of them."""
    place = (-(2**63), -(2**63))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT organisation_id, site_id FROM {table} "  # noqa: S608 -- our own names
                "WHERE (organisation_id, site_id) > (%s, %s) "
                "ORDER BY organisation_id, site_id LIMIT 1",
                place,
            )
            row = cursor.fetchone()
        if row is None:
            return
        place = row
        yield place


def before_the_first(head: Chain) -> Iterator[Problem]:
    """Entries numbered below 1 belong to no chain, but a timeline would show them."""
    early = Entry.objects.filter(
        organisation_id=head.organisation_id, site_id=head.site_id, seq__lt=1
    )
    for seq in early.values_list("seq", flat=True):
        yield Problem(
            head.organisation_id,
            head.site_id,
            seq,
            "seq",
            "a chain begins with entry 1",
        )
