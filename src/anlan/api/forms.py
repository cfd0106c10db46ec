"""What people fill in: a token of their own, a device on a wall."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, Site
from anlan.accounts.roles import Permission
from anlan.incidents.devices.mapping import mappings
from anlan.incidents.enums import DeviceKind, DeviceMode


class TokenForm(forms.Form):
    """Scopes are offered as far as the person holds them; the service checks again."""

    name = forms.CharField(
        label=_("用途"), max_length=60, help_text=_("例如：大堂屏幕、值班统计脚本")
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        choices=[(7, _("7 天")), (30, _("30 天")), (90, _("90 天")), (366, _("一年"))],
        coerce=int,
        initial=30,
    )

    def __init__(self, *args: Any, offered: list[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("可以做什么"),
            choices=[(scope.value, scope.label) for scope in offered],
            widget=forms.CheckboxSelectMultiple,
        )


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Spots of several sites, told apart by the site's name."""

    def label_from_instance(self, obj: Place) -> str:
        return f"{obj.site.name} · {obj.label}"


class DeviceForm(forms.Form):
    """The spot decides the site; what a mode needs is checked by the service."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类型"), choices=DeviceKind.choices)
    # Their choices depend on who asks; the order on the page stands here.
    place = PlaceField(queryset=Place.objects.none())
    mapping = forms.ChoiceField()
    mode = forms.ChoiceField(
        label=_("认证方式"),
        choices=DeviceMode.choices,
        help_text=_("能签名的设备选第一项；其余在记录上显示为“未签名”"),
    )
    addresses = forms.CharField(
        label=_("允许的网段"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("每行一个，例如 10.0.3.0/24；不能签名的设备必须填写"),
    )
    topic = forms.CharField(
        label=_("MQTT 主题"),
        max_length=200,
        required=False,
        help_text=_("只用于经 MQTT 发送的设备"),
    )
    rate = forms.IntegerField(
        label=_("每分钟最多条数"), min_value=1, max_value=600, initial=30
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.filter(site__in=sites, is_active=True)
        self.fields["place"] = PlaceField(
            label=_("点位"),
            queryset=places.select_related("site").order_by("site__code", "label"),
            to_field_name="uid",
        )
        self.fields["mapping"] = forms.ChoiceField(
            label=_("报文格式"),
            choices=[(one.key, one.title) for one in mappings().values()],
        )
