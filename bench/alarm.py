"""One alarm to two hundred guards: how long until a gateway has the last of them.

The gateway is a real one on loopback, in this process; the worker is a real worker. The
time is taken from the moment before the alarm is written until the message is read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import django

django.setup()

from django.utils import timezone

from anlan.accounts import services as accounts
from anlan.accounts.models import Organisation, Site, User
from anlan.incidents import messages
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.notify.enums import ChannelKind, Urgency
from bench.figures import Figure, answer, percentile

GUARDS = 200
GOAL_MS = 1000.0
PATIENCE = 30.0  # seconds for one alarm


class Gateway(BaseHTTPRequestHandler):
    """Takes messages and notes when each came."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    came: dict[str, float] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.came.setdefault(json.loads(body)["key"], time.monotonic())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    request_queue_size = 256


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    server = Server(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    guards = prepare(f"http://127.0.0.1:{server.server_port}/sms")
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=Path(__file__).resolve().parents[1],
        # In the demo a recorder would take them.
        env={**os.environ, "ANLAN_DEMO": "0"},
        stdout=subprocess.PIPE,
    )
    assert worker.stdout
    worker.stdout.readline()  # "worker ready"
    rounds = 2 if quick else 10
    took: list[float] = []
    try:
        for _round in range(rounds):
            took += raise_alarm(guards)
    finally:
        worker.terminate()
        worker.wait(20)
        server.shutdown()
    missing = rounds * GUARDS - len(took)
    return [
        Figure(
            name=f"alarm to {GUARDS} guards: messages that did not arrive",
            value=missing,
            unit="messages",
            goal=0,
        ),
        Figure(
            name="alarm until the gateway has the message, p99",
            value=percentile(took, 0.99) if took else float("inf"),
            unit="ms",
            goal=GOAL_MS,
            beside=f"p50 {percentile(took, 0.5) if took else 0:.0f} ms; GoAlert: 200 s, "
            "5 messages in 5 s by its own throttle",
        ),
    ]


def raise_alarm(guards: list[User]) -> list[float]:
    """Milliseconds until each message came."""
    Gateway.came = {}
    site = Site.objects.get(code="YQ")
    began = time.monotonic()
    notify.send(
        kind=messages.ALERTED,
        site=site,
        subject=site.subject,
        people=guards,
        urgency=Urgency.ALARM,
        params={"site": site.name, "place": "南门", "number": "-", "rung": "guard"},
        by=SYSTEM,
        at=timezone.now(),
    )
    until = began + PATIENCE
    while len(Gateway.came) < len(guards) and time.monotonic() < until:
        time.sleep(0.02)
    return [(moment - began) * 1000 for moment in Gateway.came.values()]


def prepare(url: str) -> list[User]:
    organisation = Organisation.objects.get()
    at = timezone.now()
    with ledger.recording():
        notify.set_channel(
            organisation=organisation,
            site=None,
            kind=ChannelKind.SMS,
            values={"url": url, "secret": "bench"},
            by=SYSTEM,
            at=at,
        )
        return [
            accounts.add_user(
                organisation=organisation,
                username=f"bench{number}",
                name=f"保安 {number}",
                phone=f"199001{number:05d}",
                by=SYSTEM,
                at=at,
            )
            for number in range(GUARDS)
        ]


if __name__ == "__main__":
    answer(measure)
