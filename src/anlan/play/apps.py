"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class PlayConfig(AppConfig):
    name = "anlan.play"
    label = "play"
