"""What people type on the legal side."""

from __future__ import annotations
