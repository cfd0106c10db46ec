"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "anlan.incidents"
    label = "incidents"
