"""What is filled in when somebody asks for footage, and when that is decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Place, Site, User
from anlan.base.form_fields import typed_field
from anlan.cases.forms import OnceForm
from anlan.cases.models import Case
from anlan.cases.selectors import cases_for
from anlan.evidence.enums import (
    Applicant,
    AuthorityPaper,
    FootageWay,
    IdentityPaper,
    Relation,
)
from anlan.evidence.forms.packages import ExhibitsField
from anlan.evidence.forms.recordings import moment_field
from anlan.evidence.models import Camera, Exhibit, FootageApplication, Recording
from anlan.evidence.selectors.applications import may_be_asked_for
from anlan.evidence.selectors.exhibits import exhibits_of
from anlan.evidence.services.applications import (
    HELD_FOR,
    LONGEST_HELD,
    MOST_DOCUMENT,
    MOST_OFFICER,
    MOST_UNIT,
    MOST_WORDS,
    Asked,
    Officer,
)
from anlan.evidence.services.register import MOST_REASON

_TWO_LINES = forms.Textarea(attrs={"rows": 2})
_PERSON = ("name", "phone")
_OFFICE = (
    *("unit", "officer_1", "officer_1_number", "officer_2", "officer_2_number"),
    *("document_kind", "document_number", "document", "names_statements"),
)
# What is asked of whom; all else is left out of the form.
_OF: dict[Applicant, tuple[str, ...]] = {
    Applicant.PERSON: (*_PERSON, "relation"),
    Applicant.AGENT: (*_PERSON, "document_kind", "document_number", "document"),
    Applicant.POLICE: _OFFICE,
    Applicant.COURT: _OFFICE,
    Applicant.ORGAN: _OFFICE,
    Applicant.STAFF: (),
}
_ALWAYS = ("request_id", "identity_paper", "identity_tail", "purpose")
_WHERE = ("place", "cameras", "begin", "end", "begin_2", "end_2")
_PAPERS = {
    Applicant.PERSON: (IdentityPaper.ID_CARD, IdentityPaper.PASSPORT),
    Applicant.AGENT: (IdentityPaper.LAWYER, IdentityPaper.ID_CARD),
    Applicant.POLICE: (IdentityPaper.BADGE,),
    Applicant.COURT: (IdentityPaper.OFFICE, IdentityPaper.LAWYER),
    Applicant.ORGAN: (IdentityPaper.OFFICE,),
    Applicant.STAFF: (IdentityPaper.STAFF,),
}
_NOT_MANDATE = [p for p in AuthorityPaper if p != AuthorityPaper.MANDATE]


class ApplicationForm(OnceForm):
    """What is asked of this kind of applicant, in the order of a talk at the desk."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(
        label=_("电话"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=_("加密保存，页面上只显示一部分"),
    )
    relation = forms.ChoiceField(
        label=_("与被拍摄人的关系"),
        choices=[
            (r, r.label) for r in (Relation.SELF, Relation.KIN, Relation.GUARDIAN)
        ],
        widget=forms.RadioSelect,
        initial=Relation.SELF,
    )
    unit = forms.CharField(
        label=_("单位全称"),
        max_length=MOST_UNIT,
        help_text=_("与文书上的公章一致"),
    )
    officer_1 = forms.CharField(label=_("承办人一：姓名"), max_length=MOST_OFFICER)
    officer_1_number = forms.CharField(label=_("警号或证件号"), max_length=24)
    officer_2 = forms.CharField(label=_("承办人二：姓名"), max_length=MOST_OFFICER)
    officer_2_number = forms.CharField(label=_("警号或证件号"), max_length=24)
    document_kind = forms.ChoiceField(label=_("文书种类"))
    document_number = forms.CharField(
        label=_("文书编号"), max_length=MOST_DOCUMENT, required=False
    )
    document = forms.FileField(
        label=_("文书照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("拍清编号和公章"),
    )
    names_statements = forms.BooleanField(
        label=_("文书写明调取情况说明"),
        required=False,
        help_text=_("勾选后，批准人可以逐件批准本案的情况说明"),
    )
    identity_paper = forms.ChoiceField(label=_("看过的证件"))
    identity_tail = forms.CharField(
        label=_("证件号末四位"),
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("只登记末四位，不复印、不拍照"),
    )
    purpose = forms.CharField(
        label=_("用途"),
        max_length=MOST_WORDS,
        widget=_TWO_LINES,
        help_text=_("例如：核对 11 月 23 日下午在车库被打的经过"),
    )
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("地点"),
        to_field_name="uid",
        required=False,
        empty_label=_("请选择"),
    )
    cameras = forms.ModelMultipleChoiceField(
        Camera.objects.none(),
        label=_("摄像头"),
        to_field_name="uid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("说不清的不选，由批准人按地点和时段决定"),
    )
    begin = moment_field(_("从"))
    end = moment_field(_("到"))
    begin_2 = moment_field(_("另一段：从"), required=False)
    end_2 = moment_field(_("另一段：到"), required=False)
    wanted = forms.ChoiceField(
        label=_("想要怎样"), choices=FootageWay.choices, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *args: Any,
        applicant: Applicant,
        site: Site,
        case: Case | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.applicant = applicant
        self._keep(
            *_OF[applicant],
            *_ALWAYS,
            *(_WHERE[1:] if case is not None else _WHERE),
            *(() if applicant == Applicant.STAFF else ("wanted",)),
        )
        self._offer(site)
        authority = applicant.is_authority
        typed_field(self, "identity_paper", forms.ChoiceField).choices = [
            (paper, paper.label) for paper in _PAPERS[applicant]
        ]
        if "wanted" in self.fields:
            way = FootageWay.COPY if authority else FootageWay.VIEW
            self.fields["wanted"].initial = way
        if "document_kind" in self.fields:
            papers = _NOT_MANDATE if authority else [AuthorityPaper.MANDATE]
            typed_field(self, "document_kind", forms.ChoiceField).choices = [
                (p, p.label) for p in papers
            ]
            self.fields["document_number"].required = authority
        for name in ("officer_2", "officer_2_number"):
            if name in self.fields:
                self.fields[name].required = applicant == Applicant.POLICE

    def asked(self) -> Asked:
        """As the service takes it."""
        said = self.cleaned_data
        windows = [(said["begin"], said["end"])]
        if said.get("begin_2") and said.get("end_2"):
            windows.append((said["begin_2"], said["end_2"]))
        document = said.get("document")
        return Asked(
            applicant=self.applicant,
            relation=Relation(said.get("relation") or Relation.SELF),
            name=said.get("name", ""),
            phone=said.get("phone", ""),
            unit=said.get("unit", ""),
            officers=[
                Officer(name=said[name], number=said[f"{name}_number"])
                for name in ("officer_1", "officer_2")
                if said.get(name) or said.get(f"{name}_number")
            ],
            document_kind=said.get("document_kind", ""),
            document_number=said.get("document_number", ""),
            document=document.chunks() if document else (),
            names_statements=said.get("names_statements", False),
            identity_paper=IdentityPaper(said["identity_paper"]),
            identity_tail=said["identity_tail"],
            purpose=said["purpose"],
            windows=windows,
            wanted=FootageWay(said.get("wanted") or FootageWay.VIEW),
        )

    def where(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"place": said.get("place"), "cameras": said["cameras"]}

    def _keep(self, *names: str) -> None:
        for name in set(self.fields) - set(names):
            del self.fields[name]
        self.order_fields(names)

    def _offer(self, site: Site) -> None:
        if "place" in self.fields:
            places = Place.objects.filter(site=site).order_by("path")
            typed_field(self, "place", forms.ModelChoiceField).queryset = places
        cameras = Camera.objects.filter(site=site, is_active=True).order_by("name")
        typed_field(self, "cameras", forms.ModelChoiceField).queryset = cameras
        if not cameras:
            del self.fields["cameras"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said.setdefault("cameras", [])
        return said


class _RecordingsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Recording) -> str:
        begin, end = (
            timezone.localtime(moment) for moment in (obj.wanted_from, obj.wanted_to)
        )
        span = f"{begin:%m-%d %H:%M} – {end:%H:%M}"
        return f"{obj.code} · {obj.camera.name} · {span} · {obj.get_state_display()}"


class ApprovalForm(forms.Form):
    """What may be seen or given; nothing else is."""

    way = forms.ChoiceField(
        label=_("批准"), choices=FootageWay.choices, widget=forms.RadioSelect
    )
    recordings = _RecordingsField(
        Recording.objects.none(), label=_("录像"), to_field_name="uid", required=False
    )
    exhibits = ExhibitsField(
        Exhibit.objects.none(),
        label=_("其他证据"),
        to_field_name="uid",
        required=False,
        help_text=_("只选这次用途需要的"),
    )
    days = forms.IntegerField(
        label=_("批准几天内有效"),
        min_value=1,
        max_value=LONGEST_HELD.days,
        initial=HELD_FOR.days,
    )
    words = forms.CharField(
        label=_("要求"),
        max_length=MOST_WORDS,
        required=False,
        widget=_TWO_LINES,
        help_text=_("例如：只看 14:00–14:10；不得拍摄屏幕"),
    )

    def __init__(
        self,
        *args: Any,
        application: FootageApplication,
        reader: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].initial = application.wanted
        if application.wanted == FootageWay.VIEW:
            typed_field(self, "way", forms.ChoiceField).choices = [
                (FootageWay.VIEW, FootageWay.VIEW.label)
            ]
        if application.case is None:
            del self.fields["recordings"], self.fields["exhibits"]
            return
        films = Recording.objects.filter(case=application.case).select_related("camera")
        asked = {camera.pk for camera in application.cameras.all()}
        windows = list(application.windows.all())
        films = films.filter(
            pk__in=[
                film.pk
                for film in films
                if (not asked or film.camera_id in asked)
                and any(
                    window.begin < film.wanted_to and film.wanted_from < window.end
                    for window in windows
                )
            ]
        ).order_by("number")
        typed_field(self, "recordings", forms.ModelChoiceField).queryset = films
        self.fields["recordings"].initial = [str(film.uid) for film in films]
        others = (
            exhibits_of(application.case, reader)
            .filter(may_be_asked_for(application), segments=None, recordings=None)
            .distinct()
        )
        typed_field(self, "exhibits", forms.ModelChoiceField).queryset = others
        for name, found in (("recordings", films), ("exhibits", others)):
            if not found:
                del self.fields[name]

    def approved(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        return {
            "way": FootageWay(said["way"]),
            "recordings": said.get("recordings", []),
            "exhibits": said.get("exhibits", []),
            "holds_for": timedelta(days=said["days"]),
            "words": said["words"],
        }


class _CaseField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.title}"


class CaseChoiceForm(forms.Form):
    """Of which case somebody asks for footage; the newest first."""

    case = _CaseField(Case.objects.none(), label=_("案件"), to_field_name="number")

    def __init__(
        self,
        *args: Any,
        application: FootageApplication,
        reader: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        found = cases_for(reader).filter(site=application.site, joined_into=None)
        typed_field(self, "case", forms.ModelChoiceField).queryset = found.order_by(
            "-opened_at", "-pk"
        )
        typed_field(self, "case", forms.ModelChoiceField).empty_label = None


class ApplicationWordsForm(forms.Form):
    """Why it is refused, or taken back."""

    words = forms.CharField(
        label=_("理由"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SeenForm(forms.Form):
    """What the applicant looked at, in the words of who sat beside them."""

    seen = forms.CharField(
        label=_("查阅了什么"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("摄像头和时段，例如：CAM-07 14:00–14:10；没有拍摄、没有复制"),
    )


class ReleaseForm(OnceForm):
    acknowledged = forms.CharField(
        label=_("仍要制作的理由"),
        max_length=300,
        required=False,
        widget=_TWO_LINES,
        help_text=_("有不齐备的地方时填写，会写进来源与提取过程说明"),
    )


class NameForm(forms.Form):
    """Why the applicant's name or phone is looked at in full."""

    field = forms.ChoiceField(
        label=_("查看"),
        choices=[("name", _("姓名")), ("phone", _("电话"))],
        widget=forms.RadioSelect,
        initial="phone",
    )
    reason = forms.CharField(label=_("理由"), max_length=MOST_REASON, widget=_TWO_LINES)


class RegisterForm(forms.Form):
    """Which lines of the register."""

    first = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    camera = forms.ModelChoiceField(
        Camera.objects.none(),
        label=_("摄像头"),
        to_field_name="uid",
        required=False,
        empty_label=_("全部"),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cameras = Camera.objects.filter(site=site).order_by("name")
        typed_field(self, "camera", forms.ModelChoiceField).queryset = cameras


class ExtractForm(forms.Form):
    first_day = forms.DateField(
        label=_("从"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=_("到"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=_("为什么需要完整姓名"),
        max_length=MOST_REASON,
        widget=_TWO_LINES,
        help_text=_("例如：公安机关检查视频信息调用登记"),
    )
