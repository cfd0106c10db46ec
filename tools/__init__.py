"""The launcher behind ``./anlan``; the standard library only, for it builds the rest."""

from __future__ import annotations
