"""Who reads this page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound


def reader(request: HttpRequest) -> User:
    """The signed-in user, behind ``login_required``."""
    if not isinstance(request.user, User):  # login_required has seen to it
        raise NotFound(_("请先登录"))
    return request.user
