"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "anlan.evidence"
    label = "evidence"
