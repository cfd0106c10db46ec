"""People who are signed in, a minute after the scene's moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.scene import Scene

SignIn = Callable[[str], Client]


def prove(client: Client) -> None:
    """They gave their password just now, as whoever signs in by the page does."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


@pytest.fixture
def sign_in(scene: Scene, at: datetime) -> Iterator[SignIn]:
    """Sign in as a person of the demo; every page is then asked at the same instant."""

    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(scene.person(username))
        prove(client)
        return client

    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield client_of
