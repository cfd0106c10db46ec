"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "anlan.resolution"
    label = "resolution"

    def ready(self) -> None:
        # Enters what is erased when the evidence of a case has gone.
        import_module("anlan.resolution.services.erasing")
        # Enters what is in force against somebody in the background of other cases.
        import_module("anlan.resolution.selectors.bans")
