"""What every way out is given, what it answers, and what it needs to be told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from django.utils.functional import Promise

from anlan.base.clock import local_time
from anlan.notify.enums import ChannelKind


class Verdict(Enum):
    SENT = "sent"  # a provider has it
    DELIVERED = "delivered"  # the target itself has it
    RECORDED = "recorded"  # the demo has kept it
    RETRY = "retry"
    REFUSED = "refused"  # trying again would change nothing
    DROPPED = "dropped"  # the channel was switched off meanwhile


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one item; ``error`` is a code, never a person's data."""

    verdict: Verdict
    provider_id: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message for one target, in words.

    ``key`` is the same at every try; ``to`` is a phone in E.164, an e-mail address or an
    id at the provider, and empty for a group.
    """

    key: str
    to: str
    title: str
    body: str
    kind: str
    is_alarm: bool
    made_at: datetime
    url: str = ""

    @property
    def text(self) -> str:
        """Everything in one: title, body and link on lines of their own."""
        return "\n".join(part for part in (self.title, self.body, self.url) if part)

    @property
    def dated_text(self) -> str:
        """The words with their own time, for providers that drop what they sent before.

        A repeat of this message shall be dropped; the next alarm from the same garage,
        or the next test, shall not.
        """
        return f"{self.text}\n{local_time(self.made_at):%m-%d %H:%M:%S}"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing an administrator fills in; a secret one is never shown again."""

    name: str
    label: Promise | str
    default: str = ""
    help: Promise | str = ""
    is_required: bool = True
    is_secret: bool = False
    is_url: bool = False
    is_long: bool = False
    is_number: bool = False
    is_destination: bool = (
        False  # secrets go there, or as them; so they do to every url
    )
    choices: tuple[tuple[str, Promise | str], ...] = ()


Config = Mapping[str, str]


class Sender(Protocol):
    """One way out. ``batch`` is how many items one call takes, all of one message."""

    @property
    def kind(self) -> ChannelKind: ...

    @property
    def settings(self) -> tuple[Setting, ...]: ...

    @property
    def is_group(self) -> bool: ...

    @property
    def batch(self) -> int: ...

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        """Hand the items over and answer for each, in their order.

        Raises:
            Unreachable: the other side does not answer at all.
        """


class Unreachable(Exception):
    """Nobody there: refused, timed out, or a server in trouble. Its text is a code."""
