"""Words that stand beside no file are deleted by a row of their own."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from anlan.evidence import deletion_triggers

_CLASSES = [
    ("nothing", "误报案件的录像和材料"),
    ("ordinary", "一般案件的证据"),
    ("serious", "有伤情、已报警或较大以上案件的证据"),
    ("stated", "情况说明"),
    ("register", "录像查阅登记"),
]


class Migration(migrations.Migration):
    dependencies = [("evidence", "0016_clocks_far_off")]

    operations = [
        migrations.RunPython(deletion_triggers.drop, migrations.RunPython.noop),
        migrations.RemoveConstraint("deletion", "evidence_deletion_of_one"),
        migrations.AddField(
            "deletion",
            "words",
            models.CharField(
                blank=True,
                choices=[("injuries", "伤情记录的文字"), ("looks", "查阅录像的事由")],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "deletion",
            "retention_class",
            models.CharField(choices=_CLASSES, max_length=8),
        ),
        migrations.AlterField(
            "retentionrule",
            "retention_class",
            models.CharField(choices=_CLASSES, max_length=8),
        ),
        migrations.AddConstraint(
            "deletion",
            models.CheckConstraint(
                condition=Q(exhibit=None, recording__isnull=False, words="")
                | Q(exhibit__isnull=False, recording=None, words="")
                | Q(exhibit=None, recording=None) & ~Q(words=""),
                name="evidence_deletion_of_one",
            ),
        ),
        migrations.AddConstraint(
            "deletion",
            models.UniqueConstraint(
                fields=["case", "words"],
                condition=Q(decided_at=None) & ~Q(words=""),
                name="evidence_deletion_words_once",
            ),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
