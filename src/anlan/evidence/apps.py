"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "anlan.evidence"
    label = "evidence"

    def ready(self) -> None:
        for theme in (
            "outside",
            "private",
            "recordings",
        ):  # enter the encrypted fields, and what is private, in their lists
            import_module(f"anlan.evidence.selectors.{theme}")
        # enter who is not erased yet
        import_module("anlan.evidence.kept_people")
        # enter how files of tasks are given out
        import_module("anlan.evidence.services.opening")
        # enter what goes with the last piece of evidence
        import_module("anlan.evidence.services.erasing_talks")
        import_module("anlan.evidence.services.erasing_markers")
