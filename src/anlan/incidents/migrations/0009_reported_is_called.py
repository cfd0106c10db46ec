"""The police know of an incident whose report was handed over to them."""

from django.db import migrations


def _note_reports(apps, schema_editor):
    reports = apps.get_model("legal", "PoliceReport").objects
    handed = reports.filter(handed_at__isnull=False).values("case")
    apps.get_model("incidents", "Incident").objects.filter(case__in=handed).update(
        police="called"
    )


class Migration(migrations.Migration):

    dependencies = [
        ("incidents", "0008_waiver_ended"),
        ("legal", "0005_limits_that_began_with_the_act"),
    ]

    operations = [migrations.RunPython(_note_reports, migrations.RunPython.noop)]
