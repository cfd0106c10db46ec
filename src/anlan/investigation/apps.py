"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "anlan.investigation"
    label = "investigation"

    def ready(self) -> None:
        # Enters what was planned to be asked in the list of a statement's questions.
        import_module("anlan.investigation.selectors.interviews")
        # Enters what is erased when the evidence of a case has gone.
        import_module("anlan.investigation.services.erasing")
