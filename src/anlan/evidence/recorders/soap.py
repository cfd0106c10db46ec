"""Asking a device by SOAP 1.2, as the core specification of ONVIF has it.

Who asks is said as the device wants it: by Digest where it offers that, else by a token
in the message, which proves the password and does not hold it. Never in the clear.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from anlan.base.plain_xml import Element, NotPlain, read_plain
from anlan.evidence.recorders import Refused, Unreachable, Unreadable
from anlan.evidence.recorders.wire import Login, Wire

SECONDS = 20.0  # of one answer; a search may wait five
MOST_BYTES = 1024**2
MOST_ELEMENTS = 20_000
LONGEST = 2_000  # characters of one text
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_LOGIN = {401, 403, 407}
_ANSWERS = {200, 400, 500}


class Fault(Exception):
    """The device says that it does not do what it was asked, and with which codes."""

    def __init__(self, codes: frozenset[str]) -> None:
        super().__init__(",".join(sorted(codes)))
        self.codes = codes


@dataclass
class Soap:
    """Asks the services of one device."""

    wire: Wire
    login: Login
    now: datetime  # by its clock when this was made, as far as that is known
    until: float | None = None  # by the monotonic clock
    by_token: bool = False
    began: float = field(default_factory=time.monotonic)

    def ask(self, path: str, namespace: str, action: str, inside: str = "") -> Element:
        """The element of the answer that answers.

        Args:
            path: of the service, below the address of the device.
            inside: XML of the question, of which nothing is escaped here.

        Raises:
            Fault: it says that it does not.
            Refused, Unreachable, Unreadable: as with ``Recorder``.
        """
        asked = f'<{action} xmlns="{namespace}">{inside}</{action}>'
        try:
            return self._answer(path, f"{namespace}/{action}", asked)
        except _NotAuthorized:
            if self.by_token or self.login.way == "none":
                raise Refused from None
        self.by_token = True
        try:
            return self._answer(path, f"{namespace}/{action}", asked)
        except _NotAuthorized:
            raise Refused from None

    def _answer(self, path: str, action: str, asked: str) -> Element:
        seconds = SECONDS
        if self.until is not None:
            seconds = min(seconds, self.until - time.monotonic())
        if seconds <= 0:
            raise Unreachable("slow")
        head = self._token() if self.by_token else ""
        status, body = self.wire.post(
            path,
            (
                '<?xml version="1.0" encoding="UTF-8"?>'
                f'<s:Envelope xmlns:s="{ENVELOPE}">{head}<s:Body>{asked}</s:Body>'
                "</s:Envelope>"
            ).encode(),
            f'application/soap+xml; charset=utf-8; action="{action}"',
            most=MOST_BYTES,
            seconds=seconds,
        )
        if status in _LOGIN:
            raise _NotAuthorized
        if status not in _ANSWERS:
            raise Unreachable(f"http_{status}")
        try:
            root = read_plain(body, most=MOST_ELEMENTS, longest=LONGEST)
        except NotPlain as error:
            raise Unreadable from error
        found = [one for row in root.all("Body") for one in row.inside]
        if root.name != "Envelope" or not found:
            raise Unreadable
        if found[0].name == "Fault":
            codes = _codes_of(found[0])
            raise _NotAuthorized if "NotAuthorized" in codes else Fault(codes)
        if found[0].name != f"{action.rpartition('/')[2]}Response":
            raise Unreadable
        return found[0]

    def _token(self) -> str:
        """A UsernameToken with a digest; its time is the device's, which may be wrong."""
        nonce = secrets.token_bytes(16)
        at = self.now + timedelta(seconds=time.monotonic() - self.began)
        created = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        said = nonce + created.encode() + self.login.password.encode()
        digest = hashlib.sha1(said, usedforsecurity=False).digest()
        return (
            f'<s:Header><Security xmlns="{_SECURITY}wssecurity-secext-1.0.xsd"'
            ' s:mustUnderstand="1"><UsernameToken>'
            f"<Username>{escape(self.login.username)}</Username>"
            f'<Password Type="{_SECURITY}username-token-profile-1.0#PasswordDigest">'
            f"{base64.b64encode(digest).decode()}</Password>"
            f'<Nonce EncodingType="{_SECURITY}soap-message-security-1.0#Base64Binary">'
            f"{base64.b64encode(nonce).decode()}</Nonce>"
            f'<Created xmlns="{_SECURITY}wssecurity-utility-1.0.xsd">{created}</Created>'
            "</UsernameToken></Security></s:Header>"
        )


class _NotAuthorized(Exception):
    """It wants to know who asks, or knows it and does not let us in."""


def _codes_of(fault: Element) -> frozenset[str]:
    """The local names of all codes of a fault, from the general one to the special."""
    found: set[str] = set()
    rows = fault.all("Code")
    while rows:
        found |= {row.at("Value").rpartition(":")[2] for row in rows}
        rows = [one for row in rows for one in row.all("Subcode")]
    return frozenset(found)
