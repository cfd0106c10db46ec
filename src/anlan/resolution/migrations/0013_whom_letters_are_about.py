"""Letters that were there before are about whom their measure is about."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_people(apps, schema_editor):
    """Every letter that names nobody yet; twice does nothing."""
    measures = apps.get_model("resolution", "PlanMeasure")
    of_measure = measures.objects.filter(pk=OuterRef("measure")).values("party")
    notices = apps.get_model("resolution", "Notice").objects
    notices.filter(party=None).update(party=Subquery(of_measure))


class Migration(migrations.Migration):
    dependencies = [("resolution", "0012_letters_on_consequences")]

    operations = [
        migrations.RunPython(name_people, migrations.RunPython.noop, elidable=True)
    ]
