"""What an administrator fills in for a channel, and a person for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.notify.channels.protocol import Setting
from anlan.notify.channels.registry import GROUPS, SENDERS
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Channel

WITH_ADDRESS = (ChannelKind.WECOM, ChannelKind.DINGTALK)
CHOOSABLE = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.EMAIL)


class ChannelForm(forms.Form):
    """The settings of one kind, as its sender names them; secrets come back empty.

    ``scopes`` are the company ("") and the sites (their codes) a new one may be for.
    """

    name = forms.CharField(label=_("群名称"), max_length=40)
    is_enabled = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: ChannelKind,
        channel: Channel | None = None,
        scopes: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data, label_suffix="")
        if channel is None:
            self.fields["scope"] = forms.ChoiceField(
                label=_("用于"),
                choices=scopes,
                required=all(code for code, _name in scopes),
                help_text=_("项目自己的渠道优先于公司的；删除后改用公司的"),
            )
        if kind not in GROUPS:
            del self.fields["name"]
        for setting in SENDERS[kind].settings:
            self.fields[setting.name] = _field(setting, is_new=channel is None)
        self.order_fields(["scope", "name", *(s.name for s in SENDERS[kind].settings)])
        if channel is not None:
            self.initial = {
                **channel.settings,
                "name": channel.name,
                "is_enabled": channel.is_enabled,
            }


class PreferenceForm(forms.Form):
    """One way: wanted or not, when not, and who I am there."""

    is_on = forms.BooleanField(label=_("接收普通通知"), required=False, initial=True)
    address = forms.CharField(
        label=_("我的账号（userid）"), max_length=80, required=False
    )
    quiet_from = forms.TimeField(
        label=_("免打扰从"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_to = forms.TimeField(
        label=_("到"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(
        self, data: Any, *, kind: ChannelKind, initial: dict[str, Any] | None
    ) -> None:
        super().__init__(data, prefix=kind.value, label_suffix="", initial=initial)
        self.kind = kind
        if kind not in WITH_ADDRESS:
            del self.fields["address"]


class PlanForm(forms.Form):
    """When a site asks its phones each day."""

    daily_at = forms.TimeField(
        label=_("每天时间"),
        widget=forms.TimeInput(
            attrs={"type": "time", "class": "input"}, format="%H:%M"
        ),
    )
    is_on = forms.BooleanField(label=_("自动进行"), required=False)


def _field(setting: Setting, *, is_new: bool) -> forms.Field:
    # A secret that is left empty stays as it was; the service knows whether there is one.
    required = setting.is_required and not setting.default
    common: dict[str, Any] = {
        "label": setting.label,
        "required": required and (is_new or not setting.is_secret),
        "initial": setting.default,
        "help_text": setting.help,
    }
    if setting.choices:
        return forms.ChoiceField(choices=setting.choices, **common)
    if setting.is_secret:
        if not is_new:
            common["help_text"] = _("留空则不变")
        hidden = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(widget=hidden, **common)
    if setting.is_long:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    kind = "url" if setting.is_url else "text"
    shown = forms.TextInput(attrs={"type": kind, "autocomplete": "off"})
    return forms.CharField(max_length=500, widget=shown, **common)
