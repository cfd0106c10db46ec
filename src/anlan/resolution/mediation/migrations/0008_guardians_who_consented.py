from django.db import migrations


def mark_sides(apps, schema_editor) -> None:
    """For whom a guardian agreed before there was a mark, a guardian acts from now on."""
    consents = apps.get_model("mediation", "Consent").objects.filter(
        capacity="guardian", withdrawn_at=None
    )
    talks = apps.get_model("mediation", "Talks").objects
    for side in ("victim", "aggressor"):
        of_side = consents.filter(side=side).values("talks")
        talks.filter(pk__in=of_side).update(**{f"{side}_has_guardian": True})


class Migration(migrations.Migration):

    dependencies = [
        ('mediation', '0007_standing_and_choice'),
    ]

    operations = [
        migrations.RunPython(mark_sides, migrations.RunPython.noop, elidable=True),
    ]
