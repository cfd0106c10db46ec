"""钉钉工作通知: one call for up to 100 people, each by their userid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.notify.channels import wire
from anlan.notify.channels.protocol import (
    Config,
    Outcome,
    Outgoing,
    Setting,
    Unreachable,
    Verdict,
)
from anlan.notify.enums import ChannelKind

API = "https://api.dingtalk.com"
OAPI = "https://oapi.dingtalk.com"
_STALE = frozenset({40014, 42001})
_BUSY = frozenset({-1, 88, 90018, 90002})

_tokens = wire.Tokens()


@dataclass(frozen=True)
class DingTalk:
    kind: ChannelKind = ChannelKind.DINGTALK
    settings: tuple[Setting, ...] = (
        Setting(name="app_key", label=_("应用 AppKey")),
        Setting(name="app_secret", label=_("应用 AppSecret"), is_secret=True),
        Setting(name="agent_id", label=_("应用 AgentId"), is_number=True),
        Setting(name="api", label=_("令牌接口地址"), default=API, is_url=True),
        Setting(name="oapi", label=_("消息接口地址"), default=OAPI, is_url=True),
    )
    is_group: bool = False
    batch: int = 100

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        facts = _call(items, config)
        if facts.get("errcode") in _STALE:
            _tokens.forget(_key(config))
            facts = _call(items, config)
        code = facts.get("errcode", "no_errcode")
        if code == 0:
            task = str(facts.get("task_id", ""))[:80]
            return [Outcome(verdict=Verdict.SENT, provider_id=task) for _item in items]
        verdict = Verdict.RETRY if code in _BUSY else Verdict.REFUSED
        return [
            Outcome(verdict=verdict, error=f"errcode_{code}"[:80]) for _item in items
        ]


def _call(items: Sequence[Outgoing], config: Config) -> dict[str, Any]:
    token = _tokens.get(key=_key(config), fetch=lambda: _fetch(config))
    body = {
        "agent_id": int(config["agent_id"]),
        "userid_list": ",".join(item.to for item in items),
        "to_all_user": False,
        # The provider drops the same text to the same person on the same day.
        "msg": {"msgtype": "text", "text": {"content": items[0].dated_text}},
    }
    url = (
        f"{config['oapi'].rstrip('/')}"
        f"/topapi/message/corpconversation/asyncsend_v2?access_token={token}"
    )
    answer = wire.post(url, wire.compact(body))
    if wire.refusal(answer) is not None:
        return {"errcode": f"http_{answer.status}"}
    return answer.facts()


def _fetch(config: Config) -> tuple[str, float]:
    answer = wire.post(
        f"{config['api'].rstrip('/')}/v1.0/oauth2/accessToken",
        wire.compact({"appKey": config["app_key"], "appSecret": config["app_secret"]}),
    )
    facts = answer.facts()
    if not facts.get("accessToken"):
        raise Unreachable(f"token_{facts.get('code', answer.status)}"[:80])
    return str(facts["accessToken"]), float(facts.get("expireIn", 7200))


def _key(config: Config) -> str:
    return f"{config['api']} {config['app_key']} {config['app_secret']}"


SENDER = DingTalk()
