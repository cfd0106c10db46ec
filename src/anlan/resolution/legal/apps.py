"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "anlan.resolution.legal"
    label = "legal"

    def ready(self) -> None:
        # Enters what is erased when the evidence of a case has gone.
        import_module("anlan.resolution.legal.services.erasing")
        # Enters what the police know, and what may be claimed: both keep a case.
        import_module("anlan.resolution.legal.selectors.police")
        import_module("anlan.resolution.legal.selectors.limitation")
