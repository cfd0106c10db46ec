"""A hold on a case holds what was joined into it: the triggers know of it as well."""

from __future__ import annotations

from django.db import migrations

from anlan.evidence import guards


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0013_drill"),
        ("cases", "0005_task_photos"),
    ]

    operations = [migrations.RunPython(guards.create, migrations.RunPython.noop)]
