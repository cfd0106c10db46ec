"""What the office types to administer people, places and the roster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.accounts.models import Organisation, Place, Post, Region, Site, User
from anlan.accounts.permissions import Node, can_grant
from anlan.accounts.roles import ROLES
from anlan.base.clock import SHANGHAI, day_bounds, local_day, start_of_day
from anlan.base.sheet import MOST_BYTES, Table, read_sheet, read_text


def node_key(node: Node) -> str:
    kind = {Organisation: "organisation", Region: "region", Site: "site"}[type(node)]
    return f"{kind}:{node.pk}"


class GrantForm(forms.Form):
    """A role and where it holds; only what the giver may give is offered."""

    role = forms.ChoiceField(label=_("角色"))
    node = forms.ChoiceField(label=_("在哪里"))
    begins = forms.DateField(
        label=_("从哪天起"),
        required=False,
        help_text=_("不填为立即生效"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ends = forms.DateField(
        label=_("到哪天为止"),
        required=False,
        help_text=_("当天也有效；不填为一直有效"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Any = None, *, by: User, nodes: Sequence[Node], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.nodes = {node_key(node): node for node in nodes}
        roles = [
            (key, role.name)
            for key, role in ROLES.items()
            if any(can_grant(by, key, node) for node in nodes)
        ]
        _field(self, "role").choices = [("", "---------"), *roles]
        # Nothing is chosen to begin with: the first node is the whole company.
        _field(self, "node").choices = [
            ("", "---------"),
            *((key, node.name) for key, node in self.nodes.items()),
        ]

    @property
    def node_chosen(self) -> Node:
        return self.nodes[self.cleaned_data["node"]]

    def begins_at(self, at: datetime) -> datetime | None:
        """The beginning of the day; none, and today, are at once."""
        day = self.cleaned_data["begins"]
        return None if day is None or day == local_day(at) else start_of_day(day)

    @property
    def ends_at(self) -> datetime | None:
        day = self.cleaned_data["ends"]
        return None if day is None else day_bounds(day)[1]


class InviteForm(GrantForm):
    """A person who is to join."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(
        label=_("账号"), max_length=40, help_text=_("小写字母和数字，例如 wangjianguo")
    )
    employee_number = forms.CharField(label=_("工号"), max_length=20, required=False)
    phone = forms.CharField(label=_("手机"), max_length=32, required=False)
    field_order = [
        "name",
        "username",
        "employee_number",
        "phone",
        "role",
        "node",
        "begins",
        "ends",
    ]


class JoinForm(forms.Form):
    """The first password, or a new one; for guards also the PIN of the shared phone."""

    password = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin = forms.CharField(
        label=_("公用手机的 PIN（可以以后再设）"),
        max_length=6,
        required=False,
        help_text=_("六位数字，不用生日和连续数字"),
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}
        ),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_now("两次输入的密码不一样"))
        return again


class PinForm(forms.Form):
    """One's own PIN, for the shared phone."""

    password = forms.CharField(
        label=_("现在的密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    pin = forms.CharField(
        label=_("六位数字 PIN"),
        max_length=6,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}
        ),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("一次性码"),
        max_length=24,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters"}
        ),
    )


class RegionForm(forms.Form):
    name = forms.CharField(label=_("区域名称"), max_length=80)
    parent = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("上级区域"),
        required=False,
        empty_label=_("（公司直属）"),
    )

    def __init__(self, *args: Any, regions: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "parent").queryset = regions


class NameForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=80)


class SiteForm(forms.Form):
    """How a site is called and reached."""

    name = forms.CharField(label=_("名称"), max_length=80)
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("所属区域"),
        required=False,
        empty_label=_("（公司直属）"),
    )
    address = forms.CharField(label=_("地址"), max_length=160, required=False)
    control_room_phone = forms.CharField(
        label=_("监控室电话"), max_length=32, required=False
    )

    def __init__(self, *args: Any, regions: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "region").queryset = regions


