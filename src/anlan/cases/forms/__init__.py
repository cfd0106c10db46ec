"""What people type in the room of a case."""

from __future__ import annotations

from anlan.cases.forms.cases import (
    CommandForm,
    CorrectionForm,
    DoneForm,
    ErasureForm,
    HomeForm,
    IdentityForm,
    JoinForm,
    NoteForm,
    OnceForm,
    PartyForm,
    PhotosField,
    PlainForm,
    ReasonForm,
    RevealForm,
    RolesForm,
    colleagues,
)

__all__ = [
    "CommandForm",
    "CorrectionForm",
    "DoneForm",
    "ErasureForm",
    "HomeForm",
    "IdentityForm",
    "JoinForm",
    "NoteForm",
    "OnceForm",
    "PartyForm",
    "PhotosField",
    "PlainForm",
    "ReasonForm",
    "RevealForm",
    "RolesForm",
    "colleagues",
]
