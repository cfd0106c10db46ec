"""The verification in parts, for a job that may be killed between any two of them.

No part needs what an earlier one found: where a later entry takes back what an earlier
one promised, the later ones are asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from anlan.ledger import triggers
from anlan.ledger.events import KINDS, EntryErased, TextErased
from anlan.ledger.models import Chain, Entry
from anlan.ledger.verify import stretches, trees, words
from anlan.ledger.verify.findings import Finding, Problem, Stretch

MOST_ENTRIES = 20_000  # of one part: below a second


@dataclass(frozen=True)
class Part:
    """What entries ``(after, upto]`` of a chain showed; ``is_last`` includes its end."""

    upto: int
    is_last: bool
    entries: int = 0
    problems: list[Problem] = field(default_factory=list)


def check_frame() -> list[Problem]:
    """What lies around the chains: triggers, heads, keys, and trees without a chain."""
    found = [
        Problem(0, 0, 0, name, "the trigger that protects the ledger is not there")
        for name in triggers.missing(connection)
    ]
    heads = list(Chain.objects.order_by("pk"))
    found += stretches.chains_without_head(heads)
    known = {(head.organisation_id, head.site_id) for head in heads}
    for place in trees.trees_without_chain(known):
        found += trees.check_tree(place).problems
    return [*found, *trees.keys_off_the_record()]


def check_part(head: Chain, *, after: int) -> Part:
    """Check the next entries of a chain, and the words that they vouch for."""
    end = stretches.end_of(head)
    upto = min(end, after + MOST_ENTRIES)
    stretch = Stretch(
        head.organisation_id, head.site_id, after, upto, is_last=upto >= end
    )
    finding = stretches.walk(stretch)
    problems = list(finding.problems)
    if after == 0:
        problems += stretches.before_the_first(head)
    problems += _broken_words(finding)
    problems += _silent_blanks(finding)
    return Part(upto, stretch.is_last, finding.entries, problems)


def check_tree(head: Chain, *, keep: Callable[[], None]) -> list[Problem]:
    """Check the tree of a chain as a whole; ``keep`` is called while it is read."""
    place = (head.organisation_id, head.site_id)
    return trees.check_tree(place, keep=keep).problems


def _broken_words(finding: Finding) -> list[Problem]:
    """Words that are not as promised, unless a later entry promised others."""
    broken = [
        problem
        for promise in words.promises(finding)
        for problem in words.broken(promise)
    ]
    if not broken:
        return []
    # Asked after the rows were read: words that changed meanwhile are excused.
    anew, erased = _said_later(finding, min(problem.seq for problem in broken))
    return [
        problem
        for problem in broken
        if anew.get(problem.field, 0) <= problem.seq
        and not (problem.sentence == words.BLANK and problem.field in erased)
    ]


def _said_later(finding: Finding, after: int) -> tuple[dict[str, int], set[str]]:
    """What later entries say of words, by the names that ``words.broken`` gives them.

    Returns:
        The last entry that promises them anew, and those that were erased.
    """
    columns = {(model, name) for model, _uid, name in finding.words}
    kinds = {
        kind
        for kind, event in KINDS.items()
        if any((covered.model, covered.field) in columns for covered in event.covers)
    }
    anew: dict[str, int] = {}
    erased: set[str] = set()
    for seq, kind, thing, facts in _later(finding, {*kinds, TextErased.kind}, after):
        if kind == TextErased.kind:
            row, column = facts.get("row"), f"{facts.get('model')}.{facts.get('field')}"
            erased.add(f"{column} of {row}")
            continue
        uid = thing.partition(":")[2]
        for covered in KINDS[kind].covers:
            if facts.get(covered.digest_field) is not None:
                anew[f"{covered.model}.{covered.field} of {uid}"] = seq
    return anew, erased


def _silent_blanks(finding: Finding) -> list[Problem]:
    """Entries that are blank, and no entry says why: neither here nor later."""
    blanks = finding.silent_blanks()
    if not blanks:
        return []
    first = min(problem.seq for problem in blanks)
    later = _later(finding, {EntryErased.kind}, first)
    # As text: an altered entry may say anything there.
    erased = {str(facts.get("seq")) for _seq, _kind, _thing, facts in later}
    return [problem for problem in blanks if str(problem.seq) not in erased]


def _later(
    finding: Finding, kinds: set[str], after: int
) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    rows = Entry.objects.filter(
        organisation_id=finding.organisation_id,
        site_id=finding.site_id,
        seq__gt=after,
        kind__in=kinds,
        data__isnull=False,
    )
    found = rows.order_by("seq").values_list("seq", "kind", "object", "data")
    for seq, kind, thing, data in found.iterator():
        facts = _read_facts(data)
        if facts is not None:
            yield seq, kind, thing, facts


def _read_facts(data: Any) -> dict[str, Any] | None:
    """What an entry says that nobody has checked yet; none if it was made unreadable.

    It is told when its own part comes.
    """
    try:
        facts = orjson.loads(data if isinstance(data, str) else bytes(data or b"{}"))
    except (TypeError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None
