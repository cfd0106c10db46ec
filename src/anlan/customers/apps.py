"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "anlan.customers"
    label = "customers"
