"""What happens in the support of a person: codes and times, never who or how they are.

All are quiet: whoever looks at the room of the case sees nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class CounsellorEntered(Event):
    kind: ClassVar[str] = "counselling.counsellor_entered"
    sentence: ClassVar[str] = _("{actor}登记了一位心理辅导员")
    quiet: ClassVar[bool] = True


@recorded
@dataclass(frozen=True, kw_only=True)
class CounsellorEnded(Event):
    kind: ClassVar[str] = "counselling.counsellor_ended"
    sentence: ClassVar[str] = _("{actor}停用了一位心理辅导员")
    quiet: ClassVar[bool] = True


@recorded
@dataclass(frozen=True, kw_only=True)
class SealingKeyMade(Event):
    """From now on notes are sealed with these; the two who hold the paper are named."""

    kind: ClassVar[str] = "counselling.key_made"
    sentence: ClassVar[str] = _("{actor}启用了第 {number} 把封存密钥")
    quiet: ClassVar[bool] = True

    number: int
    public: str
    recovery: str
    first: str
    second: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PassphraseChanged(Event):
    kind: ClassVar[str] = "counselling.passphrase_changed"
    sentence: ClassVar[str] = _("{actor}更换了封存密钥的口令")
    quiet: ClassVar[bool] = True

    number: int


@recorded
@dataclass(frozen=True, kw_only=True)
class NotesRecovered(Event):
    """Both sheets were typed, and what a key had sealed was sealed to another one."""

    kind: ClassVar[str] = "counselling.notes_recovered"
    sentence: ClassVar[str] = _("{actor}用两份纸质密钥把 {count} 份记录转交给{to}")
    tone: ClassVar[str] = "warn"
    quiet: ClassVar[bool] = True

    of: str
    to: str
    count: int


@recorded
@dataclass(frozen=True, kw_only=True)
class NotesResealed(Event):
    """The counsellor opened an earlier key, and what it had sealed went to the newest one."""

    kind: ClassVar[str] = "counselling.notes_resealed"
    sentence: ClassVar[str] = _(
        "{actor}用口令把第 {number} 把封存密钥的 {count} 份记录转到第 {to_number} 把"
    )
    quiet: ClassVar[bool] = True

    number: int
    to_number: int
    count: int


@recorded
@dataclass(frozen=True, kw_only=True)
class SupportOffered(Event):
    kind: ClassVar[str] = "counselling.offered"
    sentence: ClassVar[str] = _("{actor}提出了支持 {code}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("counselling.Offer", "answer")

    code: str
    way: str
    answer_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class AnswerTakenBack(Event):
    """The talk in which it was put down was corrected."""

    kind: ClassVar[str] = "counselling.answer_taken_back"
    sentence: ClassVar[str] = _("支持 {code} 的一次登记随沟通记录更正")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SupportReferred(Event):
    kind: ClassVar[str] = "counselling.referred"
    sentence: ClassVar[str] = _("{actor}办理了支持 {code} 的转介")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    kind: ClassVar[str] = "counselling.consented"
    sentence: ClassVar[str] = _("{actor}登记了支持 {code} 的同意")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("counselling.Consent", "use", "way")

    code: str
    use_digest: str
    way_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    kind: ClassVar[str] = "counselling.consent_withdrawn"
    sentence: ClassVar[str] = _("{actor}登记了支持 {code} 的同意已撤回")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SessionChanged(Event):
    """Planned, or how it ended."""

    kind: ClassVar[str] = "counselling.session_changed"
    sentence: ClassVar[str] = _("{actor}更新了支持 {code} 的第 {number} 次约定")
    quiet: ClassVar[bool] = True

    code: str
    number: int
    state: str


@recorded
@dataclass(frozen=True, kw_only=True)
class NoteSealed(Event):
    """The entry vouches for the sealed bytes, whoever can or cannot read them."""

    kind: ClassVar[str] = "counselling.note_sealed"
    sentence: ClassVar[str] = _("{actor}封存了支持 {code} 的第 {number} 份记录")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("counselling.SealedNote", "sealed")

    code: str
    number: int
    version: int
    sealed_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class NotesOpened(Event):
    kind: ClassVar[str] = "counselling.notes_opened"
    sentence: ClassVar[str] = _("{actor}打开了封存的记录")
    quiet: ClassVar[bool] = True

    number: int


@recorded
@dataclass(frozen=True, kw_only=True)
class FollowedUp(Event):
    kind: ClassVar[str] = "counselling.followed_up"
    sentence: ClassVar[str] = _("{actor}完成了支持 {code} 的第 {number} 次随访")
    quiet: ClassVar[bool] = True

    code: str
    number: int


@recorded
@dataclass(frozen=True, kw_only=True)
class TelephoneRead(Event):
    kind: ClassVar[str] = "counselling.telephone_read"
    sentence: ClassVar[str] = _("{actor}查看了支持 {code} 本人的电话")
    quiet: ClassVar[bool] = True

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SupportClosed(Event):
    kind: ClassVar[str] = "counselling.closed"
    sentence: ClassVar[str] = _("{actor}结束了支持 {code}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("counselling.Care", "ending")

    code: str
    ending_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class CallRaised(Event):
    """Somebody has to call the counsellor; why is said on the telephone."""

    kind: ClassVar[str] = "counselling.call_raised"
    sentence: ClassVar[str] = _("{actor}请管理人员立即来电")
    tone: ClassVar[str] = "alarm"
    quiet: ClassVar[bool] = True


@recorded
@dataclass(frozen=True, kw_only=True)
class CallAnswered(Event):
    kind: ClassVar[str] = "counselling.call_answered"
    sentence: ClassVar[str] = _("{actor}已与辅导员通话")
    quiet: ClassVar[bool] = True

    seconds: int
