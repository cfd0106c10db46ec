"""Encryption of single fields, bound to their row, and the index that finds them.

A stored value is ``0x01 ‖ key id ‖ nonce ‖ ciphertext ‖ tag`` (AES-256-GCM; 30 bytes more
than the text). Organisation, model, row and field are authenticated with it, so that a
value copied into another row or column does not open. The blind index is a keyed hash of
the normalised value: it finds equal values without opening any.

What it does not hide: the length of a text, and which rows hold equal values. Eleven
digits can all be tried, so the blind key lives in a file outside the database.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from anlan.base.durable import sync_folder

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = 2
_KEY_BYTES: Final = 32
_INDEX_BYTES: Final = 16
_LARGEST_KEY_ID: Final = 255
_SETTLED_NS: Final = 1_000_000_000  # file systems note times in steps of some ms
_UNFINISHED: Final = ".unfinished"  # stands while the first keys are being made
_OTHERS_MAY: Final = 0o037  # a secret mounted for a group may be read by it, no more


class CryptoError(Exception):
    """Something is wrong with a key or a stored value; never carries either."""


class KeyFileError(CryptoError):
    """A key file is missing, unreadable, malformed, or open to others."""


class UnknownKey(CryptoError):
    """The value was written with a key that is not in the ring."""


class DecryptionFailed(CryptoError):
    """The value was altered, moved from another place, or is no ciphertext."""


class Place(NamedTuple):
    """Where a value belongs; it opens there and nowhere else.

    ``model`` and ``field`` are names as in ``customers.person`` and ``phone``, ``row``
    the ``uid`` of the row, known before the first save.
    """

    organisation: int
    model: str
    row: UUID
    field: str

    def __str__(self) -> str:
        return f"{self.model}.{self.field} of {self.row}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """An encrypted field of a model.

    ``place`` says where the value of a row belongs, ``related`` what it reads for that.
    """

    model: type[Any]
    field: str
    place: Callable[[Any], Place]
    related: tuple[str, ...] = ()


_COLUMNS: list[Column] = []


def add_column(column: Column) -> None:
    """Enter an encrypted field in the list of what a new key is used for; at import."""
    if any((column.model, column.field) == (one.model, one.field) for one in _COLUMNS):
        raise RuntimeError(f"{column.model.__name__}.{column.field} is entered already")
    _COLUMNS.append(column)


def columns() -> tuple[Column, ...]:
    return tuple(_COLUMNS)


@dataclass(frozen=True)
class KeyRing:
    """The keys of one installation: the newest field key writes, all of them read."""

    field_keys: dict[int, bytes] = field(repr=False)
    blind_key: bytes = field(repr=False)
    _ciphers: dict[int, AESGCM] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if not self.field_keys:
            raise KeyFileError("no field key")
        self._ciphers.update((i, AESGCM(key)) for i, key in self.field_keys.items())

    @property
    def current(self) -> int:
        """The id of the key that new values are written with."""
        return max(self.field_keys)

    def encrypt(self, text: str, place: Place) -> bytes:
        """Return ``text`` encrypted for ``place``; each call gives other bytes.

        Raises:
            CryptoError: for a text that is no Unicode (a lone surrogate).
        """
        plain = _utf8(text)
        if plain is None:
            raise CryptoError(f"{place}: the text cannot be encoded")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, plain, _associated(place))
        return bytes((_VERSION, self.current)) + nonce + sealed

    def decrypt(self, value: bytes, place: Place) -> str:
        """Return the text that was encrypted for exactly this ``place``.

        Raises:
            UnknownKey: if the ring lacks its key.
            DecryptionFailed: if one bit or the place differs.
        """
        cipher = self._ciphers.get(key_id_of(value, place))
        if cipher is None:
            raise UnknownKey(f"{place}: key {value[1]} is not in the ring")
        body = value[_HEADER_BYTES:]
        nonce, sealed = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            plain = cipher.decrypt(nonce, sealed, _associated(place))
        except InvalidTag:
            raise DecryptionFailed(
                f"{place}: altered, or moved from elsewhere"
            ) from None
        return plain.decode()

    def needs_rotation(self, value: bytes, place: Place) -> bool:
        """Say whether ``value`` was written with an older key than the current one."""
        return key_id_of(value, place) != self.current

    def blind_index(self, model: str, field: str, normalised: str) -> bytes:
        """Return 16 bytes that are equal for equal values of one field.

        The caller normalises first (``normalise_phone``), or equal things differ.

        Raises:
            ValueError: for an empty value: all rows without one would look alike.
        """
        if not normalised:
            raise ValueError("an empty value has no index")
        plain = _utf8(normalised)
        if plain is None:
            raise CryptoError(f"{model}.{field}: the text cannot be encoded")
        message = _packed(f"{model}.{field}".encode(), plain)
        return hmac.digest(self.blind_key, message, hashlib.sha256)[:_INDEX_BYTES]

    def fingerprints(self) -> dict[str, str]:
        """Return a short public name for each key, to notice a lost or swapped one."""
        named = {f"field/{i:03d}": key for i, key in sorted(self.field_keys.items())}
        named["blind"] = self.blind_key
        return {
            name: hmac.digest(key, b"anlan key fingerprint", hashlib.sha256)[:8].hex()
            for name, key in named.items()
        }


def key_ring() -> KeyRing:
    """Return the ring of this installation, made at its first use.

    It is read again when a key was added or removed: a look at the folder's time is
    some microseconds, and no process goes on writing with a key that was replaced.
    """
    directory = _keys_directory()
    try:
        changed = (directory / "field").stat().st_mtime_ns
    except OSError:
        return ensure_keys(directory)  # they are not there yet, or were lost
    if time.time_ns() - changed < _SETTLED_NS:
        return ensure_keys(directory)  # what follows may not show in the folder's time
    return _load_once(directory, changed)


def encrypt(text: str, place: Place) -> bytes:
    """Encrypt with this installation's current key; see ``KeyRing.encrypt``."""
    return key_ring().encrypt(text, place)


