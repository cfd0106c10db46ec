"""Entries of the record as a stranger checks them: bodies, what is disclosed, and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

EVENTS, PROOFS = "ledger/events.jsonl", "ledger/proofs.json"
TOKEN, TSA = "ledger/checkpoint.tsr", "ledger/tsa.pem"
KEYS = "meta/keys.json"


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry: its body, and its facts with their salt where they are disclosed."""

    seq: int
    body: bytes
    data: bytes | None = None
    salt: bytes | None = None


def events_text(links: Sequence[Link]) -> bytes:
    """One line for each entry; the bodies as they were hashed, as strings of JSON."""
    return b"".join(
        orjson.dumps(
            {
                "body": link.body.decode(),
                "data": link.data.decode() if link.data is not None else None,
                "salt": link.salt.hex() if link.salt is not None else None,
            }
        )
        + b"\n"
        for link in links
    )


def proofs_text(size: int, paths: Mapping[int, Sequence[bytes]]) -> bytes:
    """The path of each entry to the root of the checkpoint of this size."""
    said = {
        "size": size,
        "paths": {
            str(seq): [node.hex() for node in path]
            for seq, path in sorted(paths.items())
        },
    }
    return orjson.dumps(said) + b"\n"


def keys_text(
    handovers: Iterable[Sequence[str]], revocations: Sequence[Mapping[str, object]] = ()
) -> bytes:
    """How each key handed over to the next, up to the one in use; both signed that.

    Args:
        revocations: keys that others may know, with proofs that what they signed before
            is what the record goes on from.
    """
    parts = ("old", "new", "by_old", "by_new")
    said: dict[str, object] = {
        "rotations": [dict(zip(parts, step, strict=True)) for step in handovers]
    }
    if revocations:
        said["revocations"] = revocations
    return orjson.dumps(said) + b"\n"
