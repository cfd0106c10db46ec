from django.db import migrations

from anlan.ledger import triggers


class Migration(migrations.Migration):
    """Refuse to replace an entry, and to give it another id."""

    dependencies = [("ledger", "0002_triggers")]

    operations = [migrations.RunPython(triggers.create, migrations.RunPython.noop)]