class NewSiteForm(SiteForm):
    code = forms.CharField(
        label=_("代码"),
        max_length=8,
        help_text=_("二到八位大写字母或数字，写在案件编号最前面，以后不能改"),
    )
    field_order = ["code", "name", "region", "address", "control_room_phone"]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()


class PlaceForm(forms.Form):
    """A new place below another one."""

    kind = forms.ChoiceField(label=_("类型"), choices=Place.Kind.choices)
    name = forms.CharField(label=_("名称"), max_length=60)
    parent = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("上级"),
        required=False,
        to_field_name="uid",
        empty_label=_("（最上层）"),
    )

    def __init__(self, *args: Any, places: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "parent").queryset = places


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("移到"),
        required=False,
        to_field_name="uid",
        empty_label=_("（最上层）"),
    )

    def __init__(self, *args: Any, places: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "parent").queryset = places


class PostForm(forms.Form):
    """A post, and when somebody must stand there."""

    name = forms.CharField(label=_("岗位"), max_length=40)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("点位"), to_field_name="uid"
    )
    radio = forms.CharField(label=_("对讲频道"), max_length=20, required=False)
    must_be_staffed = forms.BooleanField(label=_("必须有人"), required=False)
    staffed_from = forms.TimeField(
        label=_("从"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    staffed_until = forms.TimeField(
        label=_("到"),
        required=False,
        help_text=_("都不填为全天；19:00 到 07:00 为跨夜"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, places: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "place").queryset = places


class ShiftForm(forms.Form):
    """One person at one post, on one day; an end before the start is the next morning."""

    post = forms.ModelChoiceField(
        Post.objects.none(), label=_("岗位"), to_field_name="uid"
    )
    user = forms.ModelChoiceField(
        User.objects.none(), label=pgettext_lazy("one", "人员"), to_field_name="uid"
    )
    role = forms.ChoiceField(
        label=_("角色"), choices=[(key, role.name) for key, role in ROLES.items()]
    )
    day = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("结束"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(
        self, *args: Any, posts: Any, people: Iterable[User], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        _field(self, "post").queryset = posts
        user = _field(self, "user")
        user.queryset = people
        user.label_from_instance = lambda person: (
            f"{person.employee_number} {person.name}".strip()
        )

    @property
    def period(self) -> tuple[datetime, datetime]:
        said = self.cleaned_data
        starts = datetime.combine(said["day"], said["starts"], tzinfo=SHANGHAI)
        ends = datetime.combine(said["day"], said["ends"], tzinfo=SHANGHAI)
        return starts, ends if ends > starts else ends + timedelta(days=1)


class CopyForm(forms.Form):
    """Which week is copied into which; any day stands for its week."""

    source = forms.DateField(
        label=_("从哪一周复制"),
        help_text=_("那一周的任何一天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    week = forms.DateField(
        label=_("到哪一周"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SheetForm(forms.Form):
    """A table as a file, or pasted."""

    file = forms.FileField(
        label=_("CSV 或 XLSX 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
    table = forms.CharField(
        label=_("或者把单元格粘贴到这里"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("file") and not (said.get("table") or "").strip():
            raise forms.ValidationError(_now("请选择文件，或者粘贴表格"))
        return said

    def read(self) -> Table:
        """The cells.

        Raises:
            InvalidInput: not a table that can be read.
        """
        upload = self.cleaned_data.get("file")
        if isinstance(upload, UploadedFile):
            return read_sheet(upload.read(MOST_BYTES + 1))
        return read_text(self.cleaned_data["table"])


class SharedPhoneForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    post = forms.ModelChoiceField(
        Post.objects.none(),
        label=_("岗位"),
        required=False,
        to_field_name="uid",
        empty_label=_("（不固定）"),
    )

    def __init__(self, *args: Any, posts: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "post").queryset = posts


def _field(form: forms.Form, name: str) -> Any:
    """A field whose choices are set once the form knows for whom it is."""
    return form.fields[name]
