"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class LawConfig(AppConfig):
    name = "anlan.law"
    label = "law"

    def ready(self) -> None:
        from anlan.law.checks import check_law  # noqa: PLC0415 -- reads the files

        register(check_law)
