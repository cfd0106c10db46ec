"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "anlan.cases"
    label = "cases"
