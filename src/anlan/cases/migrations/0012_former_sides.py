

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0011_cases_by_kind'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerSide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('victim', '受害方'), ('aggressor', '行为人')], max_length=9)),
                ('left_at', models.DateTimeField()),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_sides', to='cases.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('party', 'side'), name='cases_former_side_once')],
            },
        ),
    ]
