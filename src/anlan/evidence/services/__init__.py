"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.opening import open_exhibit, show_receipt
from anlan.evidence.services.receiving import add_exhibit, add_file
from anlan.evidence.services.watching import ask_for_check

__all__ = [
    "add_exhibit",
    "add_file",
    "ask_for_check",
    "open_exhibit",
    "show_receipt",
]
