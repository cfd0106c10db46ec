"""What can be put on the record: the base of every event, and the closed list of kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar, runtime_checkable
from uuid import UUID

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from anlan.base.duration import duration_words
from anlan.base.errors import DomainError


@runtime_checkable
class Actor(Protocol):
    """Whoever can do something: a user, a device, a visitor with a link, the system."""

    @property
    def actor_key(self) -> str:
        """``user:<uid>``, ``device:<uid>``, ``public:<uid>`` or ``system``."""


def uid_of(key: str) -> UUID:
    """Whose key it is: of an actor, a subject or a thing, ``task:<uid>``."""
    return UUID(key.partition(":")[2])


@dataclass(frozen=True)
class System:
    """The program itself, when a clock runs out or a reaction follows."""

    actor_key: str = "system"


SYSTEM = System()


@dataclass(frozen=True, kw_only=True)
class Covered:
    """Words that stand in a row and are covered by an entry's digest.

    ``verify`` finds the row whose ``uid`` is the entry's object, and compares
    ``SHA-256(text_salt ‖ words)`` with the event's ``digest_field``. A timeline quotes
    none of them but those that are ``is_quoted``. Written by ``covers`` and ``quotes``.
    """

    digest_field: str
    model: str  # "cases.Note"
    field: str  # "text"
    is_quoted: bool = False


def covers(model: str, *names: str, **digests: str) -> tuple[Covered, ...]:
    """Columns of a table that an entry vouches for, and that no timeline quotes.

    The digest of each is the event's field ``<name>_digest``, or the one that is said:
    ``covers("customers.MarkerDecision", "reason", not_told_why="not_told_digest")``.
    """
    named = {**{name: f"{name}_digest" for name in names}, **digests}
    return tuple(
        Covered(digest_field=digest, model=model, field=name)
        for name, digest in named.items()
    )


def quotes(model: str, *names: str, **digests: str) -> tuple[Covered, ...]:
    """Like ``covers``, of words that everybody who sees the case may read on its timeline.

    Among them are its parties, and guards who have yet to say what they saw.
    """
    return tuple(
        replace(each, is_quoted=True) for each in covers(model, *names, **digests)
    )


@dataclass(frozen=True, kw_only=True)
class RefInFact:
    """A further thing the entry speaks of, named by a fact: ``person:<uid>``."""

    fact: str


@dataclass(frozen=True, kw_only=True)
class RefInRow:
    """A further thing the entry speaks of, named by the row that is its object.

    The row is the one whose ``uid`` is the entry's object; ``field`` may follow foreign
    keys and must never change; ``prefix`` makes a key of what it holds.
    """

    model: str  # "incidents.Report"
    field: str  # "place__uid"
    prefix: str = ""  # "place:"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact for the record. Subclasses are frozen dataclasses of ids and short facts.

    Class variables: ``kind`` is unique and never changes; ``sentence`` is the Chinese
    msgid shown on the timeline, with ``{field}`` of the event and ``{actor}``;
    ``tone`` colours the timeline; ``covers`` names words kept elsewhere; ``refers``
    says where further things stand whose pages shall find the entry; ``quiet`` events (reading protected matter) stay out of the live timeline.
    """

    kind: ClassVar[str]
    sentence: ClassVar[str]
    tone: ClassVar[str] = "plain"  # plain, alarm, good, warn, people
    covers: ClassVar[tuple[Covered, ...]] = ()
    refers: ClassVar[tuple[RefInFact | RefInRow, ...]] = ()
    quiet: ClassVar[bool] = False

    def facts(self) -> dict[str, Any]:
        """The fields by name, those that are ``None`` left out."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def shown(self) -> dict[str, Any]:
        """The facts as the sentence shows them: codes become words of the language.

        A fact named ``seconds`` is a length of time, and is told as one.
        """
        facts = self.facts()
        if "seconds" in facts:
            facts["seconds"] = duration_words(facts["seconds"])
        return facts


E = TypeVar("E", bound=Event)

KINDS: dict[str, type[Event]] = {}


def recorded(event: type[E]) -> type[E]:
    """Class decorator: enter an event in the closed list of kinds."""
    if event.kind in KINDS:
        raise RuntimeError(f"two events of kind {event.kind}")
    KINDS[event.kind] = event
    return event


@dataclass(frozen=True, kw_only=True)
class Queued:
    """An entry that waits for its number; what a reaction in the transaction is given."""

    event: Event
    organisation_id: int
    site_id: int
    subject: str
    object: str
    actor: str
    on_behalf_of: str
    via: str
    happened_at: datetime
    recorded_at: datetime
    exercise: bool

    @property
    def kind(self) -> str:
        return self.event.kind


Reaction: TypeAlias = Callable[[Queued], None]


class LedgerBroken(DomainError):
    """The chain does not continue where the head says; nothing may be written."""

    code = "ledger_broken"
    status = 500


@recorded
@dataclass(frozen=True, kw_only=True)
class TextErased(Event):
    """Words and their salt were blanked: a person asked for it, or their time had passed."""

    kind: ClassVar[str] = "ledger.text_erased"
    sentence: ClassVar[str] = _("{actor}删除了一处文字（{model}.{field}）")

    model: str
    row: str
    field: str
    reason: str


@recorded
@dataclass(frozen=True, kw_only=True)
class EntryErased(Event):
    """The data and salt of an earlier entry were blanked."""

    kind: ClassVar[str] = "ledger.entry_erased"
    sentence: ClassVar[str] = _("{actor}依申请删除了第{seq}条记录的内容")

    seq: int
    reason: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LogKeyBegan(Event):
    """The first key that checkpoints are signed with, as the signer showed it."""

    kind: ClassVar[str] = "ledger.log_key_began"
    sentence: ClassVar[str] = _("台账开始用密钥 {public_key} 签名")
    tone: ClassVar[str] = "good"

    public_key: str  # hex


@recorded
@dataclass(frozen=True, kw_only=True)
class LogKeyRotated(Event):
    """One key handed over to the next; both signed that (see ``signer.keys``)."""

    kind: ClassVar[str] = "ledger.log_key_rotated"
    sentence: ClassVar[str] = _("台账的签名密钥由 {old} 更换为 {new}，新旧密钥均已签名")

    old: str  # hex, as all of these
    new: str
    by_old: str
    by_new: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LogKeyReplaced(Event):
    """A key was lost or known to others; nobody but an administrator vouches for the next."""

    kind: ClassVar[str] = "ledger.log_key_replaced"
    sentence: ClassVar[str] = _("台账的签名密钥改为 {new}，旧密钥没有为它签名")
    tone: ClassVar[str] = "alarm"

    new: str  # hex


@recorded
@dataclass(frozen=True, kw_only=True)
class LogKeyRevoked(Event):
    """Others may know a key: in one chain it counts up to a size (``signer.revocations``)."""

    kind: ClassVar[str] = "ledger.log_key_revoked"
    sentence: ClassVar[str] = _(
        "台账的签名密钥 {key} 作废，在 {origin} 只认它签到第 {size} 条：{reason}"
    )
    tone: ClassVar[str] = "alarm"

    origin: str
    key: str  # hex, as are all but numbers and words
    by: str
    size: int
    root: str
    seconds: int
    reason: str
    by_new: str
    by_old: str


_DIRECTIONS = {"back": gettext_lazy("后退"), "forward": gettext_lazy("前跳")}


@recorded
@dataclass(frozen=True, kw_only=True)
class ClockStepped(Event):
    """The clock of the server no longer fits the one that only goes forward."""

    kind: ClassVar[str] = "ledger.clock_stepped"
    sentence: ClassVar[str] = _("服务器的时钟{direction}了 {seconds} 秒")
    tone: ClassVar[str] = "warn"

    direction: str
    milliseconds: int

    def shown(self) -> dict[str, Any]:
        return {
            "direction": str(_DIRECTIONS[self.direction]),
            "seconds": f"{self.milliseconds / 1000:.3f}",
        }
