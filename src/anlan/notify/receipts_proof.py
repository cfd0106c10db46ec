"""Whether a receipt comes from the gateway that it speaks for.

A gateway that can sign signs as we do: Standard Webhooks, with the channel's secret. One
that knows nothing but an address is given one with a key in it, made from the secret: who
changes the secret changes the address. The key opens nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.errors import DomainError
from anlan.notify.channels.gateway import RECEIPTS
from anlan.notify.channels.signing import is_signed
from anlan.notify.models import Channel
from anlan.notify.selectors import channel_secrets


class UnknownGateway(DomainError):
    """No such channel, none that takes receipts, or not proven: all answer alike."""

    code = "unknown_gateway"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("不认识这个网关，或者认证不对"))


def prove_signed(
    uid: UUID, headers: Mapping[str, str], body: bytes, *, at: datetime
) -> Channel:
    """The channel whose gateway signed the message.

    Raises:
        UnknownGateway: for whatever does not hold.
    """
    channel = _channel(uid)
    if not is_signed(headers, secret=_secret(channel), content=body, at=at):
        raise UnknownGateway
    return channel


def prove_by_address(uid: UUID, key: str) -> Channel:
    """The channel whose secret address was called; raises as ``prove_signed``."""
    channel = _channel(uid)
    if not hmac.compare_digest(
        key.encode(errors="replace"), address_key(channel).encode()
    ):
        raise UnknownGateway
    return channel


def address_key(channel: Channel) -> str:
    """The last part of the address for a gateway that cannot sign."""
    named = f"receipts of {channel.uid}".encode()
    digest = hmac.digest(_secret(channel).encode(), named, hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def takes_receipts(channel: Channel) -> bool:
    return bool(channel.settings.get(RECEIPTS))


def _channel(uid: UUID) -> Channel:
    # One that was switched off still hears of what it has sent.
    channel = Channel.objects.filter(uid=uid).first()
    if channel is None or not takes_receipts(channel):
        raise UnknownGateway
    return channel


def _secret(channel: Channel) -> str:
    secret = channel_secrets(channel).get("secret", "")
    if not secret:
        raise UnknownGateway
    return secret
