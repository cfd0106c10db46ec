"""Look at the remedies of refusals that were entered before anybody looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import migrations

# The first remedy lasts sixty days, and is warned of thirty before; what is past already
# is looked at in the next round, which finds the day after it.
FIRST_LOOK = timedelta(days=30)
_SETTLES = ("accepted", "recognised", "dropped")


def plan_looks(apps: Any, _editor: Any) -> None:
    injuries = apps.get_model("legal", "WorkInjury")
    steps = apps.get_model("legal", "WorkInjuryStep")
    of_remedies = steps.objects.filter(kind__in=("refused", "denied", *_SETTLES))
    for injury in injuries.objects.filter(remedy_look_on=None).iterator():
        last = of_remedies.filter(injury=injury).order_by("-pk").first()
        if last is not None and last.kind not in _SETTLES:
            injury.remedy_look_on = last.happened_on + FIRST_LOOK
            injury.save(update_fields=["remedy_look_on"])


class Migration(migrations.Migration):
    dependencies = [("legal", "0002_remedies_of_work_injuries")]

    operations = [migrations.RunPython(plan_looks, migrations.RunPython.noop)]
