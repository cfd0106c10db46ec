"""Who is signed in, for what is no page: streams and uploads read the cookie themselves."""

from __future__ import annotations

from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from anlan.accounts.models import User
from anlan.accounts.selectors import shared_phone_for
from anlan.accounts.sessions import SessionStore

PHONE_COOKIE = "anlan_phone"  # the token of a shared phone
PHONE_SESSION = "shared_phone"  # session key: the session was opened by a PIN
PHONE_SEEN = "shared_phone_seen"  # session key: epoch seconds of the last use
IDLE_SECONDS = 300


def session_key_of(cookies: str) -> str:
    return _cookie(cookies, settings.SESSION_COOKIE_NAME)


def phone_token_of(cookies: str) -> str:
    return _cookie(cookies, PHONE_COOKIE)


def acting_user_of(session_key: str, *, phone: str, at: datetime) -> User | None:
    """Who may act with this session; on a shared phone, while it is not locked.

    Args:
        phone: as for ``is_unlocked``.
    """
    if not session_key:
        return None
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    return user if is_unlocked(request.session, user, phone=phone, at=at) else None


def is_unlocked(
    session: SessionBase, user: object, *, phone: str, at: datetime
) -> bool:
    """Whether a session by PIN is still in the hands of who opened it.

    A password opens no shared phone: nothing would lock it before the next one comes.

    Args:
        phone: the token of the shared phone, from its cookie.
    """
    if PHONE_SESSION not in session:
        return shared_phone_for(phone) is None
    if int(at.timestamp()) - int(session.get(PHONE_SEEN, 0)) > IDLE_SECONDS:
        return False
    return is_held(session, user, phone=phone)


def is_held(session: SessionBase, user: object, *, phone: str) -> bool:
    """Whether nobody else has opened the shared phone since, and nobody put it down.

    Args:
        phone: as for ``is_unlocked``.
    """
    found = shared_phone_for(phone)
    return (
        found is not None
        and str(found.uid) == session[PHONE_SESSION]
        and isinstance(user, User)
        and found.holder_id == user.pk
    )


def _cookie(cookies: str, name: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(name)
    except CookieError:
        return ""
    return str(morsel.value) if morsel else ""
