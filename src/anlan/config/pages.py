"""Answers pages by a WSGI application, in threads: one hop there, one back.

The body lies ready when a page is asked, and an answer that fits into memory comes back
whole, so that the event loop is asked twice for each page. A bridge that hands each part
to and fro (a2wsgi) took 2.4 ms of processor for it, twice what the page itself takes.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from typing import IO, Any, TypeAlias

from anlan.config.answers import Answer, WSGIApplication, ask

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Pages:
    """Asks the application in threads; each keeps its database connection."""

    def __init__(self, application: WSGIApplication, threads: Executor) -> None:
        self._application = application
        self._threads = threads

    async def __call__(
        self, scope: Scope, body: IO[bytes], *, size: int, send: Send
    ) -> None:
        """Answer one request whose whole body, ``size`` bytes, is at hand."""
        environ = environ_of(scope, body, size=size)
        # As every request begins anew, so does what hangs on the context of its thread.
        context = contextvars.copy_context()
        answer: Answer = await self._in_thread(context, ask, self._application, environ)
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": int(answer.status.partition(" ")[0]),
                    "headers": [
                        (name.lower().encode("latin1"), value.encode("latin1"))
                        for name, value in answer.headers
                    ],
                }
            )
            part = answer.first
            while answer.rest is not None and part:
                await send(_part(part, more=True))
                part = await self._in_thread(context, answer.more)
            await send(_part(part, more=False))
        finally:
            if answer.rest is not None:
                await self._in_thread(context, answer.close)

    async def _in_thread(
        self, context: contextvars.Context, call: Callable[..., Any], *args: Any
    ) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, context.run, call, *args)


def environ_of(scope: Scope, body: IO[bytes], *, size: int) -> dict[str, Any]:
    """The request as PEP 3333 wants it.

    A header whose name holds an underscore is left out: it would be taken for the one
    with a hyphen, which a proxy has checked.
    """
    name, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": name,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = map(str, scope["client"])
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        key = "HTTP_" + raw_name.decode("latin1").upper().replace("-", "_")
        value = raw_value.decode("latin1")
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
