"""A bag of BagIt 1.0 (RFC 8493) in a zip that is not compressed: the same bytes each time."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.utils import timezone

from anlan.base.stores import DamagedCopy, blocks_of

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE = "signature/tagmanifest.sig"
_ZIP64_FROM = 1 << 30  # bytes; long before the old form of a zip ends
_PLAIN_FILE = 0o100644 << 16


@dataclass(frozen=True, kw_only=True)
class Payload:
    """A file of the vault under its name in the package, ``data/E-0001.jpg``."""

    name: str
    path: Path
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, kw_only=True)
class Bag:
    """All that a package holds; ``tags`` are the files around the payload."""

    top: str  # the folder that unpacking makes
    payload: Sequence[Payload]
    tags: Mapping[str, bytes]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.payload) + sum(
            len(tag) for tag in self.tags.values()
        )


def sealed(
    bag: Bag, *, info: Sequence[tuple[str, str]], sign: Callable[[bytes], bytes]
) -> Bag:
    """The same with what BagIt asks for, and the signature over the list of all files.

    Args:
        info: labels and values of ``bag-info.txt``; the sum of the payload is added.
    """
    oxum = f"{sum(file.size for file in bag.payload)}.{len(bag.payload)}"
    labels = [*info, ("Payload-Oxum", oxum)]
    tags = {
        **bag.tags,
        "bagit.txt": BAGIT,
        "bag-info.txt": "".join(f"{k}: {_line(v)}\n" for k, v in labels).encode(),
        MANIFEST: manifest({file.name: file.sha256 for file in bag.payload}),
    }
    listed = manifest(
        {name: hashlib.sha256(tag).hexdigest() for name, tag in tags.items()}
    )
    tags |= {TAGMANIFEST: listed, SIGNATURE: sign(listed)}
    return Bag(top=bag.top, payload=bag.payload, tags=tags)


def manifest(digests: Mapping[str, str]) -> bytes:
    """As ``sha256sum`` writes and reads it."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def write(
    bag: Bag, file: IO[bytes], *, at: datetime, tell: Callable[[int], None]
) -> None:
    """Write the bag, reading each file of the vault once.

    Args:
        file: can be sought in, is empty.
        at: the time that every entry bears, by the clock of the screens.
        tell: is told how many bytes of the payload were written since it was last told.

    Raises:
        DamagedCopy: a file is not what the bag says it is; with its digest.
        OSError: the disk is full, or cannot be read.
    """
    stamp = timezone.localtime(at).timetuple()[:6]
    payload = {each.name: each for each in bag.payload}
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for name in sorted([*payload, *bag.tags]):
            info = zipfile.ZipInfo(f"{bag.top}/{name}", stamp)
            info.create_system = 3  # where it is made says nothing about what it is
            info.external_attr = _PLAIN_FILE
            if name in payload:
                _write_payload(archive, info, payload[name], tell)
            else:
                archive.writestr(info, bag.tags[name])


def _write_payload(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    payload: Payload,
    tell: Callable[[int], None],
) -> None:
    whole, size = hashlib.sha256(), 0
    info.file_size = payload.size
    is_large = payload.size >= _ZIP64_FROM
    with archive.open(info, "w", force_zip64=is_large) as entry:
        for block in blocks_of(payload.path):
            size += len(block)
            if size > payload.size:
                raise DamagedCopy(payload.sha256)
            whole.update(block)
            entry.write(block)
            tell(len(block))
    if whole.hexdigest() != payload.sha256:
        raise DamagedCopy(payload.sha256)


def _line(value: str) -> str:
    """One line, whatever was typed."""
    return " ".join(value.split())
