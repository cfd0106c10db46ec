"""Keeping an opened key for one session, so that neither server nor browser has it alone.

The private half goes to the browser in a cookie, encrypted with a key that is made for
this session and stands in it; with the cookie comes the ciphertext, from the session the
key. Whoever copies the database, the data folder and the keys of the server has no
ciphertext; whoever copies the cookie has no key. Signing out, a quarter of an hour
without a page of support, another password or "close" make the cookie worthless.
See docs/adr/0041.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_variables

from anlan.accounts.models import User
from anlan.base.sealing import packed
from anlan.resolution.counselling.selectors import key_of
from anlan.resolution.counselling.services import OpenKey

COOKIE: Final = "anlan_counselling"
PATH: Final = "/counselling/"
IDLE: Final = timedelta(minutes=15)
_SESSION: Final = "counselling_opened"
_ONCE: Final = bytes(12)  # a key for each opening


@sensitive_variables("opened", "once")
def keep(
    request: HttpRequest, response: HttpResponse, opened: OpenKey, *, at: datetime
) -> None:
    """From now on this session has the key."""
    user = opened.row.user
    once = secrets.token_bytes(32)
    kept = AESGCM(once).encrypt(_ONCE, opened.private, _bound(user, opened.row.uid))
    request.session[_SESSION] = {
        "key": str(opened.row.uid),
        "once": once.hex(),
        "until": (at + IDLE).isoformat(),
    }
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(kept).decode(),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


@sensitive_variables("once", "kept", "private")
def kept_key(request: HttpRequest, user: User, *, at: datetime) -> OpenKey | None:
    """The key that this session has; looking at it lets it live a quarter of an hour more."""
    said = request.session.get(_SESSION)
    if not isinstance(said, dict):
        return None
    until, row = parse_datetime(str(said["until"])), key_of(user)
    if until is None or at >= until or row is None or str(row.uid) != said["key"]:
        forget(request)
        return None
    once = bytes.fromhex(said["once"])
    try:
        kept = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
        private = AESGCM(once).decrypt(_ONCE, kept, _bound(user, row.uid))
    except (InvalidTag, ValueError):
        forget(request)
        return None
    request.session[_SESSION] = {**said, "until": (at + IDLE).isoformat()}
    return OpenKey(row, private)


def forget(request: HttpRequest, response: HttpResponse | None = None) -> None:
    request.session.pop(_SESSION, None)
    if response is not None:
        response.delete_cookie(COOKIE, path=PATH, samesite="Strict")


def _bound(user: User, key: UUID) -> bytes:
    """With another password the same cookie is worth nothing."""
    return packed(user.uid.bytes, key.bytes, user.get_session_auth_hash().encode())
