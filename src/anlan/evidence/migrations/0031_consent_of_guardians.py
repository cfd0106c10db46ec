"""That a guardian agreed belongs to the statement, also where no interview was planned."""

from __future__ import annotations

from django.db import migrations, models

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):
    dependencies = [("evidence", "0030_recorders_by_onvif")]

    operations = [
        # SQLite copies the table for a column with a default, and other guards name it.
        migrations.RunPython(deletion_triggers.drop, migrations.RunPython.noop),
        migrations.AddField(
            model_name="statement",
            name="has_consent",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
