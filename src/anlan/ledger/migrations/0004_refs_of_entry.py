from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_no_replace")]

    operations = [
        migrations.AddIndex(
            model_name="entryref",
            index=models.Index(
                fields=["organisation_id", "site_id", "seq"],
                name="ledger_refs_of_entry",
            ),
        ),
    ]