def decrypt(value: bytes, place: Place) -> str:
    """Decrypt with this installation's keys; see ``KeyRing.decrypt``."""
    return key_ring().decrypt(value, place)


def blind_index(model: str, field: str, normalised: str) -> bytes:
    """Index with this installation's blind key; see ``KeyRing.blind_index``."""
    return key_ring().blind_index(model, field, normalised)


def load_keys(directory: Path) -> KeyRing:
    """Read ``field/<key id>.key`` and ``blind.key``.

    Raises:
        KeyFileError: if one is missing, malformed, or may be read by others.
    """
    paths = sorted((directory / "field").glob("*.key"))
    return KeyRing(
        field_keys={_id_of(path): _read_key(path) for path in paths},
        blind_key=_read_key(directory / "blind.key"),
    )


def ensure_keys(directory: Path) -> KeyRing:
    """Make the keys at the first start of an installation, and read them.

    Two processes that start together get the same keys: one makes them, the other
    waits. A crash on the way is finished by the next call. Keys that are there may lie
    on a read-only mount.

    Raises:
        KeyFileError: if some keys are there and others are not. They were lost, and
            new ones in their place would hide it: values would not open, equal ones
            would not be found.
    """
    if not _are_complete(directory):
        with _locked(directory):
            if not _are_complete(directory):
                _make_keys(directory)
    return load_keys(directory)


def _are_complete(directory: Path) -> bool:
    return (
        not (directory / _UNFINISHED).exists()
        and (directory / "blind.key").exists()
        and any((directory / "field").glob("*.key"))
    )


def _make_keys(directory: Path) -> None:
    unfinished, blind = directory / _UNFINISHED, directory / "blind.key"
    field_keys = directory / "field"
    has_field_key, has_blind_key = any(field_keys.glob("*.key")), blind.exists()
    if has_field_key != has_blind_key and not unfinished.exists():
        lost = "blind.key" if has_field_key else "field/*.key"
        raise KeyFileError(f"{directory}: {lost} is lost; restore it from a backup")
    unfinished.touch(mode=0o600)
    sync_folder(directory)
    field_keys.mkdir(mode=0o700, exist_ok=True)
    if not has_field_key:
        _write_key(field_keys / _key_name(1))
    if not has_blind_key:
        _write_key(blind)
    unfinished.unlink()
    sync_folder(directory)


def add_field_key(directory: Path) -> int:
    """Make a new field key and return its id; from now on it writes, the old ones read.

    Running processes see it at their next value.
    """
    with _locked(directory):
        key_id = load_keys(directory).current + 1
        if key_id > _LARGEST_KEY_ID:
            raise KeyFileError("the key id has one byte; all 255 are used")
        _write_key(directory / "field" / _key_name(key_id))
        return key_id


def remove_field_key(directory: Path, key_id: int) -> None:
    """Delete an old field key for good; whoever calls knows that no value needs it.

    Raises:
        KeyFileError: there is none of this id, or it is the one that writes.
    """
    with _locked(directory):
        ring = load_keys(directory)
        if key_id not in ring.field_keys:
            raise KeyFileError(f"there is no field key {key_id:03d}")
        if key_id == ring.current:
            raise KeyFileError(f"field key {key_id:03d} is the one in use")
        (directory / "field" / _key_name(key_id)).unlink()
        sync_folder(directory / "field")


def came_at(directory: Path, key_id: int) -> float:
    """When a field key was made, in seconds since the epoch, as its file says."""
    return (directory / "field" / _key_name(key_id)).stat().st_mtime


@lru_cache(maxsize=4)
def _load_once(directory: Path, changed: int) -> KeyRing:
    return ensure_keys(directory)


def _keys_directory() -> Path:
    return Path(settings.KEYS)


def key_id_of(value: bytes, place: Place) -> int:
    if len(value) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or value[0] != _VERSION:
        raise DecryptionFailed(f"{place}: not a value that was encrypted here")
    return value[1]


def _associated(place: Place) -> bytes:
    return _packed(
        str(place.organisation).encode(),
        place.model.encode(),
        place.row.bytes,
        place.field.encode(),
    )


def _packed(*parts: bytes) -> bytes:
    """Join parts with their lengths, so that no two lists of parts give one result."""
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def _utf8(text: str) -> bytes | None:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None  # raising from here would chain an error that quotes the text


def _key_name(key_id: int) -> str:
    return f"{key_id:03d}.key"


def _id_of(path: Path) -> int:
    stem = path.stem
    if len(stem) != 3 or not (stem.isascii() and stem.isdigit()):
        raise KeyFileError(f"{path}: not named 001.key to 255.key")
    key_id = int(stem)
    if not 1 <= key_id <= _LARGEST_KEY_ID:
        raise KeyFileError(f"{path}: not named 001.key to 255.key")
    return key_id


def _read_key(path: Path) -> bytes:
    """Read a key file: 64 hexadecimal digits, so that it can be kept on paper."""
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    if mode & _OTHERS_MAY:
        raise KeyFileError(f"{path}: others may read it; run chmod 600 on it")
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path}: not 64 hexadecimal digits")
    return key


def _write_key(path: Path) -> None:
    """Write a new key so that the file is whole or not there at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the directory's lock; the kernel frees it if the process dies."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
