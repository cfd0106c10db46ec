from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.tools.wire import PATIENCE_SECONDS
from tools.places import ROOT
from tools.postgresql import server_binaries, temporary_cluster

BINARIES = server_binaries()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES, reason="there is no PostgreSQL server here"),
]

HOLDER = """
import signal, sys
from pathlib import Path
from tools.postgresql import temporary_cluster
# In the background of a shell it is ignored, and whoever is started there inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
with temporary_cluster(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def one(connection: psycopg.Connection, question: str) -> str:
    row = connection.execute(question).fetchone()
    assert row
    return str(row[0])


def test_cluster_speaks_utf8_to_those_with_the_password_and_leaves_nothing() -> None:
    assert BINARIES
    with temporary_cluster(BINARIES) as url, psycopg.connect(url) as connection:
        folder = Path(one(connection, "SHOW data_directory"))
        assert one(connection, "SHOW server_encoding") == "UTF8"
        assert one(connection, "SELECT '安澜'") == "安澜"
        wrong = url.replace("postgres:", "postgres:x")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(wrong)

    assert not folder.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_cluster_ends_with_its_holder(number: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLDER, str(BINARIES)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        url = holder.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            folder = Path(one(connection, "SHOW data_directory")).parent
            holder.send_signal(number)

            ended, _, _ = select.select([connection.fileno()], [], [], PATIENCE_SECONDS)
            assert ended
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        assert holder.stdout.read() == ""  # it ends when the last server process does
    if number == signal.SIGKILL:
        shutil.rmtree(folder)  # the dead cannot tidy up
    assert not folder.exists()
