"""The papers of talks: invitation, agreement, application to the court, forgiveness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from anlan.base.clock import local_day
from anlan.base.money import chinese_capitals, format_fen
from anlan.base.typeset import typeset
from anlan.base.word import new_word, word_bytes
from anlan.cases.act import act_day
from anlan.cases.enums import Side
from anlan.cases.selectors import full_name
from anlan.law import selectors as law
from anlan.resolution.mediation.enums import (
    Capacity,
    ProposalState,
    TalksKind,
    TermBy,
    TermKind,
)
from anlan.resolution.mediation.giver import Giver, giver_of
from anlan.resolution.mediation.models import (
    Confirmation,
    OfficeApproval,
    Proposal,
    Talks,
    Term,
)
from anlan.resolution.mediation.policies import office_terms
from anlan.resolution.selectors.notices import LETTER_LANGUAGE

_DOCUMENT = Path(__file__).parent / "documents" / "paper.typ"
_TITLE_POINTS, _POINTS = 18, 12
_INDENT = Pt(2 * _POINTS)
_GIVEN_WITH = ("authority", "giver_party__person", "giver_party__user")
_RIGHTS = ("L-人民调解法-3",)


@dataclass(frozen=True)
class Paper:
    """A title, its paragraphs, and who signs below them."""

    title: str
    paragraphs: tuple[str, ...]
    signers: tuple[str, ...]


def signers_of(proposal: Proposal) -> dict[Side, Giver]:
    """Who signed for each side; of one that has not, who agreed for it to talk."""
    found = {
        Side(row.side): giver_of(row)
        for row in proposal.talks.consents.filter(withdrawn_at=None).select_related(
            *_GIVEN_WITH
        )
    }
    signed = proposal.acceptances.select_related(*_GIVEN_WITH)
    return {**found, **{Side(row.side): giver_of(row) for row in signed.order_by("pk")}}


def deed(proposal: Proposal, signers: Mapping[Side, Giver] | None = None) -> Paper:
    """和解协议 of a negotiation, 调解协议书 of a mediation (人民调解法 29).

    Args:
        signers: who signs for each side, where that is not who signed or agreed before.
    """
    with override(LETTER_LANGUAGE):
        talks = proposal.talks
        by = signers_of(proposal) if signers is None else signers
        victim_by = by.get(Side.VICTIM, Giver())
        aggressor_by = by.get(Side.AGGRESSOR, Giver())
        is_mediation = TalksKind(talks.kind).is_mediation
        lines = [
            _("甲方：%s") % full_name(talks.victim),
            *_to_fill_in(),
            *_signed_for(_("甲方"), victim_by),
            _("乙方：%s") % full_name(talks.aggressor),
            *_to_fill_in(),
            *_signed_for(_("乙方"), aggressor_by),
        ]
        # The office signs what it approved; what was signed before anybody was asked to
        # approve it says of the office what it said then.
        is_ours = OfficeApproval.objects.filter(proposal=proposal).exists()
        ours = [one.position for one in office_terms(proposal)] if is_ours else []
        if ours:
            lines.append(
                _("管理处：%(name)s（只承担第%(terms)s项）")
                % {
                    "name": talks.case.site.organisation.name,
                    "terms": _("、").join(map(str, ours)),
                }
            )
        if talks.body is not None:
            lines.append(_("调解组织：%s") % talks.body.name)
        lines += [
            _("一、事实和争议：%s") % proposal.facts,
            *_shares(proposal),
            _("二、双方自愿达成以下协议："),
            *(_term(term) for term in proposal.terms.order_by("position")),
            *_kindness(proposal),
            _("三、不履行的后果：%s") % proposal.in_default,
            _(
                "四、本协议只处理民事争议，不影响公安机关、检察机关、人民法院依法处理，"
                "也不影响任何一方依法起诉、投诉、举报、报案的权利（%s）。"
            )
            % law.cite_all(_RIGHTS),
            (
                _(
                    "五、本协议由双方自愿签订，双方各执一份，调解组织留存一份，自双方签字、调解员签名并加盖印章之日起生效。"
                )
                if is_mediation
                else _("五、本协议由双方自愿签订，双方各执一份，自双方签字之日起生效。")
            ),
        ]
        below = [_signer(_("甲方"), victim_by), _signer(_("乙方"), aggressor_by)]
        if ours:
            below.append(_("管理处（签字、盖章）"))
        if is_mediation:
            below.append(_("调解员（签名）、调解组织（盖章）"))
        title = _("调解协议书") if is_mediation else _("和解协议")
    return Paper(title, tuple(lines), tuple(below))


def invitation(talks: Talks) -> Paper:
    """To the body; it names nobody, for nobody has agreed to be named yet."""
    with override(LETTER_LANGUAGE):
        body = talks.body.name if talks.body else ""
        lines = (
            _("%s：") % body,
            _("%(site)s发生一起打人事件（%(number)s），现邀请贵组织调解：%(about)s")
            % {
                "site": talks.case.site.name,
                "number": talks.case.number,
                "about": talks.about,
            },
            _(
                "调解以双方自愿为前提，我方将分别征求双方意见；任何一方不同意，就不调解"
                "（%s）。我方可能是利害关系人，不担任调解人。"
            )
            % law.cite_all(("L-人民调解法-3", "L-人民调解法-17")),
            _("双方同意前，不提供双方的姓名和联系方式。请回复是否受理，并指定调解员。"),
        )
    return Paper(_("调解邀请函"), lines, (talks.case.site.organisation.name,))


def application(confirmation: Confirmation, *, court: str = "") -> Paper:
    """Of both to the court: 司法确认申请书.

    Args:
        court: where they will apply, if it is known; else there is a line for it.
    """
    with override(LETTER_LANGUAGE):
        talks = confirmation.talks
        agreed = _agreed(talks)
        signed_on = (
            local_day(agreed.settled_at) if agreed and agreed.settled_at else None
        )
        body = talks.body.name if talks.body else ""
        by = signers_of_agreement(talks)
        victim_by = by.get(Side.VICTIM, Giver())
        aggressor_by = by.get(Side.AGGRESSOR, Giver())
        lines = (
            _("申请人（甲方）：%s") % full_name(talks.victim),
            *_to_fill_in(),
            *_signed_for(_("甲方"), victim_by),
            _("申请人（乙方）：%s") % full_name(talks.aggressor),
            *_to_fill_in(),
            *_signed_for(_("乙方"), aggressor_by),
            _(
                "请求事项：确认双方于%(signed)s经%(body)s主持调解达成、"
                "自%(day)s起生效的调解协议书（编号：%(number)s）有效。"
            )
            % {
                "signed": _day(signed_on),
                "body": body,
                "day": _day(talks.effective_on),
                "number": _number(talks),
            },
            _(
                "双方自愿达成协议，没有恶意串通，没有损害国家、集体和他人的利益；"
                "愿意承担因协议内容给他人造成损害的责任。"
            ),
            _("依据：%s。") % law.cite_all(("L-人民调解法-33", "L-民诉法-205")),
            _("附：调解协议书；双方身份证明；调解组织主持调解的证明。"),
            _("此致"),
            court or confirmation.court or _("________________人民法院"),
        )
        title = _("司法确认申请书")
        signers = (
            _signer(_("申请人甲方"), victim_by),
            _signer(_("申请人乙方"), aggressor_by),
        )
    return Paper(title, lines, signers)


def forgiveness_paper(talks: Talks, text: str, giver: Giver) -> Paper:
    """
    Args:
        giver: the guardian of a victim who cannot bind themselves, or the victim.
    """
    with override(LETTER_LANGUAGE):
        lines = (
            _("我是%s，自愿写下这份谅解书。") % full_name(talks.victim),
            *_signed_for(_("受害人"), giver),
            # Nobody could type whom they forgive: the wall refuses the other's name, which
            # both know, for it stands on what they signed.
            _("就%(day)s在%(place)s%(name)s对我造成伤害一事，我说明如下：")
            % {
                "day": _day(act_day(talks.case)),
                "place": talks.case.site.name,
                "name": full_name(talks.aggressor),
            },
            text,
            _(
                "我知道谅解出于自愿，可以不签；"
                "是否采纳由公安机关、检察机关、人民法院依法决定。"
            ),
        )
        title = _("谅解书")
        is_own = giver.capacity == Capacity.SELF
        signers = (_signer(_("受害人本人") if is_own else _("受害人"), giver),)
    return Paper(title, lines, signers)


def paper_pdf(paper: Paper, talks: Talks, *, at: datetime) -> bytes:
    """The same bytes for the same paper and day."""
    with override(LETTER_LANGUAGE):
        return typeset(_DOCUMENT, _page(paper, talks, at=at), at=at).pdf


def paper_docx(paper: Paper, talks: Talks, *, at: datetime) -> bytes:
    with override(LETTER_LANGUAGE):
        page = _page(paper, talks, at=at)
    document = new_word(title=paper.title, size=_POINTS, at=at)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(paper.title).font.size = Pt(_TITLE_POINTS)
    for words in paper.paragraphs:
        document.add_paragraph(words).paragraph_format.first_line_indent = _INDENT
    for words in page["signers"]:
        document.add_paragraph(words)
    document.add_paragraph(page["day"]).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.sections[0].footer.paragraphs[0].text = page["foot"]
    return word_bytes(document)


def term_words(term: Term) -> str:
    """One term as a sentence, without its number."""
    kind = TermKind(term.kind)
    # A humanitarian payment is the office's alone, and its name says so (G34).
    who = "" if kind == TermKind.KINDNESS else TermBy(term.by).label
    what = str(kind.label)
    if term.fen:
        what += _("%(figure)s（大写：%(capitals)s）") % {
            "figure": format_fen(term.fen),
            "capitals": chinese_capitals(term.fen),
        }
    if term.words:
        what += _("：") + term.words.rstrip("。.")
    until = _("，期限至%s") if kind.goes_on else _("，于%s以前（含当日）履行")
    parts = [f"{who}{what}{until % _day(term.due_on)}"]
    if term.manner:
        parts.append(_("方式：%s") % term.manner.rstrip("。."))
    return _("；").join(parts) + _("。")


def signers_of_agreement(talks: Talks) -> dict[Side, Giver]:
    """Who signed what is agreed; before anything is, nobody."""
    agreed = _agreed(talks)
    return signers_of(agreed) if agreed is not None else {}


def _agreed(talks: Talks) -> Proposal | None:
    return talks.proposals.filter(state=ProposalState.AGREED).first()


def _to_fill_in() -> Iterator[str]:
    """Who a party is (人民调解法 29): by hand, for the program prints no such number."""
    yield _("身份证号：________________________　　电话：________________")
    yield _("住址：________________________________________________")


def _signed_for(side: str, giver: Giver) -> Iterator[str]:
    """Who signs for whom, and with what right; nothing of somebody who signs themselves."""
    said = {"side": side, "name": giver.full_name, "relation": giver.relation}
    if giver.capacity == Capacity.GUARDIAN and giver.relation:
        yield _("%(side)s由监护人%(name)s（%(relation)s）代为签字") % said
    elif giver.capacity == Capacity.GUARDIAN:  # of a time when nobody asked for it
        yield _("%(side)s由监护人%(name)s代为签字") % said
    elif giver.authority is not None:
        yield _("%(side)s由受托人%(name)s代为签字（授权委托书 %(code)s）") % {
            **said,
            "code": giver.authority.code,
        }


def _signer(side: str, giver: Giver) -> str:
    if giver.capacity == Capacity.GUARDIAN:
        return _("%(side)s的监护人%(name)s（签字）") % {
            "side": side,
            "name": giver.full_name,
        }
    if giver.capacity == Capacity.AGENT:
        return _("%(side)s的受托人%(name)s（签字）") % {
            "side": side,
            "name": giver.full_name,
        }
    return _("%s（签字）") % side


def _term(term: Term) -> str:
    return f"{term.position}. {term_words(term)}"


def _kindness(proposal: Proposal) -> Iterator[str]:
    """Counsel's words for a humanitarian payment, as they were approved (G34)."""
    approval = OfficeApproval.objects.filter(proposal=proposal).first()
    if approval is not None and approval.kindness is not None:
        yield _("关于人道慰问：%s") % approval.kindness.words


def _shares(proposal: Proposal) -> Iterator[str]:
    if proposal.share_aggressor is not None:
        yield _(
            "民事责任的分担：乙方 %(b)d%%，甲方 %(a)d%%。"
            "这是方案里的估计，不是法院或者公安机关的认定；双方签字，就是接受这样分担。"
        ) % {
            "a": proposal.share_victim or 0,
            "b": proposal.share_aggressor,
        }


def _page(paper: Paper, talks: Talks, *, at: datetime) -> dict[str, Any]:
    number = _number(talks)
    return {
        "title": paper.title,
        "under": number,
        "foot": f"{talks.case.site.name} · {number}",
        "paragraphs": list(paper.paragraphs),
        "signers": [f"{one}：________________" for one in paper.signers],
        "day": formats.date_format(local_day(at)),
    }


def _number(talks: Talks) -> str:
    """By which the papers of talks are told apart, on each of them."""
    return f"{talks.case.number} {talks.code}"


def _day(day: date | None) -> str:
    return formats.date_format(day) if day else ""
