"""Holds, periods and deletions, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.accounts.roles import ROLES
from anlan.base.stores import BACKUP
from anlan.evidence.enums import HoldReason, Keeper, RetentionClass, WordsKind
from anlan.ledger.events import Covered, Event, covers, recorded

_PROPOSAL = covers("evidence.Hold", "proposal")


@recorded
@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event):
    """Nothing it covers is deleted; ``held`` is a code, empty for the whole case."""

    kind: ClassVar[str] = "evidence.hold_placed"
    sentence: ClassVar[str] = _("{actor}保全了{held}（{code}，{reason}）")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "evidence.Hold", "words", document_number="document_digest"
    )

    code: str
    held: str
    reason: str
    gone: int  # exhibits and recordings of the case that were deleted before
    words_digest: str
    document_digest: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "held": self.held or gettext("本案全部证据"),
            "reason": HoldReason(self.reason).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class HoldReleaseProposed(Event):
    kind: ClassVar[str] = "evidence.hold_release_proposed"
    sentence: ClassVar[str] = _("{actor}（{role}）申请解除保全 {code}")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = _PROPOSAL

    code: str
    role: str
    proposal_digest: str
    limitation: str | None = None  # the day before which it is early

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "role": ROLES[self.role].name}


@recorded
@dataclass(frozen=True, kw_only=True)
class HoldReleaseRefused(Event):
    """The hold stands; the words of the proposal are taken from the row."""

    kind: ClassVar[str] = "evidence.hold_release_refused"
    sentence: ClassVar[str] = _("{actor}不同意解除保全 {code}，继续保全")
    covers: ClassVar[tuple[Covered, ...]] = _PROPOSAL

    code: str
    proposal_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class HoldReleased(Event):
    """By two persons of different roles (G09)."""

    kind: ClassVar[str] = "evidence.hold_released"
    sentence: ClassVar[str] = _(
        "{actor}（{role}）同意{proposed_by}（{proposed_role}）的申请，保全 {code} 解除"
    )
    tone: ClassVar[str] = "warn"

    code: str
    role: str
    proposed_by: str
    proposed_role: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "role": ROLES[self.role].name,
            "proposed_role": ROLES[self.proposed_role].name,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class RetentionChanged(Event):
    """How long a site keeps a class of evidence, in days."""

    kind: ClassVar[str] = "evidence.retention_changed"
    sentence: ClassVar[str] = _(
        "{actor}把“{retention_class}”的保存期限由 {before} 天改为 {days} 天"
    )
    tone: ClassVar[str] = "warn"

    retention_class: str
    before: int
    days: int

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), **_class_words(self.retention_class)}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeletionAnnounced(Event):
    """It stands on the list of what is due, and will be deleted at that moment."""

    kind: ClassVar[str] = "evidence.deletion_announced"
    sentence: ClassVar[str] = _("{code} 列入到期删除（{retention_class}）")
    quiet: ClassVar[bool] = True

    code: str
    retention_class: str
    delete_at: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            **_code_words(self.code),
            **_class_words(self.retention_class),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class DeletionPutOff(Event):
    """It is not due any more: held, kept by what goes on, or kept for longer."""

    kind: ClassVar[str] = "evidence.deletion_put_off"
    sentence: ClassVar[str] = _("{code} 不再列入到期删除（{why}）")
    quiet: ClassVar[bool] = True

    code: str
    why: str  # a keeper, a hold, the period, or that a case has it now

    def shown(self) -> dict[str, Any]:
        words = {
            "hold": gettext("已保全"),
            "period": gettext("期限未到"),
            "attached": gettext("已归入案件"),
        }
        why = words.get(self.why) or Keeper(self.why).label
        return {**_code_words(self.code), "why": why}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeletionDecided(Event):
    """From here on nothing brings it back; the bytes go after this entry."""

    kind: ClassVar[str] = "evidence.deletion_decided"
    sentence: ClassVar[str] = _(
        "{code} 保存期限届满（{retention_class}，{days} 天），开始删除"
    )
    quiet: ClassVar[bool] = True

    code: str
    retention_class: str
    days: int
    counted_from: str
    files: int
    size: int

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            **_code_words(self.code),
            **_class_words(self.retention_class),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class FileDeleted(Event):
    """Its bytes are in no store any more, unless they are somebody else's as well."""

    kind: ClassVar[str] = "evidence.deleted"
    sentence: ClassVar[str] = _("{code} 的文件 {short} 已从{stores}删除")
    quiet: ClassVar[bool] = True

    code: str
    retention_class: str
    part: str
    sha256: str
    size: int
    stores: str  # "primary,backup"; empty if the bytes stay, for others
    shared: int

    def shown(self) -> dict[str, Any]:
        stores = gettext("两份副本") if self.stores else gettext("本案")
        return {"code": self.code, "short": self.sha256[:12], "stores": stores}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeletionDone(Event):
    kind: ClassVar[str] = "evidence.deletion_done"
    sentence: ClassVar[str] = _("{code} 已按保存期限删除（{retention_class}）")

    code: str
    retention_class: str
    files: int
    size: int

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            **_code_words(self.code),
            **_class_words(self.retention_class),
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class FileDeletedAgain(Event):
    """Deleted bytes lay in their place again, as after restoring a backup."""

    kind: ClassVar[str] = "evidence.deleted_again"
    sentence: ClassVar[str] = _("{code} 已删除的文件又出现在{store}，已再次删除")
    tone: ClassVar[str] = "warn"

    code: str
    store: str
    sha256: str

    def shown(self) -> dict[str, Any]:
        is_second = self.store == BACKUP
        words = gettext("第二份副本") if is_second else gettext("第一份副本")
        return {**self.facts(), "store": words}


def _code_words(code: str) -> dict[str, Any]:
    """Words of a case have no number: they are called what they are."""
    is_words = code in WordsKind.values
    return {"code": WordsKind(code).title if is_words else code}


def _class_words(retention_class: str) -> dict[str, Any]:
    return {"retention_class": RetentionClass(retention_class).label}
