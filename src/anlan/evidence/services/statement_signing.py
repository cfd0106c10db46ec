"""A statement is signed: set as a PDF that is an exhibit, and so is each correction.

Setting a page takes time, so it is done before the transaction; what nobody owns in the
vault if the process dies in between is swept up, and the signature is given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import stores, vault
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.base.typeset import typeset
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case, Party
from anlan.cases.selectors import full_name as name_of_party
from anlan.cases.selectors import guardians
from anlan.evidence import permissions, policies
from anlan.evidence.enums import (
    Protection,
    Source,
    StatementFileKind,
    StatementState,
)
from anlan.evidence.events import AddendumSigned, StatementFrozen
from anlan.evidence.models import (
    Addendum,
    Exhibit,
    Statement,
    StatementAnswer,
    StatementFile,
)
from anlan.evidence.questions import all_questions
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.selectors.statements import not_asked
from anlan.evidence.sentences import content_digest, numbered
from anlan.evidence.services.protecting import check_consents
from anlan.evidence.services.receiving import add_exhibit, take_blob
from anlan.evidence.services.signing import keep_drawing
from anlan.evidence.services.statements import (
    check_guardian_stands,
    fix_answers,
    is_of_minor,
    lock_statement,
)
from anlan.evidence.services.steps import key_of
from anlan.law.guardrails import check_guardian, check_talk
from anlan.ledger import services as ledger

MOST_CORRECTION = 2000  # characters
_DOCUMENT = Path(__file__).parents[1] / "documents" / "statement.typ"
_LANGUAGE = (
    "zh-hans"  # of what stands around the words: the record is a Chinese office's
)
_NAMESPACE = UUID("3b0b5b2e-5f0c-4d5e-9a55-0f6a2a4de7c1")


@dataclass(frozen=True, kw_only=True)
class SignedAlone:
    """The drawing of one person and of their guardian, or a photo of the signed paper."""

    drawn: Iterable[bytes] = ()
    guardian: Iterable[bytes] = ()
    paper: Iterable[bytes] = ()


@dataclass(frozen=True, kw_only=True)
class _Signatures:
    own: Kept
    guardian: Kept | None
    on_paper: bool

    def columns(self, *, at: datetime) -> dict[str, Any]:
        """What the row of what was signed says of them."""
        return {
            "on_paper": self.on_paper,
            "signature": take_blob(self.own, at=at),
            "guardian_signature": (
                take_blob(self.guardian, at=at) if self.guardian else None
            ),
        }

    def digests(self) -> dict[str, Any]:
        """What the record says of them."""
        return {
            "signature": self.own.sha256,
            "guardian_signature": self.guardian.sha256 if self.guardian else None,
            "on_paper": int(self.on_paper),
        }


@dataclass(frozen=True, kw_only=True)
class _Correction:
    """What is right instead of a sentence of a statement, and who was there."""

    number: int
    sentence: int
    quoted: str
    answer: StatementAnswer
    text: str
    guardian: Party | None
    named: str  # the guardian, in full


def sign_statement(
    *,
    statement: Statement,
    draft: int,
    is_confirmed: bool,
    signed: SignedAlone,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> Statement:
    """Freeze what was read back; from now on it is only corrected beside it.

    Args:
        draft: the number of the draft that was read out and signed.
        is_confirmed: the person said that this is what they said.

    Raises:
        InvalidInput: not confirmed, a signature is missing, or who signs beside a minor
            does not stand for them any more.
        Conflict: it was changed since, or is signed already.
    """
    statement = _fresh(statement)
    permissions.check_can_write(by, statement)
    content = {"sign": str(statement.uid), "draft": draft, "by": by.actor_key}
    earlier = _signed_before(statement, request_id, content)
    if earlier is not None:
        return earlier
    policies.check_is_read_back(statement)
    check_talk(is_so=is_confirmed, act_on=act_day(statement.case), path="is_confirmed")
    check_guardian_stands(statement)
    signatures = _keep(signed, is_minor=statement.is_minor)
    answers = list(statement.answers.order_by("position"))
    content_now = content_digest(answers)
    pdf = _keep_pdf(_page_of(statement, answers, signatures, at=at), at=at)
    with ledger.recording():
        statement = lock_statement(statement)
        earlier = _signed_before(statement, request_id, content)
        if earlier is not None:
            return earlier
        policies.check_is_read_back(statement)
        check_guardian_stands(statement)
        if is_of_minor(statement, at=at) and not statement.is_minor:
            raise Conflict(
                _("本人未满十八周岁，请退回修改，由监护人在场重新核对再签字")
            )
        check_consents(statement, at=at)
        answers = list(statement.answers.order_by("position"))
        if statement.draft != draft or content_digest(answers) != content_now:
            raise Conflict(_("内容在核对以后又改过，请重新读给本人听再签字"))
        _freeze(statement, answers, pdf, signatures, by=by, at=at, via=via)
        fix_answers(statement, answers, by=by, at=at)
        _add_paper(statement, signatures, by=by, at=at, via=via)
        cases.remember_made(
            statement.uid,
            case=statement.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return statement


def add_addendum(
    *,
    statement: Statement,
    sentence: int,
    text: str,
    is_confirmed: bool,
    signed: SignedAlone,
    by: User,
    at: datetime,
    guardian: Party | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Addendum:
    """Put a sentence of a frozen statement right, beside it; signed by the same person.

    Args:
        sentence: its number in the statement.
        text: what is right instead, in the person's words.
        guardian: who is with somebody under 18 now, and linked to them.

    Raises:
        InvalidInput: no such sentence, nothing said, a signature is missing, or the
            guardian is not theirs.
        Conflict: the statement is not frozen.
    """
    statement = _fresh(statement)
    permissions.check_can_write(by, statement)
    policies.check_is_frozen(statement)
    text = typed(
        text,
        path="text",
        most=MOST_CORRECTION,
        refusal=_("请写明正确的内容"),
    )
    check_guardian(
        is_minor=statement.is_minor,
        guardian=key_of(guardian) or "",
        act_on=act_day(statement.case),
    )
    _check_is_with(guardian, statement)
    content = {
        "addendum": str(statement.uid),
        "sentence": sentence,
        "by": by.actor_key,
        "text": sha256(text.encode()).hex(),
    }
    correction = _correction_of(statement, sentence, text, guardian)
    check_talk(is_so=is_confirmed, act_on=act_day(statement.case), path="is_confirmed")
    signatures = _keep(signed, is_minor=statement.is_minor)
    page = _correction_page(statement, correction, signatures, at=at)
    pdf = _keep_pdf(page, at=at)
    with ledger.recording():
        statement = lock_statement(statement)
        earlier = cases.made_before(
            Addendum.objects.select_related("exhibit__blob", "answer", "taken_by"),
            case=statement.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_is_frozen(statement)
        _check_is_with(guardian, statement)
        if statement.addenda.count() + 1 != correction.number:
            raise Conflict(_("同时有另一份补正签字，请再提交一次"))
        made = _correct(statement, correction, pdf, signatures, by=by, at=at, via=via)
        _add_paper(statement, signatures, by=by, at=at, via=via)
        cases.remember_made(
            made.uid,
            case=statement.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return made


def _freeze(
    statement: Statement,
    answers: Sequence[StatementAnswer],
    pdf: Kept,
    signatures: _Signatures,
    *,
    by: User,
    at: datetime,
    via: str,
) -> None:
    """The signed page becomes an exhibit, and the statement is what it says."""
    exhibit = _add(
        statement.case,
        pdf,
        title=_("情况说明 %s") % statement.code,
        source_uid=statement.uid,
        by=by,
        at=at,
        via=via,
    )
    changed = {
        "state": StatementState.FROZEN,
        "ended_at": at,
        "exhibit": exhibit,
        **signatures.columns(at=at),
    }
    for name, value in changed.items():
        setattr(statement, name, value)
    statement.save(update_fields=list(changed))
    cases.record(
        StatementFrozen(
            code=statement.code,
            draft=statement.draft,
            exhibit=exhibit.code,
            pdf=pdf.sha256,
            content=content_digest(answers),
            not_asked=",".join(not_asked(statement, answers)),
            **signatures.digests(),
        ),
        statement.case,
        thing=statement.key,
        by=by,
        at=at,
        via=via,
    )


def _correct(
    statement: Statement,
    correction: _Correction,
    pdf: Kept,
    signatures: _Signatures,
    *,
    by: User,
    at: datetime,
    via: str,
) -> Addendum:
    """The signed correction becomes an exhibit, and stands beside the statement."""
    uid = uuid5(_NAMESPACE, f"{statement.uid} {correction.number}")
    exhibit = _add(
        statement.case,
        pdf,
        title=_("情况说明 %(code)s 补正 %(number)s")
        % {"code": statement.code, "number": correction.number},
        source_uid=uid,
        by=by,
        at=at,
        via=via,
    )
    made = Addendum.objects.create(
        uid=uid,
        statement=statement,
        number=correction.number,
        answer=correction.answer,
        sentence=correction.sentence,
        quoted=correction.quoted,
        text=correction.text,
        taken_by=by,
        added_at=at,
        guardian_party=correction.guardian,
        guardian=correction.named,
        exhibit=exhibit,
        **signatures.columns(at=at),
    )
    cases.record(
        AddendumSigned(
            code=statement.code,
            number=correction.number,
            place=correction.sentence,
            answer=correction.answer.ref,
            exhibit=exhibit.code,
            pdf=pdf.sha256,
            guardian_party=key_of(correction.guardian),
            quoted_digest=made.digest_of("quoted"),
            text_digest=made.digest_of("text"),
            guardian_digest=made.digest_of("guardian"),
            **signatures.digests(),
        ),
        statement.case,
        thing=made.key,
        by=by,
        at=at,
        via=via,
    )
    return made


def _correction_of(
    statement: Statement, sentence: int, text: str, guardian: Party | None
) -> _Correction:
    """Which sentence it is, and which answer that stands in.

    The page says its number, so it is refused if another was quicker.
    """
    answers = list(statement.answers.order_by("position"))
    found = {one.number: one for said in numbered(answers) for one in said.sentences}
    if sentence not in found:
        raise InvalidInput(_("没有第 %s 句") % sentence, path="sentence")
    quoted = found[sentence]
    return _Correction(
        number=statement.addenda.count() + 1,
        sentence=sentence,
        quoted=quoted.text,
        answer=next(one for one in answers if one.uid == quoted.answer),
        text=text,
        guardian=guardian,
        named=name_of_party(guardian) if guardian else "",
    )


def _check_is_with(guardian: Party | None, statement: Statement) -> None:
    """Who is there for the correction stands for its giver now."""
    if guardian is not None and statement.party is not None:
        guardians.check_may_be_with(guardian, statement.party, path="guardian")


def set_page(page: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF of a statement or a correction: of the same input the same bytes."""
    with translation.override(_LANGUAGE):
        return typeset(_DOCUMENT, page, at=at).pdf


