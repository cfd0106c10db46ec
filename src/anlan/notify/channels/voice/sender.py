"""语音电话: the gateway reads the text out. The last rung before the next person."""

from __future__ import annotations

from anlan.notify.channels.gateway import HttpGateway
from anlan.notify.enums import ChannelKind

SENDER = HttpGateway(ChannelKind.VOICE)
