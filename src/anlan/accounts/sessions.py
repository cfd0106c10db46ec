"""Sessions in the database, read by a query that is compiled once: every page asks it."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

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
