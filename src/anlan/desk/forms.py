"""What the staff type or choose at a desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, Post
from anlan.base.clock import day_bounds
from anlan.base.form_fields import typed_field
from anlan.cases.enums import CaseKind, CaseState, Severity
from anlan.incidents.enums import Flag

CANDIDATES = 12  # places offered when what was written fits several
_ANY = ("", _("全部"))


class CaseFilter(forms.Form):
    """How the list of cases is narrowed; every field may be left out."""

    text = forms.CharField(
        label=_("查找"),
        max_length=80,
        required=False,
        widget=forms.SearchInput(
            attrs={"placeholder": _("编号、标题或地点"), "data-search": ""}
        ),
    )
    state = forms.ChoiceField(
        label=_("状态"), choices=[_ANY, *CaseState.choices], required=False
    )
    severity = forms.TypedChoiceField(
        label=_("等级"),
        choices=[_ANY, *reversed(Severity.choices)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("类型"), choices=[_ANY, *CaseKind.choices], required=False
    )
    site = forms.ChoiceField(label=_("项目"), required=False)
    since = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self, data: Mapping[str, str], *, sites: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data, label_suffix="")
        # The fields are this form's own, the choices of a site its readers'.
        typed_field(self, "site", forms.ChoiceField).choices = [_ANY, *sites]

    def wanted(self) -> dict[str, Any]:
        """The arguments of ``case_list``, the site by its code.

        A field that could not be read is left out.
        """
        self.is_valid()
        said = self.cleaned_data
        return {
            "state": said.get("state", ""),
            "severity": said.get("severity"),
            "kind": said.get("kind", ""),
            "site": said.get("site", ""),
            "text": said.get("text", "").strip(),
            "opened": self._period(),
        }

    def _period(self) -> tuple[datetime | None, datetime | None]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return (
            day_bounds(since)[0] if since else None,
            day_bounds(until)[1] if until else None,
        )


class PlaceField(forms.CharField):
    """A place by what a person writes: its label, a part that fits only one, or its code.

    The browser offers the labels while typing, without a script.
    """

    queryset: QuerySet[Place] = Place.objects.none()

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = list(self.queryset.filter(code=text)[:1])
        found = found or list(self.queryset.filter(label=text)[:2])
        found = found or list(self.queryset.filter(label__icontains=text)[:2])
        if not found:
            raise forms.ValidationError(_("没有这个地点，请从列出的地点中选一个"))
        if len(found) > 1:
            raise forms.ValidationError(_("有几个地点符合，请选一个"))
        return found[0]


class AlarmForm(forms.Form):
    """An alarm raised at a desk; everything but the place may be left out."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    place = PlaceField(
        label=_("地点"),
        max_length=240,
        widget=forms.TextInput(
            attrs={
                "list": "places",
                "autocomplete": "off",
                "placeholder": _("写几个字，例如：车库"),
            }
        ),
    )
    flags = forms.MultipleChoiceField(
        choices=Flag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("发生了什么"),
    )
    people_count = forms.IntegerField(
        min_value=1, max_value=999, required=False, label=_("人数")
    )
    words = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("补充说明"),
    )

    def __init__(
        self, data: Any = None, *, places: QuerySet[Place], place: str = ""
    ) -> None:
        initial = {"request_id": uuid4(), "place": place}
        super().__init__(data, initial=initial, label_suffix="")
        self._places = places
        typed_field(self, "place", PlaceField).queryset = places

    def candidates(self) -> list[Place]:
        """The places that fit what was written, when several do: one tap decides."""
        written = str(self["place"].value() or "").strip()
        if not written or not self["place"].errors:
            return []
        return list(self._places.filter(label__icontains=written)[:CANDIDATES])


class TileForm(forms.Form):
    """A picture for the wall of a monitor room."""

    post = forms.ModelChoiceField(label=_("岗位"), queryset=Post.objects.none())
    place = forms.ModelChoiceField(label=_("地点"), queryset=Place.objects.none())
    label = forms.CharField(
        label=_("画面名称"),
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "CAM-07"}),
    )

    def __init__(self, data: Any = None, *, posts: QuerySet[Post]) -> None:
        super().__init__(data, label_suffix="", auto_id="tile-%s")
        places = Place.objects.filter(site__in=posts.values("site"), is_active=True)
        typed_field(self, "post", forms.ModelChoiceField).queryset = posts
        typed_field(self, "place", forms.ModelChoiceField).queryset = places.order_by(
            "label", "pk"
        )
