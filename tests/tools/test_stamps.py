from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.places import ROOT, Refusal
from tools.stamps import Stamp, digest, exclusive

HOLDER = """
import sys
from pathlib import Path
from tools.stamps import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_digest_changes_with_content_name_and_facts(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("words")
    second.write_text("words")

    base = digest([first])

    assert base == digest([first])
    assert base != digest([second])
    assert base != digest([first], "3.12")
    assert base != digest([first, second])
    first.write_text("other words")
    assert base != digest([first])


def test_digest_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_text(path.name)

    assert digest(paths) == digest(reversed(paths))


def test_stamp_holds_only_what_was_written_last(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "deep" / "down" / "stamp")
    assert not stamp.holds("one")

    stamp.write("one")
    stamp.write("two")

    assert not stamp.holds("one")
    assert stamp.holds("two")
    assert [path.name for path in stamp.path.parent.iterdir()] == ["stamp"]


@pytest.mark.slow
def test_lock_refuses_while_held_and_opens_when_the_holder_is_killed(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"

        with pytest.raises(Refusal, match="taken"), exclusive(lock, refusal="taken"):
            pass
        holder.kill()
        holder.wait()

        with exclusive(lock, refusal="taken"):
            pass
