"""What is typed and chosen about evidence: files, and things."""

from __future__ import annotations

from anlan.evidence.forms.cameras import (
    CameraChangeForm,
    CameraForm,
    RecorderChangeForm,
    RecorderForm,
)
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
from anlan.evidence.forms.recordings import (
    CameraChoiceForm,
    ClockForm,
    FileForm,
    FootageForm,
    ReasonForm,
)

__all__ = [
    "CameraChangeForm",
    "CameraChoiceForm",
    "CameraForm",
    "ClockForm",
    "DecisionForm",
    "DisposalForm",
    "FileForm",
    "FootageForm",
    "HandOverForm",
    "MoveForm",
    "ObjectForm",
    "PackageForm",
    "PackageReceiptForm",
    "ReasonForm",
    "RecorderChangeForm",
    "RecorderForm",
    "ReturnForm",
    "SealCheckForm",
    "SealingForm",
    "UploadForm",
]
