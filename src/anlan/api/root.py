"""The one API object, put together from a router for each package."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from anlan.api import (
    accounts,
    alarms,
    applications,
    cases,
    compensation,
    counsel,
    errors,
    evidence,
    files,
    incidents,
    injuries,
    investigation,
    law,
    ledger,
    limitation,
    markers,
    mediation,
    notices,
    objects,
    packages,
    parties,
    plans,
    playing,
    police,
    receipts,
    recordings,
    redactions,
    retention,
    review,
    statements,
    support,
    vault,
    work_injury,
)


class Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError


class Api(NinjaAPI):
    """Operations are called as their functions are; two of one name are a bug."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._schemas: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self,
        *,
        path_prefix: str | None = None,
        path_params: dict[str, Any] | None = None,
    ) -> OpenAPISchema:
        """Made once a process: it takes seconds, and only another version changes it."""
        prefix = path_prefix or self.get_root_path(path_params or {})
        if prefix not in self._schemas:
            self._schemas[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._schemas[prefix]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Api(
    title="Anlan 安澜",
    version="1",
    description=(
        "Everything the screens do, through the same services. Times are ISO 8601 with "
        "a zone, lists are paged by cursor, a refusal is a sentence."
    ),
    urls_namespace="api-v1",
    docs_url=None,  # the page at /api/docs is our own: it needs no script from outside
    renderer=Renderer(),
)
errors.install(api)
for _package in (
    incidents,
    cases,
    evidence,
    files,
    objects,
    packages,
    statements,
    injuries,
    plans,
    mediation,
    notices,
    work_injury,
    limitation,
    counsel,
    police,
    support,
    compensation,
    playing,
    recordings,
    redactions,
    applications,
    retention,
    review,
    investigation,
    parties,
    markers,
    accounts,
    ledger,
    law,
    vault,
    alarms,
    receipts,
):
    api.add_router("", _package.router)
