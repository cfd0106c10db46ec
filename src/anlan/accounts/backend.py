"""Who a session belongs to: asked by every page, so with their roles, and compiled once."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from anlan.accounts.models import User
from anlan.accounts.permissions import memberships_of
from anlan.base.prepared import Prepared

_WITH_KEY = Prepared(lambda key: User.objects.filter(pk=key))


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Sign-in by allauth, and nothing else."""

    def get_user(self, user_id: int) -> User | None:
        roles = memberships_of(user_id)
        user = roles[0].user if roles else _WITH_KEY.first(key=user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.memberships_read = roles
        return user
