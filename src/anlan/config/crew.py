"""The threads that answer pages: few at work at once, the warm one first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")

TURN_SECONDS = 0.025  # several reports long


@dataclass(eq=False)
class _Worker:
    """A thread of the crew; ``bell`` is released when ``work`` lies ready."""

    bell: threading.Lock = field(default_factory=threading.Lock)
    work: Callable[[], None] | None = None


class Crew(Executor):
    """Works off what is submitted, first come, first served, ``at_once`` at a time.

    Threads of one process that compute together only take Python's one lock from each
    other, and each has a database connection with a cache of its own that the others'
    writing makes worthless. So whoever finishes goes on with the next piece of work, and
    when there was none the last one to finish begins again: mostly one thread works.
    Work that takes longer than ``seconds``, because it is large or waits for a disk or
    for another process, holds nobody up: another thread begins beside it, up to ``most``.
    """

    def __init__(self, most: int, *, at_once: int, seconds: float = TURN_SECONDS):
        self._most, self._at_once, self._seconds = most, at_once, seconds
        self._guard = threading.Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._begun: dict[_Worker, float] = {}  # by whom, when
        self._idle: list[_Worker] = []  # who finished last stands last
        self._size = 0
        self._is_crowded = threading.Event()

    def submit(
        self, function: Callable[..., Result], /, *args: Any, **kwargs: Any
    ) -> Future[Result]:
        future: Future[Result] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 -- whoever waits gets it
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._guard:
            self._waiting.append(work)
            self._let_in()
            if self._waiting:
                self._is_crowded.set()
        return future

    def _let_in(self) -> None:
        """Hand out as much as there is room for; the guard is held."""
        while self._waiting and self._has_room():
            if self._idle:
                worker = self._idle.pop()
            elif self._size < self._most:
                worker = self._hire()
            else:
                return
            worker.work = self._begin(worker)
            worker.bell.release()

    def _begin(self, worker: _Worker) -> Callable[[], None]:
        self._begun[worker] = time.monotonic()
        return self._waiting.popleft()

    def _has_room(self) -> bool:
        now = time.monotonic()
        taken = sum(now - begun < self._seconds for begun in self._begun.values())
        return taken < self._at_once

    def _hire(self) -> _Worker:
        if not self._size:
            self._start(self._watch, name="pages")
        worker = _Worker()
        worker.bell.acquire()
        self._size += 1
        self._start(self._serve, worker, name=f"page-{self._size}")
        return worker

    def _start(self, target: Callable[..., None], *args: Any, name: str) -> None:
        threading.Thread(target=target, args=args, name=name, daemon=True).start()

    def _serve(self, me: _Worker) -> None:
        while True:
            me.bell.acquire()
            # Only now: once I am idle again, others lay the next work there.
            work, me.work = me.work, None
            while work:
                work()
                work = self._next(me)

    def _next(self, me: _Worker) -> Callable[[], None] | None:
        """What I do next; whoever was overtaken while at work finds no room and rests."""
        with self._guard:
            del self._begun[me]
            if self._waiting and self._has_room():
                return self._begin(me)
            self._idle.append(me)
            return None

    def _watch(self) -> None:
        """Let others in where somebody is at work for too long."""
        while True:
            self._is_crowded.wait()
            time.sleep(self._seconds)
            with self._guard:
                self._let_in()
                if not self._waiting:
                    self._is_crowded.clear()
