"""Every refusal under ``/api/`` has one shape, also of what reaches no operation."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from anlan.api import accounts
from anlan.api.errors import ANYWHERE
from anlan.api.root import api
from tests.api.conftest import give_token
from tests.scene import Scene


def error_of(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "fields", "source", "cited"}
    return error


@pytest.mark.django_db
def test_a_method_that_is_none_of_the_address() -> None:
    answer = Client().delete("/api/v1/me")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert error_of(answer)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (ZeroDivisionError(), 500, "fault"),
        (OperationalError("gone"), 503, "unavailable"),
    ],
)
def test_a_fault_and_a_database_that_is_away(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    status: int,
    code: str,
) -> None:
    def break_off(*_args: object, **_named: object) -> None:
        raise fault

    monkeypatch.setattr(accounts, "sites_of", break_off)
    headers = {"Authorization": f"Bearer {give_token(scene.manager, scene.at)}"}

    answer = Client(raise_request_exception=False, headers=headers).get("/api/v1/sites")

    assert answer.status_code == status
    assert error_of(answer)["code"] == code
    assert answer.has_header("Retry-After") == (status == 503)


def test_the_schema_lists_what_may_answer_anywhere() -> None:
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]

    for methods in paths.values():
        for operation in methods.values():
            assert {int(code) for code in operation["responses"]} >= ANYWHERE
