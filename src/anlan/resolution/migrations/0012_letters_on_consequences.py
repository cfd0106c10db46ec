"""A letter may be about what may follow in law: it has no measure, and whom it is for."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [('warning_letter', '警示函'), ('conduct_agreement', '行为承诺书'), ('damages_claim', '赔偿请求函'), ('liquidated_damages', '违约金通知'), ('suspension', '暂停服务通知'), ('ban', '限制进入通知'), ('termination', '解除合同通知'), ('consequences', '法律后果告知书')]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_former_sides"),
        ("resolution", "0011_guardians_sign_for_letters"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20),
        ),
        migrations.AlterField(
            model_name="noticetemplate",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20),
        ),
        migrations.AlterField(
            model_name="notice",
            name="measure",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="resolution.planmeasure",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="party",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="cases.party",
            ),
        ),
    ]
