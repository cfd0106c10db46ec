"""What people leave while they look, and what is made of an exhibit to look at or hear."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.recordings import Recording, Segment
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class FootageMark(Worded):
    """A note at a true moment of the recordings of a case; it is never changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="footage_marks"
    )
    recording = models.ForeignKey(  # in which it is seen, if in one alone
        Recording, on_delete=models.PROTECT, related_name="marks", null=True
    )
    moment = models.DateTimeField()
    words = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "moment"], name="evidence_mark_moment")
        ]

    def __str__(self) -> str:
        return f"mark {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"mark:{self.uid}"


class Still(models.Model):
    """A picture of one moment, out of an original file, and how to make it again."""

    exhibit = models.OneToOneField(
        Exhibit, on_delete=models.PROTECT, related_name="still"
    )
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, related_name="stills"
    )
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="stills"
    )
    moment = models.DateTimeField()  # true
    recipe: models.JSONField[Any, Any] = models.JSONField()

    def __str__(self) -> str:
        return f"still {self.exhibit_id}"


class PlayingCopy(models.Model):
    """What a browser plays instead of a film or a sound that somebody sent.

    ``blob`` is none while it is wanted, and if none could be made; ``recipe`` then says
    what was tried. ``peaks`` are the loudest samples of equal stretches, 0 to 100.
    """

    original = models.OneToOneField(
        Blob, on_delete=models.PROTECT, related_name="playing_copy"
    )
    blob = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="played_for", null=True
    )
    wanted_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)  # or found that none can be
    held_until = models.DateTimeField(null=True)  # by who makes it
    seconds = models.FloatField(default=0)
    peaks: models.JSONField[Any, Any] = models.JSONField(default=list)
    recipe: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question, every other second.
            models.Index(
                fields=["wanted_at"],
                condition=models.Q(made_at__isnull=True),
                name="evidence_playing_wanted",
            )
        ]

    def __str__(self) -> str:
        return f"copy of {self.original_id}"

    @property
    def is_wanted(self) -> bool:
        return self.made_at is None

    @property
    def is_sound(self) -> bool:
        return bool(self.blob and self.blob.media_type.startswith("audio/"))
