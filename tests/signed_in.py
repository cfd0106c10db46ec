"""People who are signed in, a minute after the scene's moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.scene import Scene

SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(scene: Scene, at: datetime) -> Iterator[SignIn]:
    """Sign in as a person of the demo; every page is then asked at the same instant."""

    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(scene.person(username))
        return client

    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield client_of
