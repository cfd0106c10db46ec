"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "anlan.notify"
    label = "notify"

    def ready(self) -> None:
        import_module(
            "anlan.notify.selectors"
        )  # enters the encrypted fields in their list
