"""Installs, at start, what the packages below cannot know of each other."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class AnlanConfig(AppConfig):
    name = "anlan.config"
    label = "anlan_config"

    def ready(self) -> None:
        from anlan import names, reactions  # noqa: PLC0415 -- models must be loaded first
        from anlan.config import checks  # noqa: F401, PLC0415 -- registers them

        _load_events()
        reactions.install()
        names.install()


def _load_events() -> None:
    """The closed list of kinds is closed in every process, also where nobody writes."""
    for config in apps.get_app_configs():
        if config.name.startswith("anlan.") and module_has_submodule(
            import_module(config.name), "events"
        ):
            import_module(f"{config.name}.events")
