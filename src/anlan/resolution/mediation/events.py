"""What becomes of talks, in the words of the record; what was said is told nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from anlan.cases.enums import Side
from anlan.ledger.events import Covered, Event, covers, recorded
from anlan.resolution.mediation.enums import (
    Capacity,
    ConfirmationState,
    ConsentWay,
    DutyState,
    Exclusion,
    Found,
    Proposer,
    SessionState,
    TalksKind,
    TalksState,
    TermKind,
    WithdrawalWay,
)


@recorded
@dataclass(frozen=True, kw_only=True)
class BodyWritten(Event):
    """``content`` is the digest over all fields, which are public."""

    kind: ClassVar[str] = "mediation.body_written"
    sentence: ClassVar[str] = _("{actor}登记了调解组织“{name}”第 {version} 版")

    name: str
    version: int
    content: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MediatorEntered(Event):
    kind: ClassVar[str] = "mediation.mediator_entered"
    sentence: ClassVar[str] = _("{actor}登记了调解组织“{name}”的一名调解员")

    name: str
    body: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MediatorRetired(Event):
    kind: ClassVar[str] = "mediation.mediator_retired"
    sentence: ClassVar[str] = _("{actor}把“{name}”的一名调解员移出名册")

    name: str
    body: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MediatorAppointed(Event):
    """Asked, and said to have nothing to do with either side."""

    kind: ClassVar[str] = "mediation.mediator_appointed"
    sentence: ClassVar[str] = _("{actor}登记 {code} 的调解员，已问明与双方无利害关系")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Mandate", "choice")

    code: str
    mediator: str
    chosen_by: str = ""
    choice_digest: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class MandateEnded(Event):
    kind: ClassVar[str] = "mediation.mandate_ended"
    sentence: ClassVar[str] = _("{code} 的调解员不再主持，需要另行指定")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Mandate", "reason")

    code: str
    mediator: str
    wanted_by: str = ""
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class TalksBegun(Event):
    kind: ClassVar[str] = "mediation.talks_begun"
    sentence: ClassVar[str] = _("{actor}发起{talks} {code}，双方自愿")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Talks", "about")

    code: str
    talks: str
    victim: str
    aggressor: str
    body: str | None = None
    due_on: str
    about_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "talks": TalksKind(self.talks).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class TalksRecounted(Event):
    """By the program: holidays became known that move the last day of a second time."""

    kind: ClassVar[str] = "mediation.talks_recounted"
    sentence: ClassVar[str] = _(
        "{code} 按已知的放假安排重新计算，最后一天由 {before} 改为 {due}"
    )
    tone: ClassVar[str] = "warn"

    code: str
    before: str
    due: str


@recorded
@dataclass(frozen=True, kw_only=True)
class TalksMoved(Event):
    kind: ClassVar[str] = "mediation.talks_moved"
    sentence: ClassVar[str] = _("{code}：{state}")
    tone: ClassVar[str] = "people"

    code: str
    state: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": TalksState(self.state).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class TalksEnded(Event):
    """Without an agreement; ``exclusion`` says why it may not go on."""

    kind: ClassVar[str] = "mediation.talks_ended"
    sentence: ClassVar[str] = _("{code} 结束：{state}；已告知其他途径")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Talks", "reason")

    code: str
    state: str
    exclusion: str | None = None
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": TalksState(self.state).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ExclusionLifted(Event):
    kind: ClassVar[str] = "mediation.exclusion_lifted"
    sentence: ClassVar[str] = _("{actor}解除 {code} 登记的不适用情形：{exclusion}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Talks", "lift_reason")

    code: str
    exclusion: str
    lift_reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "exclusion": Exclusion(self.exclusion).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    kind: ClassVar[str] = "mediation.consent_given"
    sentence: ClassVar[str] = _("{side}同意参加 {code}（{way}）")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "mediation.Consent", "giver", "relation"
    )

    code: str
    side: str
    way: str
    capacity: str
    exhibit: str | None = None
    giver_digest: str
    relation_digest: str | None = None

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "side": Side(self.side).label,
            "way": ConsentWay(self.way).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    kind: ClassVar[str] = "mediation.consent_withdrawn"
    sentence: ClassVar[str] = _("{side}退出 {code}（{way}）")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Consent", "words")

    code: str
    side: str
    way: str
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "side": Side(self.side).label,
            "way": WithdrawalWay(self.way).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ConsentRefused(Event):
    """By a side that had not agreed."""

    kind: ClassVar[str] = "mediation.consent_refused"
    sentence: ClassVar[str] = _("{side}不同意参加 {code}（{way}）")
    tone: ClassVar[str] = "warn"

    code: str
    side: str
    way: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "side": Side(self.side).label,
            "way": WithdrawalWay(self.way).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class CodeGiven(Event):
    """A one-time code was made for a side; the code itself stands nowhere."""

    kind: ClassVar[str] = "mediation.code_given"
    sentence: ClassVar[str] = _("{actor}为{side}生成了 {code} 的一次性验证码")
    quiet: ClassVar[bool] = True

    code: str
    side: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class CodeSent(Event):
    """To the phone that is entered of the side; nobody here has seen it."""

    kind: ClassVar[str] = "mediation.code_sent"
    sentence: ClassVar[str] = _("{code} 的一次性验证码已发到{side}本人的手机")
    quiet: ClassVar[bool] = True

    code: str
    side: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class CodeOpened(Event):
    """By somebody who did not make the link, to tell the side."""

    kind: ClassVar[str] = "mediation.code_opened"
    sentence: ClassVar[str] = _("{actor}拆开 {code} 的一次性验证码，告诉{side}本人")
    quiet: ClassVar[bool] = True

    code: str
    side: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class CodeRefused(Event):
    """Somebody typed a wrong one."""

    kind: ClassVar[str] = "mediation.code_refused"
    sentence: ClassVar[str] = _("{code} 的链接上输错了验证码")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SessionMoved(Event):
    kind: ClassVar[str] = "mediation.session_moved"
    sentence: ClassVar[str] = _("{code} 第 {number} 次会谈：{state}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "mediation.Session", "place", "present"
    )

    code: str
    number: int
    state: str
    place_digest: str
    present_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": SessionState(self.state).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class WriterNamed(Event):
    """Of a session that had begun, and of which nobody wrote for an outside mediator."""

    kind: ClassVar[str] = "mediation.writer_named"
    sentence: ClassVar[str] = _(
        "{actor}指定{writer}代调解员记录 {code} 第 {number} 次会谈，理由已写明"
    )
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Writing", "words")

    code: str
    number: int
    writer: str
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReadersNamed(Event):
    """Who reads the notes of a session beside whoever leads; ``readers`` are their keys."""

    kind: ClassVar[str] = "mediation.readers_named"
    sentence: ClassVar[str] = _(
        "{actor}指定 {count} 人可以看 {code} 第 {number} 次会谈的笔记"
    )
    quiet: ClassVar[bool] = True

    code: str
    number: int
    count: int
    readers: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SessionNoteWritten(Event):
    kind: ClassVar[str] = "mediation.session_note"
    sentence: ClassVar[str] = _("{actor}写了 {code} 的会谈笔记，不作为证据")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.SessionNote", "text")

    code: str
    number: int
    text_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ProposalMade(Event):
    kind: ClassVar[str] = "mediation.proposal_made"
    sentence: ClassVar[str] = _("{code} 有了新的方案 {version}（{by}）")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "mediation.Proposal", "facts", "in_default"
    )

    code: str
    version: str
    by: str
    terms: int
    facts_digest: str
    in_default_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "by": Proposer(self.by).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class TermFixed(Event):
    """``sum`` is in fen, of what is paid."""

    kind: ClassVar[str] = "mediation.term_fixed"
    sentence: ClassVar[str] = _("{code} 的方案 {version} 第 {number} 项：{term}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Term", "words", "manner")

    code: str
    version: str
    number: int
    term: str
    by: str
    sum: int | None = None
    due_on: str
    words_digest: str
    manner_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "term": TermKind(self.term).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class OfficeTermsApproved(Event):
    """``kindness`` is the version of counsel's words, where there is a kindness in it."""

    kind: ClassVar[str] = "mediation.office_terms_approved"
    sentence: ClassVar[str] = _(
        "{actor}批准了 {code} 的方案 {version} 里管理处承担的事项"
    )
    tone: ClassVar[str] = "good"

    code: str
    version: str
    kindness: int | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class ProposalAccepted(Event):
    kind: ClassVar[str] = "mediation.proposal_accepted"
    sentence: ClassVar[str] = _("{side}签字接受 {code} 的方案 {version}")
    tone: ClassVar[str] = "people"

    code: str
    version: str
    side: str
    exhibit: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class SignedFor(Event):
    """Who signed for a side that did not sign itself; ``authority`` is the exhibit."""

    kind: ClassVar[str] = "mediation.signed_for"
    sentence: ClassVar[str] = _("{code} 的方案 {version} 由{capacity}代{side}签字")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "mediation.Acceptance", "giver", "relation"
    )

    code: str
    version: str
    side: str
    capacity: str
    authority: str | None = None
    giver_digest: str
    relation_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "side": Side(self.side).label,
            "capacity": Capacity(self.capacity).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class GuardianActs(Event):
    """From now on this side acts through a guardian alone; why is told nowhere."""

    kind: ClassVar[str] = "mediation.guardian_acts"
    sentence: ClassVar[str] = _("{code} 中{side}由监护人代为办理")
    quiet: ClassVar[bool] = True

    code: str
    side: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class StandingRecorded(Event):
    """A side needs no guardian after all; ``exhibit`` is the document that shows it."""

    kind: ClassVar[str] = "mediation.standing_recorded"
    sentence: ClassVar[str] = _("{code} 中{side}由本人自己办理：{found}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Standing", "words")

    code: str
    side: str
    found: str
    exhibit: str | None = None
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "side": Side(self.side).label,
            "found": Found(self.found).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ProposalDeclined(Event):
    kind: ClassVar[str] = "mediation.proposal_declined"
    sentence: ClassVar[str] = _("{side}不接受 {code} 的方案 {version}")

    code: str
    version: str
    side: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "side": Side(self.side).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class AgreementMade(Event):
    """``pdf`` is the digest of the paper."""

    kind: ClassVar[str] = "mediation.agreement_made"
    sentence: ClassVar[str] = _("{code}：双方接受同一份协议 {version}")
    tone: ClassVar[str] = "good"

    code: str
    version: str
    exhibit: str
    pdf: str


