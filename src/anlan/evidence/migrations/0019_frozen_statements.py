"""A statement that ended is guarded by the database too."""

from __future__ import annotations

from django.db import migrations

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):
    dependencies = [("evidence", "0018_drill_proof")]

    operations = [migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop)]
