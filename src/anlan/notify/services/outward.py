"""A mail to somebody who is no user: what must be kept outside of this house."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import Organisation
from anlan.notify.channels.protocol import Outcome, Outgoing, Unreachable, Verdict
from anlan.notify.channels.registry import sender_for
from anlan.notify.enums import ChannelKind
from anlan.notify.selectors import channel_secrets, mail_channel

UNCONFIGURED = "unconfigured"


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
        return Outcome(verdict=Verdict.REFUSED, error=UNCONFIGURED)
    item = Outgoing(
        key=key,
        to=to,
        title=title,
        body=body,
        kind="checkpoints",
        is_alarm=False,
        made_at=at,
    )
    config = {**channel.settings, **channel_secrets(channel)}
    try:
        [outcome] = sender_for(ChannelKind.EMAIL).send([item], config=config, at=at)
    except Unreachable as error:
        return Outcome(verdict=Verdict.RETRY, error=str(error)[:80])
    return outcome
