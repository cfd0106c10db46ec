"""Is the record still what was written, and the list of evidence what it says? Daily.

``./anlan verify`` says it at once and in full; this reads in small parts, so that
somebody is told who never asks.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from anlan.accounts.models import Site
from anlan.evidence import deletion_triggers, messages
from anlan.evidence.enums import CheckKind
from anlan.evidence.list_verification import verify_list
from anlan.evidence.models import LedgerFault
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.damage import tell
from anlan.ledger.models import Chain
from anlan.ledger.verify import Problem, parts
from anlan.notify.enums import Urgency

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
SECONDS = 2.0  # of one turn, or one part if it is longer
MOST_KEPT = 200  # faults of one part: after a bad migration there may be millions
EXHIBITS = "exhibits"  # the field of a fault of the list
# How far a run is, beside the key of a chain and the number of an entry.
FRAME, LIST, TREE = 0, -1, -1
_NUMBERS = re.compile(r"\d+")


def check_ledger(*, at: datetime) -> int:
    """Check the next parts of the record; returns how many.

    A part is what lies around the chains, 20,000 entries of one, a tree, or the list of
    evidence. What a part found and how far the run is are one transaction. A part that
    finds something is done again, for people work meanwhile; what is new is an alarm,
    and what a whole run does not find again is over.
    """
    with turn(CheckKind.LEDGER, at=at) as mine:
        if mine is None:
            return 0
        done = 0
        try:
            while not done or mine.seconds < SECONDS:
                done += 1
                if _check_next(mine):
                    break
        except TurnLost:
            log.warning("another worker goes on with the check of the record")
            return 0
    return done


def _check_next(mine: Turn) -> bool:
    """Do one part; returns whether it was the last of the run."""
    mine.keep()
    mine.row.refresh_from_db()
    key, reached = mine.row.chain, mine.row.reached
    if key == FRAME:
        _note(_sure(_frame), mine, chain=_next_chain(FRAME))
    elif key == LIST:
        problems = _listed(mine)
        with transaction.atomic():
            _note(problems, mine)
            _forget_what_is_over(mine)
            mine.end(due_at=mine.at + EVERY)
        return True
    elif (head := Chain.objects.filter(pk=key).first()) is None:
        mine.count(chain=_next_chain(key), reached=0)
    elif reached == TREE:
        found = _sure(lambda: parts.check_tree(head, keep=mine.keep))
        _note(found, mine, chain=_next_chain(key), reached=0)
    else:
        _read(head, reached, mine)
    return False


def _read(head: Chain, after: int, mine: Turn) -> None:
    part = parts.check_part(head, after=after)
    found: Sequence[Problem] = ()
    if part.problems:
        again = {_fault_of(one) for one in parts.check_part(head, after=after).problems}
        found = [problem for problem in part.problems if _fault_of(problem) in again]
    reached = TREE if part.is_last else part.upto
    _note(found, mine, reached=reached, copies=part.entries)


def _next_chain(key: int) -> int:
    """The key of the chain after this one; then comes the list."""
    later = Chain.objects.filter(pk__gt=key).order_by("pk")
    return later.values_list("pk", flat=True).first() or LIST


def _frame() -> list[Problem]:
    absent = [
        Problem(0, 0, 0, name, "the trigger that protects it is not there")
        for name in deletion_triggers.missing(connection)
    ]
    return [*parts.check_frame(), *absent]


def _listed(mine: Turn) -> list[Problem]:
    return [
        Problem(0, one.site_id, 0, EXHIBITS, str(one))
        for one in verify_list(keep=mine.keep)
    ]


def _sure(check: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """What is found twice: what people wrote between two questions looks wrong once."""
    found = list(check())
    again = {_fault_of(problem) for problem in check()} if found else set()
    return [problem for problem in found if _fault_of(problem) in again]


def _fault_of(problem: Problem) -> Problem:
    """The same fault, whatever it counts: on a chain that grows the numbers move."""
    return replace(problem, sentence=_NUMBERS.sub("#", problem.sentence))


def _note(problems: Sequence[Problem], mine: Turn, **done: int) -> None:
    """Keep what a part found together with how far the run is, and tell what is new."""
    with transaction.atomic():
        mine.count(corrupt=len(problems), **done)
        new = [one for one in sorted(problems)[:MOST_KEPT] if _is_new(one, mine)]
        since = mine.row.began_at or mine.at
        for site in _sites_of(new):
            tell(messages.LEDGER, site, since=since, at=mine.at, urgency=Urgency.ALARM)
    if problems:
        log.error("the record: %s faults, %s of them new", len(problems), len(new))


def _is_new(problem: Problem, mine: Turn) -> bool:
    sentence = problem.sentence[:300]
    there = LedgerFault.objects.filter(
        organisation_id=problem.organisation_id,
        site_id=problem.site_id,
        seq=problem.seq,
        field=problem.field[:120],
    )
    for fault in there:
        if _NUMBERS.sub("#", fault.sentence) == _NUMBERS.sub("#", sentence):
            fault.sentence, fault.seen_at = sentence, mine.at
            fault.save(update_fields=["sentence", "seen_at"])
            return False
    LedgerFault.objects.create(
        organisation_id=problem.organisation_id,
        site_id=problem.site_id,
        seq=problem.seq,
        field=problem.field[:120],
        sentence=sentence,
        found_at=mine.at,
        seen_at=mine.at,
    )
    return True


def _forget_what_is_over(mine: Turn) -> None:
    began = mine.row.began_at or mine.at
    LedgerFault.objects.filter(seen_at__lt=began).delete()


def _sites_of(problems: Iterable[Problem]) -> list[Site]:
    """Where it is; what is of no site alone is told in all, of its organisation's."""
    found: set[Site] = set()
    for place in {(one.organisation_id, one.site_id) for one in problems}:
        organisation_id, site_id = place
        sites = Site.objects.filter(cases__isnull=False).distinct()
        if site_id:
            sites = Site.objects.filter(pk=site_id)
        elif organisation_id:
            sites = sites.filter(organisation_id=organisation_id)
        found |= set(sites)
    return sorted(found, key=lambda site: site.pk)
