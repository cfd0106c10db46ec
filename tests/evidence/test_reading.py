"""What a file is and whether it can be read: by its bytes, in a process that can harm nobody."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from anlan.base import limited, programs
from anlan.evidence import reading
from anlan.evidence.enums import Reading
from anlan.evidence.reading import Found, read
from tests.pictures import CUT, JPEG, PAGE, PDF, PROGRAM, encoded

SOURCE = Path(programs.__file__).parents[2]

OPAQUE = Found("application/octet-stream", Reading.OPAQUE)

needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None,
    reason="no ffmpeg here; on Debian and Ubuntu: sudo apt install ffmpeg",
)


@pytest.fixture
def of(tmp_path: Path) -> Callable[[bytes], Found]:
    """Read these bytes, and see that they stayed as they were."""

    def found(content: bytes) -> Found:
        path = tmp_path / "file"
        path.write_bytes(content)
        said = read(path)
        assert path.read_bytes() == content
        assert [one.name for one in tmp_path.iterdir()] == ["file"]
        return said

    return found


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """A second of pictures and sound, in any box."""
    folder = tmp_path_factory.mktemp("films")

    def made(ending: str, *options: str) -> bytes:
        path = folder / f"film{abs(hash(options))}.{ending}"
        if not path.exists():
            subprocess.run(
                [
                    *("ffmpeg", "-nostdin", "-v", "error"),
                    *("-f", "lavfi", "-i", "testsrc=size=160x120:rate=15:duration=1"),
                    *("-f", "lavfi", "-i", "sine=duration=1"),
                    *(*options, str(path)),
                ],
                check=True,
            )
        return path.read_bytes()

    return made


class TestPictures:
    @pytest.mark.parametrize(
        ("kind", "media_type"),
        [
            ("JPEG", "image/jpeg"),
            ("PNG", "image/png"),
            ("WEBP", "image/webp"),
            ("GIF", "image/gif"),
            ("BMP", "image/bmp"),
            ("TIFF", "image/tiff"),
            ("AVIF", "image/avif"),
        ],
    )
    def test_that_can_be_read(self, of, kind, media_type) -> None:
        assert of(encoded(kind)) == Found(media_type, Reading.READABLE)

    def test_that_breaks_off_is_kept_and_named(self, of) -> None:
        assert of(CUT) == Found("image/jpeg", Reading.BROKEN)

    def test_a_bomb_is_not_unpacked(self, of) -> None:
        """30,000 × 30,000 points in 1 MB would be 2.7 GB of memory."""
        assert of(bomb(30_000)) == Found("image/png", Reading.UNREAD)

    def test_heic_is_named_and_never_called_readable(self, of) -> None:
        whole = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"x" * 500)

        assert of(whole) == Found("image/heic", Reading.UNREAD)
        assert of(whole[:-9]) == Found("image/heic", Reading.BROKEN)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def bomb(side: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_of = zlib.crc32(kind + content)
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_of)
        )

    row = b"\0" + b"\0" * (3 * side)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(500)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


@needs_ffmpeg
class TestFilmsAndSounds:
    @pytest.mark.parametrize(
        ("ending", "media_type", "options"),
        [
            ("mp4", "video/mp4", ()),
            ("mov", "video/quicktime", ()),
            ("mkv", "video/x-matroska", ()),
            ("avi", "video/x-msvideo", ()),
            ("ts", "video/mp2t", ()),
            ("webm", "video/webm", ("-an", "-c:v", "libvpx")),
            ("webm", "audio/webm", ("-vn", "-c:a", "libopus")),
            ("m4a", "audio/mp4", ("-vn",)),
            ("mp4", "audio/mp4", ("-vn",)),
            ("mp3", "audio/mpeg", ("-vn",)),
            ("wav", "audio/wav", ("-vn",)),
            ("ogg", "audio/ogg", ("-vn",)),
            ("flac", "audio/flac", ("-vn",)),
        ],
    )
    def test_that_can_be_read(self, of, film, ending, media_type, options) -> None:
        content = film(ending, *options)

        assert of(content) == Found(media_type, Reading.READABLE)

    @pytest.mark.parametrize(
        ("ending", "options"),
        [
            ("mp4", ()),  # its index stands at the end
            ("mp4", ("-movflags", "+faststart")),
            ("mkv", ()),
            ("wav", ("-vn",)),
            ("ts", ()),
        ],
    )
    def test_that_break_off_are_kept_and_named(self, of, film, ending, options) -> None:
        content = film(ending, *options)

        assert of(content[: len(content) * 2 // 3]).reading == Reading.BROKEN

    def test_a_byte_that_changed(self, of, film) -> None:
        content = bytearray(film("mp4", "-movflags", "+faststart"))
        middle = len(content) * 2 // 3
        content[middle : middle + 400] = b"\xff" * 400

        assert of(bytes(content)).reading == Reading.BROKEN

    def test_without_ffprobe_nothing_is_claimed(self, of, film, monkeypatch) -> None:
        content = film("mp4")
        monkeypatch.setattr(shutil, "which", lambda _: None)

        assert of(content) == Found("video/mp4", Reading.UNREAD)

    def test_that_take_too_long_are_left(self, of, film, monkeypatch) -> None:
        content = film("mp4")
        monkeypatch.setattr(programs, "SECONDS", 0)

        assert of(content).reading == Reading.UNREAD


class TestWhatIsOnlySaved:
    @pytest.mark.parametrize(
        "content",
        [
            PAGE,
            b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            PROGRAM,
            b"\x7fELF" + bytes(200),
            b"#!/bin/sh\nrm -rf /\n",
            encoded("GIF") + b"<?php system($_GET['c']); ?>",
            JPEG[:400] + b"<script>alert(1)</script>" + JPEG[400:],
            b"MZ" + JPEG,
            "聊天记录：他说……".encode(),
            bytes(range(256)) * 8,
        ],
    )
    def test_what_a_browser_or_a_system_might_run(self, of, content) -> None:
        assert of(content) == OPAQUE

    def test_an_archive_is_not_opened(self, of) -> None:
        assert of(archive()) == Found("application/zip", Reading.OPAQUE)

    def test_a_picture_with_an_archive_behind(self, of) -> None:
        assert of(JPEG + archive()) == OPAQUE

    @pytest.mark.parametrize(
        "text",
        [
            "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile {url}\n",
            "[playlist]\nFile1={url}\n",
        ],
    )
    def test_a_list_of_addresses_asks_nobody(self, of, text) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            url = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"

            assert of(text.format(url=url).encode()) == OPAQUE
            with pytest.raises(TimeoutError):
                server.accept()

    @needs_ffmpeg
    def test_a_list_that_is_taken_for_a_film_asks_nobody(
        self, tmp_path, monkeypatch
    ) -> None:
        """Even if the bytes fooled us, the program may open no address and no list."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            url = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
            path = tmp_path / "list.m3u8"
            path.write_text(f"#EXTM3U\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n")
            monkeypatch.setattr(reading, "kind_of", lambda _: "video/mp4")

            assert read(path).reading == Reading.BROKEN
            with pytest.raises(TimeoutError):
                server.accept()


