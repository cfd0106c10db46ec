"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "anlan.portal"
    label = "portal"
