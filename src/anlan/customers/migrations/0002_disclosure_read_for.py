"""Keeps in the row what a value was read for, which only the index of references knew."""

from django.db import migrations, models


def take_from_the_index(apps, schema_editor):
    Disclosure = apps.get_model("customers", "Disclosure")
    Entry = apps.get_model("ledger", "Entry")
    EntryRef = apps.get_model("ledger", "EntryRef")
    for look in Disclosure.objects.iterator():
        entry = Entry.objects.filter(
            organisation_id=look.site.organisation_id,
            site_id=look.site_id,
            kind="customers.protected_field_read",
            object=f"disclosure:{look.uid}",
        ).first()
        if entry is None:
            continue
        ref = EntryRef.objects.filter(
            organisation_id=entry.organisation_id, site_id=entry.site_id, seq=entry.seq
        ).first()
        if ref is not None:
            look.read_for = ref.ref
            look.save(update_fields=["read_for"])


def forget_where_people_were_corrected(apps, schema_editor):
    """Neither the entry nor a row says it, so it cannot be rebuilt (adr/0011)."""
    Entry = apps.get_model("ledger", "Entry")
    EntryRef = apps.get_model("ledger", "EntryRef")
    for entry in Entry.objects.filter(kind="customers.person_corrected").iterator():
        EntryRef.objects.filter(
            organisation_id=entry.organisation_id, site_id=entry.site_id, seq=entry.seq
        ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("ledger", "0004_refs_of_entry"),
    ]

    operations = [
        migrations.AddField(
            model_name="disclosure",
            name="read_for",
            field=models.CharField(blank=True, max_length=80, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(take_from_the_index, migrations.RunPython.noop),
        migrations.RunPython(
            forget_where_people_were_corrected, migrations.RunPython.noop
        ),
    ]
