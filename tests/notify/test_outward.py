"""A code to the phone of somebody who is no user, through the real sender."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.notify.channels.protocol import Verdict
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Channel, Delivery, Message
from anlan.notify.services import outward
from tests.notify.receivers import HttpReceiver
from tests.scene import Scene

pytestmark = pytest.mark.both
BODY = "验证码 123456，30 分钟内有效"


def sent(scene: Scene) -> Any:
    return outward.text_message(
        site=scene.site, to="+8619900006621", body=BODY, key="c0de", at=scene.at
    )


def test_a_code_reaches_the_gateway_and_stays_nowhere(
    scene: Scene, channel: Callable[..., Channel], http: HttpReceiver
) -> None:
    channel(ChannelKind.SMS)
    assert outward.has_text_messages(scene.site)
    outcome = sent(scene)
    assert (outcome.verdict, outcome.provider_id) == (Verdict.SENT, "sms-1")
    [request] = http.at("/sms")
    assert request.json["to"] == "+8619900006621"
    assert request.json["text"].strip() == BODY
    assert request.json["key"] == "c0de"
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("answer", "verdict"), [((503, {}), Verdict.RETRY), ((400, {}), Verdict.REFUSED)]
)
def test_what_the_gateway_says_is_said(
    scene: Scene,
    channel: Callable[..., Channel],
    http: HttpReceiver,
    answer: tuple[int, Any],
    verdict: Verdict,
) -> None:
    channel(ChannelKind.SMS)
    http.answers["/sms"] = answer
    assert sent(scene).verdict == verdict


def test_who_does_not_answer_may_have_sent_it(
    scene: Scene, channel: Callable[..., Channel]
) -> None:
    channel(ChannelKind.SMS, url="http://127.0.0.1:9/sms")
    assert sent(scene).verdict == Verdict.RETRY


def test_without_a_gateway_nothing_is_sent(scene: Scene) -> None:
    assert not outward.has_text_messages(scene.site)
    outcome = sent(scene)
    assert (outcome.verdict, outcome.error) == (
        Verdict.REFUSED,
        outward.UNCONFIGURED,
    )
