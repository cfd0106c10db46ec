"""Each letter is about somebody, and all but those on what may follow rest on a measure."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resolution", "0013_whom_letters_are_about")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="cases.party",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "consequences"),
                    models.Q(("state", "revoked"), _negated=True),
                ),
                fields=("party",),
                name="resolution_consequences_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "consequences"), ("measure", None)),
                    models.Q(
                        models.Q(("kind", "consequences"), _negated=True),
                        ("measure__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="resolution_notice_of_measure",
            ),
        ),
    ]
