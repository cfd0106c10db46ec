"""Which device speaks, and how it proves it.

A device that can sign sends four headers: ``X-Anlan-Device`` (its uid),
``X-Anlan-Timestamp`` (seconds since 1970), ``X-Anlan-Nonce`` (8 to 64 characters of
A–Z a–z 0–9 _ -, never used before) and ``X-Anlan-Signature``: ``sha256=`` and the
lower-case hex HMAC-SHA256, under its secret, of device, time stamp, nonce and body, each
of the first three followed by a line feed. A box that cannot has a secret address or a
password, speaks from listed networks only, and is shown as unsigned.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import ipaddress
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.request import parse_http_list, parse_keqv_list
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from anlan.base import crypto
from anlan.base.digest import sha256
from anlan.base.errors import DomainError
from anlan.incidents.enums import DeviceMode
from anlan.incidents.models import Device

REALM = "anlan"
WINDOW = 300  # seconds that a time stamp may lie off, either way
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_SECONDS = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class UnknownDevice(DomainError):
    """Nobody we know, or not proven. The caller hears one sentence, the record why."""

    code = "unknown_device"
    status = 401

    def __init__(self, reason: str, device: Device | None = None) -> None:
        super().__init__(_("不认识这个设备，或者认证不对"))
        self.reason = reason
        self.device = device


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A message as it arrived. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    address: str
    method: str = "POST"
    uri: str = ""
    url_secret: str = ""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Whose message it is. ``nonce`` must not have been used before; empty: none."""

    device: Device
    nonce: str = ""


