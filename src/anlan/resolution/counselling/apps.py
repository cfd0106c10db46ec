"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class CounsellingConfig(AppConfig):
    name = "anlan.resolution.counselling"
    label = "counselling"
