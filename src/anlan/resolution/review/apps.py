"""Django's registration of the package."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "anlan.resolution.review"
    label = "review"

    def ready(self) -> None:
        # Enters what is erased when the evidence of a case has gone.
        import_module("anlan.resolution.review.services.erasing")
