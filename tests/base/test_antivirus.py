"""Talking to ClamAV's daemon: a real one, and ones that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anlan.base.antivirus import ScannerAway, Verdict, scan, version
from tests.clamd import MALWARE, MOST_BYTES, clamd, needs_clamd


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with clamd() as path:
        yield path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@needs_clamd
class TestTheRealOne:
    @pytest.mark.parametrize("size", [1, 1024, 1024 * 1024 + 1])
    def test_finds_nothing_in_what_is_clean(self, address, file, size) -> None:
        file.write_bytes(b"a" * size)

        assert scan(file, address=address) == Verdict()

    def test_finds_nothing_in_nothing(self, address, file) -> None:
        file.write_bytes(b"")

        assert scan(file, address=address) == Verdict()

    @pytest.mark.parametrize("before", [0, 1024 * 1024 - 10])
    def test_names_what_it_finds(self, address, file, before) -> None:
        file.write_bytes(b"a" * before + MALWARE)

        found = scan(file, address=address)

        assert "Anlan-Test" in found.malware
        assert not found.refusal

    def test_says_so_when_a_file_is_too_large_for_it(self, address, file) -> None:
        file.write_bytes(b"a" * (MOST_BYTES * 3))

        found = scan(file, address=address)

        assert "limit" in found.refusal
        assert not found.malware

    def test_names_itself(self, address) -> None:
        assert version(address=address).startswith("ClamAV ")


class TestOnesThatMisbehave:
    def test_none_there(self, file, tmp_path) -> None:
        file.write_bytes(b"a")

        for address in (str(tmp_path / "socket"), "127.0.0.1:1"):
            with pytest.raises(ScannerAway):
                scan(file, address=address)

    @pytest.mark.parametrize(
        "answer",
        [b"", b"\0", b"hello\0", b"stream: \0", b"OK\0 stream", b"\xff\xfe" * 5000],
    )
    def test_what_is_no_answer_is_never_clean(self, file, answer) -> None:
        file.write_bytes(b"a")

        with _answering(answer) as address, pytest.raises(ScannerAway):
            scan(file, address=address)

    def test_an_error_is_not_clean(self, file) -> None:
        file.write_bytes(b"a")

        with _answering(b"Can't allocate memory ERROR\0") as address:
            found = scan(file, address=address)

        assert found == Verdict(refusal="Can't allocate memory")


@contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """A program that takes anything and says this to each who connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            there, _address = server.accept()
            with there:
                while not there.recv(65536).endswith(b"\0\0\0\0"):
                    pass
                there.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
