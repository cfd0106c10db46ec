"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "anlan.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module(
            "anlan.accounts.services.people"
        )  # enters the encrypted fields in their list
