"""站内: the row itself is the message; the phone and the desk show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.notify.channels.protocol import Config, Outcome, Outgoing, Setting, Verdict
from anlan.notify.enums import ChannelKind


@dataclass(frozen=True)
class InApp:
    kind: ChannelKind = ChannelKind.INAPP
    settings: tuple[Setting, ...] = ()
    is_group: bool = False
    batch: int = 1000

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        return [Outcome(verdict=Verdict.SENT) for _item in items]


SENDER = InApp()
