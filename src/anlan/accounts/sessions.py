"""Sessions in the database, read by a query that is compiled once: every page asks it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from anlan.accounts.models import User
from anlan.base.prepared import Prepared

_ALIVE = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now)
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = _ALIVE.first(key=self.session_key or "", now=timezone.now())
        if found is None:
            self._session_key = None  # an unknown key is never taken over
        return found


def end_sessions(user: User, *, at: datetime) -> None:
    """Sign the user out everywhere, for good.

    Whose a session is stands inside it alone: all that run are opened, some thousand.
    """
    mine = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=at).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(session_key__in=mine).delete()
