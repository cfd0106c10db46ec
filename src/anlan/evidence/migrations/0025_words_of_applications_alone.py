"""An application that belongs to no case is deleted by a row of its own, too."""

import django.db.models.deletion
from django.db import migrations, models

from anlan.evidence import deletion_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_contacts'),
        ('evidence', '0024_words_of_applications'),
    ]

    operations = [
        migrations.RunPython(deletion_triggers.drop, migrations.RunPython.noop),
        migrations.AddField(
            model_name='deletion',
            name='application',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deletions', to='evidence.footageapplication'),
        ),
        migrations.AlterField(
            model_name='deletion',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deletions', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='deletion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('application', None), ('case__isnull', False)), models.Q(('application__isnull', False), ('case', None), ('words', 'looks')), _connector='OR'), name='evidence_deletion_of_case'),
        ),
        migrations.AddConstraint(
            model_name='deletion',
            constraint=models.UniqueConstraint(condition=models.Q(('application__isnull', False), ('decided_at', None)), fields=('application',), name='evidence_deletion_application_once'),
        ),
        migrations.RunPython(deletion_triggers.create, migrations.RunPython.noop),
    ]
