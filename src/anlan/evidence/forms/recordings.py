"""What people fill in about recordings of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.enums import ClockWay, ExhibitKind
from anlan.evidence.models import Camera, Exhibit, Recording
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.selectors.recordings import addable_cameras
from anlan.evidence.services.recordings import MOST_WORDS

SECONDS = "%Y-%m-%dT%H:%M:%S"


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A moment to the second."""
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format=SECONDS
        ),
        **more,
    )


class ReasonForm(forms.Form):
    """Why it is not saved, not wanted, or all that there is."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FootageForm(forms.Form):
    """The register of looks that the law asks for."""

    reason = forms.CharField(
        label=gettext_lazy("查看事由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：核对谁先动手。您的姓名、时间和事由会登记"),
    )


class ClockForm(forms.Form):
    """The recorder's clock beside the right time."""

    shown = moment_field(gettext_lazy("录像机画面上的时间"))
    true = moment_field(
        gettext_lazy("此刻的标准时间"),
        help_text=gettext_lazy("以本页打开时的服务器时间填写；请与手机核对"),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("怎样核对"),
        choices=[
            (ClockWay.PHOTO, ClockWay.PHOTO.label),
            (ClockWay.BY_EYE, ClockWay.BY_EYE.label),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("说明"), max_length=MOST_WORDS, required=False
    )

    def __init__(self, *args: Any, at: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        now = timezone.localtime(at).replace(microsecond=0)
        self.initial.setdefault("true", now)
        self.initial.setdefault("shown", now)


class CaseClockForm(ClockForm):
    """The same for a recording of a case, whose evidence the photo becomes."""

    photo = forms.ImageField(
        label=gettext_lazy("两个时钟的照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=gettext_lazy("录像机画面和手机时间同框；存为证据"),
    )


class _FileField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.title} {obj.file_name}"


class FileForm(forms.Form):
    """Which stretch of the recording an uploaded file is."""

    exhibit = _FileField(
        Exhibit.objects.none(), label=gettext_lazy("文件"), to_field_name="uid"
    )
    begin = moment_field(gettext_lazy("开始（画面上的时间）"))
    end = moment_field(
        gettext_lazy("结束（画面上的时间）"),
        required=False,
        help_text=gettext_lazy("不填，或者晚于文件的结尾，都按文件的时长"),
    )
    words = forms.CharField(
        label=gettext_lazy("怎么知道到这一刻为止"),
        max_length=MOST_WORDS,
        required=False,
        help_text=gettext_lazy(
            "只在系统读不出文件时长时填写（例如厂商格式），会注明“时长未核实”"
        ),
    )

    def __init__(
        self, *args: Any, recording: Recording, reader: User, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        files = (
            kept_of(recording.case, reader)
            .filter(
                kind__in=[ExhibitKind.VIDEO, ExhibitKind.OTHER],
                segments=None,
                recordings=None,
            )
            .order_by("-number")
        )
        field = self.fields["exhibit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- for the types
        field.queryset = files
        field.empty_label = None
        # Only where to begin: an end that stands there already would be believed.
        shown = timezone.localtime(recording.as_camera(recording.wanted_from))
        self.initial.setdefault("begin", shown.replace(microsecond=0))


class CameraChoiceForm(forms.Form):
    """A further camera whose recording is wanted."""

    camera = forms.ModelChoiceField(
        Camera.objects.none(), label=gettext_lazy("摄像头"), to_field_name="uid"
    )

    def __init__(self, *args: Any, case: Case, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["camera"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- for the types
        field.queryset = addable_cameras(case)
        field.empty_label = None
