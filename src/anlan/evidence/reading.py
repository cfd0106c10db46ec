"""What kind of file it is, and whether it can be read to its end.

The kind comes from the bytes, never from the name. Decoding happens in a process of its
own that has little time, little memory and no way out (``limited``), because the file
may have been made to harm whoever opens it. Whatever the answer, the file is kept as it
came: a recording that breaks off is evidence, too.
"""

from __future__ import annotations

import logging
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import orjson
import puremagic

from anlan.base import limited, vault
from anlan.base.programs import PICTURE_MEMORY, run_limited
from anlan.base.vault import Kept
from anlan.evidence.enums import Reading

log = logging.getLogger(__name__)

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 64 * 1024
FILM_MEMORY = 2 * 1024**3
WAITED_SECONDS = 20  # of a request
UNKNOWN = "application/octet-stream"
ZIP = "application/zip"

# What puremagic names well; where it fails, ``_own_kind`` looks at the bytes itself.
_BY_ENDING = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".aac": "audio/aac",
    ".avi": "video/x-msvideo",
    ".mpg": "video/mpeg",
    ".flv": "video/x-flv",
    ".asf": "video/x-ms-asf",
    ".wmv": "video/x-ms-asf",
    ".pdf": "application/pdf",
}
# Brands of ISO base media files; what is not named here is a film.
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
    b"3gp6": "video/3gpp",
}
# A QuickTime file without a brand begins with one of these.
_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_TS_PACKET = 188
_TS_LOOKED_AT = 5  # packets

# What a browser or a system might run, and lists that name other files or addresses.
_RUNNABLE_HEADS = (
    b"MZ",
    b"\x7fELF",
    b"#!/",
    b"#! ",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
)
_LIST_HEADS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"[InternetShortcut]")
_PAGE_MARKS = (b"<html", b"<head", b"<body", b"<svg")  # at the beginning
# Long enough that no film has them by chance.
_SCRIPT_MARKS = (b"<!doctype html", b"<script", b"<iframe", b"<?php", b"javascript:")
_BEGINNING = 1024  # bytes
# Demuxers that read one file and follow no address in it.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,wav,mp3,ogg,flac,aac,amr,"
    "flv,asf"
)


@dataclass(frozen=True)
class Found:
    """What reading a file said."""

    media_type: str
    reading: Reading


def reading_of(kept: Kept) -> Reading:
    """Of a small file that came in one request; ask before the transaction begins.

    A film that takes longer than whoever sent it waits is called unread.
    """
    return read(vault.path_of(kept.sha256), seconds=WAITED_SECONDS).reading


def unpacked_reading(kept: Kept) -> Reading:
    """Of a photo that ``keep_photo`` unpacked, or of what was drawn here; no process."""
    if kept.media_type == "image/heic":
        return _boxes_of(vault.path_of(kept.sha256))
    return Reading.READABLE


def read(path: Path, *, seconds: int | None = None) -> Found:
    """Name the kind of a file, and try to read it to its end; it is never changed."""
    media_type = kind_of(path)
    if media_type in (UNKNOWN, ZIP):
        return Found(media_type, Reading.OPAQUE)
    if media_type == "image/heic":
        return Found(media_type, _boxes_of(path))
    if media_type.startswith("image/"):
        return Found(media_type, _look(path, seconds))
    if media_type == "application/pdf":
        return Found(media_type, _paper(path))
    return _play(path, media_type, seconds)


def kind_of(path: Path) -> str:
    """The media type of the bytes; ``UNKNOWN`` for all that must only be saved."""
    head = _part_of(path, HEAD_BYTES)
    if _is_harmful(head):
        return UNKNOWN
    if head.startswith(b"PK\x03\x04"):
        return ZIP  # an archive, or an office document, which is one
    if zipfile.is_zipfile(path):  # a picture in front, an archive behind
        return UNKNOWN
    return _own_kind(head) or _known_kind(head)


