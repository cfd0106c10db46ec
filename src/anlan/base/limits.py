"""Counting how often something is tried, for all processes of the machine together.

The counts lie in a small file of their own beside the database: an upsert there takes
microseconds, waits for no writer of the ledger, and what a crash loses is at most one
window. See docs/adr/0008.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from anlan.base.clock import acting_moment

log = logging.getLogger(__name__)

FILE = "limits.sqlite3"
BUSY_SECONDS = 0.5
_TABLE = """
CREATE TABLE IF NOT EXISTS counts
(name TEXT PRIMARY KEY, count INTEGER NOT NULL, ends REAL NOT NULL) WITHOUT ROWID
"""
# A window that has run out begins anew with this try.
_COUNT = """
INSERT INTO counts (name, count, ends) VALUES (:name, 1, :ends)
ON CONFLICT (name) DO UPDATE SET
count = CASE WHEN counts.ends <= :now THEN 1 ELSE counts.count + 1 END,
ends = CASE WHEN counts.ends <= :now THEN :ends ELSE counts.ends END
"""
_READ = "SELECT count FROM counts WHERE name = :name AND ends > :now"
_RUN_OUT = "SELECT 1 FROM counts WHERE ends <= :at"
_FORGET = "DELETE FROM counts WHERE ends <= :at"
_opened = threading.local()


def count_up(name: str, *, seconds: int) -> int:
    """How often ``name`` was counted in its running window, this time included.

    The window begins with the first try. Where nothing can be counted, 0: a full disk
    must not keep an alarm out.
    """
    now = acting_moment().timestamp()

    def count(counts: sqlite3.Connection) -> int:
        counts.execute("BEGIN IMMEDIATE")
        try:
            counts.execute(_COUNT, {"name": name, "now": now, "ends": now + seconds})
            return _counted(counts, name, now)
        finally:
            counts.execute("COMMIT")

    return _ask(count)


def is_over(name: str, most: int) -> bool:
    """Whether ``name`` was counted more than ``most`` times, without counting this."""
    now = acting_moment().timestamp()
    return _ask(lambda counts: _counted(counts, name, now)) > most


def forget_run_out(*, at: datetime) -> int:
    """Delete the windows that have run out at ``at``; returns how many there were."""
    run_out = {"at": at.timestamp()}

    def forget(counts: sqlite3.Connection) -> int:
        if counts.execute(_RUN_OUT, run_out).fetchone() is None:
            return 0
        return counts.execute(_FORGET, run_out).rowcount

    return _ask(forget)


def _ask(question: Callable[[sqlite3.Connection], int]) -> int:
    """The answer of the file, or 0 where it cannot answer."""
    try:
        return question(_connection())
    except sqlite3.Error as error:
        log.warning("attempts cannot be counted: %s", error)
        return 0


def _connection() -> sqlite3.Connection:
    # A connection belongs to one thread of one process and to one data folder.
    key = os.getpid(), settings.DATA / FILE
    if getattr(_opened, "key", None) != key:
        _opened.connection, _opened.key = _opened_anew(key[1]), key
    found: sqlite3.Connection = _opened.connection
    return found


def _opened_anew(path: Path) -> sqlite3.Connection:
    # Whoever finds the new file while another one changes its journal is refused at
    # once, whatever the timeout of a connection.
    until = time.monotonic() + BUSY_SECONDS
    while True:
        made = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = OFF")
            made.execute(_TABLE)
        except sqlite3.OperationalError:
            made.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return made


def _counted(counts: sqlite3.Connection, name: str, now: float) -> int:
    row = counts.execute(_READ, {"name": name, "now": now}).fetchone()
    return int(row[0]) if row else 0


def network_of(address: str) -> str:
    """A keyed digest of the /24 or /56 an address lies in; the address is not kept."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    # A socket that hears both families writes 1.2.3.4 as ::ffff:1.2.3.4.
    known = getattr(known, "ipv4_mapped", None) or known
    length = 24 if known.version == 4 else 56
    network = str(ipaddress.ip_network(f"{known}/{length}", strict=False))
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, network.encode(), sha256).hexdigest()[:32]
