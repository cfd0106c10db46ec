"""A case, its people and tasks, and what is written on its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.cases.enums import Phase, Role, Severity, Way
from anlan.ledger.events import Covered, Event, RefInFact, covers, quotes, recorded

# Keys of clocks of what somebody is offered for themselves: their own pages say what is
# due, and that a clock runs at all would tell everybody else that they accepted.
PERSONAL = "support."
# What only this role knows of: that there is such a task tells about somebody.
PERSONAL_ROLE = "counsellor"
PERSONAL_TASK = "same_day:"  # how the keys of such tasks begin


def role_words(codes: str) -> str:
    """The roles of a party, "victim,staff", as words."""
    return gettext("、").join(str(Role(code).label) for code in codes.split(","))


@recorded
@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    kind: ClassVar[str] = "case.opened"
    sentence: ClassVar[str] = _("案件 {number} 已建立")

    number: str
    case_kind: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaybookApplied(Event):
    kind: ClassVar[str] = "case.playbook_applied"
    sentence: ClassVar[str] = _(
        "启用预案 {playbook} 第 {version} 版，新增任务 {added} 项"
    )

    playbook: str
    version: int
    added: int


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskDone(Event):
    kind: ClassVar[str] = "case.task_done"
    sentence: ClassVar[str] = _("{actor}完成任务：{title}")
    tone: ClassVar[str] = "good"
    covers: ClassVar[tuple[Covered, ...]] = quotes("cases.Task", "words")

    title: str
    seconds: int
    words_digest: str | None = None
    role: str | None = None  # of a personal one, which stands on no timeline


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskSkipped(Event):
    kind: ClassVar[str] = "case.task_skipped"
    sentence: ClassVar[str] = _("{actor}跳过任务：{title}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = quotes("cases.Task", "words")

    title: str
    binding: int
    words_digest: str
    role: str | None = None  # as above


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskReopened(Event):
    kind: ClassVar[str] = "case.task_reopened"
    sentence: ClassVar[str] = _("{actor}撤回任务的完成：{title}")
    tone: ClassVar[str] = "warn"

    title: str
    role: str | None = None  # as above


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskPhotoReceived(Event):
    kind: ClassVar[str] = "case.task_photo_received"
    sentence: ClassVar[str] = _(
        "{actor}为任务“{title}”附上照片（{size} KB，校验值 {short}）"
    )

    title: str
    media_type: str
    bytes_count: int
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "size": max(1, self.bytes_count // 1024),
            "short": self.sha256[:12],
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskPhotoOpened(Event):
    """Bytes of it were given out: on the record, not on the live timeline.

    Of entries from before ways and bytes were noted it is not known which.
    """

    kind: ClassVar[str] = "case.task_photo_opened"
    sentence: ClassVar[str] = _("{actor}{did}任务照片（校验值 {sha256}）")
    quiet: ClassVar[bool] = True

    sha256: str
    way: str | None = None
    first: int | None = None
    last: int | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "did": Way.told(self.way)}


@recorded
@dataclass(frozen=True, kw_only=True)
class TaskAdded(Event):
    kind: ClassVar[str] = "case.task_added"
    sentence: ClassVar[str] = _("{actor}增加任务：{title}")

    title: str
    role: str


@recorded
@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(Event):
    """A promise ran out; ``due`` and the entry's time show how late this was noticed."""

    kind: ClassVar[str] = "case.deadline_missed"
    sentence: ClassVar[str] = _("超时：{title}")
    tone: ClassVar[str] = "warn"

    key: str
    about: str
    title: str
    due: str

    def shown(self) -> dict[str, Any]:
        """Entries from before the neutral title hold the one of the standard."""
        is_personal = self.key.startswith(PERSONAL)
        title = gettext("一项约定的时限") if is_personal else self.title
        return {**self.facts(), "title": title}


