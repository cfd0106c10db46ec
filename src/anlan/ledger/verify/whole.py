"""The whole verification, on as many processes as there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import get_context
from typing import Protocol, TypeVar

from django.db import connection, connections

from anlan.ledger import triggers
from anlan.ledger.models import Chain
from anlan.ledger.verify import stretches, trees, words
from anlan.ledger.verify.findings import Finding, Problem, Stretch

Task = TypeVar("Task")
Result = TypeVar("Result")


class _Run(Protocol):
    """``map``, in this process or on several."""

    def __call__(
        self, work: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Iterator[Result]: ...


@dataclass
class Report:
    """What was checked, how much of it, and everything that is wrong."""

    chains: int = 0
    entries: int = 0
    words: int = 0
    checkpoints: int = 0
    unasked: int = 0  # chains whose signer did not answer: its memory was not compared
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.problems


def verify(*, processes: int = 1) -> Report:
    """Check every digest, link, column, text, trigger and signed root of every chain.

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
    report.chains = len(heads)
    report.problems += stretches.chains_without_head(heads)
    for head in heads:
        report.problems += stretches.before_the_first(head)
    tasks = [stretch for head in heads for stretch in stretches.cut(head)]
    with _workers(processes) as run:
        findings = _findings(heads, tasks, run)
        promises = chain.from_iterable(words.promises(f) for f in findings)
        for broken in run(words.broken, promises):
            report.problems += broken
        known = {(head.organisation_id, head.site_id) for head in heads}
        places = [*sorted(known), *trees.trees_without_chain(known)]
        for tree in run(trees.check_tree, places):
            report.problems += tree.problems
            report.checkpoints += tree.checkpoints
            report.unasked += bool(tree.checkpoints) and not tree.is_signer_asked
    report.problems += trees.keys_off_the_record()
    for finding in findings:
        report.entries += finding.entries
        report.words += len(finding.words)
        report.problems += finding.problems
        report.problems += finding.silent_blanks()
    report.problems.sort()
    return report


def usable_processes() -> int:
    return max(1, os.cpu_count() or 1)


@contextmanager
def _workers(processes: int) -> Iterator[_Run]:
    """A ``map`` on so many processes; the caller must not query before its first use."""
    if processes == 1:
        yield map
        return
    # A forked process must not share the parent's connection.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield pool.map


def _findings(
    heads: Iterable[Chain], tasks: Iterable[Stretch], run: _Run
) -> list[Finding]:
    """What each chain showed; all their stretches are walked side by side."""
    findings: dict[tuple[int, int], Finding] = {}
    for head in heads:
        place = (head.organisation_id, head.site_id)
        findings[place] = Finding(*place)
    for part in run(stretches.walk, tasks):
        findings[part.organisation_id, part.site_id].add(part)
    return list(findings.values())