def _is_harmful(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((*_RUNNABLE_HEADS, *_LIST_HEADS)):
        return True
    small = head.lower()
    return any(mark in small[:_BEGINNING] for mark in _PAGE_MARKS) or any(
        mark in small for mark in _SCRIPT_MARKS
    )


def _own_kind(head: bytes) -> str:
    """The kinds that puremagic takes for something else or does not know."""
    if head[4:8] == b"ftyp":
        size = int.from_bytes(head[:4], "big")
        major, rest = head[8:12], head[16 : max(16, min(size, 256))]
        brands = [major, *(rest[at : at + 4] for at in range(0, len(rest), 4))]
        return next((_BRANDS[b] for b in brands if b in _BRANDS), "video/mp4")
    if head[4:8] in _ATOMS and int.from_bytes(head[:4], "big") >= 8:
        return "video/quicktime"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head.startswith(b"\x00\x00\x01\xba"):
        return "video/mpeg"
    for start, step in ((0, _TS_PACKET), (4, _TS_PACKET + 4)):
        syncs = head[start : start + step * _TS_LOOKED_AT : step]
        if syncs == b"\x47" * _TS_LOOKED_AT:
            return "video/mp2t"
    return ""


def _known_kind(head: bytes) -> str:
    try:
        ending = puremagic.from_string(head).lower()
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return _BY_ENDING.get(ending, UNKNOWN)


def _look(path: Path, seconds: int | None) -> Reading:
    ended = run_limited(["picture", str(path)], memory=PICTURE_MEMORY, seconds=seconds)
    known = {limited.READ: Reading.READABLE, limited.BROKEN: Reading.BROKEN}
    return known.get(ended.code, Reading.UNREAD)


def _boxes_of(path: Path) -> Reading:
    """For HEIC, which no library of ours decodes: whether the last box is whole."""
    size, place = path.stat().st_size, 0
    with path.open("rb") as file:
        while place < size:
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:  # to the end of the file
                break
            if length < 8 or place + length > size:
                return Reading.BROKEN
            place += length
    return Reading.UNREAD


def _paper(path: Path) -> Reading:
    """A PDF ends with its mark; what is on its pages nobody here draws."""
    is_whole = b"%%EOF" in _part_of(path, TAIL_BYTES, from_end=True)
    return Reading.READABLE if is_whole else Reading.BROKEN


def _play(path: Path, media_type: str, seconds: int | None) -> Found:
    """Decode every frame of a film or a sound; any complaint means that some are bad."""
    program = shutil.which("ffprobe")
    if program is None:
        log.warning("ffprobe is not installed: films and sounds are kept unread")
        return Found(media_type, Reading.UNREAD)
    if _breaks_off(path, media_type):
        return Found(media_type, Reading.BROKEN)
    ended = run_limited(
        ["--", program, *_PROBE, f"file:{path}"], memory=FILM_MEMORY, seconds=seconds
    )
    if ended.is_out_of_bounds:
        return Found(media_type, Reading.UNREAD)
    streams = _streams_of(ended.said)
    is_sound = bool(streams) and "video" not in streams
    if is_sound and media_type in _SOUND_ONLY:
        media_type = _SOUND_ONLY[media_type]
    if ended.code != 0 or ended.complaint:
        return Found(media_type, Reading.BROKEN)
    # A stream that this ffprobe has no decoder for was not read.
    is_read = bool(streams) and all(streams.values())
    return Found(media_type, Reading.READABLE if is_read else Reading.UNREAD)


_PROBE = (
    *("-v", "error", "-protocol_whitelist", "file,pipe"),
    *("-format_whitelist", DEMUXERS, "-threads", "2", "-count_frames"),
    *("-show_entries", "stream=codec_type,nb_read_frames"),
    *("-of", "json"),
)
# A recording of a voice comes in the same box as a film.
_SOUND_ONLY = {
    "video/webm": "audio/webm",
    "video/mp4": "audio/mp4",
    "video/3gpp": "audio/3gpp",
    "video/x-matroska": "audio/x-matroska",
}


def _breaks_off(path: Path, media_type: str) -> bool:
    """Whether a file is shorter than it says, which the decoders do not mind."""
    size = path.stat().st_size
    if media_type == "video/mp2t":
        return size % _TS_PACKET != 0 and size % (_TS_PACKET + 4) != 0
    if media_type not in ("audio/wav", "video/x-msvideo"):
        return False
    said = int.from_bytes(_part_of(path, 8)[4:8], "little")
    # A recorder that was cut off leaves 0 or the most that fits.
    return said not in (0, 0xFFFFFFFF) and said + 8 > size + 1


def _streams_of(said: bytes) -> dict[str, int]:
    """How many frames of pictures and of sound were decoded, of the stream with least."""
    try:
        streams = orjson.loads(said).get("streams", [])
    except orjson.JSONDecodeError:
        return {}
    least: dict[str, int] = {}
    for stream in streams:
        kind = stream.get("codec_type")
        if kind in ("video", "audio"):
            count = int(stream.get("nb_read_frames", 0))
            least[kind] = min(count, least.get(kind, count))
    return least


def _part_of(path: Path, size: int, *, from_end: bool = False) -> bytes:
    with path.open("rb") as file:
        if from_end:
            file.seek(max(0, path.stat().st_size - size))
        return file.read(size)
