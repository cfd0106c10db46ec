"""What is typed and chosen where evidence is added."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.vault import MEDIA_TYPES


class AdditionForm(forms.Form):
    """One small file with what is to be known of it."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("照片、录音、录像或 PDF，最大 25 MB"),
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(MEDIA_TYPES))}),
    )
    title = forms.CharField(label=_("是什么"), max_length=120, required=False)
    how = forms.CharField(
        label=_("怎样取得，由谁取得"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    happened = forms.DateTimeField(
        label=_("拍摄或录制时间"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )

    def added(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        return {
            "chunks": said["file"].chunks(),
            "file_name": said["file"].name[:255],
            "title": said["title"],
            "how": said["how"],
            "happened": said["happened"],
        }
