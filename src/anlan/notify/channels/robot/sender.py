"""群机器人 of WeCom and DingTalk: one line per event, no names, no injuries."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from anlan.notify.channels import wire
from anlan.notify.channels.protocol import Config, Outcome, Outgoing, Setting, Verdict
from anlan.notify.enums import ChannelKind

_BUSY = frozenset({"-1", "45009", "130101", "410100"})  # too fast, or in trouble


@dataclass(frozen=True)
class Robot:
    kind: ChannelKind = ChannelKind.ROBOT
    settings: tuple[Setting, ...] = (
        Setting(
            name="brand",
            label=_("平台"),
            default="wecom",
            choices=(("wecom", _("企业微信")), ("dingtalk", _("钉钉"))),
        ),
        Setting(
            name="url",
            label=_("机器人地址"),
            is_url=True,
            is_secret=True,
            help=_("含密钥的完整 Webhook 地址"),
        ),
        Setting(
            name="secret",
            label=_("加签密钥"),
            is_secret=True,
            is_required=False,
            help=_("钉钉安全设置选“加签”时填写，SEC 开头"),
        ),
    )
    is_group: bool = True
    batch: int = 1

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        return [_send(item, config=config, at=at) for item in items]


def dingtalk_sign(secret: str, *, milliseconds: int) -> str:
    """DingTalk's 加签: base64(HMAC-SHA256(secret, "<ms>\\n<secret>")), URL-quoted."""
    signed = f"{milliseconds}\n{secret}".encode()
    digest = hmac.digest(secret.encode(), signed, hashlib.sha256)
    return quote(base64.b64encode(digest).decode(), safe="")


def _send(item: Outgoing, *, config: Config, at: datetime) -> Outcome:
    url = config["url"]
    if config["brand"] == "dingtalk" and config.get("secret"):
        now = int(at.timestamp() * 1000)
        sign = dingtalk_sign(config["secret"], milliseconds=now)
        url += f"{'&' if '?' in url else '?'}timestamp={now}&sign={sign}"
    answer = wire.post(
        url, wire.compact({"msgtype": "text", "text": {"content": item.text}})
    )
    refused = wire.refusal(answer)
    if refused is not None:
        return refused
    code = str(answer.facts().get("errcode", "no_errcode"))
    if code == "0":
        return Outcome(verdict=Verdict.DELIVERED)
    verdict = Verdict.RETRY if code in _BUSY else Verdict.REFUSED
    return Outcome(verdict=verdict, error=f"errcode_{code}"[:80])


SENDER = Robot()
