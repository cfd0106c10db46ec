"""Reads every chain from its first entry and says what is wrong, and where."""

from __future__ import annotations

from anlan.ledger.verify.findings import Problem
from anlan.ledger.verify.whole import Report, usable_processes, verify

__all__ = ["Problem", "Report", "usable_processes", "verify"]
