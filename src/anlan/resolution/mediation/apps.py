"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class MediationConfig(AppConfig):
    name = "anlan.resolution.mediation"
    label = "mediation"

    def ready(self) -> None:
        # Enters what is erased when the evidence of a case has gone.
        import_module("anlan.resolution.mediation.services.erasing")
        # Enters what keeps a case, and who is of it, while something is to be performed.
        import_module("anlan.resolution.mediation.selectors.keeping")
        # Enters the encrypted field in its list.
        import_module("anlan.resolution.mediation.selectors.codes")
