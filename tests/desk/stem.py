"""``manage.py serve`` that can be had again at once: loaded one time, forked for each start.

A line on standard input starts a server on the database that it names; its process id
comes back. For tests that start it again and again, where loading the program would be
all that they wait for.
"""

from __future__ import annotations

import os
import signal
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- after the setup, as all below
    from django.db import connection  # noqa: PLC0415
    from django.urls import get_resolver  # noqa: PLC0415

    from anlan.config.front import Front  # noqa: PLC0415
    from anlan.config.server import run  # noqa: PLC0415

    _ = get_resolver().url_patterns  # everything is imported by now
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that die
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # to the log, not to us
            connection.settings_dict["NAME"] = line.rstrip("\n")
            run(Front(), host=settings.HOST, port=settings.PORT)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
