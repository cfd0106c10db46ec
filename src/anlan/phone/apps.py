"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class PhoneConfig(AppConfig):
    name = "anlan.phone"
    label = "phone"
