"""What came out of a recorder is footage before anybody places it; statements by name."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0036_words_of_custody'),
    ]

    operations = [
        # SQLite copies the table for a column with a default, and other guards name it.
        migrations.RunPython(deletion_triggers.drop, migrations.RunPython.noop),
        migrations.AddField(
            model_name='exhibit',
            name='brought_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='brought', to='evidence.recording'),
        ),
        migrations.AddField(
            model_name='exhibit',
            name='is_footage',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='upload',
            name='brought_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.recording'),
        ),
        migrations.AddField(
            model_name='upload',
            name='is_footage',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='footageapplication',
            name='names_statements',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
