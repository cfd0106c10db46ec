"""Who was with somebody is a party of the case; the guards keep it as they keep words."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_guardianships"),
        ("evidence", "0028_unsigned_statements_go"),
    ]

    operations = [
        migrations.AddField(
            model_name="addendum",
            name="guardian_party",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.party",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="guardian_party",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.party",
            ),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
