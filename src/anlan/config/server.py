"""Runs the front in this process, until a signal asks it to end."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server.embed import Server

from anlan.config.front import Front

# Open streams count as requests in progress: the server's own default would stop
# accepting at 1,024 of them without a word.
MOST_CONNECTIONS = 16_384
WAITING_CONNECTIONS = 2_048
GRACE_SECONDS = 5.0  # for answers in progress; the supervisor kills after ten


def run(
    front: Front,
    *,
    host: str,
    port: int,
    certificate: Path | None = None,
    key: Path | None = None,
) -> NoReturn:
    """Serve until SIGTERM, SIGINT or SIGHUP, then end the process.

    Open streams do not delay that.
    """
    allow_many_files()
    server = Server(
        front,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=WAITING_CONNECTIONS,
        backpressure=MOST_CONNECTIONS,
        log_level=LogLevels.error,
        log_dictconfig={"loggers": {}},  # ours, in Django's settings, stays
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,  # phones of Android 9 and older
    )
    was_asked = asyncio.run(_serve(server, front))
    # Not through the interpreter's own end: the server's threads may still call into it,
    # and then it aborts.
    logging.shutdown()
    os._exit(0 if was_asked else 1)


def allow_many_files() -> None:
    """Every stream is an open file; the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS * 2
    wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(server: Server, front: Front) -> bool:
    """Serve; whether it ended because a signal asked for it."""
    loop = asyncio.get_running_loop()
    was_asked = False

    def end() -> None:
        nonlocal was_asked
        was_asked = True
        front.close_streams()
        server.stop()  # type: ignore[no-untyped-call]  # granian gives it no types
        loop.call_later(GRACE_SECONDS, os._exit, 0)  # whoever still does not answer

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    with suppress(asyncio.CancelledError):
        await server.serve()
    return was_asked
