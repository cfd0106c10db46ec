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
from anlan.evidence.forms.packages import PackageForm, PackageReceiptForm

__all__ = [
    "DecisionForm",
    "DisposalForm",
    "HandOverForm",
    "MoveForm",
    "ObjectForm",
    "PackageForm",
    "PackageReceiptForm",
    "ReturnForm",
    "SealCheckForm",
    "SealingForm",
    "UploadForm",
]
