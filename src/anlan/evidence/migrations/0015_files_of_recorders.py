"""Packages hold the files that were read from recorders as well."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0014_holds_of_hosts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PackageFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.exhibit",
                    ),
                ),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="evidence.package",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packed",
                        to="evidence.segment",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="packagefile",
            constraint=models.UniqueConstraint(
                fields=("package", "segment"), name="evidence_package_file_once"
            ),
        ),
    ]
