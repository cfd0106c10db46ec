# No thing was registered before this: the new column needs no value for old rows.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_dated_memberships'),
        ('evidence', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='physicalitem',
            name='organisation',
            field=models.ForeignKey(default=None, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='custodystep',
            name='kind',
            field=models.CharField(choices=[('registered', '登记入库'), ('sealed', '重新封存'), ('checked', '检查封条'), ('moved', '移动存放位置'), ('handed_over', '交接'), ('returned', '退还'), ('disposal_asked', '申请处置'), ('kept_on', '不同意处置'), ('disposed', '处置')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='physicalitem',
            constraint=models.UniqueConstraint(condition=models.Q(('holder__isnull', False), models.Q(('seal_number', ''), _negated=True)), fields=('organisation', 'seal_number'), name='evidence_seal_once'),
        ),
    ]
