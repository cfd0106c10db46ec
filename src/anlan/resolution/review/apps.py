"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "anlan.resolution.review"
    label = "review"
