"""How many entries a second ``verify`` checks; a whole office's year is some 100,000.

They have no words in other tables; each such text costs about as much as two entries.
"""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import connections

from anlan.accounts.models import Site
from anlan.cases.events import TaskDone
from anlan.config import urls  # noqa: F401 -- with them, every kind is known
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from bench.figures import Figure, answer

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
PROCESSES = 2
GOAL = 300_000  # entries a second
BATCH = 5_000
SAMPLE = 20_000


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    write(25_000 if quick else 500_000)
    connections.close_all()  # verify forks
    began = time.perf_counter()
    report = verify(processes=PROCESSES)
    seconds = time.perf_counter() - began
    assert report.is_sound, report.problems[:3]
    bound = hashes_a_second() * PROCESSES
    return [
        Figure(
            name=f"verify, entries a second on {PROCESSES} processes",
            value=report.entries / seconds,
            unit="/s",
            goal=GOAL,
            most=False,
            beside=f"limit: their SHA-256 alone {bound:,.0f}/s",
        )
    ]


def write(count: int) -> None:
    """Entries of the size that reports and notes have, in every site's chain.

    Nothing follows from them: there are no such responders to call off.
    """
    ledger.install_reactions({})
    sites = list(Site.objects.all())
    for start in range(0, count, BATCH):
        site = sites[start // BATCH % len(sites)]
        with ledger.recording():
            for number in range(start, start + BATCH):
                ledger.append(
                    # Nothing follows from it: only writing is waited for.
                    TaskDone(title=f"{number:040d}", seconds=number % 60),
                    site=site,
                    subject=f"case:{number:036d}",
                    by=SYSTEM,
                    at=AT + timedelta(milliseconds=number),
                    via="phone" if number % 2 else "",
                )


def hashes_a_second() -> float:
    """What one process could do at most: both digests of an entry, and nothing else."""
    rows = [
        (bytes(entry.body), bytes(entry.salt or b"") + bytes(entry.data or b""))
        for entry in Entry.objects.order_by("-pk")[:SAMPLE]
    ]
    began = time.perf_counter()
    for body, salted in rows:
        hashlib.sha256(b"\x00" + body).digest()
        hashlib.sha256(salted).digest()
    return len(rows) / (time.perf_counter() - began)


if __name__ == "__main__":
    answer(measure)
