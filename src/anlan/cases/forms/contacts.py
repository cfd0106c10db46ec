"""What people type about talks, named contacts and keeping apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Place, Site, User
from anlan.accounts.roles import Permission
from anlan.base.form_fields import typed_field
from anlan.cases.enums import ContactChannel, Direction, OfferAnswer
from anlan.cases.forms.cases import OnceForm, colleagues
from anlan.cases.forms.fields import PartyField, moment_field
from anlan.cases.models import Case, Contact, Party
from anlan.cases.selectors.contacts import OFFERS
from anlan.cases.services import MOST_PROMISED, MOST_SAID, MOST_TO_DO, Promised

PROMISES = 3  # lines of the form; more are a further talk
_ANSWERS = [("", gettext_lazy("没有提出")), *OfferAnswer.choices]


class ContactForm(OnceForm):
    party = PartyField(gettext_lazy("与谁"))
    channel = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=ContactChannel.choices
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("谁联系谁"), choices=Direction.choices
    )
    held_at = moment_field(
        gettext_lazy("沟通时间"),
        required=False,
        help_text=gettext_lazy("不填就是现在；事后补记请填"),
    )
    words = forms.CharField(
        label=gettext_lazy("说了什么"),
        max_length=MOST_SAID,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    concern = forms.ChoiceField(
        label=gettext_lazy("慰问"), choices=_ANSWERS, required=False
    )
    medical = forms.ChoiceField(
        label=gettext_lazy("就医帮助"), choices=_ANSWERS, required=False
    )
    psychological = forms.ChoiceField(
        label=gettext_lazy("心理援助"), choices=_ANSWERS, required=False
    )
    companion = forms.ChoiceField(
        label=gettext_lazy("陪同"), choices=_ANSWERS, required=False
    )
    motive_heard = forms.BooleanField(
        label=gettext_lazy("听取了动机（行为人）"), required=False
    )
    background_heard = forms.BooleanField(
        label=gettext_lazy("了解了背景（行为人）"), required=False
    )
    consequences_explained = forms.BooleanField(
        label=gettext_lazy("说明了后果（行为人）"), required=False
    )
    next_due_at = moment_field(
        gettext_lazy("下次联系的期限"),
        required=False,
        help_text=gettext_lazy("到期没有沟通会提醒"),
    )

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed_field(self, "party", PartyField).offer(parties)
        for place in range(1, PROMISES + 1):
            self.fields[f"promise_{place}"] = forms.CharField(
                label=_("承诺 %d") % place, max_length=MOST_PROMISED, required=False
            )
            self.fields[f"promise_{place}_due"] = moment_field(
                _("承诺 %d 的期限") % place, required=False
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for place in range(1, PROMISES + 1):
            words, due = f"promise_{place}", f"promise_{place}_due"
            if bool(said.get(words)) != bool(said.get(due)):
                missing = due if said.get(words) else words
                self.add_error(missing, _("承诺和期限要一起填写"))
        return said

    def told(self, earlier: Contact | None = None) -> dict[str, Any]:
        """What the service takes, without the party.

        Args:
            earlier: which is corrected; its moment stays, seconds and all, where nobody
                changed it.
        """
        said = self.cleaned_data
        held_at = said["held_at"]
        if earlier is not None and held_at == earlier.held_at.replace(
            second=0, microsecond=0
        ):
            held_at = earlier.held_at
        ticks = ("motive_heard", "background_heard", "consequences_explained")
        return {
            "channel": ContactChannel(said["channel"]),
            "direction": Direction(said["direction"]),
            "words": said["words"],
            "held_at": held_at,
            "offers": {name: OfferAnswer(said[name]) for name in OFFERS if said[name]},
            **{tick: said[tick] for tick in ticks},
            "next_due_at": said["next_due_at"],
            "promises": [
                Promised(
                    words=said[f"promise_{place}"], due_at=said[f"promise_{place}_due"]
                )
                for place in range(1, PROMISES + 1)
                if said[f"promise_{place}"]
            ],
        }


class NamedContactForm(OnceForm):
    user = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("联系人"),
        to_field_name="uid",
        empty_label=gettext_lazy("请选择"),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(site, Permission.CONTACT_RECORD)
        typed_field(self, "user", forms.ModelChoiceField).queryset = people


class KeepApartForm(OnceForm):
    one = PartyField(gettext_lazy("谁"))
    other = PartyField(gettext_lazy("与谁"))
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(),
        label=gettext_lazy("在哪些地点"),
        help_text=gettext_lazy("电梯、出入口、快递柜等，可选多个"),
        to_field_name="uid",
    )
    words = forms.CharField(
        label=gettext_lazy("怎么做"),
        max_length=MOST_TO_DO,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    begins_at = moment_field(
        gettext_lazy("开始"), required=False, help_text=gettext_lazy("不填就是现在")
    )
    ends_at = moment_field(gettext_lazy("结束"))

    def __init__(
        self, *args: Any, case: Case, parties: Sequence[Party], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("one", "other"):
            typed_field(self, name, PartyField).offer(parties)
        places = Place.objects.filter(site=case.site_id, is_active=True)
        typed_field(self, "places", forms.ModelChoiceField).queryset = places.order_by(
            "label"
        )
