"""What django-allauth may do here: sign people in, never sign them up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from anlan.accounts import services
from anlan.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Accounts are made by the office, and every sign-in is on the record."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, **kwargs: Any
    ) -> None:
        """Signing in and out shows itself; a notice of it would cover the alarm."""
        if level > messages.SUCCESS:
            super().add_message(request, level, *args, **kwargs)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        services.record_sign_in(user=user, at=timezone.now())
        return super().post_login(request, user, **kwargs)
