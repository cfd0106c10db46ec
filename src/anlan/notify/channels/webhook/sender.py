"""网络回调: a signed POST to another system, as Standard Webhooks describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import utc_text
from anlan.notify.channels import wire
from anlan.notify.channels.protocol import Config, Outcome, Outgoing, Setting, Verdict
from anlan.notify.channels.signing import signature_headers
from anlan.notify.enums import ChannelKind


@dataclass(frozen=True)
class Webhook:
    kind: ChannelKind = ChannelKind.WEBHOOK
    settings: tuple[Setting, ...] = (
        Setting(name="url", label=_("接收地址"), is_url=True),
        Setting(
            name="secret",
            label=_("签名密钥"),
            is_secret=True,
            help=_("whsec_ 开头的 Base64，或任意文字"),
        ),
    )
    is_group: bool = True
    batch: int = 1

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        return [_send(item, config=config, at=at) for item in items]


def _send(item: Outgoing, *, config: Config, at: datetime) -> Outcome:
    content = wire.compact(
        {
            "type": item.kind,
            "timestamp": utc_text(item.made_at),
            "data": {"text": item.title, "alarm": item.is_alarm, "url": item.url},
        }
    )
    headers = signature_headers(
        key=item.key, secret=config["secret"], content=content, at=at
    )
    answer = wire.post(config["url"], content, headers=headers)
    return wire.refusal(answer) or Outcome(verdict=Verdict.DELIVERED)


SENDER = Webhook()
