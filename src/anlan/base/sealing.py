"""Sealing a text to those who hold a key, and keeping such a key under a passphrase.

A sealed value is ``0x01 ‖ n ‖ ephemeral key ‖ n wrapped content keys ‖ ciphertext``. Each
holder's wrap is made with X25519, HKDF-SHA256 and AES-256-GCM; the content key is new for
each value, so that it is used once. Everything before the ciphertext is authenticated
with it, and so is what the caller binds the value to: a value that was altered or put in
another row opens for nobody.

The text is padded to a power of two, so that its length tells little. What this does not
hide: that something was sealed, when, by whom, and about how long it is.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from anlan.base.crypto import CryptoError

KEY_BYTES: Final = 32
COST: int = 17  # of scrypt, as a power of two: 128 MiB and some tenths of a second
SMALLEST: Final = 1024  # bytes of a padded text
_VERSION: Final = 1
_MOST_HOLDERS: Final = 8
_WRAP_BYTES: Final = KEY_BYTES + 16
_HEAD_BYTES: Final = 2 + KEY_BYTES
_LENGTH_BYTES: Final = 4
_SALT_BYTES: Final = 16
_COSTS: Final = range(10, 21)  # more would let an altered row eat the memory
_BLOCKS, _LANES = 8, 1
_ONCE: Final = bytes(12)  # the nonce of a key that is used once


class SealBroken(CryptoError):
    """It was altered, belongs elsewhere, or is not for this key; never says which."""


def new_key() -> bytes:
    """A private key."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_of(key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def seal(text: str, *, to: Sequence[bytes], bound: bytes) -> bytes:
    """``text`` for the holders of these public keys alone.

    Args:
        bound: what it belongs to; it does not open with anything else.
    """
    if not 1 <= len(to) <= _MOST_HOLDERS:
        raise ValueError("sealed to nobody, or to too many")
    once = X25519PrivateKey.generate()
    ephemeral = once.public_key().public_bytes_raw()
    content_key = secrets.token_bytes(KEY_BYTES)
    head = bytes((_VERSION, len(to))) + ephemeral
    for public in to:
        shared = once.exchange(X25519PublicKey.from_public_bytes(public))
        wrapper = AESGCM(_wrapper(shared, ephemeral, public))
        head += wrapper.encrypt(_ONCE, content_key, bound)
    return head + AESGCM(content_key).encrypt(_ONCE, _padded(text), head + bound)


def unseal(value: bytes, *, key: bytes, bound: bytes) -> str:
    """The text, for who holds one of the private keys.

    Raises:
        SealBroken: one bit differs, it is bound to something else, or not for this key.
    """
    count = value[1] if len(value) > _HEAD_BYTES and value[0] == _VERSION else 0
    head_bytes = _HEAD_BYTES + count * _WRAP_BYTES
    if not 1 <= count <= _MOST_HOLDERS or len(value) <= head_bytes:
        raise SealBroken("not a value that was sealed here")
    head, sealed = value[:head_bytes], value[head_bytes:]
    ephemeral = head[2:_HEAD_BYTES]
    own = X25519PrivateKey.from_private_bytes(key)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        wrapper = AESGCM(
            _wrapper(shared, ephemeral, own.public_key().public_bytes_raw())
        )
        content_key = _unwrapped(wrapper, head[_HEAD_BYTES:], bound)
        padded = AESGCM(content_key).decrypt(_ONCE, sealed, head + bound)
    except (InvalidTag, ValueError):
        # A key of low order is a ValueError; who asks learns no more than from a bit.
        raise SealBroken("altered, from elsewhere, or not for this key") from None
    return _unpadded(padded)


def lock(key: bytes, *, passphrase: str, bound: bytes) -> bytes:
    """A private key under a passphrase: ``0x01 ‖ cost ‖ salt ‖ ciphertext``."""
    head = bytes((_VERSION, COST)) + secrets.token_bytes(_SALT_BYTES)
    return head + AESGCM(_stretched(passphrase, head)).encrypt(_ONCE, key, head + bound)


def unlock(value: bytes, *, passphrase: str, bound: bytes) -> bytes:
    """The private key.

    Raises:
        SealBroken: the passphrase is another one, or the value was altered.
    """
    head, sealed = value[: 2 + _SALT_BYTES], value[2 + _SALT_BYTES :]
    if len(sealed) != _WRAP_BYTES or head[0] != _VERSION or head[1] not in _COSTS:
        raise SealBroken("not a key that was locked here")
    try:
        return AESGCM(_stretched(passphrase, head)).decrypt(_ONCE, sealed, head + bound)
    except InvalidTag:
        raise SealBroken("another passphrase, or altered") from None


def split(key: bytes) -> tuple[bytes, bytes]:
    """Two halves, each of which alone says nothing at all of the key."""
    one = secrets.token_bytes(len(key))
    return one, _xor(one, key)


def join(one: bytes, other: bytes) -> bytes:
    """The key from both halves; from two that do not belong together another key."""
    return _xor(one, other)


def packed(*parts: bytes) -> bytes:
    """Parts with their lengths, so that no two lists of parts give one result."""
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def _wrapper(shared: bytes, ephemeral: bytes, public: bytes) -> bytes:
    info = packed(b"anlan sealed v1", ephemeral, public)
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(
        shared
    )


def _unwrapped(wrapper: AESGCM, wraps: bytes, bound: bytes) -> bytes:
    for start in range(0, len(wraps), _WRAP_BYTES):
        try:
            return wrapper.decrypt(_ONCE, wraps[start : start + _WRAP_BYTES], bound)
        except InvalidTag:
            continue
    raise InvalidTag


def _stretched(passphrase: str, head: bytes) -> bytes:
    """Typed on another keyboard, the same characters are the same passphrase."""
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    kdf = Scrypt(salt=head[2:], length=KEY_BYTES, n=1 << head[1], r=_BLOCKS, p=_LANES)
    return kdf.derive(typed)


def _padded(text: str) -> bytes:
    plain = text.encode()
    needed = _LENGTH_BYTES + len(plain)
    room = max(SMALLEST, 1 << (needed - 1).bit_length())
    return len(plain).to_bytes(_LENGTH_BYTES) + plain + bytes(room - needed)


def _unpadded(padded: bytes) -> str:
    length = int.from_bytes(padded[:_LENGTH_BYTES])
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length].decode()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
