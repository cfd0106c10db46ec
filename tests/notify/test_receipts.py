"""What gateways report back: by a provider that answers with a number and calls back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django.utils import timezone

from anlan.incidents import messages
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify import jobs, services
from anlan.notify.channels.signing import signature_headers
from anlan.notify.enums import ChannelKind, DeliveryState, Urgency
from anlan.notify.models import Channel, Delivery
from anlan.notify.receipts_mapping import formats, read_receipts
from anlan.notify.receipts_proof import address_key
from tests.notify.conftest import MakeChannel
from tests.notify.gateway import SECRET, Gateway, numbered
from tests.notify.receivers import Answer, HttpReceiver, Received
from tests.notify.test_views import signed_in
from tests.scene import Scene


def alert(scene: Scene, **more: Any) -> None:
    services.send(
        kind=messages.ALERTED,
        site=scene.site,
        subject="case:x",
        people=[scene.guard],
        urgency=Urgency.ALARM,
        params={"site": "云栖花园", "place": "南门", "number": "N-1", "rung": "guard"},
        by=SYSTEM,
        at=scene.at,
        **more,
    )


def the(kind: str) -> Delivery:
    return Delivery.objects.get(kind=kind)


def sent(scene: Scene, kind: str = "sms", **more: Any) -> Delivery:
    alert(scene, **more)
    jobs.deliver_due(at=scene.at)
    return the(kind)


@pytest.mark.both
def test_delivered_stands_in_its_row_and_once(scene: Scene, sms: Gateway) -> None:
    row = sent(scene)

    assert sms.says("delivered", id=row.provider_id) == (
        200,
        {"taken": 1, "repeated": 0, "unknown": 0},
    )
    assert sms.says("delivered", id=row.provider_id)[1]["repeated"] == 1

    row = the("sms")
    assert (row.state, row.receipt_at is not None) == (DeliveryState.DELIVERED, True)
    assert not Entry.objects.filter(kind="notify.not_delivered").exists()


@pytest.mark.both
def test_a_failed_text_makes_the_call_at_once_and_is_on_the_record(
    scene: Scene, sms: Gateway, voice: Gateway, http: HttpReceiver
) -> None:
    row = sent(scene, voice_at=timezone.now() + timedelta(days=1))
    assert http.at("/voice") == []

    assert sms.says("failed", id=row.provider_id, error="ABSENT")[0] == 200

    assert (the("sms").state, the("sms").error) == ("failed", "receipt_ABSENT")
    jobs.deliver_due(at=timezone.now())
    assert len(http.at("/voice")) == 1
    entry = Entry.objects.get(kind="notify.not_delivered")
    assert entry.subject == "case:x"
    assert verify().is_sound


def test_a_call_that_is_being_made_is_not_made_twice(
    scene: Scene, sms: Gateway, voice: Gateway, http: HttpReceiver
) -> None:
    row = sent(scene, voice_at=scene.at + timedelta(seconds=1))
    waiting = jobs._pending(is_alarm=None)
    jobs._claim(waiting, scene.at + timedelta(seconds=2), 10)  # a worker has it
    leased = the("voice").next_attempt_at

    sms.says("failed", id=row.provider_id)

    assert the("voice").next_attempt_at == leased


def test_an_answered_call_is_no_acknowledgement(
    scene: Scene, voice: Gateway, http: HttpReceiver
) -> None:
    row = sent(scene, "voice", voice_at=scene.at, about="assignment:x")

    voice.says("answered", id=row.provider_id)

    assert the("voice").state == DeliveryState.ANSWERED
    assert Entry.objects.filter(kind="notify.call_answered").count() == 1
    assert the("inapp").seen_at is None


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (("failed", "delivered"), DeliveryState.DELIVERED),
        (("delivered", "failed"), DeliveryState.DELIVERED),
        (("answered", "delivered", "failed"), DeliveryState.ANSWERED),
        (("failed", "answered"), DeliveryState.ANSWERED),
    ],
)
def test_out_of_order_good_news_outranks_bad(
    scene: Scene, voice: Gateway, said: tuple[str, ...], left: DeliveryState
) -> None:
    row = sent(scene, "voice", voice_at=scene.at)

    for state in said:
        assert voice.says(state, id=row.provider_id)[0] == 200

    assert the("voice").state == left
    assert the("voice").error == ""


def test_a_receipt_that_comes_late_is_taken(scene: Scene, sms: Gateway) -> None:
    row = sent(scene)
    services.call_off(about="", at=scene.at)
    Channel.objects.update(is_enabled=False)  # switched off meanwhile

    assert sms.says("delivered", key=row.idempotency_key)[0] == 200

    assert the("sms").state == DeliveryState.DELIVERED


def test_a_number_that_is_not_ours_is_a_404(
    scene: Scene, sms: Gateway, voice: Gateway
) -> None:
    row = sent(scene)

    status, body = sms.says("delivered", id="somebody-else")
    assert (status, body["error"]["code"]) == (404, "not_found")
    assert sms.says("delivered")[0] == 404
    assert voice.says("answered", id=row.provider_id)[0] == 404  # another channel's
    both = [{"state": "delivered", "id": one} for one in (row.provider_id, "other")]
    assert sms.post({"receipts": both}) == (
        200,
        {"taken": 1, "repeated": 0, "unknown": 1},
    )


def test_a_number_that_two_share_is_nobodys(
    scene: Scene, sms: Gateway, http: HttpReceiver
) -> None:
    http.answers["/sms"] = (200, {"id": "always-the-same"})
    row = sent(scene)
    services.send(
        kind=messages.ALERTED, site=scene.site, subject="case:y",
        people=[scene.next_guard], urgency=Urgency.ALARM,
        params={"site": "", "place": "", "number": "", "rung": "guard"},
        by=SYSTEM, at=scene.at,
    )  # fmt: skip
    jobs.deliver_due(at=scene.at)

    assert sms.says("failed", id="always-the-same")[0] == 404
    assert sms.says("failed", id="always-the-same", key=row.idempotency_key)[0] == 200


def test_what_is_not_proven_is_refused_alike(scene: Scene, sms: Gateway) -> None:
    row = sent(scene)
    body = {"receipts": [{"state": "delivered", "id": row.provider_id}]}

    refused = [
        sms.post(body, secret="guessed"),
        sms.post(body, late=3600),
        (Client().post(sms.path, body, "application/json").status_code, None),
        (
            Client().post(f"{sms.path}/guess", body, "application/json").status_code,
            None,
        ),
    ]

    assert {status for status, _answer in refused} == {401}
    assert the("sms").state == DeliveryState.SENT


def test_a_channel_that_takes_no_receipts_is_unknown(
    scene: Scene, channel: MakeChannel
) -> None:
    plain = channel(ChannelKind.SMS)
    assert Gateway(plain).says("delivered", id="x")[0] == 401
    address = f"/api/v1/receipts/{plain.uid}/{address_key(plain)}"
    assert Client().post(address, b"[]", "application/json").status_code == 401


def test_a_gateway_that_cannot_sign_has_an_address_of_its_own(
    scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    numbered(http, "/sms")
    aliyun = channel(ChannelKind.SMS, receipts="aliyun-sms")
    row = sent(scene)
    address = f"/api/v1/receipts/{aliyun.uid}/{address_key(aliyun)}"
    said = [{"biz_id": row.provider_id, "err_code": "MOBILE_NOT_ON_SERVICE"}]

    answer = Client().post(address, said, "application/json")

    assert answer.json() == {
        "taken": 1, "repeated": 0, "unknown": 0, "code": 0, "msg": "成功",
    }  # fmt: skip
    assert the("sms").error == "receipt_MOBILE_NOT_ON_SERVICE"
    channel(ChannelKind.VOICE, receipts="anlan", secret="other")
    changed = services.set_channel(
        organisation=aliyun.organisation, site=None, kind=ChannelKind.SMS,
        values={**aliyun.settings, "secret": "changed"}, channel=aliyun,
        by=SYSTEM, at=scene.at,
    )  # fmt: skip
    assert address_key(changed) not in address


def test_what_cannot_be_read_is_a_422(scene: Scene, sms: Gateway) -> None:
    assert sms.post("no receipts") == (200, {"taken": 0, "repeated": 0, "unknown": 0})
    content = b"{not json"
    headers = signature_headers(
        key="r", secret=SECRET, content=content, at=timezone.now()
    )
    answer = Client().post(
        sms.path, content, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("key", sorted(formats()))
def test_each_format_reads_its_own_example(key: str) -> None:
    entry = formats()[key]
    receipts = read_receipts(key, entry.example.encode(), "")

    assert receipts[0].state == DeliveryState.DELIVERED
    assert receipts[0].key or receipts[0].provider_id


def test_what_an_error_says_in_words_is_not_kept() -> None:
    said = b'{"receipts": [{"id": "1", "state": "failed", "error": "13900000001 off"}]}'
    assert read_receipts("anlan", said, "")[0].error == "unknown"


def test_the_test_of_phones_shows_whose_text_arrived(
    scene: Scene, sms: Gateway
) -> None:
    run = services.start_check(site=scene.site, by=scene.manager, at=scene.at)
    jobs.deliver_due(at=scene.at)
    rows = list(Delivery.objects.filter(kind="sms").order_by("pk"))
    sms.says("delivered", id=rows[0].provider_id)
    sms.says("failed", id=rows[1].provider_id, error="ABSENT")

    body = signed_in(scene.manager).get(f"/notify/tests/{run.uid}/").content.decode()
    page = " ".join(body.split())

    assert page.count("短信 已送达") == 1
    assert page.count("短信 未送达（ABSENT）") == 1
    assert page.count("短信 已发出") == len(rows) - 2


def test_the_addresses_stand_on_the_page_of_the_channel(
    scene: Scene, sms: Gateway
) -> None:
    page = signed_in(scene.person("admin")).get(f"/notify/channels/{sms.channel.uid}/")

    assert f"{sms.path}/{address_key(sms.channel)}" in page.content.decode()
    assert SECRET not in page.content.decode()


# The whole way, over sockets: the provider calls back while it still answers us.


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def _our_server() -> Iterator[str]:
    application = get_wsgi_application()

    def answer(environ: Any, start: Any) -> Any:
        try:
            return application(environ, start)
        finally:
            connections.close_all()

    server = make_server("127.0.0.1", 0, answer, _Server, _Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.slow
@pytest.mark.both
def test_a_provider_that_calls_back_before_it_has_answered(
    committed_scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    scene = committed_scene
    gateway = Gateway(channel(ChannelKind.SMS, receipts="anlan"))
    with _our_server() as base:
        http.answers["/sms"] = _hasty(base + gateway.path)
        alert(scene)
        jobs.deliver_due(at=scene.at)

        row = the("sms")
        assert row.state == DeliveryState.DELIVERED
        assert row.provider_id == "hasty-1"

        again = _call_back(base + gateway.path, "failed", {"id": "hasty-1"})
        assert again.json() == {"taken": 0, "repeated": 1, "unknown": 0}
    assert jobs.next_delivery() is None
    assert verify().is_sound


def _hasty(url: str) -> Callable[[Received], Answer]:
    def take(request: Received) -> Answer:
        assert _call_back(url, "delivered", {"key": request.json["key"]}).is_success
        return 200, {"id": "hasty-1"}

    return take


def _call_back(url: str, state: str, which: dict[str, str]) -> httpx.Response:
    content = json.dumps({"receipts": [{"state": state, **which}]}).encode()
    at: datetime = timezone.now()
    signed = signature_headers(key="c1", secret=SECRET, content=content, at=at)
    headers = {"Content-Type": "application/json", **signed}
    return httpx.post(url, content=content, headers=headers, trust_env=False)
