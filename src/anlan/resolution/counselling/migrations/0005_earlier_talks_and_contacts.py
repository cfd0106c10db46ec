"""Whose earlier talks were, and that the contacts of a day are for counsellors alone."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def name_counsellors(apps: Any, _editor: Any) -> None:
    """Of the referral in force when it was to be; before the last one nobody knows."""
    sessions = apps.get_model("counselling", "Session")
    rows = sessions.objects.filter(counsellor=None).select_related("care__counsellor")
    for one in rows.iterator():
        care = one.care
        is_known = care.counsellor is not None and care.referred_at is not None
        if is_known and care.referred_at <= one.planned_at:
            one.counsellor_id = care.counsellor.user_id
            one.save(update_fields=["counsellor"])


def hide_contacts(apps: Any, _editor: Any) -> None:
    tasks = apps.get_model("cases", "Task")
    deadlines = apps.get_model("cases", "Deadline")
    contacts = tasks.objects.filter(role_key="counsellor", key__startswith="same_day:")
    for uid in contacts.values_list("uid", flat=True):
        mine = deadlines.objects.filter(about=f"task:{uid}", key="task")
        mine.update(key="support.task")
    contacts.filter(state="open").update(binding=False)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_contacts"),
        ("counselling", "0004_note_ends_with_its_support"),
    ]

    operations = [
        migrations.RunPython(name_counsellors, migrations.RunPython.noop),
        migrations.RunPython(hide_contacts, migrations.RunPython.noop),
    ]
