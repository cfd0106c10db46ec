"""What an administrator fills in about recorders and cameras."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, Site
from anlan.evidence.enums import RecorderKind
from anlan.evidence.models import Camera, Recorder
from anlan.evidence.recorders.folder import FRIGATE, PLAIN
from anlan.evidence.recorders.http import LEAST_SLICE, MOST_SLICE
from anlan.evidence.services.cameras import MOST_DAYS, MOST_SECRET


class RecorderSettingsForm(forms.Form):
    """What may change of a recorder."""

    days_kept = forms.IntegerField(
        label=_("保存天数"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=30,
        help_text=_("到期后，录像机将覆盖旧录像；法规要求保存不少于 30 天"),
    )
    folder = forms.CharField(
        label=_("录像文件夹"),
        max_length=300,
        required=False,
        help_text=_("自动保存时填写，须在 ANLAN_RECORDINGS_ROOTS 之下"),
    )
    pattern = forms.CharField(
        label=_("文件名格式"),
        max_length=120,
        required=False,
        initial=PLAIN,
        help_text=_("不含后缀；Frigate 为 %(frigate)s") % {"frigate": FRIGATE},
    )
    zone = forms.ChoiceField(
        label=_("文件名的时区"),
        choices=[("local", _("北京时间")), ("utc", _("UTC（Frigate）"))],
        required=False,
    )

    base = forms.CharField(
        label=_("录像机地址"),
        max_length=200,
        required=False,
        help_text=_(
            "例如 https://192.168.1.10:8971 或 rtsp://192.168.1.10:554，"
            "须在 ANLAN_RECORDER_HOSTS 之内"
        ),
    )
    template = forms.CharField(
        label=_("下载或回放路径"),
        max_length=300,
        required=False,
        help_text=_(
            "{camera} {begin} {end} 各一次。下载例如 "
            "export?channel={camera}&from={begin}&to={end}；RTSP 回放：海康 "
            "Streaming/tracks/{camera}01?starttime={begin}&endtime={end}（紧凑），大华 "
            "cam/playback?channel={camera}&subtype=0&starttime={begin}&endtime={end}"
            "（下划线）"
        ),
    )
    time = forms.ChoiceField(
        label=_("时间写法"),
        choices=[
            ("iso", _("ISO，UTC（2026-11-28T06:00:00Z）")),
            ("local", _("ISO，北京时间（2026-11-28T14:00:00）")),
            ("epoch", _("Unix 秒")),
            ("epoch_ms", _("Unix 毫秒")),
            ("compact", _("紧凑，UTC（20261128T060000Z）")),
            ("compact_local", _("紧凑，北京时间（20261128T140000Z）")),
            ("underscored", _("下划线，北京时间（2026_11_28_14_00_00）")),
        ],
        required=False,
    )
    slice = forms.IntegerField(
        label=_("每段秒数"),
        min_value=LEAST_SLICE,
        max_value=MOST_SLICE,
        initial=60,
        required=False,
        help_text=_("录像机一次导出多长"),
    )
    auth = forms.ChoiceField(
        label=_("登录方式"),
        choices=[
            ("none", _("不需要")),
            ("basic", _("账号密码（Basic）")),
            ("digest", _("账号密码（Digest）")),
            ("bearer", _("令牌（Bearer）")),
        ],
        required=False,
    )
    username = forms.CharField(label=_("账号"), max_length=60, required=False)
    password = forms.CharField(
        label=_("密码或令牌"),
        max_length=MOST_SECRET,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("加密保存，不再显示；留空则不变，换地址须重新填写"),
    )
    ca = forms.CharField(
        label=_("自签证书（PEM 文件路径）"),
        max_length=300,
        required=False,
        help_text=_(
            "HTTPS 总是核对证书；自签的在这里写明，须在 ANLAN_RECORDINGS_ROOTS 之下"
        ),
    )

    def settings(self) -> dict[str, Any]:
        """As the adapter reads them."""
        return {name: self.cleaned_data.get(name) for name in _OF_ALL}

    def secrets(self) -> dict[str, str]:
        return {"password": self.cleaned_data.get("password") or ""}


# Which fields a kind has; a script shows only those of the one that is chosen.
FIELDS_OF = {
    RecorderKind.MANUAL: (),
    RecorderKind.FOLDER: ("folder", "pattern", "zone"),
    RecorderKind.HTTP: (
        *("base", "template", "time", "slice", "auth", "username", "password", "ca"),
    ),
    RecorderKind.FRIGATE: ("base", "username", "password", "ca"),
    RecorderKind.RTSP: ("base", "template", "time", "auth", "username", "password"),
    RecorderKind.ONVIF: ("base", "username", "password", "ca"),
}
_OF_ALL = (
    *("folder", "pattern", "zone"),
    *("base", "template", "time", "slice", "auth", "username", "ca"),
)


class RecorderForm(RecorderSettingsForm):
    name = forms.CharField(label=_("录像机名称"), max_length=60)
    kind = forms.ChoiceField(label=_("怎样取得录像"), choices=RecorderKind.choices)
    field_order = ["name", "kind", "days_kept"]

    def kinds_of(self) -> dict[str, str]:
        """The kinds that have a field, by its name; none: all have it."""
        return {
            name: " ".join(kind for kind, names in FIELDS_OF.items() if name in names)
            for name in self.fields
        }


class RecorderChangeForm(RecorderSettingsForm):
    is_active = forms.BooleanField(label=_("在用"), required=False)

    def __init__(self, *args: Any, kind: str, **more: Any) -> None:
        super().__init__(*args, **more)
        kept = {"days_kept", "is_active", *FIELDS_OF[RecorderKind(kind)]}
        for name in set(self.fields) - kept:
            del self.fields[name]


class CameraForm(forms.Form):
    """A camera: where it hangs, what it sees."""

    name = forms.CharField(label=_("摄像头名称"), max_length=60)
    recorder = forms.ModelChoiceField(
        Recorder.objects.none(), label=_("录像机"), to_field_name="uid"
    )
    code = forms.CharField(
        label=_("通道"),
        max_length=60,
        help_text=_(
            "录像机里的通道号，或它的文件夹名；ONVIF 为录像或视频源的标识（token）或名称"
        ),
    )
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("安装在"), to_field_name="uid"
    )
    sees = forms.ModelMultipleChoiceField(
        Place.objects.none(),
        label=_("看得到"),
        to_field_name="uid",
        required=False,
        help_text=_("按住 Ctrl 可多选；不选即只看得到安装的地方"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    view = forms.CharField(
        label=_("画面说明"),
        max_length=200,
        required=False,
        help_text=_("例如：对着 12 号车位，看不到坡道"),
    )
    is_way_out = forms.BooleanField(label=_("在出入口"), required=False)
    days_kept = forms.IntegerField(
        label=_("保存天数（与录像机不同时）"),
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
    )

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        places = Place.objects.filter(site=site, is_active=True).order_by("label")
        for name, rows in (
            ("recorder", Recorder.objects.filter(site=site).order_by("name")),
            ("place", places),
            ("sees", places),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- for the types
            field.queryset = rows
            if name == "recorder":
                field.empty_label = None


class CameraChangeForm(CameraForm):
    is_active = forms.BooleanField(label=_("在用"), required=False)

    @classmethod
    def of(cls, camera: Camera, posted: Any) -> CameraChangeForm:
        return cls(
            posted,
            site=camera.site,
            initial={
                "name": camera.name,
                "recorder": camera.recorder.uid,
                "code": camera.code,
                "place": camera.place.uid,
                "sees": [place.uid for place in camera.sees.all()],
                "view": camera.view,
                "is_way_out": camera.is_way_out,
                "days_kept": camera.days_kept,
                "is_active": camera.is_active,
            },
        )
