"""Pages behind the front: whole answers, long ones, and what the application is told."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from anlan.config.answers import AT_ONCE_BYTES, InCrew
from anlan.config.crew import Crew
from anlan.config.pages import Pages, environ_of

Environ = dict[str, Any]
Start = Callable[..., object]


def scope(*headers: tuple[bytes, bytes], **more: object) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/案件/",
        "query_string": b"a=1",
        "headers": list(headers),
        "http_version": "1.1",
        "server": ("localhost", 8000),
        "client": ("127.0.0.1", 4711),
        **more,
    }


def ask(application: Callable[[Environ, Start], Any], *, leaves_after: int = 99) -> Any:
    """The messages sent; the reader is gone after so many of them."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        if len(sent) == leaves_after:
            raise ConnectionError("gone")
        sent.append(message)

    pages = Pages(application, Crew(1, at_once=1))
    asyncio.run(pages(scope(), io.BytesIO(b"body"), size=4, send=send))
    return sent


class Film:
    """An answer of several messages that knows whether it was closed."""

    def __init__(self, parts: int) -> None:
        self.left = parts
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            self.left -= 1
            yield b"x" * (AT_ONCE_BYTES // 2)

    def close(self) -> None:
        self.is_closed = True


def giving(film: Film) -> Callable[[Environ, Start], Film]:
    def application(environ: Environ, start_response: Start) -> Film:
        start_response("200 OK", [("Content-Type", "video/mp4")])
        return film

    return application


def test_short_answer_is_one_message() -> None:
    film = Film(1)

    start, body = ask(giving(film))

    assert start["status"] == 200
    assert start["headers"] == [(b"content-type", b"video/mp4")]
    assert len(body["body"]) == AT_ONCE_BYTES // 2
    assert body["more_body"] is False
    assert film.is_closed


@pytest.mark.parametrize("parts", [2, 4, 5])
def test_long_answer_comes_in_parts(parts: int) -> None:
    film = Film(parts)

    _start, *bodies = ask(giving(film))

    assert sum(len(m["body"]) for m in bodies) == parts * AT_ONCE_BYTES // 2
    assert max(len(m["body"]) for m in bodies) == AT_ONCE_BYTES
    assert [m["more_body"] for m in bodies] == [True] * (len(bodies) - 1) + [False]
    assert film.is_closed


def test_long_answer_is_closed_when_its_reader_leaves() -> None:
    film = Film(100)

    with pytest.raises(ConnectionError):
        ask(giving(film), leaves_after=2)

    assert film.is_closed
    assert film.left > 90  # nobody read on for nobody


def test_answer_is_closed_when_it_breaks() -> None:
    class Broken(Film):
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("broken")

    film = Broken(1)
    with pytest.raises(RuntimeError, match="broken"):
        ask(giving(film))

    assert film.is_closed


def test_what_the_application_is_told() -> None:
    headers = (
        (b"host", b"anlan.example"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"999"),  # what came counts, not what was said
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"x_forwarded_for", b"198.51.100.7"),
        (b"x_forwarded_proto", b"https"),
    )

    environ = environ_of(scope(*headers), io.BytesIO(b"body"), size=4)

    assert environ["PATH_INFO"].encode("latin1").decode() == "/案件/"
    assert environ["QUERY_STRING"] == "a=1"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain", "4")
    assert environ["HTTP_HOST"] == "anlan.example"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    # A name with an underscore would pass for the header that the proxy sets.
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "HTTP_X_FORWARDED_PROTO" not in environ
    assert environ["wsgi.input"].read() == b"body"


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_server_with_threads_of_its_own_gets_the_same_answer(parts: int) -> None:
    film, began_in, said = Film(parts), list[str](), list[tuple[Any, ...]]()

    def application(environ: Environ, start_response: Start) -> Film:
        began_in.append(threading.current_thread().name)
        return giving(film)(environ, start_response)

    answer = InCrew(application, Crew(1, at_once=1))({}, lambda *a: said.append(a))

    assert sum(map(len, answer)) == parts * AT_ONCE_BYTES // 2
    assert said == [("200 OK", [("Content-Type", "video/mp4")])]
    assert began_in == ["page-1"]
    if hasattr(answer, "close"):  # PEP 3333: the server calls it, if there is one
        answer.close()
    assert film.is_closed


def test_long_answer_of_the_crew_is_closed_when_its_reader_leaves() -> None:
    film = Film(100)
    answer = InCrew(giving(film), Crew(1, at_once=1))({}, print)

    next(iter(answer))
    closed = [film.is_closed]
    answer.close()  # type: ignore[attr-defined]

    assert [*closed, film.is_closed] == [False, True]
    assert film.left > 90
