"""Tables of the resolution of a case."""

from __future__ import annotations

from anlan.resolution.models.compensation import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
    VersionExhibit,
    VersionFigure,
)

__all__ = [
    "Compensation",
    "CompensationFigure",
    "CompensationVersion",
    "VersionExhibit",
    "VersionFigure",
]
