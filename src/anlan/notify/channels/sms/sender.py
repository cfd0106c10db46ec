"""短信, through any gateway that takes JSON."""

from __future__ import annotations

from anlan.notify.channels.gateway import HttpGateway
from anlan.notify.enums import ChannelKind

SENDER = HttpGateway(ChannelKind.SMS)