def _keep_pdf(page: dict[str, Any], *, at: datetime) -> Kept:
    return vault.keep_file([set_page(page, at=at)], path="statement")


def _keep(signed: SignedAlone, *, is_minor: bool) -> _Signatures:
    """Two drawings where a guardian is needed, else one; on paper one photo is both."""
    drawn = b"".join(_bounded(signed.drawn))
    guardian = b"".join(_bounded(signed.guardian))
    paper = iter(signed.paper)
    first = next(paper, b"")
    if not drawn and not guardian and first:
        kept = vault.keep_photo(_chained(first, paper), path="paper")
        return _Signatures(own=kept, guardian=kept if is_minor else None, on_paper=True)
    if not drawn:
        raise InvalidInput(_("请本人签字，或附上签过字的纸的照片"), path="signature")
    if is_minor and drawn == guardian:
        raise InvalidInput(
            _("两个签名是同一张图，请双方各自签字"), path="guardian_signature"
        )
    return _Signatures(
        own=keep_drawing([drawn], path="signature"),
        guardian=(
            keep_drawing([guardian], path="guardian_signature") if is_minor else None
        ),
        on_paper=False,
    )


def _bounded(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """No more of a drawing than is refused anyway."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        yield chunk
        if size > vault.MOST_BYTES:
            return


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _fresh(statement: Statement) -> Statement:
    """As it is now, with all that its page names."""
    return Statement.objects.select_related(
        *("case__site__organisation", "party__person", "party__user"),
        *("user", "taken_by", "exhibit__blob"),
        *("guardian_party__person", "guardian_party__user"),
    ).get(pk=statement.pk)


def _signed_before(
    statement: Statement, request_id: UUID | None, content: dict[str, Any]
) -> Statement | None:
    return cases.made_before(
        Statement.objects.select_related("case__site", "party__person", "exhibit"),
        case=statement.case,
        request_id=request_id,
        content=content,
    )


def _add(
    case: Case,
    pdf: Kept,
    *,
    title: str,
    source_uid: UUID,
    by: User,
    at: datetime,
    via: str,
) -> Exhibit:
    return add_exhibit(
        case=case,
        kept=pdf,
        source=Source.STATEMENT,
        reading=unpacked_reading(pdf),
        source_uid=source_uid,
        title=title,
        protection=Protection.STATEMENT,
        by=by,
        at=at,
        via=via,
    )


def _add_paper(
    statement: Statement, signatures: _Signatures, *, by: User, at: datetime, via: str
) -> None:
    """The paper that was signed is evidence of its own: the ink is on it."""
    if not signatures.on_paper:
        return
    exhibit = add_exhibit(
        case=statement.case,
        kept=signatures.own,
        source=Source.STATEMENT,
        reading=unpacked_reading(signatures.own),
        title=_("签字的纸：情况说明 %s") % statement.code,
        protection=Protection.STATEMENT,
        by=by,
        at=at,
        via=via,
    )
    there = StatementFile.objects.filter(exhibit=exhibit).first()
    if there is not None and there.statement_id != statement.pk:
        raise Conflict(_("这张照片已经属于另一份情况说明，请拍这一份的纸"))
    if there is None:
        StatementFile.objects.create(
            statement=statement,
            kind=StatementFileKind.PAPER,
            exhibit=exhibit,
            added_at=at,
        )


def _page_of(
    statement: Statement,
    answers: Sequence[StatementAnswer],
    signatures: _Signatures,
    *,
    at: datetime,
) -> dict[str, Any]:
    """What the document prints: everything, in the order of the paper."""
    with translation.override(_LANGUAGE):
        recordings = [
            [one.exhibit.code, _("录音"), one.exhibit.file.sha256]
            for one in statement.files.select_related("exhibit__blob").order_by("pk")
        ]
        return {
            **_frame(statement, signatures, at=at),
            "title": _("情况说明"),
            "under": f"{statement.case.number} · {statement.code}",
            "facts": facts_of(statement),
            "told": told_words(),
            "answers": [
                {
                    "question": said.question,
                    "none": _silence(said.answer),
                    "sentences": [
                        {"number": one.number, "text": one.text}
                        for one in said.sentences
                    ],
                }
                for said in numbered(answers)
            ],
            "not_asked": _not_asked_words(statement, answers),
            "closing": closing_words(statement.draft),
            "rows": recordings,
            "head": [_("编号"), _("种类"), "SHA-256"],
            "digest_words": _("以上问答的校验值（SHA-256）："),
            "content": content_digest(answers),
        }


def _correction_page(
    statement: Statement,
    correction: _Correction,
    signatures: _Signatures,
    *,
    at: datetime,
) -> dict[str, Any]:
    with translation.override(_LANGUAGE):
        original = statement.exhibit
        if original is None:  # a frozen statement has one; for the type checker
            raise Conflict(_("还没有签字定稿，直接修改草稿即可"))
        return {
            **_frame(statement, signatures, at=at),
            "title": _("情况说明的补正"),
            "under": f"{statement.case.number} · {statement.code} · {correction.number}",
            "facts": [
                [_("陈述人"), full_name(statement)],
                [
                    _("补正的对象"),
                    _("%(code)s（%(exhibit)s）")
                    % {"code": statement.code, "exhibit": original.code},
                ],
                [_("原件校验值"), original.file.sha256],
                *([[_("监护人"), correction.named]] if correction.named else []),
                [_("记录时间"), _moment(at)],
            ],
            "told": _("原来的情况说明不作改动；下面的补正与它一起看。"),
            "answers": [
                {
                    "question": _("原文第 %s 句") % correction.sentence,
                    "none": "",
                    "sentences": [
                        {"number": correction.sentence, "text": correction.quoted}
                    ],
                },
                {
                    "question": _("本人现在说"),
                    "none": "",
                    "sentences": [
                        {"number": correction.number, "text": correction.text}
                    ],
                },
            ],
            "not_asked": "",
            "closing": _("以上补正已读给本人听，与本人所说一致。"),
            "rows": [],
            "head": ["", "", ""],
            "digest_words": _("原件问答的校验值（SHA-256）："),
            "content": content_digest(statement.answers.order_by("position")),
        }


def _frame(
    statement: Statement, signatures: _Signatures, *, at: datetime
) -> dict[str, Any]:
    site = statement.case.site
    signers = [_signer(_("本人签名"), signatures.own, signatures)]
    if signatures.guardian is not None:
        signers.append(_signer(_("监护人签名"), signatures.guardian, signatures))
    return {
        "foot": f"{site.organisation.name} · {site.name} · {statement.case.number}",
        "signatures": signers,
        "signed_at": _("签字时间：%s") % _moment(at),
    }


def _signer(who: str, kept: Kept, signatures: _Signatures) -> dict[str, Any]:
    """A drawing as it was made; of a paper, the digest of its photo."""
    if signatures.on_paper:
        words = _("在打印的纸上签字，照片校验值 %s") % kept.sha256
        return {"who": who, "drawn": [], "paper": words}
    drawn = stores.primary().path_of(kept.sha256).read_bytes()
    return {"who": who, "drawn": list(drawn), "paper": ""}


def facts_of(statement: Statement) -> list[list[str]]:
    """Who says it, to whom, where and when: the head of the document."""
    rows = [
        [_("陈述人"), full_name(statement)],
        [_("身份"), str(statement.get_role_display())],
        [_("记录人"), statement.taken_by.name],
        [_("方式"), str(statement.get_mode_display())],
        [_("语言"), statement.language],
        [_("地点"), statement.place],
        [_("开始时间"), _moment(statement.begun_at)],
    ]
    if statement.guardian:
        rows.append([_("在场的监护人"), guardian_words(statement)])
    if statement.present:
        rows.append([_("在场的其他人"), statement.present])
    return rows


def guardian_words(statement: Statement) -> str:
    return _("%(name)s（%(relation)s）") % {
        "name": statement.guardian,
        "relation": statement.relation,
    }


def full_name(statement: Statement) -> str:
    """Unmasked: it is the person's own paper, seen by those who may read it."""
    party = statement.party
    if party is None:
        return statement.user.name if statement.user else ""
    if party.user is not None:
        return party.user.name
    if party.person is not None:
        return party.person.name
    return party.description or _("身份不明")


def told_words() -> str:
    return _(
        "记录前已告知：作不作情况说明由本人自愿决定，可以不回答，可以随时停止；"
        "记录后读给本人听，由本人核对签字；本人可以要一份副本。"
    )


def closing_words(draft: int) -> str:
    return _("以上第 %s 稿已读给本人听（或由本人看过），与本人所说一致。") % draft


def _silence(answer: StatementAnswer) -> str:
    if answer.is_declined:
        return _("（本人不回答）")
    return "" if answer.answer else _("（没有记下回答）")


def _not_asked_words(statement: Statement, answers: Iterable[StatementAnswer]) -> str:
    keys = set(not_asked(statement, answers))
    if not keys:
        return ""
    words = "".join(q.words for q in all_questions() if q.key in keys)
    return _("没有问的问题：%s") % words


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
