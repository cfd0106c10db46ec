"""Who a session belongs to, read by a query that is compiled once: every page asks it."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from anlan.accounts.models import User
from anlan.base.prepared import Prepared

_WITH_KEY = Prepared(lambda key: User.objects.filter(pk=key))


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Sign-in by allauth, and nothing else."""

    def get_user(self, user_id: int) -> User | None:
        user = _WITH_KEY.first(key=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
