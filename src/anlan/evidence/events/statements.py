"""What happens to a statement; what was said is vouched for, and never told here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import StatementRole
from anlan.ledger.events import Covered, Event, covers, recorded


def _with_guardian(minor: int, consent: int | None) -> str:
    return gettext("，未成年人，监护人在场") + _agreed(consent) if minor else ""


def _agreed(consent: int | None) -> str:
    return gettext("，未满十四周岁，监护人同意记录") if consent else ""


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementBegun(Event):
    """Somebody was told that it is voluntary, and began; ``giver`` and ``guardian_party`` are keys."""

    kind: ClassVar[str] = "evidence.statement_begun"
    sentence: ClassVar[str] = _("{actor}开始记录情况说明 {code}（{role}）{minor}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Statement", "language", "place", "present", "guardian", "relation"
    )

    code: str
    role: str
    giver: str
    mode: str
    minor: int
    consent: int | None = None  # of the guardian of somebody under 14
    guardian_party: str | None = None
    language_digest: str
    place_digest: str
    present_digest: str
    guardian_digest: str
    relation_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "role": StatementRole(self.role).label,
            "minor": _with_guardian(self.minor, self.consent),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class GuardianNamed(Event):
    """It turned out that the person is under 18, or somebody else came as guardian."""

    kind: ClassVar[str] = "evidence.guardian_named"
    sentence: ClassVar[str] = _("{actor}写明情况说明 {code} 的监护人在场{consent}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Statement", "guardian", "relation"
    )

    code: str
    consent: int | None = None  # as above
    guardian_party: str | None = None
    guardian_digest: str
    relation_digest: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "consent": _agreed(self.consent)}


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementReadBack(Event):
    """The words stand still to be read out; ``content`` is their digest."""

    kind: ClassVar[str] = "evidence.statement_read_back"
    sentence: ClassVar[str] = _("{actor}与本人核对情况说明 {code}（第 {draft} 稿）")

    code: str
    draft: int
    sentences: int
    content: str


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementReopened(Event):
    """The person wanted something said differently; a new draft."""

    kind: ClassVar[str] = "evidence.statement_reopened"
    sentence: ClassVar[str] = _("核对时本人要求修改情况说明 {code}，现为第 {draft} 稿")

    code: str
    draft: int


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementFrozen(Event):
    """Signed, and set as a PDF that is an exhibit. Signatures are the digests of images.

    ``not_asked`` lists the keys of the guide's questions that nobody asked.
    """

    kind: ClassVar[str] = "evidence.statement_frozen"
    sentence: ClassVar[str] = _(
        "情况说明 {code} 由本人{on_paper}签字定稿，列为证据 {exhibit}，校验值 {pdf}"
    )
    tone: ClassVar[str] = "good"

    code: str
    draft: int
    exhibit: str
    pdf: str
    content: str
    signature: str
    guardian_signature: str | None = None
    on_paper: int
    not_asked: str

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "exhibit": self.exhibit,
            "pdf": self.pdf[:12],
            "on_paper": gettext("在纸上") if self.on_paper else gettext("在屏幕上"),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class AnswerFixed(Event):
    """A question in the words in which it was asked, and its answer, from now for good."""

    kind: ClassVar[str] = "evidence.statement_answer_fixed"
    sentence: ClassVar[str] = _("情况说明 {code} 的第 {position} 个回答已固定")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.StatementAnswer", "question", "answer"
    )

    code: str
    position: int
    declined: int
    question_digest: str
    answer_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementRefused(Event):
    """Somebody did not want to say anything, or nothing more: their right."""

    kind: ClassVar[str] = "evidence.statement_refused"
    sentence: ClassVar[str] = _("本人不愿作情况说明 {code}（{role}）")
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.Statement", "reason")

    code: str
    role: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {"code": self.code, "role": StatementRole(self.role).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementDiscarded(Event):
    kind: ClassVar[str] = "evidence.statement_discarded"
    sentence: ClassVar[str] = _("{actor}放弃了情况说明 {code} 的草稿，内容和理由仍保留")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("evidence.Statement", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementRecorded(Event):
    """A sound of the talk is an exhibit; the person knew that it was recorded."""

    kind: ClassVar[str] = "evidence.statement_recorded"
    sentence: ClassVar[str] = _("情况说明 {code} 附录音 {exhibit}，已事先告知本人")

    code: str
    exhibit: str


@recorded
@dataclass(frozen=True, kw_only=True)
class AddendumSigned(Event):
    """What is wrong in a frozen statement is put right beside it, and signed like it."""

    kind: ClassVar[str] = "evidence.addendum_signed"
    sentence: ClassVar[str] = _(
        "情况说明 {code} 的补正 {number} 由本人签字：第 {place} 句，列为证据 {exhibit}"
    )
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Addendum", "quoted", "text", "guardian"
    )

    code: str
    number: int
    place: int
    answer: str
    exhibit: str
    pdf: str
    signature: str
    guardian_signature: str | None = None
    on_paper: int
    guardian_party: str | None = None
    quoted_digest: str
    text_digest: str
    guardian_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class StatementRead(Event):
    """Protected words were shown to somebody."""

    kind: ClassVar[str] = "evidence.statement_read"
    sentence: ClassVar[str] = _("{actor}查看了情况说明 {code}")
    quiet: ClassVar[bool] = True

    code: str
