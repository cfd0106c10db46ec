"""Every way out against a real receiver: the format, the signature, the answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from anlan.notify.channels import wire
from anlan.notify.channels.gateway import TEMPLATE, fill
from anlan.notify.channels.protocol import Outcome, Outgoing, Unreachable, Verdict
from anlan.notify.channels.registry import SENDERS, sender_for
from anlan.notify.channels.robot.sender import dingtalk_sign
from anlan.notify.enums import ChannelKind
from tests.moment import AT
from tests.notify.conftest import forget_connections
from tests.notify.receivers import HttpReceiver, SmtpReceiver


def outgoing(to: str = "+8619900000001", **more: Any) -> Outgoing:
    facts: dict[str, Any] = {
        "key": "k1",
        "to": to,
        "title": "警情派单：3 号楼",
        "body": '请立即前往，他说"快"',
        "kind": "incident.alerted",
        "is_alarm": True,
        "made_at": AT,
    }
    return Outgoing(**{**facts, **more})


def send(kind: ChannelKind, *items: Outgoing, **config: str) -> list[Outcome]:
    sender = SENDERS[kind]
    defaults = {s.name: s.default for s in sender.settings}
    return sender.send(items or (outgoing(),), config={**defaults, **config}, at=AT)


def standard_signature(secret: bytes, headers: dict[str, str], body: bytes) -> str:
    """As the Standard Webhooks specification says, written a second time."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@pytest.mark.parametrize("kind", [ChannelKind.SMS, ChannelKind.VOICE])
def test_gateway_is_sent_signed_json(kind: ChannelKind, http: HttpReceiver) -> None:
    http.answers["/gate"] = (200, {"id": "m-17"})

    outcomes = send(kind, url=f"{http.base}/gate", secret="s3cret")

    assert outcomes == [Outcome(verdict=Verdict.SENT, provider_id="m-17")]
    [request] = http.received
    assert request.json == {
        "to": "+8619900000001",
        "text": '警情派单：3 号楼\n请立即前往，他说"快"',
        "key": "k1",
    }
    assert request.headers["idempotency-key"] == "k1"
    assert request.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert request.headers["webhook-signature"] == standard_signature(
        b"s3cret", request.headers, request.body
    )


def test_gateway_template_is_the_providers(http: HttpReceiver) -> None:
    http.answers["/gate"] = (200, {"code": "OK", "data": "x", "BizId": 9})

    [outcome] = send(
        ChannelKind.SMS,
        url=f"{http.base}/gate",
        secret="s",
        template='{"mobile": ["{to}"], "param": {"what": "{title}"}, "n": 1}',
        ok_field="code",
        ok_value="OK",
        id_field="BizId",
    )

    assert outcome == Outcome(verdict=Verdict.SENT, provider_id="9")
    assert http.received[0].json == {
        "mobile": ["+8619900000001"],
        "param": {"what": "警情派单：3 号楼"},
        "n": 1,
    }


def test_gateway_that_answers_200_with_a_refusal_has_refused(
    http: HttpReceiver,
) -> None:
    http.answers["/gate"] = (200, {"code": "isv.BUSINESS_LIMIT"})

    [outcome] = send(
        ChannelKind.SMS,
        url=f"{http.base}/gate",
        secret="s",
        ok_field="code",
        ok_value="OK",
    )

    assert outcome.verdict == Verdict.REFUSED
    assert outcome.error == "code_isv.BUSINESS_LIMIT"


