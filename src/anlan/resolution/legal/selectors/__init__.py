"""Reads of the legal side, scoped to the reader."""

from __future__ import annotations
