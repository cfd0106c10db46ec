"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "anlan.customers"
    label = "customers"

    def ready(self) -> None:
        import_module(
            "anlan.customers.selectors"
        )  # enters the encrypted fields in their list
