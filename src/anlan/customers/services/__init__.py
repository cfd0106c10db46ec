"""Every change about customers. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.customers.services.markers import (
    HEARD_WITHIN,
    decide_marker_objection,
    let_marker_words_go,
    lock_marker,
    object_to_marker,
    review_marker,
    set_marker,
)
from anlan.customers.services.people import (
    add_person,
    add_unit,
    correct_person,
    end_occupancy,
    erase_person,
    find_or_add_person,
    note_occupancy,
    reveal,
    reveal_all,
    unmark_minor,
)

__all__ = [
    "HEARD_WITHIN",
    "add_person",
    "add_unit",
    "correct_person",
    "decide_marker_objection",
    "end_occupancy",
    "erase_person",
    "find_or_add_person",
    "let_marker_words_go",
    "lock_marker",
    "note_occupancy",
    "object_to_marker",
    "reveal",
    "reveal_all",
    "review_marker",
    "set_marker",
    "unmark_minor",
]
