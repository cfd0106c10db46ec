"""Every page that people have, asked for on both engines.

How the pages look and work is tried in a browser, on SQLite alone. Here their queries
are: what one engine orders, compares or groups in its own way shows by an error.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from django.conf import settings as installation
from django.test import Client
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.play.screens import SHARED_PHONE, SHOTS
from anlan.play.story import (
    found_and_tell,
    names_in_the_story,
    tell_an_assault,
    tell_of_a_mother,
    things_to_look_at,
)
from tests.moment import AT
from tests.signed_in import prove

SCENARIOS = installation.ROOT / "scenarios"
FILMS = ("{recording}", "{application}", "{mask}")  # only where films are made

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_every_page_answers(tmp_path: Path, settings: Settings) -> None:
    settings.DATA = tmp_path
    found_and_tell(SCENARIOS, at=AT)
    tell_of_a_mother(SCENARIOS, at=AT)
    tell_an_assault(SCENARIOS, at=AT)
    story = names_in_the_story() | things_to_look_at(at=AT)
    asked = [
        shot
        for shot in SHOTS
        if not shot.fresh
        and shot.who != SHARED_PHONE
        and not any(film in shot.path for film in FILMS)
    ]

    bad = []
    with time_machine.travel(AT, tick=False):
        clients = {who: _client(who) for who in {shot.who for shot in asked}}
        for shot in asked:
            path = shot.path.format(**story)
            answer = clients[shot.who].get(path)
            if answer.status_code != 200:
                bad.append(f"{shot.name}: {answer.status_code} {path}")

    assert len(asked) > 100
    assert not bad, "\n".join(bad)


def _client(who: str) -> Client:
    client = Client()
    if who:
        client.force_login(User.objects.get(username=who))
        prove(client)
    return client
