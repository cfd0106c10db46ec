"""Work of the law that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.legal.services.running import say_passed_periods

__all__ = ["say_passed_periods"]