def archive() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", bytes(10**6))
    return file.getvalue()


class TestPapers:
    def test_that_end_as_they_should(self, of) -> None:
        assert of(PDF) == Found("application/pdf", Reading.READABLE)
        assert of(PDF[:-8]) == Found("application/pdf", Reading.BROKEN)

    def test_a_voice_of_an_old_phone(self, of) -> None:
        found = of(b"#!AMR\n" + bytes([0x3C]) + bytes(31))

        assert found.media_type == "audio/amr"


class TestLimits:
    def test_memory_is_bounded(self) -> None:
        ended = programs.run_limited(
            ["--", sys.executable, "-c", "bytearray(10**9)"], memory=200 * 1024**2
        )

        assert ended.code != 0
        assert b"MemoryError" in ended.complaint

    def test_output_is_bounded(self) -> None:
        ended = programs.run_limited(
            ["--", sys.executable, "-c", "while True: print('x' * 1000)"],
            memory=200 * 1024**2,
        )

        assert ended.code != 0
        assert len(ended.said) <= limited.MOST_OUTPUT

    def test_nothing_of_our_environment_goes_along(self, monkeypatch) -> None:
        monkeypatch.setenv("ANLAN_SECRET_KEY", "x")
        ended = programs.run_limited(
            ["--", sys.executable, "-I", "-c", "import os; print(sorted(os.environ))"],
            memory=200 * 1024**2,
        )

        assert b"ANLAN" not in ended.said
        assert b"PATH" in ended.said


def test_a_program_that_reads_a_file_reaches_nobody() -> None:
    """Not even a server on this machine; where the system forbids it, that is known."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        call = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        ended = programs.run_limited(
            ["--", sys.executable, "-I", "-c", call], memory=1 << 29
        )

    assert (ended.code != 0) is programs.are_apart()
    if programs.are_apart():
        assert b"OSError" in ended.complaint or b"unreachable" in ended.complaint


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child so")
@pytest.mark.parametrize("how", ["one", "chain"])
def test_programs_end_with_the_worker_that_is_killed(how: str) -> None:
    """Nobody waits for them: a film of hours would else be read to its end."""
    calls = {
        "one": "run_limited(['--', 'sleep', '600'], memory=1 << 28)",
        "chain": (
            "run_chain([['--', 'sleep', '600'], ['--', 'sleep', '600']],"
            " memory=1 << 28, output=0, seconds=600, folder='/', keep=lambda: None)"
        ),
    }
    worker = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            f"from anlan.base.programs import *; {calls[how]}",
        ],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    count = 2 if how == "chain" else 1
    children = _within(30, lambda: _asleep(worker.pid, count))
    assert children

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert _within(10, lambda: not any(map(_is_running, children)))


def test_program_whose_parent_is_gone_does_not_begin() -> None:
    """It died in between: nothing would ever end it."""
    command = [sys.executable, "-I", limited.__file__, "1", "9", str(1 << 30), "0"]

    ended = subprocess.run([*command, "--", "sleep", "600"], check=False, timeout=30)

    assert ended.returncode == -signal.SIGKILL


def _asleep(parent: int, count: int) -> list[int]:
    """The children of a process, once all of them are the program they were to be."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    names = [Path(f"/proc/{child}/comm").read_text().strip() for child in children]
    return [int(child) for child in children] if names == ["sleep"] * count else []


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended, and nobody has asked yet


def _within(seconds: float, ask: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < until:
        time.sleep(0.05)
    return answer
