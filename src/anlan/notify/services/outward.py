"""To somebody who is no user: a mail to who keeps things outside, a code to a phone."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import Organisation, Site
from anlan.notify.channels.protocol import Outcome, Outgoing, Unreachable, Verdict
from anlan.notify.channels.registry import sender_for
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Channel
from anlan.notify.selectors import channel_secrets, mail_channel, ways_of

UNCONFIGURED = "unconfigured"
_UNSENT = Outcome(verdict=Verdict.REFUSED, error=UNCONFIGURED)


def mail(
    *,
    organisation: Organisation,
    to: str,
    title: str,
    body: str,
    key: str,
    at: datetime,
) -> Outcome:
    """Send one mail over the company's own server, now; asks and waits, holds no lock.

    Args:
        key: the same at every try of the same mail.
    """
    channel = mail_channel(organisation)
    if channel is None:
        return _UNSENT
    item = Outgoing(
        key=key,
        to=to,
        title=title,
        body=body,
        kind="checkpoints",
        is_alarm=False,
        made_at=at,
    )
    return _sent(item, channel, at=at)


def text_message(*, site: Site, to: str, body: str, key: str, at: datetime) -> Outcome:
    """Send one text message over the gateway of the site, now; nothing of it is kept.

    It asks and waits, and holds no lock.

    Args:
        to: the phone in E.164.
    """
    channels = ways_of(site).get(ChannelKind.SMS, [])
    if not channels:
        return _UNSENT
    item = Outgoing(
        key=key,
        to=to,
        title="",
        body=body,
        kind="code",
        is_alarm=False,
        made_at=at,
    )
    return _sent(item, channels[0], at=at)


def has_text_messages(site: Site) -> bool:
    return bool(ways_of(site).get(ChannelKind.SMS))


def _sent(item: Outgoing, channel: Channel, *, at: datetime) -> Outcome:
    config = {**channel.settings, **channel_secrets(channel)}
    try:
        [outcome] = sender_for(ChannelKind(channel.kind)).send(
            [item], config=config, at=at
        )
    except Unreachable as error:
        return Outcome(verdict=Verdict.RETRY, error=str(error)[:80])
    return outcome
