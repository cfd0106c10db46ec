"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "anlan.incidents"
    label = "incidents"

    def ready(self) -> None:
        import_module(
            "anlan.incidents.devices.proof"
        )  # enters the encrypted fields in their list
        import_module("anlan.incidents.act")  # when the act was
        import_module("anlan.incidents.beside")  # the place, the page that ends it
        # what is erased when the evidence of a case has gone
        import_module("anlan.incidents.services.erasing")
        import_module("anlan.incidents.presence")  # who was there, where it was
        import_module("anlan.incidents.case_facts")  # what a review asks of it
        import_module("anlan.incidents.police_duty")  # calls to the police, waivers
