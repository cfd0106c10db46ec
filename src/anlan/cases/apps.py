"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "anlan.cases"
    label = "cases"

    def ready(self) -> None:
        import_module("anlan.cases.at_odds")  # who decides nothing about whom
        import_module("anlan.cases.kept_people")  # who is not erased yet