@dataclass(frozen=True)
class _Digest:
    """The fields of an ``Authorization: Digest`` header (RFC 7616)."""

    fields: dict[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def prove(envelope: Envelope, *, at: datetime) -> Proof:
    """The device that sent the message.

    Raises:
        UnknownDevice: for whatever does not hold.
    """
    kind, _space, value = envelope.headers.get("authorization", "").partition(" ")
    if envelope.url_secret:
        proof = _by_secret_address(envelope)
    elif "x-anlan-device" in envelope.headers:
        proof = _by_signature(envelope, at=at)
    elif kind.lower() == "basic":
        proof = _by_password(value)
    elif kind.lower() == "digest":
        proof = _by_digest(envelope, value, at=at)
    else:
        raise UnknownDevice("no_credentials")
    _check_address(proof.device, envelope.address)
    return proof


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a device signed. ``nonce`` is new at the time that it claims, not for ever."""

    body: bytes
    timestamp: str
    nonce: str


def open_signed(device: Device, payload: bytes) -> Signed:
    """A signed message that came through a broker.

    The payload is JSON with ``timestamp``, ``nonce``, ``signature`` and ``body`` (a
    text). A broker may keep it for hours, so the time stamp has no window; with the nonce
    it keeps the message from counting twice, however often it is delivered.

    Raises:
        UnknownDevice: it is not signed by this device.
    """
    try:
        said = orjson.loads(payload)
        parts = [said[name] for name in ("timestamp", "nonce", "signature", "body")]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UnknownDevice("bad_signature", device) from None
    if not all(isinstance(part, str) for part in parts):
        raise UnknownDevice("bad_signature", device)
    timestamp, nonce, signature, text = parts
    body = text.encode()
    expected = signature_of(secret_of(device), str(device.uid), timestamp, nonce, body)
    if not _NONCE.fullmatch(nonce) or not _same(signature, expected):
        raise UnknownDevice("bad_signature", device)
    return Signed(body=body, timestamp=timestamp, nonce=nonce)


def signature_of(
    secret: str, device: str, timestamp: str, nonce: str, body: bytes
) -> str:
    message = f"{device}\n{timestamp}\n{nonce}\n".encode() + body
    return "sha256=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def challenge(*, at: datetime, is_stale: bool = False) -> str:
    """What a box with Digest needs before it can answer; it holds no state here."""
    nonce = _challenge_nonce(int(at.timestamp()))
    stale = ", stale=true" if is_stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{stale}'


def is_asking(error: UnknownDevice, address: str) -> bool:
    """Whether a refusal is only the first step of Digest, and no attempt at anything."""
    if error.reason == "stale":
        return True
    if error.reason != "no_credentials":
        return False
    listening = Device.objects.filter(mode=DeviceMode.DIGEST, disabled_at=None)
    return any(may_speak_from(device, address) for device in listening)


def secret_of(device: Device) -> str:
    if device.secret is None:
        raise UnknownDevice("wrong_mode", device)
    return crypto.decrypt(bytes(device.secret), secret_place(device))


def secret_place(device: Device) -> crypto.Place:
    return crypto.Place(
        organisation=device.site.organisation_id,
        model="incidents.Device",
        row=device.uid,
        field="secret",
    )


crypto.add_column(
    crypto.Column(model=Device, field="secret", place=secret_place, related=("site",))
)


def may_speak_from(device: Device, address: str) -> bool:
    """Whether the address lies in one of the device's networks; none listed: any."""
    if not device.addresses:
        return True
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(known, "ipv4_mapped", None)
    known = mapped or known
    return any(known in ipaddress.ip_network(network) for network in device.addresses)


def _by_signature(envelope: Envelope, *, at: datetime) -> Proof:
    headers = envelope.headers
    name = headers["x-anlan-device"]
    timestamp = headers.get("x-anlan-timestamp", "")
    nonce = headers.get("x-anlan-nonce", "")
    device = _device(name, DeviceMode.HMAC)
    if str(device.uid) != name:
        raise UnknownDevice("bad_signature", device)
    expected = signature_of(secret_of(device), name, timestamp, nonce, envelope.body)
    if not _same(headers.get("x-anlan-signature", ""), expected):
        raise UnknownDevice("bad_signature", device)
    if not _NONCE.fullmatch(nonce) or not _SECONDS.fullmatch(timestamp):
        raise UnknownDevice("bad_signature", device)
    if abs(int(timestamp) - at.timestamp()) > WINDOW:
        raise UnknownDevice("clock_skew", device)
    return Proof(device=device, nonce=nonce)


def _by_secret_address(envelope: Envelope) -> Proof:
    device = (
        Device.objects.select_related("site", "place")
        .filter(
            secret_digest=sha256(envelope.url_secret.encode()),
            mode=DeviceMode.SECRET_URL,
            disabled_at=None,
        )
        .first()
    )
    if device is None:
        raise UnknownDevice("unknown_address")
    return Proof(device=device)


def _by_password(value: str) -> Proof:
    try:
        name, _colon, password = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise UnknownDevice("bad_password") from None
    device = _device(name, DeviceMode.BASIC)
    if not _same(password, secret_of(device)):
        raise UnknownDevice("bad_password", device)
    return Proof(device=device)


def _by_digest(envelope: Envelope, value: str, *, at: datetime) -> Proof:
    try:
        said = _Digest(parse_keqv_list(parse_http_list(value)))
    except (ValueError, IndexError):
        raise UnknownDevice("bad_password") from None
    device = _device(said["username"], DeviceMode.DIGEST)
    hashed = _HASHES.get(said["algorithm"] or "MD5")
    if hashed is None or said["qop"] != "auth" or said["realm"] != REALM:
        raise UnknownDevice("bad_password", device)

    def digest(*parts: str) -> str:
        return hashed(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    secret = digest(said["username"], REALM, secret_of(device))
    asked = digest(envelope.method, said["uri"])
    expected = digest(
        secret, said["nonce"], said["nc"], said["cnonce"], said["qop"], asked
    )
    if said["uri"] != envelope.uri or not _same(said["response"], expected):
        raise UnknownDevice("bad_password", device)
    made, _dot, _rest = said["nonce"].partition(".")
    if not _SECONDS.fullmatch(made) or said["nonce"] != _challenge_nonce(int(made)):
        raise UnknownDevice("bad_password", device)
    if abs(int(made) - at.timestamp()) > WINDOW:
        raise UnknownDevice("stale", device)
    # A challenge may be answered several times, with a count that goes up.
    return Proof(device=device, nonce=f"{said['nonce']}.{said['nc'][:8]}")


def _device(name: str, mode: DeviceMode) -> Device:
    try:
        uid = UUID(name)
    except ValueError:
        raise UnknownDevice("unknown_device") from None
    device = Device.objects.select_related("site", "place").filter(uid=uid).first()
    if device is None:
        raise UnknownDevice("unknown_device")
    if not device.is_enabled:
        raise UnknownDevice("disabled", device)
    if device.mode != mode:
        raise UnknownDevice("wrong_mode", device)
    return device


def _check_address(device: Device, address: str) -> None:
    if not may_speak_from(device, address):
        raise UnknownDevice("wrong_address", device)


def _challenge_nonce(seconds: int) -> str:
    key = settings.SECRET_KEY.encode()
    proof = hmac.new(key, b"device challenge %d" % seconds, hashlib.sha256).hexdigest()
    return f"{seconds}.{proof[:32]}"


def _same(said: str, expected: str) -> bool:
    return hmac.compare_digest(said.encode(errors="replace"), expected.encode())