def test_words_cannot_break_out_of_the_template() -> None:
    assert fill({"a": ["{text}"]}, {"{text}": '"}, {"to": "evil'}) == {
        "a": ['"}, {"to": "evil']
    }
    assert '"{to}"' in TEMPLATE


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, "http_400"), (401, "http_401"), (302, "http_302"), (404, "http_404")],
)
def test_refusals_are_final(status: int, expected: str, http: HttpReceiver) -> None:
    http.answers["/gate"] = (status, {})

    [outcome] = send(ChannelKind.SMS, url=f"{http.base}/gate", secret="s")

    assert outcome == Outcome(verdict=Verdict.REFUSED, error=expected)
    # A redirect was not followed: the signed message goes to one address only.
    assert [request.path for request in http.received] == ["/gate"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_over_there_is_worth_another_try(
    status: int, http: HttpReceiver
) -> None:
    http.answers["/gate"] = (status, {})

    with pytest.raises(Unreachable, match=f"http_{status}"):
        send(ChannelKind.SMS, url=f"{http.base}/gate", secret="s")


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    with pytest.raises(Unreachable, match="unreachable"):
        send(ChannelKind.SMS, url=f"http://127.0.0.1:{port}/", secret="s")


def test_silence_and_endless_answers_end(
    http: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.answers["/gate"] = (200, b"x" * (wire.MOST_BYTES + 1))
    with pytest.raises(Unreachable, match="endless_answer"):
        send(ChannelKind.SMS, url=f"{http.base}/gate", secret="s")

    monkeypatch.setattr(wire, "TOTAL_SECONDS", 0.2)
    forget_connections()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="timeout"):
            send(ChannelKind.SMS, url=url, secret="s")


def test_webhook_is_signed_as_standard_webhooks(http: HttpReceiver) -> None:
    http.answers["/hook"] = (204, b"")

    [outcome] = send(
        ChannelKind.WEBHOOK,
        outgoing("", title="警情：云栖花园", body=""),
        url=f"{http.base}/hook",
        secret="whsec_c2VjcmV0LWJ5dGVz",
    )

    assert outcome.verdict == Verdict.DELIVERED
    [request] = http.received
    assert request.headers["webhook-id"] == "k1"
    assert request.headers["webhook-signature"] == standard_signature(
        b"secret-bytes", request.headers, request.body
    )
    assert request.json == {
        "type": "incident.alerted",
        "timestamp": "2026-11-23T06:02:31.000000Z",
        "data": {"text": "警情：云栖花园", "alarm": True, "url": ""},
    }


def test_dingtalk_robot_is_signed_with_the_current_time(http: HttpReceiver) -> None:
    http.answers["/robot/send"] = (200, {"errcode": 0, "errmsg": "ok"})

    [outcome] = send(
        ChannelKind.ROBOT,
        brand="dingtalk",
        url=f"{http.base}/robot/send?access_token=abc",
        secret="SECabc",
    )

    assert outcome.verdict == Verdict.DELIVERED
    [request] = http.received
    assert request.query["access_token"] == "abc"
    assert request.query["timestamp"] == str(int(AT.timestamp() * 1000))
    signed = f"{request.query['timestamp']}\nSECabc".encode()
    digest = hmac.new(b"SECabc", signed, hashlib.sha256).digest()
    assert base64.b64decode(request.query["sign"]) == digest
    assert request.json["msgtype"] == "text"
    assert request.json["text"]["content"].startswith("警情派单")


def test_dingtalk_sign_is_quoted() -> None:
    sign = dingtalk_sign("SEC", milliseconds=1)
    assert not {"+", "/", "="} & set(sign)
    assert len(base64.b64decode(unquote(sign))) == 32


@pytest.mark.parametrize(
    ("code", "verdict"), [(45009, Verdict.RETRY), (93000, Verdict.REFUSED)]
)
def test_wecom_robot_says_what_is_wrong(
    code: int, verdict: Verdict, http: HttpReceiver
) -> None:
    http.answers["/cgi-bin/webhook/send"] = (200, {"errcode": code})

    [outcome] = send(
        ChannelKind.ROBOT, brand="wecom", url=f"{http.base}/cgi-bin/webhook/send?key=k"
    )

    assert (outcome.verdict, outcome.error) == (verdict, f"errcode_{code}")
    assert http.received[0].query == {"key": "k"}


def wecom(http: HttpReceiver, *items: Outgoing) -> list[Outcome]:
    return send(
        ChannelKind.WECOM,
        *items,
        corpid="ww1",
        agentid="1000002",
        secret="wecom-secret",
        base=http.base,
    )


def wecom_token(request: Any) -> tuple[int, Any]:
    right = request.query == {"corpid": "ww1", "corpsecret": "wecom-secret"}
    return 200, (
        {"errcode": 0, "access_token": "T", "expires_in": 7200}
        if right
        else {"errcode": 40001}
    )


def test_wecom_sends_one_message_to_many_by_userid(http: HttpReceiver) -> None:
    http.answers["/cgi-bin/gettoken"] = wecom_token
    http.answers["/cgi-bin/message/send"] = (
        200,
        {"errcode": 0, "errmsg": "ok", "invaliduser": "gone", "msgid": "M1"},
    )

    outcomes = wecom(http, outgoing("WangJianGuo"), outgoing("Gone"), outgoing("Zhou"))
    wecom(http, outgoing("WangJianGuo"))

    assert [o.verdict for o in outcomes] == [
        Verdict.SENT,
        Verdict.REFUSED,
        Verdict.SENT,
    ]
    assert outcomes[0].provider_id == "M1"
    assert len(http.at("/cgi-bin/gettoken")) == 1  # kept for two hours
    first = http.at("/cgi-bin/message/send")[0]
    assert first.query == {"access_token": "T"}
    assert first.json == {
        "touser": "WangJianGuo|Gone|Zhou",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": '警情派单：3 号楼\n请立即前往，他说"快"\n11-23 14:02:31'},
        "safe": 0,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }


def test_wecom_drops_a_repeat_and_no_second_message(http: HttpReceiver) -> None:
    """The provider drops what is the same in every letter for half an hour."""
    http.answers["/cgi-bin/gettoken"] = wecom_token
    http.answers["/cgi-bin/message/send"] = (200, {"errcode": 0, "msgid": "M1"})

    for after in (0, 0, 60):
        made_at = AT + timedelta(seconds=after)
        wecom(http, outgoing("WangJianGuo", made_at=made_at))

    first, again, second = (one.json for one in http.at("/cgi-bin/message/send"))
    assert first == again != second


def test_wecom_fetches_a_new_token_when_the_old_one_is_stale(
    http: HttpReceiver,
) -> None:
    http.answers["/cgi-bin/gettoken"] = wecom_token
    answers = iter([{"errcode": 42001}, {"errcode": 0, "msgid": "M2"}])
    http.answers["/cgi-bin/message/send"] = lambda _request: (200, next(answers))

    [outcome] = wecom(http, outgoing("WangJianGuo"))

    assert outcome == Outcome(verdict=Verdict.SENT, provider_id="M2")
    assert len(http.at("/cgi-bin/gettoken")) == 2


def test_wecom_with_a_wrong_secret_is_unreachable(http: HttpReceiver) -> None:
    http.answers["/cgi-bin/gettoken"] = (200, {"errcode": 40001})

    with pytest.raises(Unreachable, match="token_40001"):
        wecom(http, outgoing("WangJianGuo"))


def test_dingtalk_sends_a_work_notice(http: HttpReceiver) -> None:
    http.answers["/v1.0/oauth2/accessToken"] = (
        200,
        {"accessToken": "D", "expireIn": 7200},
    )
    path = "/topapi/message/corpconversation/asyncsend_v2"
    http.answers[path] = (200, {"errcode": 0, "task_id": 256271667526})

    outcomes = send(
        ChannelKind.DINGTALK,
        outgoing("user1"),
        outgoing("user2"),
        app_key="ding1",
        app_secret="ding-secret",
        agent_id="77",
        api=http.base,
        oapi=http.base,
    )

    assert outcomes == [Outcome(verdict=Verdict.SENT, provider_id="256271667526")] * 2
    [token] = http.at("/v1.0/oauth2/accessToken")
    assert token.json == {"appKey": "ding1", "appSecret": "ding-secret"}
    [notice] = http.at(path)
    assert notice.query == {"access_token": "D"}
    assert notice.json["agent_id"] == 77
    assert notice.json["userid_list"] == "user1,user2"
    assert notice.json["msg"]["msgtype"] == "text"
    # The provider drops equal texts for a day: its own time makes each alarm another.
    assert notice.json["msg"]["text"]["content"].endswith("11-23 14:02:31")


def test_email_goes_out_by_smtp(smtp: SmtpReceiver) -> None:
    smtp.refuse = {"gone@example.com": 550, "busy@example.com": 451}

    outcomes = send(
        ChannelKind.EMAIL,
        outgoing("zhou@example.com", url="https://anlan.example/m/"),
        outgoing("gone@example.com", key="k2"),
        outgoing("busy@example.com", key="k3"),
        host="127.0.0.1",
        port=str(smtp.port),
        security="none",
        **{"from": "anlan@example.com"},
    )

    assert [(o.verdict, o.error) for o in outcomes] == [
        (Verdict.SENT, ""),
        (Verdict.REFUSED, "smtp_550"),
        (Verdict.RETRY, "smtp_451"),
    ]
    [mail] = smtp.mails
    assert mail["Subject"] == "警情派单：3 号楼"
    assert mail["To"] == "zhou@example.com"
    assert mail["Message-ID"] == "<k1@example.com>"  # the same at every try
    assert mail["Importance"] == "high"
    assert "https://anlan.example/m/" in mail.get_content()


def test_email_without_a_server_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    with pytest.raises(Unreachable):
        send(
            ChannelKind.EMAIL,
            host="127.0.0.1",
            port=str(port),
            security="none",
            **{"from": "anlan@example.com"},
        )


def test_the_demo_records_and_sends_nothing(http: HttpReceiver, settings: Any) -> None:
    settings.DEMO = True

    for kind in SENDERS:
        [outcome] = sender_for(kind).send([outgoing()], config={}, at=AT)
        inapp = kind == ChannelKind.INAPP
        assert outcome.verdict == (Verdict.SENT if inapp else Verdict.RECORDED)
    assert http.received == []


def test_every_kind_has_a_sender_of_its_own_name() -> None:
    assert set(SENDERS) == set(ChannelKind)
    for kind, sender in SENDERS.items():
        assert sender.kind == kind
        assert sender.batch >= 1
