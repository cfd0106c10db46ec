"""Installs, at start, what the packages below cannot know of each other."""

from __future__ import annotations

from django.apps import AppConfig


class AnlanConfig(AppConfig):
    name = "anlan.config"
    label = "anlan_config"

    def ready(self) -> None:
        from anlan import names, reactions  # noqa: PLC0415 -- models must be loaded first

        reactions.install()
        names.install()
