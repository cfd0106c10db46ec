"""A clock may be years off; what was deleted does not keep a camera from being asked again."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0015_files_of_recorders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recorder",
            name="offset_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="clockreading",
            name="offset_ms",
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name="recording",
            name="offset_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RemoveConstraint(
            model_name="recording", name="evidence_recording_once"
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("case", "camera"),
                name="evidence_recording_once",
            ),
        ),
    ]
