"""What people type about a case, its people and its tasks."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Place, Site, User
from anlan.accounts.roles import ROLES, Permission, roles_with
from anlan.accounts.selectors import people_with_role
from anlan.base.form_fields import typed_field
from anlan.cases.enums import Role
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Case
from anlan.customers.enums import ErasureReason, OccupancyRole, ProtectedField
from anlan.customers.models import REASON_LENGTH
from anlan.customers.selectors import rooms_of

_THREE_LINES = forms.Textarea(attrs={"rows": 3})


class OnceForm(forms.Form):
    """A form that may arrive twice: the same ``request_id`` is answered once."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class PlainForm(forms.Form):
    """Only a button; what it does is refused or idempotent the second time."""


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.Field):
    """Photos, as many as were chosen; what may be one is the vault's to say."""

    widget = PhotosInput(attrs={"accept": "image/*"})

    def clean(self, value: Any) -> list[Any]:
        return list(value or [])


class DoneForm(forms.Form):
    """What was done; the service says what may not be missing."""

    request_id = forms.UUIDField(
        widget=forms.HiddenInput, initial=uuid4, required=False
    )
    words = forms.CharField(
        label=gettext_lazy("做了什么"),
        max_length=1000,
        required=False,
        widget=_THREE_LINES,
    )
    photos = PhotosField(
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("原件存入保管库，不能替换，也不能删除"),
        required=False,
    )

    def done(self) -> dict[str, Any]:
        """What was said and shown, as the service that completes a task takes it."""
        said = self.cleaned_data
        return {
            "words": said["words"],
            "photos": [photo.chunks() for photo in said["photos"]],
            "request_id": said["request_id"],
        }


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=_THREE_LINES
    )


class NoteForm(OnceForm):
    text = forms.CharField(label=gettext_lazy("记录"), max_length=2000)
    happened = moment_field(
        label=gettext_lazy("发生时间"),
        required=False,
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("角色"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )


class IdentityForm(forms.Form):
    """Who somebody is: a colleague, or a customer by name and phone."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("本公司人员"),
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
        required=False,
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    field_order = ("roles", "description", "name", "phone", "user")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "user", forms.ModelChoiceField).queryset = colleagues(site)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("user") and (said.get("name") or said.get("phone")):
            self.add_error("user", _("请只选一个身份"))
        if bool(said.get("name")) != bool(said.get("phone")):
            missing = "phone" if said.get("name") else "name"
            self.add_error(missing, _("姓名和电话要一起填写"))
        return said


class PartyForm(IdentityForm, RolesForm, OnceForm):
    description = forms.CharField(
        label=gettext_lazy("特征描述"),
        help_text=gettext_lazy("还不知道是谁时，写衣着、年龄、体貌；不要写姓名"),
        max_length=200,
        required=False,
    )


class HomeForm(forms.Form):
    """A room that somebody owns, lives or works in, and since when."""

    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=gettext_lazy("房间"),
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("和房屋的关系"), choices=OccupancyRole.choices
    )
    since_on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("现在仍是的，不填；已经登记过的，在这里填写搬离日期"),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "place", forms.ModelChoiceField).queryset = rooms_of(site)


class RevealForm(forms.Form):
    field = forms.ChoiceField(
        label=gettext_lazy("要看什么"), choices=ProtectedField.choices
    )
    reason = forms.CharField(
        label=gettext_lazy("查看的理由"),
        help_text=gettext_lazy("谁、何时、为什么查看，都会留下记录"),
        max_length=200,
    )


class CorrectionForm(forms.Form):
    """What is empty stays as it is; what stands there now is shown to nobody."""

    name = forms.CharField(
        label=gettext_lazy("正确的姓名"),
        help_text=gettext_lazy("不改的，不填"),
        max_length=60,
        required=False,
    )
    phone = forms.CharField(
        label=gettext_lazy("正确的电话"),
        help_text=gettext_lazy("不改的，不填"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    without_phone = forms.BooleanField(
        label=gettext_lazy("登记的电话不是本人的，去掉"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("更正的理由"),
        help_text=gettext_lazy("怎样知道现在填的才对，例如本人出示了证件"),
        max_length=REASON_LENGTH,
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("phone") and said.get("without_phone"):
            self.add_error("without_phone", _("已填写正确的电话，不用再去掉"))
        return said


class ErasureForm(forms.Form):
    """Asked twice, since nothing brings it back: who it is, and that it is meant."""

    reason = forms.ChoiceField(
        label=gettext_lazy("删除的理由"), choices=ErasureReason.choices
    )
    is_right_person = forms.BooleanField(
        label=gettext_lazy(
            "已核对：要删除的就是这位人员，申请的是本人或者监护人，或者不是申请"
        )
    )
    is_final = forms.BooleanField(
        label=gettext_lazy("知道删除以后不能恢复，在所有案件里都只显示“已删除”")
    )


class CommandForm(forms.Form):
    commander = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("现场指挥"),
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(site, Permission.INCIDENT_RESPOND)
        typed_field(self, "commander", forms.ModelChoiceField).queryset = people


class JoinForm(forms.Form):
    host = forms.ModelChoiceField(
        Case.objects.none(),
        label=gettext_lazy("并入哪个案件"),
        to_field_name="number",
        empty_label=gettext_lazy("请选择"),
    )

    def __init__(self, *args: Any, hosts: QuerySet[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["host"]
        field.queryset = hosts  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = _case_label  # type: ignore[attr-defined]  # the same


def colleagues(site: Site, permission: Permission | None = None) -> QuerySet[User]:
    """Staff at the site or above it; those whose role carries ``permission``, if given."""
    roles = roles_with(permission) if permission else list(ROLES)
    return reduce(or_, (people_with_role(site, role) for role in roles))


def _case_label(case: Case) -> str:
    return f"{case.number} {case.title}"
