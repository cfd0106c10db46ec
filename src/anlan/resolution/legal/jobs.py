"""Work of the legal side that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.legal.services.limitation import look_at_limits
from anlan.resolution.legal.services.running import say_passed_periods
from anlan.resolution.legal.services.work_injury import warn_of_remedies

__all__ = ["look_at_limits", "say_passed_periods", "warn_of_remedies"]
