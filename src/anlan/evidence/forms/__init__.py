"""What is typed and chosen about evidence: files, and things."""

from __future__ import annotations

from anlan.evidence.forms.files import UploadForm
from anlan.evidence.forms.objects import (
    DecisionForm,
    DisposalForm,
    HandOverForm,
    MoveForm,
    ObjectForm,
    ReturnForm,
    SealCheckForm,
    SealingForm,
)

__all__ = [
    "DecisionForm",
    "DisposalForm",
    "HandOverForm",
    "MoveForm",
    "ObjectForm",
    "ReturnForm",
    "SealCheckForm",
    "SealingForm",
    "UploadForm",
]
