"""Requests that nobody would write: no server error, no undocumented answer, no leak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anlan.api.root import api
from anlan.base.errors import Conflict
from anlan.config.wsgi import pages
from tests.api.conftest import give_token
from tests.api.operations import ROWS
from tests.moment import forget_counts
from tests.scene import Scene

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_SCHEMA = deepcopy(api.get_openapi_schema(path_prefix="/api/v1/"))
schema = schemathesis.openapi.from_dict(_SCHEMA)
schema.app = pages  # in this thread, on the connection of the test
_QUIET = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server closes its connection after each request; here it is the test's own."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def _ask(case: schemathesis.Case[Any], scene: Scene, at: datetime) -> None:
    """Speak of things that exist, so that what is odd is the rest of the request."""
    forget_counts()  # the rate of one token is not what is tried here
    row = ROWS.get(case.operation.definition.raw["operationId"])
    if row is not None and case.path_parameters:
        with suppress(Conflict):  # an earlier example has changed the same garage
            real = row.request(scene)[0]
            case.path_parameters = _placed(case.operation.path, f"/api/v1{real}")
    secret = give_token(scene.manager, at)
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)


def _placed(template: str, path: str) -> dict[str, str]:
    parts = zip(template.split("/"), path.split("/"), strict=True)
    return {name[1:-1]: value for name, value in parts if name.startswith("{")}


@pytest.mark.deep
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=_QUIET,
)
def test_a_great_many_requests_are_answered(
    case: schemathesis.Case[Any], scene: Scene, at: datetime
) -> None:
    _ask(case, scene, at)
