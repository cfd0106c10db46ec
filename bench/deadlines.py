"""Clocks that run out all at once: each fires once, and soon.

The lag is taken where it matters: from the due time to the moment at which another
process can read the entry.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import django

django.setup()

import orjson
from django.utils import timezone

from anlan.accounts.models import Place, User
from anlan.cases.events import DeadlineMissed
from anlan.cases.models import Case, Deadline
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.ledger.models import Entry
from bench.figures import Figure, answer, percentile
from bench.server import start_worker

A_MINUTE = 10_000  # clocks
GOAL_MS = 1000.0
START_SECONDS = 2.0  # until the first is due: they are written meanwhile
PATIENCE = 30.0  # seconds after the last one was due
POLL_SECONDS = 0.02
KEY = "bench"


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    seconds = 4 if quick else 60
    count = A_MINUTE * seconds // 60
    case = open_case()
    last = last_entry(case)
    worker = start_worker()
    try:
        begin = timezone.now() + timedelta(seconds=START_SECONDS)
        start_clocks(case, count, begin=begin, seconds=seconds)
        until = begin + timedelta(seconds=seconds + PATIENCE)
        fired = watch(case, last, count, until=until)
    finally:
        worker.terminate()
        worker.wait(10)
    lags = [lag for times in fired.values() for lag in times]
    once = sum(1 for times in fired.values() if len(times) == 1)
    return [
        Figure(
            name=f"clocks not fired exactly once, {count:,} due in {seconds} s",
            value=count - once,
            unit="clocks",
            goal=0,
        ),
        Figure(
            name="lag from the due time to the readable entry, p99",
            value=percentile(lags, 0.99) if lags else float("inf"),
            unit="ms",
            goal=GOAL_MS,
            beside=f"p50 {percentile(lags, 0.5) if lags else 0:.0f} ms",
        ),
    ]


def open_case() -> Case:
    report = incidents.report_incident(
        place=Place.objects.select_related("site").filter(site__code="YQ")[0],
        channel=Channel.PHONE_APP,
        flags=["ongoing"],
        words="两人扭打",
        by=User.objects.get(username="lixiang"),
        at=timezone.now(),
    )
    return report.incident.case


def start_clocks(case: Case, count: int, *, begin: datetime, seconds: float) -> None:
    Deadline.objects.bulk_create(
        (
            Deadline(
                case=case,
                key=KEY,
                about=case.subject,
                started_at=begin - timedelta(minutes=1),
                due_at=begin + timedelta(seconds=seconds * number / count),
            )
            for number in range(count)
        ),
        batch_size=500,
    )


def last_entry(case: Case) -> int:
    last = Entry.objects.filter(site_id=case.site_id).order_by("-seq").first()
    return last.seq if last else 0


def watch(
    case: Case, last: int, count: int, *, until: datetime
) -> dict[str, list[float]]:
    """For each clock, how late each of its firings was seen, in milliseconds."""
    fired: dict[str, list[float]] = {}
    while len(fired) < count and timezone.now() < until:
        time.sleep(POLL_SECONDS)
        entries = Entry.objects.filter(
            organisation_id=case.organisation_id, site_id=case.site_id, seq__gt=last
        ).order_by("seq")
        now = timezone.now()
        for entry in entries:
            last = entry.seq
            if entry.kind != DeadlineMissed.kind or entry.data is None:
                continue
            facts = orjson.loads(bytes(entry.data))
            if facts["key"] == KEY:
                lag = now - datetime.fromisoformat(facts["due"])
                fired.setdefault(entry.object, []).append(
                    lag / timedelta(milliseconds=1)
                )
    return fired


if __name__ == "__main__":
    answer(measure)
