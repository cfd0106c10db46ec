"""What is typed and chosen where evidence is added."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.cases.forms.fields import moment_field


class UploadForm(forms.Form):
    """Without a script one small file; with it as many as were chosen, of any size."""

    file = forms.FileField(label=_("文件"))
    title = forms.CharField(label=_("是什么"), max_length=120, required=False)
    how = forms.CharField(
        label=_("怎样取得，由谁取得"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    happened = moment_field(
        label=_("拍摄或录制时间"),
        required=False,
    )
    is_footage = forms.BooleanField(
        label=_("来自监控录像机"),
        help_text=_("从录像机导出的录像：查看须登记事由，提供给他人须经申请和批准。"),
        required=False,
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
            "is_footage": said["is_footage"],
        }
