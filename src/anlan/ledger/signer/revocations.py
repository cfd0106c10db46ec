"""A key that others may know is revoked: what it signed counts up to a size, no further.

One statement for each chain, so that a package need not name the chains of others. What
the key signed up to that size is not thereby true: it is, if the signed root continues
it. A forgery that continues nothing is found at any size.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.ledger.checkpoints import BadNote, Statement, fits, public_bytes
from anlan.ledger.signer.keys import (
    STATE,
    KeyTrouble,
    load,
    locked,
    rotations,
    successor,
    write_whole,
)
from anlan.ledger.signer.memory import Memory, Refused

REVOCATIONS = "revocations"
LONGEST_REASON = 120  # characters: eight of them fit into an answer of the signer
_is_line = re.compile(r"[^\x00-\x1f\x7f\u2028\u2029]+").fullmatch


@dataclass(frozen=True)
class Revocation:
    """After this statement of a chain, nothing counts that ``key`` signed."""

    key: bytes
    by: bytes  # the key that says so
    last: Statement
    seconds: int  # since 1970, by the clock of the signer
    reason: str
    by_new: bytes
    by_old: bytes = b""  # of the key itself, where it still existed

    @property
    def text(self) -> bytes:
        """What is signed; no checkpoint can look like it, as it has five lines too many."""
        lines = [
            "anlan key revocation v1",
            self.last.origin,
            self.key.hex(),
            self.by.hex(),
            str(self.last.size),
            self.last.root.hex(),
            str(self.seconds),
            self.reason,
        ]
        return "".join(f"{line}\n" for line in [*lines, ""]).encode()

    @property
    def is_sound(self) -> bool:
        return (
            self.key != self.by
            and _is_reason(self.reason)
            and fits(self.by, self.by_new, self.text)
            and (not self.by_old or fits(self.key, self.by_old, self.text))
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "origin": self.last.origin,
            "key": self.key.hex(),
            "by": self.by.hex(),
            "size": self.last.size,
            "root": self.last.root.hex(),
            "seconds": self.seconds,
            "reason": self.reason,
            "by_new": self.by_new.hex(),
            "by_old": self.by_old.hex(),
        }


def revocation_of(said: dict[str, Any]) -> Revocation:
    """Read what ``as_json`` gave.

    Raises:
        ValueError: it is something else.
    """
    try:
        parts = {
            name: bytes.fromhex(said[name])
            for name in ("key", "by", "by_new", "by_old")
        }
        size, seconds = said["size"], said["seconds"]
        if type(size) is not int or type(seconds) is not int:
            raise BadNote("no whole numbers")
        last = Statement(str(said["origin"]), size, bytes.fromhex(said["root"]))
        return Revocation(
            last=last, seconds=seconds, reason=str(said["reason"]), **parts
        )
    except (AttributeError, KeyError, TypeError) as fault:
        raise BadNote(f"no revocation: {type(fault).__name__}") from None


def counts(statement: Statement, key: bytes, revocations: Iterable[Revocation]) -> bool:
    """Whether the signature of ``key`` under a statement is one to go by.

    A revoked key counts up to the size that was said of the chain, and nowhere where
    nothing was said.
    """
    of_key = [one for one in revocations if one.key == key]
    limits = [one.last.size for one in of_key if one.last.origin == statement.origin]
    return not of_key or statement.size <= min(limits, default=0)


def _is_reason(text: str) -> bool:
    is_whole = len(text) <= LONGEST_REASON and unicodedata.is_normalized("NFC", text)
    return is_whole and bool(_is_line(text))


def revoke(
    folder: Path, *, reason: str, seconds: int, key: bytes | None = None
) -> list[Revocation]:
    """Say of every chain up to where a key counts.

    Args:
        folder: of the signer.
        reason: one line for people.
        seconds: since 1970, when it is said.
        key: an earlier one; nothing: the key in use, which then hands over to a new one,
            signs its own revocation, and is destroyed.

    Raises:
        KeyTrouble: it cannot be done.
    """
    reason = unicodedata.normalize("NFC", reason)
    if not _is_reason(reason):
        raise KeyTrouble(
            f"a reason is one line of at most {LONGEST_REASON} characters: --reason"
        )
    in_use = public_bytes(load(folder))  # a folder that is not there has no lock
    if key in (None, in_use):
        with locked(folder), successor(folder) as (old, new):
            return _say(folder, public_bytes(old), new, old, seconds, reason)
    with locked(folder):
        return _say(folder, key or b"", load(folder), None, seconds, reason)


def _say(
    folder: Path,
    key: bytes,
    by: Ed25519PrivateKey,
    old: Ed25519PrivateKey | None,
    seconds: int,
    reason: str,
) -> list[Revocation]:
    before = revocations(folder)
    if key == public_bytes(by) or any(one.key == key for one in before):
        raise KeyTrouble("this key is revoked already")
    memory = Memory(folder / STATE)
    try:
        lasts = [memory.last(origin) for origin in memory.origins()]
    except Refused:
        raise KeyTrouble(f"what was signed last is damaged: {folder / STATE}") from None
    made = [
        _signed(key, by, old, last, seconds, reason)
        for last in lasts
        if last is not None
    ]
    if not made:
        raise KeyTrouble("nothing was signed yet: there is nothing to revoke")
    rows = [one.as_json() for one in [*before, *made]]
    write_whole(folder / REVOCATIONS, json.dumps(rows), mode=0o600)
    return made


def _signed(
    key: bytes,
    by: Ed25519PrivateKey,
    old: Ed25519PrivateKey | None,
    last: Statement,
    seconds: int,
    reason: str,
) -> Revocation:
    said = Revocation(key, public_bytes(by), last, seconds, reason, b"")
    by_old = old.sign(said.text) if old else b""
    return Revocation(key, said.by, last, seconds, reason, by.sign(said.text), by_old)


def revocations(folder: Path) -> list[Revocation]:
    """All that were said.

    Those of the key in use never were, nor those by a key that never was in use: somebody
    was killed before it took over, and what was written then blocks no later word.
    """
    path = folder / REVOCATIONS
    if not path.exists():
        return []
    said = [revocation_of(one) for one in json.loads(path.read_text("ascii"))]
    in_use = public_bytes(load(folder))
    used = {in_use, *(step.old for step in rotations(folder))}
    return [one for one in said if one.key != in_use and one.by in used]
