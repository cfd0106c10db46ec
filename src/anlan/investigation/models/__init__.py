"""Tables of an investigation."""

from __future__ import annotations

from anlan.investigation.models.comparison import (
    CellReading,
    FreeFact,
    Naming,
    PairReading,
)
from anlan.investigation.models.facts import DefenceFact
from anlan.investigation.models.findings import Citation, Finding, FindingSentence
from anlan.investigation.models.interviews import Interview, InterviewQuestion
from anlan.investigation.models.scene import FULL, Pin, SceneLook, Sketch

__all__ = [
    "FULL",
    "CellReading",
    "Citation",
    "DefenceFact",
    "Finding",
    "FindingSentence",
    "FreeFact",
    "Interview",
    "InterviewQuestion",
    "Naming",
    "PairReading",
    "Pin",
    "SceneLook",
    "Sketch",
]
