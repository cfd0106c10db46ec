"""Pages of the legal side."""

from __future__ import annotations
