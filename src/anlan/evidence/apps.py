"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "anlan.evidence"
    label = "evidence"

    def ready(self) -> None:
        for theme in (
            "outside",
            "recordings",
        ):  # enter the encrypted fields in their list
            import_module(f"anlan.evidence.selectors.{theme}")
