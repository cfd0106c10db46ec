"""What people fill in about things that are evidence."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Site, User
from anlan.accounts.roles import Permission
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WHERE, MOST_WORDS
from anlan.cases.forms import OnceForm, PhotosField, colleagues
from anlan.cases.forms.fields import PartyField, moment_field
from anlan.cases.models import Case
from anlan.cases.selectors import parties_of
from anlan.evidence.services import Signed
from anlan.evidence.services.custody import MOST_PHOTOS
from anlan.evidence.services.receiving import MOST_TITLE
from anlan.evidence.services.signing import MOST_BYTES

_PREFIX = "data:image/png;base64,"
_MOST_TEXT = len(_PREFIX) + MOST_BYTES // 3 * 4 + 1024  # a little more is said better
_TWO_LINES = forms.Textarea(attrs={"rows": 2})


class SignaturePad(forms.TextInput):
    """Draws into a hidden field, so that what was signed survives a refusal."""

    template_name = "evidence/signature_pad.html"
    is_group = True


class SignatureField(forms.CharField):
    """A drawing as the pad makes it; whether it is a signature, the service says."""

    widget = SignaturePad

    def clean(self, value: Any) -> bytes:
        text: str = super().clean(value)
        try:  # without its beginning it is no base64 either
            return b64decode(text.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError(_("请在框内签名")) from error


def _words(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST_WORDS,
        required=required,
        widget=_TWO_LINES,
        **more,
    )


def _where(*, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("存放在哪里"),
        max_length=MOST_WHERE,
        required=required,
        help_text=gettext_lazy("柜号、抽屉号，让别人能直接找到"),
    )


def _seal(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("封条号"),
        max_length=40,
        required=required,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters"}
        ),
        help_text=gettext_lazy("物证袋封口条上印的编号"),
    )


def _person(label: Any, *, required: bool, **more: Any) -> Any:
    return forms.ModelChoiceField(
        User.objects.none(),
        label=label,
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
        required=required,
        **more,
    )


class ObjectForm(OnceForm):
    title = forms.CharField(
        label=gettext_lazy("是什么物品"),
        max_length=MOST_TITLE,
        help_text=gettext_lazy("颜色、材质、特征，例如：黑色长柄伞，伞尖弯曲"),
    )
    how = _words(gettext_lazy("怎样、在哪里取得"))
    happened = moment_field(
        label=gettext_lazy("发现或取得的时间"),
        required=False,
    )
    party = PartyField(label=gettext_lazy("由当事人交来"), required=False)
    colleague = _person(gettext_lazy("由同事交来"), required=False)
    seal_number = _seal(required=False)
    kept_where = _where()
    photos = PhotosField(
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("封存前后各一张，最多 %s 张；每张各为一件证据")
        % MOST_PHOTOS,
        required=False,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties_of(case))
        people = colleagues(case.site)
        typed_field(self, "colleague", forms.ModelChoiceField).queryset = people

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("party") and said.get("colleague"):
            self.add_error("colleague", _("请只选一个交来的人"))
        return said


class SealingForm(OnceForm):
    seal_number = _seal(required=True)
    words = _words(gettext_lazy("为什么拆开原来的封条"))


class SealCheckForm(OnceForm):
    seal = forms.ChoiceField(
        label=gettext_lazy("封条现在怎样"),
        choices=[("whole", gettext_lazy("完好")), ("broken", gettext_lazy("已破损"))],
        widget=forms.RadioSelect,
    )
    words = _words(
        gettext_lazy("说明"),
        help_text=gettext_lazy("破损时必须写明；项目经理和法务会立即收到通知"),
    )


class MoveForm(OnceForm):
    kept_where = _where()
    words = _words(gettext_lazy("为什么移动"))


class SignedForm(OnceForm):
    """Two drawings, or a photo of the paper that both signed."""

    giver_signature = SignatureField(
        label=gettext_lazy("交出人签名"), max_length=_MOST_TEXT, required=False
    )
    receiver_signature = SignatureField(
        label=gettext_lazy("接收人签名"), max_length=_MOST_TEXT, required=False
    )
    paper = forms.FileField(
        label=gettext_lazy("不能在屏幕上签？在纸上签字后拍照"),
        help_text=gettext_lazy("一张照片，双方的签字都在上面；打字输入的姓名不是签名"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def signed(self) -> Signed:
        said = self.cleaned_data
        return Signed(
            giver=[said["giver_signature"]],
            receiver=[said["receiver_signature"]],
            paper=said["paper"].chunks() if said["paper"] else (),
        )


class HandOverForm(SignedForm):
    receiver = _person(
        gettext_lazy("接收人"),
        required=True,
        help_text=gettext_lazy("本项目可以保管实物的同事；接收人会立即收到通知"),
    )
    kept_where = _where(required=False)
    words = _words(gettext_lazy("说明"))
    field_order = ("receiver", "kept_where", "words")

    def __init__(self, *args: Any, site: Site, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(site, Permission.EVIDENCE_KEEP).exclude(pk=by.pk)
        typed_field(self, "receiver", forms.ModelChoiceField).queryset = people
        self.fields["kept_where"].help_text = _("不填就是原来的地方")


class ReturnForm(SignedForm):
    party = PartyField(label=gettext_lazy("退还给"))
    words = _words(gettext_lazy("说明"))
    field_order = ("party", "words")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties_of(case))


class DisposalForm(OnceForm):
    words = _words(
        gettext_lazy("怎样处置、交给谁、为什么"),
        required=True,
        help_text=gettext_lazy("例如：移交派出所，民警警号；批准前实物不动"),
    )


class DecisionForm(OnceForm):
    decision = forms.ChoiceField(
        label=gettext_lazy("决定"),
        choices=[("yes", gettext_lazy("同意")), ("no", gettext_lazy("不同意"))],
        widget=forms.RadioSelect,
    )
    words = _words(gettext_lazy("说明"), help_text=gettext_lazy("不同意时必须写明理由"))
