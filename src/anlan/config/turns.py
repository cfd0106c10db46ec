"""Pages one after another: who computes at the same time only takes turns anyway."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anlan.config.pages import WSGIApplication

TURN_SECONDS = 0.025  # several reports long


class Turns:
    """Who may be at work: whoever asked first, until it is done or has had its time.

    Threads of one process that compute together only take Python's one lock from each
    other: eight reports at once cost half as much again as one after another, and the
    last of them waits twice as long. A page that takes longer than ``seconds``, because
    it is large or waits for a disk or for another process, holds nobody up: its turn is
    over, the next one begins beside it.
    """

    def __init__(self, at_once: int, *, seconds: float = TURN_SECONDS) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._begun: dict[threading.Lock, float] = {}  # by whom, when

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            self._waiting.append(mine)
            self._let_in()
        while not mine.acquire(timeout=self._seconds):
            with self._guard:
                self._let_in()
        try:
            yield
        finally:
            with self._guard:
                del self._begun[mine]
                self._let_in()

    def _let_in(self) -> None:
        """Open to those who wait longest as many places as there are."""
        now = time.monotonic()
        taken = sum(now - begun < self._seconds for begun in self._begun.values())
        while self._waiting and taken < self._at_once:
            first = self._waiting.popleft()
            self._begun[first] = now
            first.release()
            taken += 1


class InTurn:
    """A WSGI application that is asked in turn; long answers are read out of turn."""

    def __init__(self, application: WSGIApplication, *, at_once: int) -> None:
        self._application = application
        self._turns = Turns(at_once)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with self._turns.turn():
            return self._application(environ, start_response)
