"""What is typed about talks: who, the consent of each, terms, what was performed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput
from anlan.base.money import format_fen, parse_fen
from anlan.cases.enums import Side
from anlan.cases.forms import OnceForm
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Case
from anlan.cases.selectors import shown_name
from anlan.evidence.forms.objects import SignatureField
from anlan.evidence.models import Exhibit
from anlan.resolution.mediation.agreement import (
    MOST_DEFAULT,
    MOST_FACTS,
    MOST_MANNER,
    MOST_TERMS,
    MOST_WORDS,
    Draft,
    TermDraft,
)
from anlan.resolution.mediation.enums import (
    BodyKind,
    Capacity,
    Chooser,
    Exclusion,
    Found,
    Proposer,
    TalksKind,
    TermBy,
    TermKind,
    WithdrawalWay,
)
from anlan.resolution.mediation.giver import Giver, giver_of
from anlan.resolution.mediation.models import Body, Mediator, Proposal, Talks
from anlan.resolution.mediation.selectors.talks import (
    bodies_of,
    guardians_for,
    papers_of,
    parties_on,
)
from anlan.resolution.mediation.services.confirming import MOST_COURT
from anlan.resolution.mediation.services.forgiving import MOST_TEXT
from anlan.resolution.mediation.services.givers import MOST_GIVER, MOST_RELATION
from anlan.resolution.mediation.services.mandates import MOST_CHOICE
from anlan.resolution.mediation.services.mandates import MOST_REASON as MOST_WHY
from anlan.resolution.mediation.services.sessions import (
    MOST_PLACE,
    MOST_PRESENT,
    MOST_SAID,
    MOST_WISH,
)
from anlan.resolution.mediation.services.standing import MOST_FOUND
from anlan.resolution.mediation.services.talks import MOST_ABOUT, MOST_REASON

_MOST_PAPERS = 50  # the newest; whoever proves something has just uploaded it
_MOST_SIGNATURE = 300_000  # characters of a drawing
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_ROWS = 4  # of terms that an empty form offers


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _PaperForm(forms.Form):
    """With a choice of what was uploaded."""

    # Not on a screen that is turned to a side: it would read what else there is.
    shows_titles = True

    exhibit = forms.ChoiceField(
        label=gettext_lazy("凭证"),
        help_text=gettext_lazy("先拍照上传为证据，再在这里选它"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        case: Case,
        reader: User,
        also: Sequence[Exhibit] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        found = [*also, *papers_of(case, reader)[:_MOST_PAPERS]]
        self._papers: dict[str, Exhibit] = {str(one.uid): one for one in found}
        for name in ("exhibit", "authority"):
            if name in self.fields:
                choose(
                    self.fields[name],
                    [
                        ("", _("没有")),
                        *(
                            (uid, f"{one.code} {one.title}")
                            if self.shows_titles
                            else (uid, one.code)
                            for uid, one in self._papers.items()
                        ),
                    ],
                )

    def paper(self, name: str = "exhibit") -> Exhibit | None:
        return self._papers.get(self.cleaned_data.get(name, ""))


def choose(field: forms.Field, choices: Sequence[tuple[str, Any]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class _GiverForm(_PaperForm):
    """Who acts for the side: itself, its guardian, or somebody with a written authority."""

    shows_titles = False
    capacity = forms.ChoiceField(
        label=gettext_lazy("谁来办理"),
        choices=Capacity.choices,
        widget=forms.RadioSelect,
        initial=Capacity.SELF,
        help_text=gettext_lazy(
            "未成年人、没有完整民事行为能力的人，由监护人同意和签字"
        ),
    )
    giver_party = forms.ChoiceField(
        label=gettext_lazy("监护人（本案当事人里登记的）"), required=False
    )
    giver = forms.CharField(
        label=gettext_lazy("监护人或者受委托人的姓名"),
        max_length=MOST_GIVER,
        required=False,
    )
    relation = forms.CharField(
        label=gettext_lazy("监护人是本人的什么人"),
        max_length=MOST_RELATION,
        required=False,
    )
    authority = forms.ChoiceField(
        label=gettext_lazy("授权委托书（先作为证据上传）"), required=False
    )

    def __init__(
        self, *args: Any, talks: Talks, side: Side, reader: User, **kwargs: Any
    ) -> None:
        own = talks.consents.filter(side=side, withdrawn_at=None)
        named = own.exclude(authority=None).select_related("authority")
        super().__init__(
            *args,
            case=talks.case,
            reader=reader,
            also=[one.authority for one in named if one.authority],
            **kwargs,
        )
        self._guardians = {
            str(one.uid): one for one in guardians_for(talks, side, reader)
        }
        choose(
            self.fields["giver_party"],
            [
                ("", _("没有")),
                *((uid, shown_name(one)) for uid, one in self._guardians.items()),
            ],
        )

    def giver_said(self) -> Giver:
        said = self.cleaned_data
        return Giver(
            Capacity(said["capacity"]),
            said["giver"],
            self.paper("authority"),
            said["relation"],
            self._guardians.get(said["giver_party"]),
        )


class BeginningForm(OnceForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("怎样谈"),
        choices=TalksKind.choices,
        widget=forms.RadioSelect,
        initial=TalksKind.NEGOTIATION,
        help_text=gettext_lazy(
            "管理处自己组织的叫协商；调解由公司以外依法设立的组织主持"
        ),
    )
    victim = forms.ChoiceField(label=gettext_lazy("受害方"))
    aggressor = forms.ChoiceField(label=gettext_lazy("行为人"))
    body = forms.ChoiceField(label=gettext_lazy("调解组织"), required=False)
    about = forms.CharField(
        label=gettext_lazy("双方之间有什么争议"),
        max_length=MOST_ABOUT,
        widget=_lines(3),
        help_text=gettext_lazy(
            "双方都会看到：不写姓名、电话、住处和伤情，可以写甲方、乙方"
        ),
    )
    excluded = forms.MultipleChoiceField(
        label=gettext_lazy("有没有下面的情形（有就不适用）"),
        choices=Exclusion.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    by_guardian = forms.MultipleChoiceField(
        label=gettext_lazy("哪一方由监护人代为办理"),
        choices=Side.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "没有完整民事行为能力的成年人在这里勾选；未成年人不用勾，也要监护人签字"
        ),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parties = {
            side: {str(party.uid): party for party in parties_on(case, side)}
            for side in Side
        }
        for side, parties in self._parties.items():
            choose(
                self.fields[side.value],
                [(uid, shown_name(party)) for uid, party in parties.items()],
            )
        self._bodies: dict[str, Body] = {
            str(one.uid): one for one in bodies_of(case.site.organisation)
        }
        choose(
            self.fields["body"],
            [
                ("", _("没有（协商）")),
                *(
                    (uid, f"{one.name} · {one.get_kind_display()}")
                    for uid, one in self._bodies.items()
                ),
            ],
        )

    def begun(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        said = self.cleaned_data
        return {
            "kind": TalksKind(said["kind"]),
            "victim": self._parties[Side.VICTIM][said["victim"]],
            "aggressor": self._parties[Side.AGGRESSOR][said["aggressor"]],
            "body": self._bodies.get(said["body"]),
            "about": said["about"],
            "excluded": [Exclusion(one) for one in said["excluded"]],
            "by_guardian": [Side(one) for one in said["by_guardian"]],
            "request_id": said["request_id"],
        }


class _MediatorForm(forms.Form):
    """With a choice of the mediators of the body, and the question about both sides."""

    mediator = forms.ChoiceField(label=gettext_lazy("调解员"), required=False)
    is_unrelated = forms.BooleanField(
        label=gettext_lazy("已问过调解员：与双方没有亲属、雇佣或者其他利害关系"),
        required=False,
    )

    chosen_by = forms.ChoiceField(
        label=gettext_lazy("由谁确定的"),
        choices=Chooser.choices,
        widget=forms.RadioSelect,
        initial=Chooser.BODY,
    )
    choice = forms.CharField(
        label=gettext_lazy("怎样确定的"),
        max_length=MOST_CHOICE,
        required=False,
        help_text=gettext_lazy("例如电话、来函；不写当事人的姓名"),
    )

    def __init__(self, *args: Any, talks: Talks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Mediator.objects.filter(body=talks.body, ended_at=None)
        self._mediators = {
            str(one.uid): one for one in rows.select_related("user").order_by("pk")
        }
        choose(
            self.fields["mediator"],
            [
                ("", _("以后再定")),
                *((uid, m.name) for uid, m in self._mediators.items()),
            ],
        )

    def appointed(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "mediator": self._mediators.get(said["mediator"]),
            "is_unrelated": said["is_unrelated"],
            "chosen_by": Chooser(said["chosen_by"]),
            "choice": said["choice"],
            "reason": said["reason"],
        }


class AnswerForm(_MediatorForm):
    accepts = forms.ChoiceField(
        label=gettext_lazy("调解组织的答复"),
        choices=[("yes", gettext_lazy("受理")), ("no", gettext_lazy("不受理"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("不受理的理由"),
        max_length=MOST_REASON,
        required=False,
        widget=_lines(2),
    )

    field_order = (
        *("accepts", "mediator", "chosen_by", "choice", "is_unrelated"),
        "reason",
    )

    def answered(self) -> dict[str, Any]:
        return {
            "accepts": self.cleaned_data["accepts"] == "yes",
            **self.appointed(),
        }


class MandateForm(_MediatorForm):
    reason = forms.CharField(
        label=gettext_lazy("为什么不再由原来的调解员主持"),
        max_length=MOST_WHY,
        required=False,
        widget=_lines(2),
        help_text=gettext_lazy("更换时必填；不写当事人的姓名"),
    )

    def __init__(self, *args: Any, talks: Talks, **kwargs: Any) -> None:
        super().__init__(*args, talks=talks, **kwargs)
        self.fields["mediator"].required = True
        rows = [(uid, one.name) for uid, one in self._mediators.items()]
        choose(self.fields["mediator"], [("", "—"), *rows])
        if talks.mediator is None:
            self.fields["reason"].widget = forms.HiddenInput()


class MandateEndForm(forms.Form):
    wanted_by = forms.ChoiceField(
        label=gettext_lazy("由谁决定的"),
        choices=Chooser.choices,
        widget=forms.RadioSelect,
        initial=Chooser.BODY,
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么不再主持"),
        max_length=MOST_WHY,
        widget=_lines(2),
        help_text=gettext_lazy("例如回避、当事人另行选择；不写当事人的姓名"),
    )


class ConsentForm(_GiverForm):
    """Signed on this screen, or on paper that was uploaded."""

    is_told = forms.BooleanField(
        label=gettext_lazy(
            "已告知：自愿、不收费、可以随时退出、不影响起诉和报案；双方分开征求意见"
        )
    )
    signature = SignatureField(
        label=gettext_lazy("签名"), max_length=_MOST_SIGNATURE, required=False
    )

    field_order = (
        *("is_told", "capacity", "giver_party", "giver", "relation", "authority"),
        *("signature", "exhibit"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].label = _("不在屏幕上签，用已上传的书面同意书")


class StandingForm(_PaperForm):
    """That a side was taken to need a guardian, and does not."""

    found = forms.ChoiceField(
        label=gettext_lazy("查明的情况"),
        choices=Found.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("为什么登记错了"),
        max_length=MOST_FOUND,
        required=False,
        widget=_lines(2),
        help_text=gettext_lazy("已满十八周岁的可以不写，要选身份证件"),
    )

    field_order = ("found", "words", "exhibit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].label = _("身份证件（先作为证据上传）")


class LeavingForm(forms.Form):
    way = forms.ChoiceField(
        label=gettext_lazy("本人怎样表示的"),
        choices=[
            (one.value, one.label) for one in WithdrawalWay if one != WithdrawalWay.LINK
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("本人的话（可以不写，不需要理由）"),
        max_length=500,
        required=False,
        widget=_lines(2),
    )


class ReadersForm(forms.Form):
    """Who reads the notes of a session; everybody else who sees the talks does not."""

    readers = forms.MultipleChoiceField(
        label=gettext_lazy("谁还可以看会谈笔记"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "除主持人以外，只有勾选的人能看；不勾就没有别人。改动会留下记录"
        ),
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(one.uid): one for one in people}
        choose(
            self.fields["readers"],
            [(uid, one.name) for uid, one in self._people.items()],
        )

    def named(self) -> list[User]:
        return [self._people[uid] for uid in self.cleaned_data["readers"]]


class WriterForm(forms.Form):
    """Who writes down for a mediator without an account what was said."""

    writer = forms.ChoiceField(label=gettext_lazy("由谁记录"))
    words = forms.CharField(
        label=gettext_lazy("调解员怎样提出的"),
        max_length=MOST_WISH,
        widget=_lines(2),
        help_text=gettext_lazy("写明时间和方式，例如电话、短信；不写会谈的内容"),
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(one.uid): one for one in people}
        choose(
            self.fields["writer"],
            [
                ("", gettext_lazy("请选择")),
                *((uid, one.name) for uid, one in self._people.items()),
            ],
        )

    def named(self) -> User:
        return self._people[self.cleaned_data["writer"]]


class SessionForm(ReadersForm, OnceForm):
    planned = moment_field(
        label=gettext_lazy("什么时候"),
    )
    place = forms.CharField(label=gettext_lazy("在哪里"), max_length=MOST_PLACE)
    present = forms.CharField(
        label=gettext_lazy("还有谁参加"), max_length=MOST_PRESENT, required=False
    )
    is_closed = forms.BooleanField(
        label=gettext_lazy("不公开进行"), required=False, initial=True
    )

    field_order = ("planned", "place", "present", "is_closed", "readers")


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("会谈笔记"),
        max_length=MOST_SAID,
        widget=_lines(4),
        help_text=gettext_lazy(
            "只有主持人和指定的人能看，不作为证据，不进入任何证据包"
        ),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么没有达成协议"),
        max_length=MOST_REASON,
        widget=_lines(2),
        help_text=gettext_lazy("双方都会看到，不写是谁的错"),
    )
    exclusion = forms.ChoiceField(
        label=gettext_lazy("出现了不适用的情形"),
        choices=[("", gettext_lazy("没有")), *Exclusion.choices],
        required=False,
    )


class LiftForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么不再成立"),
        max_length=MOST_REASON,
        widget=_lines(2),
        help_text=gettext_lazy("例如：公安机关查明不是雇凶。双方都会看到"),
    )


class TermForm(forms.Form):
    """A row of the editor; one without a kind is no term."""

    kind = forms.ChoiceField(
        label=gettext_lazy("事项"),
        choices=[("", "—"), *TermKind.choices],
        required=False,
    )
    by = forms.ChoiceField(
        label=gettext_lazy("谁来做"), choices=TermBy.choices, required=False
    )
    fen = forms.CharField(
        label=gettext_lazy("金额（元）"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due_on = forms.DateField(
        label=gettext_lazy("最晚哪一天"), required=False, widget=_DAY
    )
    manner = forms.CharField(
        label=gettext_lazy("方式"), max_length=MOST_MANNER, required=False
    )
    words = forms.CharField(
        label=gettext_lazy("内容"), max_length=MOST_WORDS, required=False
    )

    def clean_fen(self) -> int | None:
        typed: str = self.cleaned_data["fen"].strip()
        if not typed:
            return None
        try:
            return parse_fen(typed, path="fen")
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error

    def drafted(self) -> TermDraft | None:
        said = self.cleaned_data
        if not said.get("kind"):
            return None
        return TermDraft(
            kind=TermKind(said["kind"]),
            by=TermBy(said["by"] or TermBy.AGGRESSOR),
            fen=said.get("fen"),
            due_on=said["due_on"],
            manner=said["manner"],
            words=said["words"],
        )


TermFormSet = forms.formset_factory(
    TermForm, extra=_ROWS, max_num=MOST_TERMS, validate_max=True
)


class ProposalForm(OnceForm):
    latest = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    proposer = forms.ChoiceField(label=gettext_lazy("谁提出的"))
    facts = forms.CharField(
        label=gettext_lazy("发生了什么、争议是什么"),
        max_length=MOST_FACTS,
        widget=_lines(3),
        help_text=gettext_lazy("双方都会看到：写甲方、乙方，不写姓名、电话和伤情"),
    )
    share_aggressor = forms.IntegerField(
        label=gettext_lazy("乙方的责任比例（%）"),
        min_value=0,
        max_value=100,
        required=False,
    )
    share_victim = forms.IntegerField(
        label=gettext_lazy("甲方的责任比例（%）"),
        min_value=0,
        max_value=100,
        required=False,
    )
    in_default = forms.CharField(
        label=gettext_lazy("不履行时怎么办"),
        max_length=MOST_DEFAULT,
        widget=_lines(2),
    )

    def __init__(self, *args: Any, talks: Talks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_mediation = TalksKind(talks.kind).is_mediation
        barred = Proposer.OFFICE if is_mediation else Proposer.MEDIATOR
        choose(
            self.fields["proposer"],
            [(one.value, one.label) for one in Proposer if one != barred],
        )
        self.fields["proposer"].initial = (
            Proposer.MEDIATOR if is_mediation else Proposer.OFFICE
        )

    def drafted(self, terms: Sequence[TermForm]) -> Draft:
        said = self.cleaned_data
        found = [one.drafted() for one in terms]
        return Draft(
            facts=said["facts"],
            in_default=said["in_default"],
            share_victim=said["share_victim"],
            share_aggressor=said["share_aggressor"],
            terms=[one for one in found if one is not None],
        )


def giver_initial(talks: Talks, side: Side) -> dict[str, Any]:
    """Who agreed for the side, to sign for it as well."""
    row = talks.consents.filter(side=side, withdrawn_at=None).first()
    if row is None:
        return {}
    giver = giver_of(row)
    return {
        "capacity": giver.capacity,
        "giver": "" if giver.party else giver.name,
        "giver_party": str(giver.party.uid) if giver.party else "",
        "relation": giver.relation,
        "authority": str(giver.authority.uid) if giver.authority else "",
    }


def typed_fen(fen: int) -> str:
    """As somebody would type it."""
    return format_fen(fen).removeprefix("¥")


def terms_initial(proposal: Proposal | None) -> list[dict[str, Any]]:
    """The terms of the version before, to go on from."""
    if proposal is None:
        return []
    return [
        {
            "kind": term.kind,
            "by": term.by,
            "fen": typed_fen(term.fen) if term.fen else "",
            "due_on": term.due_on,
            "manner": term.manner,
            "words": term.words,
        }
        for term in proposal.terms.all()
    ]


class SigningForm(_GiverForm):
    is_read = forms.BooleanField(
        label=gettext_lazy("已读给本人听或者由本人看过全文，本人自愿签字")
    )
    signature = SignatureField(label=gettext_lazy("签名"), max_length=_MOST_SIGNATURE)

    field_order = (
        *("capacity", "giver_party", "giver", "relation", "authority"),
        *("is_read", "signature"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["exhibit"]  # signed here and nowhere else


class PerformanceForm(_PaperForm):
    words = forms.CharField(
        label=gettext_lazy("怎样知道已履行"), max_length=MOST_WORDS, widget=_lines(2)
    )


class DefaultForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("怎样知道没有履行"), max_length=MOST_WORDS, widget=_lines(2)
    )


class EffectForm(_PaperForm):
    effective_on = forms.DateField(label=gettext_lazy("生效日期"), widget=_DAY)


class CourtForm(forms.Form):
    """Before the application is printed; left empty, there is a line for it."""

    court = forms.CharField(
        label=gettext_lazy("向哪个法院申请"),
        max_length=MOST_COURT,
        required=False,
        help_text=gettext_lazy("知道的写全称，印在申请书上；不知道的留空，手写"),
    )


class ApplicationForm(forms.Form):
    court = forms.CharField(label=gettext_lazy("法院"), max_length=MOST_COURT)
    applied_on = forms.DateField(label=gettext_lazy("共同申请的日期"), widget=_DAY)


class RulingForm(_PaperForm):
    result = forms.ChoiceField(
        label=gettext_lazy("法院的裁定"),
        choices=[("yes", gettext_lazy("确认有效")), ("no", gettext_lazy("不予确认"))],
        widget=forms.RadioSelect,
    )
    number = forms.CharField(label=gettext_lazy("裁定书编号"), max_length=60)
    decided_on = forms.DateField(label=gettext_lazy("裁定日期"), widget=_DAY)


class ForgivenessForm(forms.Form):
    is_own_wish = forms.BooleanField(
        label=gettext_lazy("受害人本人要求制作；已告知不是任何协议的条件，可以不签"),
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("受害人自己的话"),
        max_length=MOST_TEXT,
        widget=_lines(4),
        help_text=gettext_lazy("日期、地点和对方的姓名由程序写在前面，这里不写"),
    )


class BodyForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=BodyKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    area = forms.CharField(label=gettext_lazy("受理范围"), max_length=120)
    address = forms.CharField(
        label=gettext_lazy("地址"), max_length=160, required=False
    )
    contact = forms.CharField(label=gettext_lazy("联系方式"), max_length=80)
    verified_on = forms.DateField(label=gettext_lazy("核实日期"), widget=_DAY)
    verified_how = forms.CharField(label=gettext_lazy("怎样核实的"), max_length=200)


class MediatorForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("调解员姓名"), max_length=40)
    user = forms.ChoiceField(
        label=gettext_lazy("账号"),
        required=False,
        help_text=gettext_lazy("只有公司以外、仅有调解员岗位的账号；可以没有"),
    )

    def __init__(self, *args: Any, users: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._users = {str(one.uid): one for one in users}
        choose(
            self.fields["user"],
            [("", _("没有")), *((uid, one.name) for uid, one in self._users.items())],
        )

    def account(self) -> User | None:
        return self._users.get(self.cleaned_data["user"])
