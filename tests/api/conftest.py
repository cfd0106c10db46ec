"""A client that speaks as one person, at the hour of the scene."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from anlan.accounts.models import ApiToken, User
from anlan.accounts.roles import Permission
from anlan.base.digest import sha256
from tests.moment import forget_counts


@pytest.fixture(autouse=True)
def _hour_of_the_scene(at: datetime) -> Iterator[None]:
    forget_counts()
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield


def give_token(
    user: User,
    at: datetime,
    *,
    scopes: Iterable[Permission] = tuple(Permission),
    expires: timedelta = timedelta(days=1),
) -> str:
    """A token with any scopes, also ones its owner has lost since it was made."""
    secret = f"anlan_{user.username}_{ApiToken.objects.count()}"
    ApiToken.objects.create(
        organisation=user.organisation,
        user=user,
        name="test",
        prefix=secret[:12],
        digest=sha256(secret.encode()),
        scopes=[scope.value for scope in scopes],
        created_at=at - timedelta(days=2),
        expires_at=at + expires,
    )
    return secret


_CLIENT = Client()  # keeps no session; making one for each request costs 30 ms


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def paths(self) -> list[str]:
        return [field["path"] for field in self.body["error"]["fields"]]


@dataclass(frozen=True)
class Api:
    """Requests with one token, or with none."""

    token: str = ""

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.send("POST", path, body=body)

    def send(
        self, method: str, path: str, *, body: Any = None, query: Any = None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = _CLIENT.generic(
            method,
            f"/api/v1{path}",
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=headers,
            query_params=query or {},
        )
        content = response.content
        return Answer(
            status=response.status_code,
            body=json.loads(content) if content else None,
            headers=response.headers,
        )


@pytest.fixture
def speak(at: datetime) -> Any:
    """``speak(user)`` is the API with a token of all scopes."""

    def speak(user: User, **more: Any) -> Api:
        return Api(give_token(user, at, **more))

    return speak
