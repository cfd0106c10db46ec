"""A hold on a case holds what was joined into it: the triggers know of it as well."""

from __future__ import annotations

from django.db import migrations

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0013_drill"),
        ("cases", "0005_task_photos"),
    ]

    operations = [migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop)]
