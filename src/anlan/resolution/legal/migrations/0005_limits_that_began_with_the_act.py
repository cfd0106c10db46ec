"""Limits that were begun on the day of the act move with it."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F


def mark(apps: Any, _editor: Any) -> None:
    limits = apps.get_model("legal", "Limitation")
    limits.objects.filter(starts_on=F("hurt_on")).update(is_from_act=True)


class Migration(migrations.Migration):
    dependencies = [("legal", "0004_limits_from_the_act")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
