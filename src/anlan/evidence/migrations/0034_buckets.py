"""What a bucket was told to keep, and what trying it showed."""

from __future__ import annotations

from django.db import migrations, models

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0033_ledger_check'),
    ]

    operations = [
        # SQLite copies the table for a column with a default, and other guards name it.
        migrations.RunPython(deletion_triggers.drop, migrations.RunPython.noop),
        migrations.CreateModel(
            name='StoreProbe',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=400, unique=True)),
                ('probed_at', models.DateTimeField()),
                ('fault', models.CharField(blank=True, choices=[('no_extra', '缺少程序包'), ('away', '连不上'), ('no_bucket', '没有这个存储桶'), ('keys', '密钥无效'), ('clock', '时钟不一致'), ('no_put', '不能写入'), ('no_get', '不能读取'), ('no_delete', '不能删除'), ('other', '服务器拒绝')], max_length=9)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('is_versioned', models.BooleanField(default=False)),
                ('is_locking', models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name='copy',
            name='is_lock_held',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='copy',
            name='lock_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='copy',
            name='locked_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='copy',
            name='state',
            field=models.CharField(choices=[('present', '完好'), ('waiting', '等待复制'), ('missing', '缺失'), ('corrupt', '已被改动'), ('away', '存放处不在线'), ('deleting', '正在到期删除'), ('locked', '锁定期未满，到期再删'), ('deleted', '已按期限删除')], max_length=8),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
