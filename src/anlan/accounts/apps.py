"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "anlan.accounts"
    label = "accounts"
