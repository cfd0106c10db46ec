"""Receivers, and channels that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from anlan.accounts.models import Organisation
from anlan.ledger.events import SYSTEM
from anlan.notify import jobs, services
from anlan.notify.channels import wire
from anlan.notify.channels.dingtalk import sender as dingtalk
from anlan.notify.channels.wecom import sender as wecom
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Channel
from tests.notify.gateway import SECRET, Gateway, numbered
from tests.notify.receivers import (
    HttpReceiver,
    SmtpReceiver,
    http_receiver,
    smtp_receiver,
)

MakeChannel = Callable[..., Channel]


@pytest.fixture
def http() -> Iterator[HttpReceiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with smtp_receiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What a process remembers between messages: tokens, connections, who was silent."""
    jobs._resting.clear()
    wecom._tokens._kept.clear()
    dingtalk._tokens._kept.clear()
    yield
    forget_connections()


def forget_connections() -> None:
    if wire._client.cache_info().currsize:
        wire._client().close()
        wire._client.cache_clear()


@pytest.fixture
def channel(http: HttpReceiver, at: datetime) -> MakeChannel:
    """Makes a channel of a kind that leads to the receiver."""
    values = {
        ChannelKind.SMS: {"url": f"{http.base}/sms", "secret": SECRET},
        ChannelKind.VOICE: {"url": f"{http.base}/voice", "secret": SECRET},
        ChannelKind.WECOM: {
            "corpid": "ww1",
            "agentid": "1000002",
            "secret": "wecom-secret",
            "base": http.base,
        },
        ChannelKind.DINGTALK: {
            "app_key": "ding1",
            "app_secret": "ding-secret",
            "agent_id": "77",
            "api": http.base,
            "oapi": http.base,
        },
        ChannelKind.ROBOT: {
            "brand": "dingtalk",
            "url": f"{http.base}/robot/send?access_token=abc",
            "secret": "SECabc",
        },
        ChannelKind.WEBHOOK: {
            "url": f"{http.base}/hook",
            "secret": "whsec_c2VjcmV0LWJ5dGVz",
        },
    }
    http.answers |= {
        "/sms": (200, {"id": "sms-1"}),
        "/voice": (200, {"id": "call-1"}),
        "/hook": (204, b""),
        "/robot/send": (200, {"errcode": 0, "errmsg": "ok"}),
        "/cgi-bin/gettoken": (
            200,
            {"errcode": 0, "access_token": "wecom-token", "expires_in": 7200},
        ),
        "/cgi-bin/message/send": (200, {"errcode": 0, "msgid": "msg-1"}),
        "/v1.0/oauth2/accessToken": (
            200,
            {"accessToken": "ding-token", "expireIn": 7200},
        ),
        "/topapi/message/corpconversation/asyncsend_v2": (
            200,
            {"errcode": 0, "task_id": 256271667526},
        ),
    }

    def make(kind: ChannelKind, **more: str) -> Channel:
        return services.set_channel(
            organisation=Organisation.objects.get(),
            site=None,
            kind=kind,
            name="群" if kind in {ChannelKind.ROBOT, ChannelKind.WEBHOOK} else "",
            values={**values.get(kind, {}), **more},
            by=SYSTEM,
            at=at,
        )

    return make


@pytest.fixture
def sms(channel: MakeChannel, http: HttpReceiver) -> Gateway:
    numbered(http, "/sms")
    return Gateway(channel(ChannelKind.SMS, receipts="anlan"))


@pytest.fixture
def voice(channel: MakeChannel, http: HttpReceiver) -> Gateway:
    numbered(http, "/voice")
    return Gateway(channel(ChannelKind.VOICE, receipts="anlan"))
