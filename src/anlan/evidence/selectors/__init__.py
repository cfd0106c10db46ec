"""Evidence as its reader may see it."""

from __future__ import annotations

from anlan.evidence.selectors.custody import custody_story, steps_of
from anlan.evidence.selectors.exhibits import (
    PAGE,
    arrival_of,
    case_number_of,
    every_exhibit_of,
    exhibit_for,
    exhibit_page,
    exhibits_in,
    exhibits_of,
    object_for,
    objects_of,
    open_uploads,
    receipts_for,
    story_of,
)
from anlan.evidence.selectors.packages import (
    checks_of,
    package_for,
    packages_of,
    receipts_of,
    withdrawal_of,
)

__all__ = [
    "PAGE",
    "arrival_of",
    "case_number_of",
    "checks_of",
    "custody_story",
    "every_exhibit_of",
    "exhibit_for",
    "exhibit_page",
    "exhibits_in",
    "exhibits_of",
    "object_for",
    "objects_of",
    "open_uploads",
    "package_for",
    "packages_of",
    "receipts_for",
    "receipts_of",
    "steps_of",
    "story_of",
    "withdrawal_of",
]
