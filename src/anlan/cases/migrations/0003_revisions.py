"""Standards and playbooks say from when they hold, and why they were revised."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import migrations, models

import anlan.ledger.models


def fresh_salts(apps, schema_editor) -> None:
    """A default is computed once for all rows; a salt belongs to one row."""
    for name in ("Playbook", "Standard"):
        for row in apps.get_model("cases", name).objects.all():
            row.text_salt = anlan.ledger.models.new_salt()
            row.save(update_fields=["text_salt"])


def _salt() -> models.BinaryField:
    return models.BinaryField(
        default=anlan.ledger.models.new_salt, editable=False, max_length=16
    )


def _reason() -> models.CharField:
    return models.CharField(blank=True, max_length=300, verbose_name="修订理由")


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]

    operations = [
        migrations.AddField("playbook", "reason", _reason()),
        migrations.AddField("playbook", "text_salt", _salt()),
        migrations.AddField(
            "playbook",
            "valid_from",
            models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AddField("standard", "reason", _reason()),
        migrations.AddField("standard", "text_salt", _salt()),
        migrations.RunPython(fresh_salts, migrations.RunPython.noop, elidable=True),
    ]
