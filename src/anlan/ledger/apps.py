"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "anlan.ledger"
    label = "ledger"
