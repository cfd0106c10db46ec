"""THE other table: the due work of every package, and the loop that does it."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from django.db import OperationalError, close_old_connections, connections
from django.utils import timezone

from anlan.base import changes, limits
from anlan.base.clock import acting_at
from anlan.base.errors import traced
from anlan.cases import services as cases
from anlan.customers import jobs as customers
from anlan.evidence import jobs as evidence
from anlan.evidence.uploading import sweeping
from anlan.incidents import services as incidents
from anlan.incidents.services import devices
from anlan.ledger import afterwards, checkpointing, clock_steps, timestamping
from anlan.notify import jobs as notify
from anlan.resolution import jobs as resolution
from anlan.resolution.counselling import jobs as counselling
from anlan.resolution.legal import jobs as legal
from anlan.resolution.mediation import jobs as mediation
from anlan.resolution.review import jobs as review

log = logging.getLogger(__name__)

Job: TypeAlias = Callable[..., int]
Ask: TypeAlias = Callable[[], datetime | None]

POLL_SECONDS = 0.25
REST_SECONDS = 1.0
LONG_REST_SECONDS = 5.0
# Each lane is slow the first time: what is overdue since a crash does not wait for all.
HEAD_START_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Jobs that wait for each other, in threads of their own.

    Each job does a bounded batch of what is due at ``at`` and says how much that was.
    ``next_due`` says when the next row is due; the lane sleeps until then, or until the
    poll. Without ``next_due`` each poll is a round. With it, a poll asks no more than
    whether anything was committed, until ``rest_seconds`` are over: so late comes what
    falls due without a commit and without ``next_due`` knowing of it.
    """

    jobs: dict[str, Job]
    next_due: tuple[Ask, ...]
    threads: int = 1
    poll_seconds: float = POLL_SECONDS
    rest_seconds: float = REST_SECONDS
    is_idle: bool = False  # gives way to everything else
    is_urgent: bool = False  # has done a round before the others begin


