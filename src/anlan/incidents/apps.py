"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "anlan.incidents"
    label = "incidents"

    def ready(self) -> None:
        import_module(
            "anlan.incidents.devices_proof"
        )  # enters the encrypted fields in their list
        import_module("anlan.incidents.acted")  # when the act was
        import_module("anlan.incidents.listed")  # the place, the page that ends it
        import_module("anlan.incidents.investigated")  # who was there, where it was
        import_module("anlan.incidents.reviewed")  # what a review asks of it
        import_module("anlan.incidents.reported")  # calls to the police, waivers
