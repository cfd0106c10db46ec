"""Checkpoints as text: which root a chain had at which size, and who signed that.

The form is C2SP's (tlog-checkpoint, signed-note), so that tools of others read it:

    anlan/<uid of the organisation>/<uid of the site>
    20852
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — anlan/<the same again> <base64 of key id ‖ Ed25519 signature>

The chain of the organisation itself (site 0) is called ``anlan/<uid of the
organisation>``. The log signs under its origin as name, with one key for all origins; a
witness signs under a name of its own, and says when (tlog-cosignature, version 1).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

LONGEST_NOTE = 16_384  # bytes; a checkpoint with two dozen witnesses is 4 KB
MOST_SIGNATURES = 32
GREATEST_SIZE = 2**63 - 1  # as many entries as a chain can number
KEY_BYTES = 32
ROOT_BYTES = 32

_LOG = b"\x01"  # the kinds of Ed25519 signature in a note: of a log, of a witness
_WITNESS = b"\x04"
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_DASH = "\N{EM DASH} "
# One origin and one name of a signer: no space, no plus, nothing that a terminal obeys.
_is_name = re.compile(r"[A-Za-z0-9._/-]{1,160}").fullmatch
_is_size = re.compile(r"0|[1-9][0-9]{0,18}").fullmatch


class BadNote(ValueError):
    """What should be a checkpoint is none; the text says why, for an engineer."""


@dataclass(frozen=True, order=True)
class Statement:
    """What is signed: the chain ``origin`` had ``size`` entries with this root."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.origin):
            raise BadNote("the origin is no name")
        if not 0 <= self.size <= GREATEST_SIZE:
            raise BadNote("the size is none")
        if len(self.root) != ROOT_BYTES:
            raise BadNote("the root is no SHA-256")

    @property
    def text(self) -> str:
        """The lines the signature of the log is over, the last newline with them."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True)
class Signature:
    """One line below the statement: by whom, with which key, and the bytes."""

    name: str
    key_id: bytes
    signed: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.key_id + self.signed)}\n"


@dataclass(frozen=True)
class Note:
    """A statement and the signatures under it, none of them verified yet."""

    statement: Statement
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> str:
        lines = "".join(signature.line for signature in self.signatures)
        return f"{self.statement.text}\n{lines}"

    def with_signature(self, signature: Signature) -> Note:
        """The note with one line more; the same note if it has that line."""
        if signature in self.signatures:
            return self
        return Note(self.statement, (*self.signatures, signature))


def origin_of(organisation_uid: object, site_uid: object | None) -> str:
    """What a chain is called in checkpoints; without a site, the organisation's own."""
    name = f"anlan/{organisation_uid}"
    return f"{name}/{site_uid}" if site_uid is not None else name


def parse(text: str | bytes) -> Note:
    """Read a checkpoint, strictly: there is one way to write each.

    Raises:
        BadNote: it is not written that way.
    """
    if len(text) > LONGEST_NOTE:
        raise BadNote("too long")
    try:
        text = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise BadNote("not UTF-8") from None
    said, blank, below = text.partition("\n\n")
    lines = said.split("\n")
    if not blank or len(lines) != 3 or not below.endswith("\n"):
        raise BadNote("not three lines, a blank one, and signatures")
    origin, size, root = lines
    if not _is_size(size):
        raise BadNote("the size is no number")
    statement = Statement(origin, int(size), _bytes(root))
    signatures = below[:-1].split("\n")
    if len(signatures) > MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return Note(statement, tuple(_parse_signature(line) for line in signatures))


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes_raw()


def fingerprint(public_key: bytes) -> str:
    """What people compare: SHA-256 of the 32 bytes, 64 hex digits in groups of four."""
    digits = sha256(public_key).hexdigest()
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def sign(statement: Statement, key: Ed25519PrivateKey) -> Signature:
    """The signature of the log, under its origin as name."""
    key_id = _key_id(statement.origin, _LOG, public_bytes(key))
    return Signature(statement.origin, key_id, key.sign(statement.text.encode()))


def is_signed(note: Note, public_key: bytes) -> bool:
    """Whether the log itself signed the statement with this key."""
    origin = note.statement.origin
    key_id = _key_id(origin, _LOG, public_key)
    return any(
        fits(public_key, signature.signed, note.statement.text.encode())
        for signature in note.signatures
        if (signature.name, signature.key_id) == (origin, key_id)
    )


def cosign(
    statement: Statement, key: Ed25519PrivateKey, *, name: str, seconds: int
) -> Signature:
    """The signature of a witness: it saw this, consistent with all before, at a time.

    Args:
        statement: what it has checked.
        key: its own.
        name: its own, as others will know it.
        seconds: since 1970, UTC, by its own clock.
    """
    if not _is_name(name):
        raise BadNote("the name of the witness is none")
    signed = key.sign(_witnessed(statement, seconds))
    key_id = _key_id(name, _WITNESS, public_bytes(key))
    return Signature(name, key_id, seconds.to_bytes(_TIME_BYTES) + signed)


def cosigned_at(note: Note, public_key: bytes, *, name: str) -> int | None:
    """When the witness with this name and key signed, in seconds since 1970; or never.

    The latest, if it signed more than once.
    """
    key_id = _key_id(name, _WITNESS, public_key)
    times = [
        _time_of(signature, note.statement, public_key)
        for signature in note.signatures
        if (signature.name, signature.key_id) == (name, key_id)
    ]
    return max((time for time in times if time is not None), default=None)


def _time_of(
    signature: Signature, statement: Statement, public_key: bytes
) -> int | None:
    seconds = int.from_bytes(signature.signed[:_TIME_BYTES])
    signed = signature.signed[_TIME_BYTES:]
    is_own = fits(public_key, signed, _witnessed(statement, seconds))
    return seconds if is_own else None


def _witnessed(statement: Statement, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{statement.text}".encode()


def _key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + kind + public_key).digest()[:_KEY_ID_BYTES]


def fits(public_key: bytes, signed: bytes, text: bytes) -> bool:
    """Whether the 64 bytes ``signed`` are an Ed25519 signature of ``text``."""
    if len(signed) != _SIGNATURE_BYTES or len(public_key) != KEY_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed, text)
    except InvalidSignature:
        return False
    return True


def _parse_signature(line: str) -> Signature:
    if not line.startswith(_DASH):
        raise BadNote("a signature begins with a dash")
    name, space, encoded = line[len(_DASH) :].partition(" ")
    if not space or not _is_name(name):
        raise BadNote("a signature has a name and bytes")
    content = _bytes(encoded)
    if len(content) <= _KEY_ID_BYTES:
        raise BadNote("a signature is too short")
    return Signature(name, content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:])


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _bytes(text: str) -> bytes:
    """Base64 as it is written here: padded, and no other text gives the same bytes."""
    try:
        content = b64decode(text, validate=True)
    except (NoBase64, ValueError):
        raise BadNote("not base64") from None
    if _base64(content) != text:
        raise BadNote("not base64 as it is written")
    return content


def verified(
    text: str | bytes, *, origin: str, public_keys: Iterable[bytes]
) -> Statement:
    """Read a checkpoint of one chain, signed by one of its keys.

    Raises:
        BadNote: it is none, of another chain, or not signed.
    """
    note = parse(text)
    if note.statement.origin != origin:
        raise BadNote("of another chain")
    if not any(is_signed(note, key) for key in public_keys):
        raise BadNote("not signed by a key of this chain")
    return note.statement
