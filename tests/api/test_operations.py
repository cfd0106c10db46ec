"""Every operation as permitted, forbidden, stranger, out of scope, expired, nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from ninja import Schema

from anlan.accounts.roles import Permission
from anlan.accounts.services import tokens
from anlan.api.root import api
from anlan.ledger.models import Entry
from tests.api.conftest import Api, give_token
from tests.api.operations import ROWS
from tests.scene import Scene

# Devices have no token; they are in test_alarms.py.
BY_DEVICES = {"raise_alarm", "raise_alarm_at_secret"}
# Gateways have none either; they are in notify/test_receipts.py.
BY_GATEWAYS = {"take_receipts", "take_receipts_at_secret"}


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")[
        "paths"
    ].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


SCOPES: dict[str, list[Permission]] = {
    operation["operationId"]: [Permission(s) for s in operation.get("x-scopes", [])]
    for _method, _path, operation in _operations()
}
WHERE: dict[str, tuple[str, str]] = {
    operation["operationId"]: (
        method,
        path.removeprefix("/api/v1").format(
            number="YQ-IN-20261123-001", uid=uuid4(), service="110"
        ),
    )
    for method, path, operation in _operations()
    if operation["operationId"] not in BY_DEVICES | BY_GATEWAYS
}
every_operation = pytest.mark.parametrize("name", sorted(ROWS))


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert set(ROWS) | BY_DEVICES | BY_GATEWAYS == set(SCOPES)


def test_no_two_operations_share_a_name() -> None:
    names = [operation["operationId"] for _m, _p, operation in _operations()]
    assert len(names) == len(set(names))


@every_operation
@pytest.mark.both
def test_strangers_the_forbidden_and_the_permitted(scene: Scene, name: str) -> None:
    """One after another on the same thing: who is refused has changed nothing of it."""
    row = ROWS[name]
    path, body = row.request(scene)
    before = Entry.objects.count()

    answer = Api(give_token(scene.stranger, scene.at)).send(row.method, path, body=body)
    assert answer.status == row.stranger, answer.body
    if row.stranger == 200:
        assert scene.site.code not in str(answer.body)

    if row.forbidden:
        secret = give_token(scene.person(row.forbidden), scene.at)
        answer = Api(secret).send(row.method, path, body=body)
        assert (answer.status, answer.code) == (403, "not_allowed"), answer.body
        assert answer.body["error"]["message"]
    assert Entry.objects.count() == before

    just = [*SCOPES[name], *row.either[:1]]
    secret = give_token(scene.person(row.permitted), scene.at, scopes=just)
    answer = Api(secret).send(row.method, path, body=body)
    assert answer.status == row.status, answer.body


def test_a_token_without_one_of_the_scopes_is_refused(scene: Scene) -> None:
    for name, (method, path) in WHERE.items():
        for missing in SCOPES[name]:
            secret = _token_without(scene, missing)
            answer = Api(secret).send(method, path)
            assert answer.status == 403, (name, missing, answer.body)
            assert str(missing.label) in answer.body["error"]["message"]


@pytest.mark.parametrize(
    ("username", "scope"),
    [("chenlu", Permission.LIMITATION_KEEP), ("xuqing", Permission.INVESTIGATE)],
)
@pytest.mark.both
def test_either_right_states_the_act_and_the_scope_is_needed(
    scene: Scene, username: str, scope: Permission
) -> None:
    row, user = ROWS["state_act"], scene.person(username)
    path, body = row.request(scene)
    for scopes, status in (
        ([Permission.CASE_SEE], 403),
        ([Permission.CASE_SEE, scope], 201),
    ):
        _row, secret = tokens.create_token(
            user=user,
            name="案件系统",
            scopes=[one.value for one in scopes],
            days=30,
            by=user,
            at=scene.at,
        )
        seen = Api(secret).send("GET", path)
        assert seen.status == (200 if status == 201 else status), seen.body
        answer = Api(secret).send(row.method, path, body=body)
        assert answer.status == status, answer.body


def test_an_expired_token_and_none_are_refused(scene: Scene) -> None:
    user = scene.manager
    expired = give_token(user, scene.at, expires=timedelta(seconds=59))
    for name, (method, path) in WHERE.items():
        for secret in (expired, "", "anlan_never", "anlan_不是"):
            answer = Api(secret).send(method, path)
            assert (answer.status, answer.code) == (401, "unauthorized"), name
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def _token_without(scene: Scene, missing: Permission) -> str:
    scopes = [scope for scope in Permission if scope != missing]
    return give_token(scene.manager, scene.at, scopes=scopes)


def test_no_two_shapes_have_one_name():
    """The description knows shapes by their names alone, and one would hide the other."""
    shapes = [
        shape for shape in _below(Schema) if shape.__module__.startswith("anlan.")
    ]
    names = Counter(shape.__name__ for shape in shapes)

    assert [name for name, count in names.items() if count > 1] == []


def _below(shape: type[Schema]) -> list[type[Schema]]:
    return [one for child in shape.__subclasses__() for one in (child, *_below(child))]
