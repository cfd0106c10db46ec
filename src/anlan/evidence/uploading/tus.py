"""tus 1.0, the words of it: headers that come, and what is wrong with them.

Core, creation, creation-with-upload, checksum, termination and expiration, as
https://tus.io/protocols/resumable-upload says them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
MOST_METADATA = 8 * 1024  # bytes
CHECKSUM_MISMATCH = 460


class Refused(Exception):
    """A request that is answered with a status and a sentence for the one who sent it."""

    def __init__(self, status: int, sentence: object) -> None:
        super().__init__(str(sentence))
        self.status = status


class TakenBack(Refused):
    """The same, and of what the request wrote nothing stays."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must be."""

    algorithm: str
    digest: bytes

    def begin(self) -> Any:
        return hashlib.new(self.algorithm, usedforsecurity=False)


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise Refused(412, f"Tus-Resumable: {VERSION} is spoken here")


def length_of(headers: Mapping[str, str], name: str) -> int:
    """A count of bytes.

    Raises:
        Refused: it is missing or no number.
    """
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Refused(400, f"{name} must be a number of bytes")
    return int(text)


def metadata_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Names and their texts, which come as base64 of UTF-8.

    Raises:
        Refused: they cannot be read.
    """
    text = headers.get("upload-metadata", "")
    if len(text) > MOST_METADATA:
        raise Refused(400, "Upload-Metadata is too long")
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Refused(400, "Upload-Metadata cannot be read") from error
    return found


def metadata_text(values: Mapping[str, str]) -> str:
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in values.items()
        if value
    )


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    """What was announced, or nothing.

    Raises:
        Refused: an algorithm that is not spoken here, or no digest of it.
    """
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Refused(400, f"Upload-Checksum: {' or '.join(ALGORITHMS)}")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Refused(400, "Upload-Checksum cannot be read") from error
    return Checksum(algorithm, digest)


def check_content_type(headers: Mapping[str, str]) -> None:
    if headers.get("content-type", "").partition(";")[0].strip() != CONTENT_TYPE:
        raise Refused(415, f"Content-Type: {CONTENT_TYPE}")
