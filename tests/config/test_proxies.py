from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from pydantic import ValidationError

from anlan.config.environment import Environment
from anlan.config.proxies import see_through

PROXY = "10.0.0.5"
SENDER = "203.0.113.9"


@pytest.fixture(autouse=True)
def _trusted() -> Iterator[None]:
    networks = [ip_network("10.0.0.0/24"), ip_network("::1")]
    with override_settings(TRUSTED_PROXIES=networks):
        yield


def seen(**meta: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(meta)
    see_through(found)
    return found


@pytest.mark.parametrize(
    ("hops", "sender"),
    [
        (SENDER, SENDER),
        (f"198.51.100.1, {SENDER}", SENDER),  # the left one was made up
        (f"198.51.100.1,{SENDER}, 10.0.0.7", SENDER),
        (f"{SENDER}:49152", SENDER),
        ("[2001:db8::1]:443", "2001:db8::1"),
        (f"::ffff:{SENDER}", SENDER),
        ("10.0.0.8", "10.0.0.8"),  # a machine beside the proxy
        (f"{SENDER}, unknown", PROXY),
        ("", PROXY),
    ],
)
def test_trusted_proxy_says_who_sends(hops: str, sender: str) -> None:
    assert seen(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=hops) == {"REMOTE_ADDR": sender}


def test_socket_of_both_families_writes_the_proxy_differently() -> None:
    meta = seen(REMOTE_ADDR=f"::ffff:{PROXY}", HTTP_X_FORWARDED_FOR=SENDER)

    assert meta["REMOTE_ADDR"] == SENDER


@pytest.mark.parametrize("address", [SENDER, "", "unix:"])
def test_nobody_else_is_believed(address: str) -> None:
    meta = seen(
        REMOTE_ADDR=address,
        HTTP_X_FORWARDED_FOR="192.0.2.1",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="elsewhere.example",
        HTTP_X_REAL_IP="192.0.2.1",
        HTTP_FORWARDED="for=192.0.2.1",
    )

    assert meta == {"REMOTE_ADDR": address}


@pytest.mark.parametrize(
    ("address", "said", "scheme"),
    [
        (PROXY, "https", "https"),
        (PROXY, "http, HTTPS", "https"),
        (PROXY, "https, http", "http"),
        (PROXY, "gopher", "http"),
        (SENDER, "https", "http"),
    ],
)
def test_https_ends_at_a_trusted_proxy_only(
    address: str, said: str, scheme: str
) -> None:
    request: HttpRequest = RequestFactory().get(
        "/", REMOTE_ADDR=address, HTTP_X_FORWARDED_PROTO=said
    )
    see_through(request.META)

    assert request.scheme == scheme


def test_own_tls_needs_no_proxy() -> None:
    request = RequestFactory().get("/", secure=True, REMOTE_ADDR=SENDER)
    see_through(request.META)

    assert request.is_secure()


@pytest.mark.django_db
def test_pages_see_the_sender(client: Client) -> None:
    answer = client.get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=SENDER)

    assert answer.wsgi_request.META["REMOTE_ADDR"] == SENDER


def test_list_of_proxies_is_read_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1")
    proxies = Environment().trusted_proxies  # type: ignore[call-arg]  # from the environment
    assert [str(proxy) for proxy in proxies] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]

    monkeypatch.setenv("ANLAN_TRUSTED_PROXIES", "proxy.example")
    with pytest.raises(ValidationError, match="no address or network"):
        Environment()  # type: ignore[call-arg]  # from the environment
