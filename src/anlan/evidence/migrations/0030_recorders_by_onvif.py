from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0029_guardians_by_row'),
    ]

    operations = [
        migrations.AlterField(
            model_name='recorder',
            name='kind',
            field=models.CharField(choices=[('manual', '人工导出（U 盘）'), ('folder', '录像文件夹（自动）'), ('http', '网络下载（自动）'), ('frigate', 'Frigate（自动）'), ('rtsp', 'RTSP 回放（自动，按播放速度）'), ('onvif', 'ONVIF Profile G（自动）')], max_length=8),
        ),
    ]
