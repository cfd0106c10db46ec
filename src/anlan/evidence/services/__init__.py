"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.opening import open_exhibit
from anlan.evidence.services.receiving import add_exhibit, add_file
from anlan.evidence.services.uploads import (
    begin_upload,
    end_upload,
    finish_upload,
)

__all__ = [
    "add_exhibit",
    "add_file",
    "begin_upload",
    "end_upload",
    "finish_upload",
    "open_exhibit",
]
