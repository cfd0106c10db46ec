"""All ways out, and the recorder that stands in for those that leave the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from anlan.notify.channels.dingtalk.sender import SENDER as DINGTALK
from anlan.notify.channels.email.sender import SENDER as EMAIL
from anlan.notify.channels.inapp.sender import SENDER as INAPP
from anlan.notify.channels.protocol import (
    Config,
    Outcome,
    Outgoing,
    Sender,
    Setting,
    Verdict,
)
from anlan.notify.channels.robot.sender import SENDER as ROBOT
from anlan.notify.channels.sms.sender import SENDER as SMS
from anlan.notify.channels.voice.sender import SENDER as VOICE
from anlan.notify.channels.webhook.sender import SENDER as WEBHOOK
from anlan.notify.channels.wecom.sender import SENDER as WECOM
from anlan.notify.enums import ChannelKind

_senders: tuple[Sender, ...] = (
    INAPP,
    WECOM,
    DINGTALK,
    SMS,
    VOICE,
    EMAIL,
    ROBOT,
    WEBHOOK,
)
SENDERS: dict[ChannelKind, Sender] = {sender.kind: sender for sender in _senders}
OUTSIDE = tuple(kind for kind in SENDERS if kind != ChannelKind.INAPP)
GROUPS = tuple(kind for kind, sender in SENDERS.items() if sender.is_group)


@dataclass(frozen=True)
class Recorder:
    """In the demo nothing leaves the house: the delivery's row is all there is."""

    kind: ChannelKind
    settings: tuple[Setting, ...]
    is_group: bool
    batch: int = 1000

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        return [Outcome(verdict=Verdict.RECORDED) for _item in items]


def sender_for(kind: ChannelKind) -> Sender:
    """The sender of a way out; in the demo a recorder, in-app apart."""
    sender = SENDERS[kind]
    if settings.DEMO and kind != ChannelKind.INAPP:
        return Recorder(kind, sender.settings, sender.is_group)
    return sender
