"""What happens to an interview; what was said stands in its statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewPlanned(Event):
    """One person is to be heard; ``interviewer`` and ``party`` are keys."""

    kind: ClassVar[str] = "investigation.interview_planned"
    sentence: ClassVar[str] = _("{actor}安排谈话 {code}：{party}，由{interviewer}进行")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.Interview", "place", "topics"
    )

    code: str
    party: str
    interviewer: str
    role: str
    position: int
    planned_for: str | None = None
    place_digest: str
    topics_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewReplanned(Event):
    """Somebody else asks, at another time or about other things."""

    kind: ClassVar[str] = "investigation.interview_replanned"
    sentence: ClassVar[str] = _("{actor}调整谈话 {code} 的安排，由{interviewer}进行")
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.Interview", "place", "topics"
    )

    code: str
    interviewer: str
    position: int
    planned_for: str | None = None
    place_digest: str
    topics_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class QuestionPlanned(Event):
    kind: ClassVar[str] = "investigation.question_planned"
    sentence: ClassVar[str] = _("谈话 {code} 拟问第 {position} 个问题")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "investigation.InterviewQuestion", "text"
    )

    code: str
    position: int
    text_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewBegun(Event):
    """They were told that it is voluntary and may be stopped, and began."""

    kind: ClassVar[str] = "investigation.interview_begun"
    sentence: ClassVar[str] = _(
        "{actor}告知自愿、可随时停止后开始谈话 {code}{guardian}，记为情况说明 {statement}"
    )

    code: str
    statement: str
    guardian_present: int

    def shown(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "statement": self.statement,
            "guardian": gettext("（监护人在场）") if self.guardian_present else "",
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class GuardianConsented(Event):
    """The guardian of somebody under 14 agreed that they are heard, and words are kept."""

    kind: ClassVar[str] = "investigation.guardian_consented"
    sentence: ClassVar[str] = _(
        "本人未满十四周岁，监护人同意谈话 {code} 并记为情况说明 {statement}"
    )

    code: str
    statement: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewStopped(Event):
    """The person wanted to stop: their right, and no reason is asked."""

    kind: ClassVar[str] = "investigation.interview_stopped"
    sentence: ClassVar[str] = _("谈话 {code} 应本人要求停止")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Interview", "reason")

    code: str
    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewHeld(Event):
    """It came to its end: the statement is signed."""

    kind: ClassVar[str] = "investigation.interview_held"
    sentence: ClassVar[str] = _("谈话 {code} 结束，情况说明 {statement} 已签字")
    tone: ClassVar[str] = "good"

    code: str
    statement: str
    not_asked: int  # questions of the plan that nobody asked


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewReset(Event):
    """It was begun wrongly: the draft was given up, the interview is still to be held."""

    kind: ClassVar[str] = "investigation.interview_reset"
    sentence: ClassVar[str] = _("谈话 {code} 的草稿 {statement} 已放弃，重新安排")

    code: str
    statement: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InterviewCancelled(Event):
    kind: ClassVar[str] = "investigation.interview_cancelled"
    sentence: ClassVar[str] = _("{actor}取消谈话 {code}，理由已写明")
    covers: ClassVar[tuple[Covered, ...]] = covers("investigation.Interview", "reason")

    code: str
    reason_digest: str
