"""Reads every chain from its first entry and says what is wrong, and where."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from multiprocessing import get_context
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.db import connection, connections

from anlan.base.digest import text_digest
from anlan.ledger import triggers
from anlan.ledger.events import KINDS, EntryErased, TextErased
from anlan.ledger.models import Chain, Entry

_PAGE = 2_000  # entries read at once
_FIRST = bytes(32)
_ALWAYS = {"v", "org", "site", "seq", "prev", "kind", "subject", "actor", "data"}
_ALWAYS |= {"happened", "recorded"}
# What a body repeats, in the order in which `_check` puts the columns beside it.
_SAID = itemgetter(
    *("org", "site", "seq", "prev", "kind", "subject", "actor", "data"),
    *("happened", "recorded", "v"),
)
_COLUMNS = "seq, body, digest, data, salt, kind, subject, object, actor, "
# The times are asked for as text: turning each into a datetime only to compare it with
# text would cost more than all digests. SQLite keeps "2026-11-23 06:02:31[.123456]",
# always in UTC.
_TIMES = {
    "sqlite": "replace(happened_at, ' ', 'T'), replace(recorded_at, ' ', 'T'), exercise",
    "postgresql": ", ".join(
        f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        for name in ("happened_at", "recorded_at")
    )
    + ", exercise",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong. ``seq`` 0 speaks of the chain or the database itself."""

    organisation_id: int
    site_id: int
    seq: int
    field: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.organisation_id}/{self.site_id}"
        entry = f" entry {self.seq}" if self.seq else ""
        return f"chain {where}{entry}, {self.field}: {self.sentence}"


@dataclass
class Finding:
    """What one stretch of a chain showed."""

    entries: int = 0
    problems: list[Problem] = field(default_factory=list)
    # (model, row uid, field) -> (seq, digest): the words the entries vouch for.
    words: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    erased_words: set[tuple[str, str, str]] = field(default_factory=set)
    blank_entries: set[int] = field(default_factory=set)
    erased_entries: set[int] = field(default_factory=set)


@dataclass
class Report:
    """The whole verification."""

    chains: int = 0
    entries: int = 0
    words: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class Stretch:
    """Entries ``(after, upto]`` of one chain."""

    organisation_id: int
    site_id: int
    after: int
    upto: int


def verify(*, processes: int = 1) -> Report:
    """Check every digest, link, column, text and trigger of every chain.

    Args:
        processes: how many to use; each takes stretches of chains. More than one only
            from a command, never inside a transaction.
    """
    report = Report()
    for name in triggers.missing(connection):
        report.problems.append(
            Problem(0, 0, 0, name, "the trigger that protects the ledger is not there")
        )
    heads = list(Chain.objects.order_by("organisation_id", "site_id"))
    report.problems.extend(_chains_without_head(heads))
    report.problems.extend(_before_the_first())
    report.chains = len(heads)
    for head, finding in _findings(heads, processes):
        report.entries += finding.entries
        report.words += len(finding.words)
        report.problems.extend(finding.problems)
        report.problems.extend(_silent_blanks(head, finding))
        report.problems.extend(_wrong_words(head, finding))
    report.problems.sort()
    return report


def _findings(
    heads: Sequence[Chain], processes: int
) -> Iterator[tuple[Chain, Finding]]:
    if processes == 1:
        for head in heads:
            yield head, _walk(_whole(head), is_last=True)
        return
    stretches = [(h, s) for h in heads for s in _cut(h, processes)]
    # A forked process must not share the parent's connection.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        results = pool.map(
            _walk,
            [s for _, s in stretches],
            [s.upto == h.seq for h, s in stretches],
        )
        merged: dict[int, Finding] = {}
        for (head, _stretch), finding in zip(stretches, results, strict=True):
            _merge(merged.setdefault(head.pk, Finding()), finding)
    for head in heads:
        yield head, merged[head.pk]


def _whole(head: Chain) -> Stretch:
    return Stretch(head.organisation_id, head.site_id, 0, head.seq)


