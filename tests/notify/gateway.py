"""A gateway for texts or calls that numbers what it takes, and reports back signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from anlan.notify.channels.signing import signature_headers
from anlan.notify.models import Channel
from tests.notify.receivers import Answer, HttpReceiver, Received

SECRET = "s3cret"


@dataclass(frozen=True)
class Gateway:
    """A channel whose gateway numbers what it takes, and says what became of it."""

    channel: Channel

    @property
    def path(self) -> str:
        return f"/api/v1/receipts/{self.channel.uid}"

    def says(self, state: str, *, error: str = "", **which: str) -> Any:
        """Post a signed receipt; the answer's status and body."""
        return self.post({"receipts": [{"state": state, "error": error, **which}]})

    def post(self, body: object, *, secret: str = SECRET, late: int = 0) -> Any:
        content = json.dumps(body).encode()
        at = timezone.now() - timedelta(seconds=late)
        answer = Client().post(
            self.path,
            content,
            content_type="application/json",
            headers=signature_headers(key="r1", secret=secret, content=content, at=at),
        )
        return answer.status_code, answer.json()


def numbered(http: HttpReceiver, path: str) -> None:
    """Let the provider number what it takes by our key."""

    def take(request: Received) -> Answer:
        return 200, {"id": f"n-{request.json['key'][:8]}"}

    http.answers[path] = take
