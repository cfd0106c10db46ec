from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0007_waiver_of_two'),
    ]

    operations = [
        migrations.AddField(
            model_name='policewaiver',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
    ]
