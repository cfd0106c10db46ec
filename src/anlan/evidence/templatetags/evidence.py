"""Marks and words for exhibits and their copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from anlan.base.stores import PRIMARY
from anlan.evidence.enums import CopyState, ExhibitKind, StatementState
from anlan.evidence.models import Copy, Exhibit, Statement, StatementAnswer
from anlan.evidence.redaction_plan import Box, Key, Plan, Span
from anlan.evidence.selectors.exhibits import receipt_words
from anlan.evidence.selectors.injuries import Mark
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


@register.filter
def milliseconds(moment: datetime) -> int:
    """As scripts count time."""
    return round(moment.timestamp() * 1000)


@register.filter
def unlocalized(number: float) -> str:
    """A number for a script."""
    return f"{number:g}"


@register.filter
def wave(peaks: Sequence[int]) -> str:
    """The path of a wave, a bar for each peak, around the middle of a hundred."""
    return "".join(
        f"M{place} {50 - max(1, peak) / 2:g}v{max(1, peak)}h.7v-{max(1, peak)}z"
        for place, peak in enumerate(peaks)
    )


@register.simple_tag
def exhibit_icon(exhibit: Exhibit) -> str:
    return _ICONS[ExhibitKind(exhibit.kind)]


@register.simple_tag
def copies_tone(exhibit: Exhibit) -> str:
    """Red for a file that does not lie in two sound copies."""
    if exhibit.is_deleted:
        return "quiet"
    return "bad" if exhibit.is_in_two_copies is False else "brand"


@register.simple_tag
def copy_name(copy: Copy) -> str:
    return _("第一份副本") if copy.store == PRIMARY else _("第二份副本")


@register.simple_tag
def copy_icon(copy: Copy) -> str:
    icons = {
        CopyState.PRESENT: "circle-check",
        CopyState.DELETING: "trash",
        CopyState.LOCKED: "clock",
        CopyState.DELETED: "trash",
    }
    return icons.get(CopyState(copy.state), "alert-triangle")


@register.simple_tag
def copy_tone(copy: Copy) -> str:
    tones = {
        CopyState.PRESENT: "ok",
        CopyState.WAITING: "warn",
        CopyState.DELETING: "quiet",
        CopyState.LOCKED: "quiet",
        CopyState.DELETED: "quiet",
    }
    return tones.get(CopyState(copy.state), "bad")


@register.simple_tag
def receipt_text(
    exhibit: Exhibit, arrival: Entry, entry_digest: str, checkpoint: Checkpoint | None
) -> str:
    return receipt_words(exhibit, arrival, entry_digest, checkpoint)


_STATES = {
    StatementState.DRAFT: "warn",
    StatementState.READ_BACK: "warn",
    StatementState.FROZEN: "ok",
}


@register.simple_tag
def statement_tone(statement: Statement) -> str:
    return _STATES.get(StatementState(statement.state), "quiet")


@register.simple_tag
def theirs_of(
    theirs: Mapping[str, StatementAnswer], key: str
) -> StatementAnswer | None:
    """What another one wrote to the same question in the meantime."""
    return theirs.get(key)


@register.simple_tag
def figure_sides(
    front: Sequence[Mark], back: Sequence[Mark]
) -> list[tuple[str, Sequence[Mark]]]:
    return [(_("正面"), front), (_("背面"), back)]


@register.filter
def box_rows(
    plan: Plan,
) -> list[tuple[str, Box | None, list[tuple[str, Key | None]]]]:
    """Each box of a draft with its places, an empty place more, and an empty box."""
    return [
        (
            f"box-{n}",
            box,
            [
                (f"box-{n}-key-{m}", key)
                for m, key in enumerate([*(box.keys if box else ()), None])
            ],
        )
        for n, box in enumerate([*plan.boxes, None])
    ]


@register.filter
def span_rows(plan: Plan) -> list[tuple[str, Span | None]]:
    return [(f"span-{n}", span) for n, span in enumerate([*plan.spans, None])]


@register.filter
def in_seconds(milliseconds: int | None) -> str:
    return "" if not isinstance(milliseconds, int) else f"{milliseconds / 1000:.3f}"
