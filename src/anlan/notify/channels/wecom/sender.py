"""企业微信应用消息: one call for up to 1,000 people, each by their userid."""

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

BASE = "https://qyapi.weixin.qq.com"
_STALE = frozenset({40014, 42001})  # the access token
_BUSY = frozenset({-1, 45009})
# So long the provider itself drops the same text to the same people: a row that was
# sent twice by a killed worker arrives once. Another message with the same words is
# told apart by its own time.
_SAME_SECONDS = 1800

_tokens = wire.Tokens()


@dataclass(frozen=True)
class WeCom:
    kind: ChannelKind = ChannelKind.WECOM
    settings: tuple[Setting, ...] = (
        Setting(name="corpid", label=_("企业 ID（corpid）")),
        Setting(name="agentid", label=_("应用 ID（agentid）"), is_number=True),
        Setting(name="secret", label=_("应用密钥（Secret）"), is_secret=True),
        Setting(
            name="base",
            label=_("接口地址"),
            default=BASE,
            is_url=True,
            help=_("私有部署时修改"),
        ),
    )
    is_group: bool = False
    batch: int = 1000

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        facts = _call(items, config)
        if facts.get("errcode") in _STALE:
            _tokens.forget(_key(config))
            facts = _call(items, config)
        return _outcomes(items, facts)


def _call(items: Sequence[Outgoing], config: Config) -> dict[str, Any]:
    token = _tokens.get(key=_key(config), fetch=lambda: _fetch(config))
    body = {
        "touser": "|".join(item.to for item in items),
        "msgtype": "text",
        "agentid": int(config["agentid"]),
        "text": {"content": items[0].dated_text},
        "safe": 0,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": _SAME_SECONDS,
    }
    url = f"{config['base'].rstrip('/')}/cgi-bin/message/send?access_token={token}"
    answer = wire.post(url, wire.compact(body))
    if wire.refusal(answer) is not None:
        return {"errcode": f"http_{answer.status}"}
    return answer.facts()


def _fetch(config: Config) -> tuple[str, float]:
    answer = wire.request(
        "GET",
        f"{config['base'].rstrip('/')}/cgi-bin/gettoken",
        params={"corpid": config["corpid"], "corpsecret": config["secret"]},
    )
    facts = answer.facts()
    if facts.get("errcode") != 0 or not facts.get("access_token"):
        raise Unreachable(f"token_{facts.get('errcode', answer.status)}"[:80])
    return str(facts["access_token"]), float(facts.get("expires_in", 7200))


def _outcomes(items: Sequence[Outgoing], facts: dict[str, Any]) -> list[Outcome]:
    code = facts.get("errcode", "no_errcode")
    if code != 0:
        verdict = Verdict.RETRY if code in _BUSY else Verdict.REFUSED
        return [Outcome(verdict=verdict, error=f"errcode_{code}"[:80]) for _ in items]
    # Some may have left the company: the call succeeds and names them.
    unknown = {name.lower() for name in str(facts.get("invaliduser", "")).split("|")}
    message_id = str(facts.get("msgid", ""))[:80]
    return [
        Outcome(verdict=Verdict.REFUSED, error="invaliduser")
        if item.to.lower() in unknown
        else Outcome(verdict=Verdict.SENT, provider_id=message_id)
        for item in items
    ]


def _key(config: Config) -> str:
    return f"{config['base']} {config['corpid']} {config['secret']}"


SENDER = WeCom()
