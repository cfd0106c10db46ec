"""Films and sounds that are there already get their copy to play as well."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Q


def want_copies(apps: Any, schema_editor: Any) -> None:
    """Twice does nothing."""
    Exhibit = apps.get_model("evidence", "Exhibit")
    PlayingCopy = apps.get_model("evidence", "PlayingCopy")
    played = Exhibit.objects.filter(
        Q(blob__media_type__startswith="audio/")
        | Q(blob__media_type__startswith="video/"),
        blob__playing_copy=None,
    )
    for blob_id, at in played.values_list("blob_id", "received_at").iterator():
        PlayingCopy.objects.get_or_create(
            original_id=blob_id, defaults={"wanted_at": at}
        )


class Migration(migrations.Migration):
    dependencies = [("evidence", "0011_playing")]

    operations = [migrations.RunPython(want_copies, migrations.RunPython.noop)]
