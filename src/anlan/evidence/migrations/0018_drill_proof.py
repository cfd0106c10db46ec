"""Which case a drill brought back, and what ``verify.py`` said of it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0017_words_of_cases"),
        ("cases", "0007_rows_let_go"),
    ]

    operations = [
        migrations.AddField(
            "checkrun",
            "case",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            "checkrun",
            "proof",
            models.CharField(
                blank=True,
                choices=[
                    ("intact", "verify.py 核验完好"),
                    ("altered", "verify.py 核验未通过"),
                    ("unsigned", "签名程序没有应答，只核对了校验值"),
                ],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
    ]
