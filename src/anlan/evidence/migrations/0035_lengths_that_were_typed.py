"""Before lengths were read, whoever brought a file was believed: those are not verified."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def mark_as_said(apps: Any, _editor: Any) -> None:
    segments = apps.get_model("evidence", "Segment").objects.filter(
        exhibit__isnull=False, end__isnull=False, said_length=None
    )
    said_length = apps.get_model("evidence", "SaidLength")
    said_length.objects.bulk_create(
        (said_length(segment_id=key) for key in segments.values_list("pk", flat=True)),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("evidence", "0034_buckets")]

    operations = [migrations.RunPython(mark_as_said, migrations.RunPython.noop)]