@recorded
@dataclass(frozen=True, kw_only=True)
class PhaseEntered(Event):
    kind: ClassVar[str] = "case.phase_entered"
    sentence: ClassVar[str] = _("{actor}推进到“{phase}”阶段")
    tone: ClassVar[str] = "good"

    phase: str
    left: str

    def shown(self) -> dict[str, Any]:
        return {"phase": Phase(self.phase).label, "left": Phase(self.left).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class SeveritySet(Event):
    kind: ClassVar[str] = "case.severity_set"
    sentence: ClassVar[str] = _("{actor}将等级定为“{severity}”（原为“{before}”）")
    tone: ClassVar[str] = "warn"

    severity: int
    before: int

    def shown(self) -> dict[str, Any]:
        return {
            "severity": Severity(self.severity).label,
            "before": Severity(self.before).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class CommandTaken(Event):
    kind: ClassVar[str] = "case.command_taken"
    sentence: ClassVar[str] = _("{commander}担任现场指挥")
    tone: ClassVar[str] = "people"

    commander: str
    before: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class CommandLeft(Event):
    """Whoever came first was not there after all; the next who comes commands."""

    kind: ClassVar[str] = "case.command_left"
    sentence: ClassVar[str] = _("{commander}不再担任现场指挥")
    tone: ClassVar[str] = "people"

    commander: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PartyAdded(Event):
    kind: ClassVar[str] = "case.party_added"
    sentence: ClassVar[str] = _("{actor}登记当事人：{party}（{roles}）")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "cases.Party", description="words_digest"
    )
    refers: ClassVar[tuple[RefInFact, ...]] = (RefInFact(fact="person"),)

    party: str
    roles: str
    person: str | None = None
    user: str | None = None
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {"party": self.party, "roles": role_words(self.roles)}


@recorded
@dataclass(frozen=True, kw_only=True)
class PartyIdentified(Event):
    kind: ClassVar[str] = "case.party_identified"
    sentence: ClassVar[str] = _("{actor}确认当事人身份：{party}")
    tone: ClassVar[str] = "people"
    refers: ClassVar[tuple[RefInFact, ...]] = (RefInFact(fact="person"),)

    party: str
    person: str | None = None
    user: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class PartyRolesSet(Event):
    kind: ClassVar[str] = "case.party_roles_set"
    sentence: ClassVar[str] = _("{actor}将 {party} 的身份改为 {roles}")
    tone: ClassVar[str] = "people"

    party: str
    roles: str
    before: str

    def shown(self) -> dict[str, Any]:
        return {"party": self.party, "roles": role_words(self.roles)}


@recorded
@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    kind: ClassVar[str] = "case.note_written"
    sentence: ClassVar[str] = _("{actor}记录")
    covers: ClassVar[tuple[Covered, ...]] = quotes("cases.Note", text="words_digest")

    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class EntryStruck(Event):
    kind: ClassVar[str] = "case.entry_struck"
    sentence: ClassVar[str] = _("{actor}划去第 {seq} 条记录")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "cases.Strike", reason="words_digest"
    )

    seq: int
    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CaseJoined(Event):
    kind: ClassVar[str] = "case.joined"
    sentence: ClassVar[str] = _("{actor}将 {number} 并入 {host}")
    tone: ClassVar[str] = "warn"

    number: str
    host: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CaseParted(Event):
    kind: ClassVar[str] = "case.parted"
    sentence: ClassVar[str] = _("{actor}将 {number} 从 {host} 分出")
    tone: ClassVar[str] = "warn"

    number: str
    host: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    kind: ClassVar[str] = "case.closed"
    sentence: ClassVar[str] = _("{actor}办结案件，历时 {seconds}")
    tone: ClassVar[str] = "good"

    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    kind: ClassVar[str] = "case.reopened"
    sentence: ClassVar[str] = _("{actor}重新打开案件")
    tone: ClassVar[str] = "warn"

    number: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaybookPublished(Event):
    kind: ClassVar[str] = "case.playbook_published"
    sentence: ClassVar[str] = _("{actor}发布预案 {playbook} 第 {version} 版")
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.Playbook", "reason")

    playbook: str
    version: int
    digest: str
    valid_from: str | None = None
    reason_digest: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class StandardPublished(Event):
    kind: ClassVar[str] = "case.standard_published"
    sentence: ClassVar[str] = _(
        "{actor}发布时限标准 {standard} 第 {version} 版：{seconds}"
    )
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.Standard", "reason")

    standard: str
    version: int
    seconds: int
    valid_from: str | None = None
    reason_digest: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class LinkMade(Event):
    kind: ClassVar[str] = "case.link_made"
    sentence: ClassVar[str] = _("已生成查看进展的链接")
    quiet: ClassVar[bool] = True

    link: str
    scope: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LinkRevoked(Event):
    kind: ClassVar[str] = "case.link_revoked"
    sentence: ClassVar[str] = _("{actor}作废了一条查看进展的链接")
    tone: ClassVar[str] = "warn"

    link: str
