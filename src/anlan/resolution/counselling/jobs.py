"""Work of the support that is due: what the worker calls."""

from __future__ import annotations

from anlan.resolution.counselling.services.erasing import let_notes_go

__all__ = ["let_notes_go"]
