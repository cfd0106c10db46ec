from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_risk_markers'),
    ]

    operations = [
        migrations.AddField(
            model_name='markerdecision',
            name='despite',
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
