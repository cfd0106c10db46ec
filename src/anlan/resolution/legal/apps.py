"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "anlan.resolution.legal"
    label = "legal"
