"""Limits that were begun on the day of the act move with it."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F


def mark(apps: Any, _editor: Any) -> None:
    limits = apps.get_model("legal", "Limitation")
    # Not a claim, which counts from when the harm and who owes it were known.
    kinds = ["security", "employer", "worker"]
    rows = limits.objects.filter(kind__in=kinds, starts_on=F("hurt_on"))
    rows.update(is_from_act=True)


class Migration(migrations.Migration):
    dependencies = [("legal", "0004_limits_from_the_act")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