# A gateway that does not answer never delays a clock, and a broken consumer of the
# record delays neither.
LANES: dict[str, Lane] = {
    "clocks": Lane(
        jobs={
            "deadlines": cases.fire_due_deadlines,
            "recordings to be overwritten": evidence.warn_of_overwriting,
            "phone checks": notify.run_due_checks,
        },
        next_due=(cases.next_due, evidence.next_warning, notify.next_check),
        is_urgent=True,
    ),
    # Their goals are hours: one that fails delays no clock.
    "applications": Lane(
        jobs={
            "applications that wait": evidence.remind_of_applications,
            "approvals that ran out": evidence.expire_approvals,
        },
        next_due=(evidence.next_application_due,),
        poll_seconds=5.0,
    ),
    "alarms": Lane(
        jobs={"alarms": partial(notify.deliver_due, is_alarm=True)},
        next_due=(partial(notify.next_delivery, is_alarm=True),),
        threads=2,  # while one waits for a slow gateway, the other serves the next alarm
        poll_seconds=0.1,
        is_urgent=True,
    ),
    # A mail server that takes minutes holds these up, and no alarm.
    "messages": Lane(
        jobs={"deliveries": partial(notify.deliver_due, is_alarm=False)},
        next_due=(partial(notify.next_delivery, is_alarm=False),),
        threads=2,
    ),
    "afterwards": Lane(
        jobs={
            "reactions": afterwards.run_reactions,
            "refused devices": devices.record_refusals,
            "old nonces": devices.prune_nonces,
            "counts that have run out": limits.forget_run_out,
            "checks that did not come": evidence.tell_of_silence,
        },
        next_due=(afterwards.next_retry,),
        is_urgent=True,
    ),
    # After the reports, and never in their way: a signer that is away delays only this.
    "checkpoints": Lane(
        jobs={"roots to be signed": checkpointing.take_due},
        next_due=(),
        poll_seconds=1.0,
    ),
    "checkpoints that leave": Lane(
        jobs={"mails to keepers": evidence.mail_checkpoints},
        next_due=(evidence.next_mail,),
        poll_seconds=5.0,
    ),
    # An authority that does not answer delays neither signatures nor mails.
    "time stamps": Lane(
        jobs={"checkpoints to be stamped": timestamping.take_stamps},
        next_due=(),
        poll_seconds=10.0,
        is_idle=True,
    ),
    # Nobody waits for the next round of a check: it is found at the poll.
    "vault": Lane(
        jobs={
            "a look at every copy": evidence.check_quick,
            "copies": evidence.fill_copies,
            "files without an owner": evidence.sweep,
            "earlier files": evidence.adopt_earlier_files,
        },
        next_due=(),
        poll_seconds=1.0,
    ),
    # A server that does not answer delays no check of the first store.
    "bucket": Lane(
        jobs={
            "a try of the bucket": evidence.probe_bucket,
            "locks of the bucket": evidence.lock_copies,
        },
        next_due=(),
        poll_seconds=10.0,
        is_idle=True,
    ),
    # Days, not minutes: what was suspended comes back on the day after its last.
    "measures": Lane(
        jobs={
            "measures whose last day has passed": resolution.end_measures,
            "periods of reports to the police": legal.say_passed_periods,
            "incidents without a clock for closing": incidents.begin_closing_clocks,
        },
        next_due=(),
        poll_seconds=60.0,
        is_idle=True,
    ),
    "sealed notes": Lane(
        jobs={
            "sealed notes of three years ago": counselling.let_notes_go,
            "words of markers that ended a year ago": evidence.let_marker_words_go,
            "markers that rest or ran out": customers.tell_of_lapsed_markers,
        },
        next_due=(),
        poll_seconds=60.0,
        is_idle=True,
    ),
    # Days as well: a term comes due, and nobody asked the court in time.
    "agreements": Lane(
        jobs={
            "second mediations before the police": mediation.follow_holidays,
            "terms that come due": mediation.remind_of_duties,
            "terms that are late in closed cases": mediation.watch_overdue,
            "confirmations whose term is nearly over": (
                mediation.remind_of_confirmations
            ),
            "confirmations nobody applied for": mediation.lapse_confirmations,
        },
        next_due=(),
        poll_seconds=60.0,
        is_idle=True,
    ),
    # Weeks after a case was closed; a minute sooner or later matters to nobody.
    "improvements": Lane(
        jobs={
            "improvements that are late or to be looked at": review.watch_improvements
        },
        next_due=(),
        poll_seconds=60.0,
        is_idle=True,
    ),
    # Days as well: three months, one month and one week before a claim is out of time.
    "limits of time": Lane(
        jobs={
            "claims that run out": legal.look_at_limits,
            "remedies that run out": legal.warn_of_remedies,
        },
        next_due=(),
        poll_seconds=60.0,
        is_idle=True,
    ),
    # What its period let go; a day sooner or later matters to nobody.
    "periods": Lane(
        jobs={"what is due to be deleted": evidence.keep_periods},
        next_due=(),
        poll_seconds=5.0,
        is_idle=True,
    ),
    "files to be removed": Lane(
        jobs={"files to be removed": evidence.remove_files},
        next_due=(evidence.next_removal,),
        poll_seconds=5.0,
        is_idle=True,
    ),
    # A recorder that does not answer holds up one of them, and nothing else.
    "recordings": Lane(
        jobs={"files of recorders": evidence.pull_due},
        next_due=(evidence.next_pull,),
        threads=2,
        rest_seconds=LONG_REST_SECONDS,
    ),
    # Of these an hour takes an hour; eight cameras of an alarm are played side by side.
    "recordings that are played": Lane(
        jobs={"streams of recorders": evidence.pull_played},
        next_due=(evidence.next_played,),
        threads=8,
        rest_seconds=LONG_REST_SECONDS,
    ),
    "copies to look at": Lane(
        jobs={"films": evidence.make_viewing_copies},
        next_due=(evidence.next_viewing,),
        threads=2,
        rest_seconds=LONG_REST_SECONDS,
    ),
    # A film of a phone takes a minute: the films of an alarm do not wait for it.
    "copies to play": Lane(
        jobs={"sounds and films": evidence.make_playing_copies},
        next_due=(evidence.next_playing_copy,),
        poll_seconds=2.0,
    ),
    "every byte": Lane(
        jobs={"reading again": evidence.check_deep, "a drill": evidence.drill},
        next_due=(),
        poll_seconds=5.0,
        is_idle=True,
    ),
    # No disk that hangs keeps the record from being read.
    "every entry": Lane(
        jobs={"the record": evidence.check_ledger},
        next_due=(),
        poll_seconds=5.0,
        is_idle=True,
    ),
    # A large file takes the scanner minutes, and nothing waits for it.
    "malware": Lane(
        jobs={"looking for malware": evidence.scan_files},
        next_due=(),
        poll_seconds=5.0,
        is_idle=True,
    ),
    "uploads": Lane(
        jobs={
            "uploads that came whole": sweeping.finish_whole,
            "uploads that ran out": sweeping.expire_uploads,
            "drafts that nobody owns": sweeping.sweep_drafts,
        },
        next_due=(sweeping.next_expiry,),
        poll_seconds=5.0,
    ),
    # Large ones take minutes, and whoever asked looks at the page meanwhile.
    "packages": Lane(
        jobs={
            "packages": evidence.make_packages,
            "packages that ran out": evidence.expire_packages,
        },
        next_due=(evidence.next_package_expiry,),
        poll_seconds=1.0,
    ),
    # A film takes as long as it is played, and nothing waits for it.
    "masked copies": Lane(
        jobs={
            "masked copies": evidence.make_masked_copies,
            "working copies that ran out": evidence.sweep_working_copies,
        },
        next_due=(),
        poll_seconds=1.0,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the last round of a thread saw: until that changes there is nothing to do."""

    mark: object = None
    due: datetime | None = None
    until: float = 0.0  # by the clock that only goes forward

    def holds(self, at: datetime) -> bool:
        is_early = self.due is None or at < self.due
        return (
            is_early and time.monotonic() < self.until and changes.mark() == self.mark
        )


def run_due(*, at: datetime, lanes: Collection[str] = tuple(LANES)) -> int:
    """Do everything that is due at ``at``, and what falls due because of it."""
    done = idle = 0
    for name in itertools.cycle(lanes):
        batch = _run_lane(LANES[name], at)
        done += batch
        idle = 0 if batch else idle + 1
        if idle == len(lanes):  # each has looked since the last of them did anything
            break
    return done


def run_forever(stop: threading.Event) -> None:
    """Work until ``stop`` is set; a database that is away is waited for, not fatal."""
    rounds = threading.Semaphore(0)
    urgent = [lane for lane in LANES if LANES[lane].is_urgent]
    threads = _begin(urgent, rounds, stop)
    until = time.monotonic() + HEAD_START_SECONDS
    for _thread in threads:
        rounds.acquire(timeout=max(0.0, until - time.monotonic()))
    threads += _begin((lane for lane in LANES if lane not in urgent), rounds, stop)
    threads.append(_begin_one(_clock(), "worker clock", rounds, stop))
    for thread in threads:
        thread.join()


def _begin(
    names: Iterable[str], rounds: threading.Semaphore, stop: threading.Event
) -> list[threading.Thread]:
    return [
        _begin_one(LANES[name], f"worker {name}", rounds, stop)
        for name in names
        for _number in range(LANES[name].threads)
    ]


def _begin_one(
    lane: Lane, name: str, rounds: threading.Semaphore, stop: threading.Event
) -> threading.Thread:
    thread = threading.Thread(target=_follow, args=(lane, rounds, stop), name=name)
    thread.start()
    return thread


def _clock() -> Lane:
    """Of a worker that runs, and none of the lanes: a scenario's time jumps at will."""
    watch = clock_steps.ClockWatch()
    return Lane(
        jobs={"a clock that stepped": watch.look}, next_due=(), poll_seconds=5.0
    )


def next_due(lanes: Collection[str] = tuple(LANES)) -> datetime | None:
    """The earliest moment at which any job of these lanes has something to do."""
    return _earliest(ask for name in lanes for ask in LANES[name].next_due)


def _follow(lane: Lane, rounds: threading.Semaphore, stop: threading.Event) -> None:
    if lane.is_idle:
        _give_way()
    look = Look()
    try:
        while not stop.is_set():
            look, pause = _step(lane, look, stop)
            rounds.release()
            stop.wait(pause)
    finally:
        connections.close_all()


def _give_way() -> None:
    """Of this thread alone, as Linux counts; its reads from the disk give way too."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    except OSError as error:
        log.info("a lane works at the priority of all: %s", type(error).__name__)


def _step(lane: Lane, look: Look, stop: threading.Event) -> tuple[Look, float]:
    """A round of a lane, if there may be work.

    Returns:
        What was seen last, and the seconds to rest.
    """
    try:
        if not look.holds(timezone.now()):
            look = _round(lane, stop)
        return look, _pause(lane, look.due)
    except OperationalError:
        log.warning("the database does not answer; trying again in a second")
    except Exception as error:  # noqa: BLE001 -- the log has it, without names
        # A fault in one job must not end the other lanes; the rows wait, nothing is lost.
        log.error(  # noqa: TRY400
            "a job failed; trying again in a second: %s", traced(error)
        )
    close_old_connections()
    return Look(), 1.0


def _round(lane: Lane, stop: threading.Event) -> Look:
    """Work until nothing is due."""
    if not lane.next_due:
        _work(lane, stop)
        return Look()
    mark = changes.mark()  # what is committed meanwhile is for the next round
    _work(lane, stop)
    until = time.monotonic() + lane.rest_seconds
    return Look(mark=mark, due=_earliest(lane.next_due), until=until)


def _work(lane: Lane, stop: threading.Event) -> None:
    while _run_lane(lane, timezone.now()) and not stop.is_set():
        pass


def _run_lane(lane: Lane, at: datetime) -> int:
    with acting_at(at):
        return sum(job(at=at) for job in lane.jobs.values())


def _earliest(asks: Iterable[Ask]) -> datetime | None:
    times = [moment for ask in asks if (moment := ask()) is not None]
    return min(times, default=None)


def _pause(lane: Lane, due: datetime | None) -> float:
    """Seconds to sleep: rows that others add are seen at the poll at the latest.

    What is due and yet was left by the round before waits for the poll as well.
    """
    left = 0.0 if due is None else (due - timezone.now()) / timedelta(seconds=1)
    return min(lane.poll_seconds, left) if left > 0 else lane.poll_seconds
