"""A client that speaks as one person, at the hour of the scene."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

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


@dataclass(frozen=True)
class Upload:
    """A body with a file in it."""

    content: bytes
    fields: dict[str, str] = field(default_factory=dict)
    name: str = "file"

    def encoded(self) -> bytes:
        file = SimpleUploadedFile("IMG_1.jpg", self.content)
        return encode_multipart(BOUNDARY, {**self.fields, self.name: file})


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
        if isinstance(body, Upload):
            data, kind = body.encoded(), MULTIPART_CONTENT
        else:
            data = b"" if body is None else json.dumps(body).encode()
            kind = "application/json"
        response = _CLIENT.generic(
            method,
            f"/api/v1{path}",
            data=data,
            content_type=kind,
            headers=headers,
            query_params=query or {},
        )
        content = response.getvalue()
        is_json = response.headers["Content-Type"].startswith("application/json")
        return Answer(
            status=response.status_code,
            body=json.loads(content) if is_json else content or None,
            headers=response.headers,
        )


@pytest.fixture
def speak(at: datetime) -> Any:
    """``speak(user)`` is the API with a token of all scopes."""

    def speak(user: User, **more: Any) -> Api:
        return Api(give_token(user, at, **more))

    return speak
