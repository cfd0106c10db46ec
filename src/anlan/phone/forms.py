"""What a guard types or taps."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import place_with_code
from anlan.base.lines import LinesField
from anlan.incidents.enums import Discarded, Flag, Unsent

LEAST_AGE = 5  # seconds
MOST_AGE = 7 * 24 * 3600  # seconds: a phone that was offline for longer is a puzzle
LONGEST_LEFT = 10 * 366 * 24 * 3600  # seconds: nobody's phone lies about for longer
STALE = "stale"


class KeptForm(forms.Form):
    """What the phone may have kept for a while before it could send it.

    ``age`` is how many seconds ago it was written: a phone without signal sends late,
    and its clock may be wrong, but the difference of two of its times is right. Unless
    its clock was set in between: then nobody knows, and it comes through anyhow.
    """

    request_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    age = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_age(self) -> int | None:
        """Nothing if it cannot be: a phone whose battery was empty wakes up in 1970."""
        age: int | None = self.cleaned_data["age"]
        return age if age is not None and 0 <= age <= MOST_AGE else None

    def happened(self, *, at: datetime) -> datetime | None:
        """When it was written; under five seconds it is the network, and no claim."""
        age = self.cleaned_data.get("age") or 0
        return at - timedelta(seconds=age) if age >= LEAST_AGE else None


class ActForm(KeptForm):
    """A tap at a scene. Unlike an alarm, one of another week is not taken for one of now:
    whoever is there taps again.
    """

    def clean_age(self) -> int | None:
        """Whatever a phone may claim, but nothing of long ago."""
        if (self.cleaned_data["age"] or 0) > MOST_AGE:
            raise forms.ValidationError(
                _("这是七天以前在手机上点的，没有记下。如果现在是这样，请再点一次"),
                code=STALE,
            )
        return super().clean_age()


class DiscardForm(KeptForm):
    """What another left on the phone, and why it is thrown away."""

    request_id = forms.UUIDField()
    writer = forms.ModelChoiceField(User.objects.all(), to_field_name="uid")
    what = forms.TypedChoiceField(choices=Unsent.choices, coerce=Unsent)
    reason = forms.TypedChoiceField(choices=Discarded.choices, coerce=Discarded)
    refused = forms.BooleanField(required=False)

    def clean_age(self) -> int | None:
        """Mostly it lay there for long: that is why it goes."""
        age: int | None = self.cleaned_data["age"]
        return age if age is not None and 0 <= age <= LONGEST_LEFT else None


class ReportForm(KeptForm):
    """An alarm. Everything but the place may be left out."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.CharField(max_length=10, label=_("地点"))  # the code of the poster
    flags = forms.MultipleChoiceField(
        choices=Flag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("发生了什么"),
    )
    people_count = forms.IntegerField(
        min_value=1, max_value=999, required=False, label=_("人数")
    )
    words = LinesField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=_("补充说明"),
    )
    # Who wrote it, if whoever commands sends what was left on a shared phone.
    on_behalf_of = forms.ModelChoiceField(
        User.objects.all(),
        to_field_name="uid",
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: object, reporter: User, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"request_id": uuid4()})
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        self._reporter = reporter

    def clean_place(self) -> Place:
        """The place of this code; one of another site is as unknown as any other."""
        place = place_with_code(self.cleaned_data["place"])
        if (
            place is None
            or not place.is_active
            or not has_permission(
                self._reporter, Permission.INCIDENT_REPORT, site=place.site
            )
        ):
            raise forms.ValidationError(_("没有这个地点，请从列出的地点中选一个"))
        return place