def _cut(head: Chain, parts: int) -> list[Stretch]:
    """Even stretches; a chain of fewer than a page for each process stays whole."""
    if head.seq < parts * _PAGE:
        return [_whole(head)]
    marks = [head.seq * n // parts for n in range(parts + 1)]
    return [
        Stretch(head.organisation_id, head.site_id, a, b) for a, b in pairwise(marks)
    ]


def _merge(into: Finding, part: Finding) -> None:
    into.entries += part.entries
    into.problems += part.problems
    into.words.update(part.words)  # stretches come in order: the later entry wins
    into.erased_words |= part.erased_words
    into.blank_entries |= part.blank_entries
    into.erased_entries |= part.erased_entries


def _walk(stretch: Stretch, is_last: bool) -> Finding:  # noqa: FBT001 -- pool.map is positional
    """Check the links of a stretch; the last one also against the head and beyond."""
    finding = Finding()
    prev = _digest_at(stretch, stretch.after) if stretch.after else _FIRST
    seq = stretch.after
    for row in _rows(stretch, is_last=is_last):
        if row[0] != seq + 1:
            _say(
                finding, stretch, seq + 1, "seq", f"missing: the next entry is {row[0]}"
            )
        seq = row[0]
        _check(row, prev, stretch, finding)
        prev = bytes(row[2])
        finding.entries += 1
    if is_last:
        _check_head(stretch, seq, prev, finding)
    elif seq < stretch.upto:
        _say(finding, stretch, seq + 1, "seq", "missing, up to the next stretch")
    return finding


def _check(row: Any, prev: bytes, stretch: Stretch, finding: Finding) -> None:
    """Recompute both digests, and compare the body with the columns in one go.

    This runs for every entry there is; only where something differs `_explain` looks
    field by field.
    """
    (
        seq,
        body,
        digest,
        data,
        salt,
        kind,
        subject,
        thing,
        actor,
        happened,
        recorded,
        drill,
    ) = row
    if data is None:
        finding.blank_entries.add(seq)
        _explain(row, prev, stretch, finding)
        return
    try:
        said = orjson.loads(body)
        is_same = (
            _SAID(said)
            == (
                stretch.organisation_id,
                stretch.site_id,
                seq,
                prev.hex(),
                kind,
                subject,
                actor,
                sha256((salt or b"") + data).hexdigest(),
                _utc(happened),
                _utc(recorded),
                1,
            )
            and said.get("object", "") == thing
            and bool(said.get("exercise")) == bool(drill)
            and sha256(b"\x00" + body).digest() == digest
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        is_same = False
    if not is_same and not _explain(row, prev, stretch, finding):
        return
    # The column may lie; the body is the truth.
    kind = kind if is_same else orjson.loads(body)["kind"]
    event = KINDS.get(kind)
    if event is None:
        _say(finding, stretch, seq, "kind", f"unknown kind {kind}")
    elif event.covers or event is TextErased or event is EntryErased:
        _note_words(event, orjson.loads(data), thing, seq, finding)


def _explain(row: Any, prev: bytes, stretch: Stretch, finding: Finding) -> bool:
    """Say what is wrong with an entry, field by field; whether its data can be read."""
    seq, body, digest, data, salt, *_rest = row
    if sha256(b"\x00" + body).digest() != digest:
        _say(finding, stretch, seq, "digest", "it is not the digest of the body")
    said = _read(body)
    if said is None:
        _say(finding, stretch, seq, "body", "it cannot be read")
        return False
    if said["prev"] != prev.hex():
        _say(finding, stretch, seq, "prev", "it does not continue the entry before it")
    _name_wrong_columns(said, row, stretch, finding)
    if data is None:
        return False
    if sha256((salt or b"") + data).hexdigest() != said["data"]:
        _say(finding, stretch, seq, "data", "it is not what the entry was made with")
        return False
    return True


def _read(body: bytes) -> dict[str, Any] | None:
    """What the body says, if it says all that every entry says."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict) or not said.keys() >= _ALWAYS:
        return None
    if not (_is_time(said["happened"]) and _is_time(said["recorded"])):
        return None
    return said


def _is_time(text: object) -> bool:
    return isinstance(text, str) and len(text) == len("2026-11-23T06:02:31.000000Z")


def _note_words(
    event: Any, facts: dict[str, Any], thing: str, seq: int, finding: Finding
) -> None:
    if event is EntryErased:
        finding.erased_entries.add(facts["seq"])
        return
    if event is TextErased:
        finding.erased_words.add((facts["model"], facts["row"], facts["field"]))
        return
    row = thing.partition(":")[2]
    for covered in event.covers:
        if (digest := facts.get(covered.digest_field)) is not None:
            finding.words[covered.model, row, covered.field] = (seq, digest)


def _name_wrong_columns(
    said: dict[str, Any], row: Any, stretch: Stretch, finding: Finding
) -> None:
    seq, *_rest, kind, subject, thing, actor, happened, recorded, drill = row
    pairs = {
        "seq": said["seq"] == seq,
        "organisation_id": said["org"] == stretch.organisation_id,
        "site_id": said["site"] == stretch.site_id,
        "kind": said["kind"] == kind,
        "subject": said["subject"] == subject,
        "object": said.get("object", "") == thing,
        "actor": said["actor"] == actor,
        "exercise": bool(said.get("exercise")) == bool(drill),
        "happened_at": said["happened"] == _utc(happened),
        "recorded_at": said["recorded"] == _utc(recorded),
    }
    for name, same in pairs.items():
        if not same:
            _say(finding, stretch, seq, name, "the column differs from the body")


def _utc(stored: str) -> str:
    """A column's time as a body says it."""
    return f"{stored}Z" if len(stored) == 26 else f"{stored}.000000Z"


def _check_head(stretch: Stretch, seq: int, digest: bytes, finding: Finding) -> None:
    head = Chain.objects.get(
        organisation_id=stretch.organisation_id, site_id=stretch.site_id
    )
    if head.seq > seq:
        _say(
            finding,
            stretch,
            seq + 1,
            "seq",
            f"missing: the head says {head.seq} entries",
        )
    elif head.seq < seq:
        _say(
            finding, stretch, head.seq + 1, "seq", "it is beyond the head of the chain"
        )
    elif bytes(head.digest) != digest:
        _say(finding, stretch, seq, "head", "the head holds another digest")


def _rows(stretch: Stretch, *, is_last: bool) -> Iterator[Any]:
    """Plain tuples: building a model for each entry would take nine tenths of the time."""
    after = stretch.after
    columns = _COLUMNS + _TIMES[connection.vendor]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM ledger_entry WHERE organisation_id = %s "  # noqa: S608
                "AND site_id = %s AND seq > %s ORDER BY seq LIMIT %s",
                [stretch.organisation_id, stretch.site_id, after, _PAGE],
            )
            page = cursor.fetchall()
        for row in page:
            if row[0] > stretch.upto and not is_last:
                return
            yield row
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _digest_at(stretch: Stretch, seq: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM ledger_entry "
            "WHERE organisation_id = %s AND site_id = %s AND seq = %s",
            [stretch.organisation_id, stretch.site_id, seq],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def _chains_without_head(heads: Sequence[Chain]) -> Iterator[Problem]:
    known = {(head.organisation_id, head.site_id) for head in heads}
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT organisation_id, site_id FROM ledger_entry")
        for organisation_id, site_id in cursor.fetchall():
            if (organisation_id, site_id) not in known:
                yield Problem(
                    organisation_id, site_id, 0, "head", "the chain has no head"
                )


def _before_the_first() -> Iterator[Problem]:
    """Entries numbered below 1 belong to no chain, but a timeline would show them."""
    early = Entry.objects.filter(seq__lt=1)
    for org, site, seq in early.values_list("organisation_id", "site_id", "seq"):
        yield Problem(org, site, seq, "seq", "a chain begins with entry 1")


def _silent_blanks(head: Chain, finding: Finding) -> Iterator[Problem]:
    for seq in sorted(finding.blank_entries - finding.erased_entries):
        yield Problem(
            head.organisation_id,
            head.site_id,
            seq,
            "data",
            "blank, and no entry says why",
        )


def _wrong_words(head: Chain, finding: Finding) -> Iterator[Problem]:
    """Compare the words that entries vouch for with the words in the rows."""
    wanted: dict[tuple[str, str], dict[str, tuple[int, str]]] = defaultdict(dict)
    for (model, row, name), promise in finding.words.items():
        wanted[model, name][row] = promise
    for (model, name), promises in wanted.items():
        yield from _wrong_in_column(head, finding, model, name, promises)


def _wrong_in_column(
    head: Chain,
    finding: Finding,
    model: str,
    name: str,
    promises: dict[str, tuple[int, str]],
) -> Iterator[Problem]:
    table: Any = apps.get_model(model)
    uids = list(promises)
    for start in range(0, len(uids), 500):
        some = uids[start : start + 500]
        found = {
            str(uid): (bytes(salt), words)
            for uid, salt, words in table.objects.filter(
                uid__in=[UUID(uid) for uid in some]
            ).values_list("uid", "text_salt", name)
        }
        for uid in some:
            seq, digest = promises[uid]
            sentence = _word_problem(
                found.get(uid),
                digest,
                is_erased=(model, uid, name) in finding.erased_words,
            )
            if sentence:
                yield Problem(
                    head.organisation_id,
                    head.site_id,
                    seq,
                    f"{model}.{name} of {uid}",
                    sentence,
                )


def _word_problem(
    row: tuple[bytes, str] | None, digest: str, *, is_erased: bool
) -> str:
    if row is None:
        return "the row that holds the words is gone"
    salt, words = row
    if not salt:
        return "" if is_erased and not words else "blank, and no entry says why"
    return "" if text_digest(salt, words) == digest else "the words were changed"


def usable_processes() -> int:
    return max(1, os.cpu_count() or 1)


def _say(
    finding: Finding, stretch: Stretch, seq: int, name: str, sentence: str
) -> None:
    finding.problems.append(
        Problem(stretch.organisation_id, stretch.site_id, seq, name, sentence)
    )
