"""Writes of evidence: received, opened, copied, kept."""

from __future__ import annotations

from anlan.evidence.services.opening import open_exhibit, show_receipt
from anlan.evidence.services.receiving import add_exhibit, add_file

__all__ = ["add_exhibit", "add_file", "open_exhibit", "show_receipt"]
