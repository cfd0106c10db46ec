"""Work of the resolution that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.services.carrying import end_measures

__all__ = ["end_measures"]
