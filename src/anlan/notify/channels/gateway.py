"""A gateway for text messages or calls: one signed JSON POST for each person.

Providers differ in the names of fields only, so the body is a template.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.notify.channels import wire
from anlan.notify.channels.protocol import Config, Outcome, Outgoing, Setting, Verdict
from anlan.notify.channels.signing import signature_headers
from anlan.notify.enums import ChannelKind
from anlan.notify.receipts_mapping import formats

TEMPLATE = '{"to": "{to}", "text": "{text}", "key": "{key}"}'
RECEIPTS = "receipts"  # the setting: in which format the gateway reports back
PLACEHOLDERS = ("{to}", "{title}", "{text}", "{key}")

SETTINGS = (
    Setting(name="url", label=_("网关地址"), is_url=True),
    Setting(
        name="secret",
        label=_("签名密钥"),
        is_secret=True,
        help=_("用于 webhook-signature（HMAC-SHA256）"),
    ),
    Setting(
        name="template",
        label=_("请求内容"),
        default=TEMPLATE,
        is_long=True,
        help=_("JSON；可用 {to} {title} {text} {key}"),
    ),
    Setting(
        name="ok_field",
        label=_("成功字段"),
        is_required=False,
        help=_("有的网关总是返回 200，另用一个字段表示结果，例如 code"),
    ),
    Setting(name="ok_value", label=_("成功的值"), is_required=False),
    Setting(
        name="id_field",
        label=_("回执编号字段"),
        default="id",
        is_required=False,
    ),
    Setting(
        name=RECEIPTS,
        label=_("送达回执"),
        is_required=False,
        choices=(
            ("", _("不接收")),
            *((entry.key, entry.title) for entry in formats().values()),
        ),
        help=_("网关回报的格式；保存后这里会显示回执地址"),
    ),
)


@dataclass(frozen=True)
class HttpGateway:
    """Text messages and calls are the same to us; only the provider differs."""

    kind: ChannelKind
    settings: tuple[Setting, ...] = SETTINGS
    is_group: bool = False
    batch: int = 1

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        return [_send(item, config=config, at=at) for item in items]


def fill(template: Any, values: dict[str, str]) -> Any:
    """The template's JSON with each placeholder replaced, at any depth.

    Filled in after parsing: words with quotes in them cannot break out of their field.
    """
    if isinstance(template, str):
        for name, value in values.items():
            template = template.replace(name, value)
        return template
    if isinstance(template, dict):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def _send(item: Outgoing, *, config: Config, at: datetime) -> Outcome:
    values = dict(
        zip(PLACEHOLDERS, (item.to, item.title, item.text, item.key), strict=True)
    )
    content = wire.compact(fill(json.loads(config["template"]), values))
    headers = signature_headers(
        key=item.key, secret=config["secret"], content=content, at=at
    )
    answer = wire.post(
        config["url"], content, headers={**headers, "Idempotency-Key": item.key}
    )
    refused = wire.refusal(answer)
    if refused is not None:
        return refused
    facts = answer.facts()
    ok_field = config.get("ok_field", "")
    if ok_field and str(facts.get(ok_field)) != config.get("ok_value", ""):
        return Outcome(
            verdict=Verdict.REFUSED, error=f"{ok_field}_{facts.get(ok_field)}"[:80]
        )
    provider_id = str(facts.get(config.get("id_field") or "id", ""))
    return Outcome(verdict=Verdict.SENT, provider_id=provider_id[:80])
