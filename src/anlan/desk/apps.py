"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "anlan.desk"
    label = "desk"
