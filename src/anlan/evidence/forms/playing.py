"""What people fill in before and while they look at several recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.evidence.models import Recording
from anlan.evidence.services.playing import MOST_MARK_WORDS


class TogetherForm(forms.Form):
    """Which cameras, and why: once for all of them."""

    recordings = forms.MultipleChoiceField(
        label=_("摄像头"), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("查看事由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：核对谁先动手。您的姓名、时间和事由会登记"),
    )

    def __init__(self, *args: Any, rows: Sequence[Recording], **more: Any) -> None:
        super().__init__(*args, **more)
        self.rows = {str(row.uid): row for row in rows}
        field = self.fields["recordings"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the types
        field.choices = [
            (uid, f"{row.code} {row.camera.name}") for uid, row in self.rows.items()
        ]

    @property
    def chosen(self) -> list[Recording]:
        return [self.rows[uid] for uid in self.cleaned_data["recordings"]]


class MomentForm(forms.Form):
    """A true moment, in milliseconds, and of which camera."""

    moment = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    recording = forms.ChoiceField(label=_("摄像头"))

    def __init__(
        self, *args: Any, rows: Sequence[Recording], has_all: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.rows = {str(row.uid): row for row in rows}
        field = self.fields["recording"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the types
        field.required = not has_all
        field.choices = [
            *([("", _("全部"))] if has_all else []),
            *((uid, row.camera.name) for uid, row in self.rows.items()),
        ]


class MarkForm(MomentForm):
    """A note at a moment."""

    words = forms.CharField(label=_("这一刻看到什么"), max_length=MOST_MARK_WORDS)
    field_order = ["moment", "words", "recording"]
