"""The spine: anything with a number, people, clocks and a duty to answer."""

from __future__ import annotations

from anlan.cases.models.acts import StatedAct
from anlan.cases.models.cases import (
    AcceptedRequest,
    AccessLink,
    Case,
    Counter,
    Deadline,
    FormerSide,
    Note,
    Party,
    PartyRole,
    PhaseRecord,
    Playbook,
    Standard,
    Strike,
    Task,
    TaskPhoto,
    VaultFile,
)
from anlan.cases.models.contacts import Contact, KeepApart, NamedContact, Promise
from anlan.cases.models.guardians import Guardianship

__all__ = [
    "AcceptedRequest",
    "AccessLink",
    "Case",
    "Contact",
    "Counter",
    "Deadline",
    "FormerSide",
    "Guardianship",
    "KeepApart",
    "NamedContact",
    "Note",
    "Party",
    "PartyRole",
    "PhaseRecord",
    "Playbook",
    "Promise",
    "Standard",
    "StatedAct",
    "Strike",
    "Task",
    "TaskPhoto",
    "VaultFile",
]
