"""What is typed to hold evidence, to let it go, and to say how long it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import User
from anlan.base.form_fields import typed_field
from anlan.base.lines import MOST_WORDS
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.evidence.enums import ExhibitState, HoldReason
from anlan.evidence.models import Exhibit, Recording
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.services.holds import MOST_EARLY, MOST_NUMBER, MOST_RELEASE

WHOLE = ""
_TWO_LINES = forms.Textarea(attrs={"rows": 2})


class HoldForm(OnceForm):
    """What is held, and why."""

    held = forms.ChoiceField(label=_("保全什么"), required=False)
    reason = forms.ChoiceField(label=_("原因"), choices=HoldReason.choices)
    words = forms.CharField(
        label=_("说明"),
        max_length=MOST_WORDS,
        widget=_TWO_LINES,
        help_text=_("写明谁、因为什么事要求保全；别人据此判断何时可以解除"),
    )
    document_number = forms.CharField(
        label=_("文书编号"), max_length=MOST_NUMBER, required=False
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exhibits = exhibits_of(case, reader).filter(state=ExhibitState.KEPT)
        recordings = case.recordings.filter(deleted_at=None).select_related("camera")
        things: list[Exhibit | Recording] = [*exhibits, *recordings.order_by("number")]
        self._things = {thing.key: thing for thing in things}
        choices = [
            (key, f"{thing.code} · {_name_of(thing)}")
            for key, thing in self._things.items()
        ]
        typed_field(self, "held", forms.ChoiceField).choices = [
            (WHOLE, _("本案全部证据，包括以后收到的")),
            *choices,
        ]

    def clean_held(self) -> Exhibit | Recording | None:
        return self._things.get(self.cleaned_data["held"])

    def clean_reason(self) -> HoldReason:
        return HoldReason(self.cleaned_data["reason"])


class ReleaseForm(forms.Form):
    words = forms.CharField(
        label=_("为什么可以解除"), max_length=MOST_RELEASE, widget=_TWO_LINES
    )
    early = forms.CharField(
        label=_("为什么不等诉讼时效届满"),
        max_length=MOST_EARLY,
        required=False,
        widget=_TWO_LINES,
        help_text=_("期满以前解除的必填；决定的人会看到"),
    )


class ReleaseDecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("决定"),
        choices=[("no", _("不同意，继续保全")), ("yes", _("同意解除"))],
        widget=forms.RadioSelect,
    )


class DaysForm(forms.Form):
    """How long a class is kept; the bounds are the service's to say."""

    days = forms.IntegerField(label=_("保存天数"), min_value=1, max_value=99_999)


class ChosenForm(forms.Form):
    """Rows of the list of what is due, and why they are held."""

    chosen = forms.MultipleChoiceField(label=_("选中的"), required=False)
    reason = forms.ChoiceField(label=_("原因"), choices=HoldReason.choices)
    words = forms.CharField(label=_("说明"), max_length=MOST_WORDS, widget=_TWO_LINES)

    def __init__(self, *args: Any, uids: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "chosen", forms.ChoiceField).choices = [
            (uid, uid) for uid in uids
        ]


def _name_of(thing: Exhibit | Recording) -> str:
    return thing.title if isinstance(thing, Exhibit) else thing.camera.name
