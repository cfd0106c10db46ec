"""Real workers that begin at once: forked from a process that has everything loaded."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection

import django

django.setup()

from django.core.management import call_command

from anlan.config.management.commands import worker  # noqa: F401 -- loaded before the fork

READY_SECONDS = 20.0
STOP_SECONDS = 10.0

# Not from the measuring process, which has connections and threads.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bench.deadlines", "bench.workers"])


class Worker:
    """``manage.py worker`` in a process of its own."""

    def __init__(self) -> None:
        self._hears, says = _context.Pipe(duplex=False)
        self._process = _context.Process(target=work, args=(says,))
        self._process.start()
        says.close()
        self._is_ready = False

    def wait_until_ready(self) -> None:
        """Return once it has said that it is.

        Raises:
            RuntimeError: it did not start; the reason stands above.
        """
        if self._is_ready:
            return
        with suppress(EOFError):
            self._is_ready = self._hears.poll(READY_SECONDS) and bool(
                self._hears.recv_bytes()
            )
        if not self._is_ready:
            raise RuntimeError("the worker did not start; the reason stands above")

    def kill(self) -> None:
        """Without a word, as a machine that is out of memory does it."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(STOP_SECONDS)


def work(out: Connection) -> None:
    call_command("worker", stdout=Saying(out))


class Saying:
    """The output of a command, over a pipe."""

    def __init__(self, out: Connection) -> None:
        self._out = out

    def write(self, text: str) -> None:
        self._out.send_bytes(text.encode())

    def flush(self) -> None:
        """Nothing is held back."""
