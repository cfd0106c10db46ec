"""Marks and words for exhibits and their copies."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from anlan.base.stores import PRIMARY
from anlan.evidence.enums import CopyState, ExhibitKind
from anlan.evidence.models import Copy, Exhibit
from anlan.ledger.models import Checkpoint, Entry

register = template.Library()

_ICONS = {
    ExhibitKind.PHOTO: "photo",
    ExhibitKind.VIDEO: "video",
    ExhibitKind.AUDIO: "microphone",
    ExhibitKind.DOCUMENT: "file-text",
    ExhibitKind.OTHER: "paperclip",
    ExhibitKind.OBJECT: "package",
}


@register.simple_tag
def exhibit_icon(exhibit: Exhibit) -> str:
    return _ICONS[ExhibitKind(exhibit.kind)]


@register.simple_tag
def copies_tone(exhibit: Exhibit) -> str:
    """Red for a file that does not lie in two sound copies."""
    return "bad" if exhibit.is_in_two_copies is False else "brand"


@register.simple_tag
def copy_name(copy: Copy) -> str:
    return _("第一份副本") if copy.store == PRIMARY else _("第二份副本")


@register.simple_tag
def copy_icon(copy: Copy) -> str:
    return "circle-check" if copy.state == CopyState.PRESENT else "alert-triangle"


@register.simple_tag
def copy_tone(copy: Copy) -> str:
    tones = {CopyState.PRESENT: "ok", CopyState.WAITING: "warn"}
    return tones.get(CopyState(copy.state), "bad")


@register.simple_tag
def receipt_text(
    exhibit: Exhibit, arrival: Entry, entry_digest: str, checkpoint: Checkpoint | None
) -> str:
    """What the code of a receipt says, one fact a line, in ASCII for any scanner."""
    lines = [
        f"ANLAN {exhibit.case.number} {exhibit.code}",
        f"SHA-256 {exhibit.file.sha256}",
        f"BYTES {exhibit.file.size}",
        f"ENTRY {arrival.seq} {entry_digest}",
        f"AT {arrival.recorded_at.isoformat(timespec='seconds')}",
    ]
    if checkpoint is not None:
        lines.append(f"CHECKPOINT {checkpoint.size} {bytes(checkpoint.root).hex()}")
    return "\n".join(lines)
