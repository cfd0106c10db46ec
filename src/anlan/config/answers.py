"""A WSGI application asked by a crew of threads: whole answers at once, long ones in parts."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeAlias

# PEP 3333: environ and start_response go in, an iterable of bytes comes out.
WSGIApplication: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Any]

AT_ONCE_BYTES = 256 * 1024  # of an answer; a longer one is sent in parts of that size


@dataclass(frozen=True)
class Answer:
    """What a page answered; ``rest`` is what has not been read of a long one."""

    status: str
    headers: list[tuple[str, str]]
    first: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], object]

    def more(self) -> bytes:
        """The next part of a long answer; nothing at its end."""
        return b"" if self.rest is None else _take(self.rest)


def ask(application: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Call the application, and read what fits into one message."""
    started: list[Any] = []

    def start_response(*said: Any) -> Callable[[bytes], object]:
        started[:] = said
        return _no_write

    chunks: Iterable[bytes] = application(environ, start_response)
    close: Callable[[], object] = getattr(chunks, "close", _nothing)
    is_long = False
    try:
        rest = iter(chunks)
        first = _take(rest)
        is_long = len(first) >= AT_ONCE_BYTES
    finally:
        if not is_long:
            close()
    status, headers, *_error = started
    return Answer(
        status=status,
        headers=headers,
        first=first,
        rest=rest if is_long else None,
        close=close,
    )


class InCrew:
    """The same application for a server that has threads of its own: the crew's answer."""

    def __init__(self, application: WSGIApplication, crew: Executor) -> None:
        self._application, self._crew = application, crew

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        context = contextvars.copy_context()

        def in_crew(call: Callable[..., Any], *args: Any) -> Any:
            return self._crew.submit(context.run, call, *args).result()

        answer: Answer = in_crew(ask, self._application, environ)
        start_response(answer.status, answer.headers)
        return [answer.first] if answer.rest is None else _Parts(answer, in_crew)


class _Parts:
    """A long answer, read and closed where it was begun."""

    def __init__(self, answer: Answer, in_crew: Callable[..., Any]) -> None:
        self._answer, self._in_crew = answer, in_crew

    def __iter__(self) -> Iterator[bytes]:
        part = self._answer.first
        while part:
            yield part
            part = self._in_crew(self._answer.more)

    def close(self) -> None:
        self._in_crew(self._answer.close)


def _take(chunks: Iterator[bytes]) -> bytes:
    """As many chunks as make one message."""
    taken, size = [], 0
    for chunk in chunks:
        taken.append(chunk)
        size += len(chunk)
        if size >= AT_ONCE_BYTES:
            break
    return b"".join(taken)


def _no_write(_chunk: bytes) -> None:
    raise RuntimeError("pages return what they answer, and write nothing")


def _nothing() -> None:
    """For an answer that has nothing to close."""