@recorded
@dataclass(frozen=True, kw_only=True)
class AgreementEffective(Event):
    kind: ClassVar[str] = "mediation.agreement_effective"
    sentence: ClassVar[str] = _("{code} 的协议自 {effective_on} 起生效")
    tone: ClassVar[str] = "good"

    code: str
    effective_on: str
    exhibit: str


@recorded
@dataclass(frozen=True, kw_only=True)
class AgreementTaken(Event):
    """As a Word file, with full names; ``sha256`` is of the file."""

    kind: ClassVar[str] = "mediation.agreement_taken"
    sentence: ClassVar[str] = _("{actor}取出 {code} 的 Word 文件")
    quiet: ClassVar[bool] = True

    code: str
    sha256: str


@recorded
@dataclass(frozen=True, kw_only=True)
class DutyMoved(Event):
    kind: ClassVar[str] = "mediation.duty_moved"
    sentence: ClassVar[str] = _("{code} 第 {number} 项（{term}）：{state}")
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Duty", "words")

    code: str
    number: int
    term: str
    state: str
    exhibit: str | None = None
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "term": TermKind(self.term).label,
            "state": DutyState(self.state).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class DutyComesDue(Event):
    kind: ClassVar[str] = "mediation.duty_comes_due"
    sentence: ClassVar[str] = _("{code} 第 {number} 项（{term}）将于 {due_on} 到期")
    tone: ClassVar[str] = "warn"

    code: str
    number: int
    term: str
    due_on: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "term": TermKind(self.term).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class DutyOverdue(Event):
    """Where no clock runs for it: its case was closed, joined to another, or reopened."""

    kind: ClassVar[str] = "mediation.duty_overdue"
    sentence: ClassVar[str] = _(
        "{code} 第 {number} 项（{term}）{due_on} 到期，还没有登记履行"
    )
    tone: ClassVar[str] = "warn"

    code: str
    number: int
    term: str
    due_on: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "term": TermKind(self.term).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ConfirmationMoved(Event):
    kind: ClassVar[str] = "mediation.confirmation_moved"
    sentence: ClassVar[str] = _("{code} 的司法确认：{state}")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "mediation.Confirmation", "court", "number"
    )

    code: str
    state: str
    due_on: str
    exhibit: str | None = None
    court_digest: str
    number_digest: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "state": ConfirmationState(self.state).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ConfirmationComesDue(Event):
    kind: ClassVar[str] = "mediation.confirmation_comes_due"
    sentence: ClassVar[str] = _(
        "{code} 可以共同申请司法确认的期限到 {due_on} 为止，还没有申请"
    )
    tone: ClassVar[str] = "warn"

    code: str
    due_on: str
    left: int  # days


@recorded
@dataclass(frozen=True, kw_only=True)
class ForgivenessMade(Event):
    kind: ClassVar[str] = "mediation.forgiveness_made"
    sentence: ClassVar[str] = _("应受害人要求制作谅解书（{code}），由本人决定是否签字")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("mediation.Forgiveness", "text")

    code: str
    exhibit: str
    text_digest: str
