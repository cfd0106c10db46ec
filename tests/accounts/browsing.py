"""Signing in for tests of pages."""

from __future__ import annotations

from django.test import Client

from anlan.accounts.models import User


def sign_in(client: Client, user: User) -> None:
    client.force_login(user, backend="anlan.accounts.backend.Backend")
