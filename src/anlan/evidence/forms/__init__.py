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
from anlan.evidence.forms.packages import (
    PackageForm,
    PackageReceiptForm,
    WithdrawalForm,
)
from anlan.evidence.forms.playing import MarkForm, MomentForm, TogetherForm
from anlan.evidence.forms.recordings import (
    CameraChoiceForm,
    CaseClockForm,
    ClockForm,
    FileForm,
    FootageForm,
    ReasonForm,
)

__all__ = [
    "CameraChangeForm",
    "CameraChoiceForm",
    "CameraForm",
    "CaseClockForm",
    "ClockForm",
    "DecisionForm",
    "DisposalForm",
    "FileForm",
    "FootageForm",
    "HandOverForm",
    "MarkForm",
    "MomentForm",
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
    "TogetherForm",
    "UploadForm",
    "WithdrawalForm",
]
