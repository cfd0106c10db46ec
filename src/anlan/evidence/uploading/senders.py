"""Who sends: a session of our own page, or the token of a program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import close_old_connections
from django.http.request import validate_host
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.accounts.selectors.tokens import needs_use_noted, user_of_token
from anlan.accounts.services import note_use
from anlan.accounts.signed_in import acting_user_of, phone_token_of, session_key_of
from anlan.base.clock import acting_at
from anlan.base.errors import DomainError
from anlan.evidence.uploading.requests import Headers
from anlan.evidence.uploading.tus import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class Sender:
    """Who sends, and by which door."""

    user: User
    via: str  # web or api


def as_sender(headers: Headers, act: Callable[[Sender, datetime], T]) -> T:
    """Do something as whoever sends, at this moment and in their language.

    Raises:
        Refused: nobody is signed in, or what they want is refused; with the sentence.
    """
    close_old_connections()  # of this thread: one that broke is opened anew
    at = timezone.now()
    with acting_at(at):
        sender = sender_of(headers, at=at)
        with translation.override(sender.user.language):
            try:
                return act(sender, at)
            except DomainError as error:
                raise Refused(error.status, error) from error


def sender_of(headers: Headers, *, at: datetime) -> Sender:
    """Who holds the token, else whose session it is; a page of others cannot send it."""
    scheme, _space, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = user_of_token(secret.strip(), at=at)
        if found is None:
            raise Refused(401, "this token does not hold")
        user, token = found
        if user.scopes is not None and Permission.EVIDENCE_ADD not in user.scopes:
            raise Refused(403, f"the token needs the scope {Permission.EVIDENCE_ADD}")
        if needs_use_noted(token, at=at):
            note_use(token=token, at=at)
        return Sender(user, "api")
    check_origin(headers)
    cookies = headers.get("cookie", "")
    signed_in = acting_user_of(
        session_key_of(cookies), phone=phone_token_of(cookies), at=at
    )
    if signed_in is None:
        raise Refused(401, _("请先登录，已传的部分保留"))
    return Sender(signed_in, "web")


def check_origin(headers: Headers) -> None:
    """Refuse what a page of somebody else sends with our cookie."""
    host, origin = headers.get("host", ""), headers.get("origin", "")
    name = urlsplit(f"//{host}").hostname or ""
    shown = f"[{name}]" if ":" in name else name
    if not (settings.DEBUG or validate_host(shown, settings.ALLOWED_HOSTS)):
        raise Refused(400, "no such host")
    if not origin or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if urlsplit(origin).netloc != host:
        raise Refused(403, "this page may not send here")
