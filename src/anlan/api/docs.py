"""The schema turned into what a page shows: no script, no file from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    type: str
    required: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An operation as the page shows it."""

    name: str
    method: str
    path: str
    description: str
    scopes: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    status: str
    by_token: bool


@dataclass(frozen=True, kw_only=True)
class Theme:
    """The operations of one tag."""

    name: str
    operations: tuple[Shown, ...]

    @property
    def slug(self) -> str:
        return slugify(self.name)


def themes_of(schema: Mapping[str, Any]) -> list[Theme]:
    """The operations by tag, in the order of the schema."""
    found: dict[str, list[Shown]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            shown = _shown(schema, path, method, operation)
            found.setdefault(operation["tags"][0], []).append(shown)
    return [
        Theme(name=name, operations=tuple(operations))
        for name, operations in found.items()
    ]


def _shown(
    schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Shown:
    status = next(str(code) for code in operation["responses"] if str(code)[0] == "2")
    answer = {str(code): said for code, said in operation["responses"].items()}[status]
    return Shown(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("description", "").replace("``", ""),
        scopes=tuple(operation.get("x-scopes", ())),
        parameters=tuple(
            _field(p["name"], p["schema"], required=p["required"])
            for p in operation["parameters"]
        ),
        body=tuple(_fields(schema, _json_of(operation.get("requestBody", {})))),
        answer=tuple(_fields(schema, _json_of(answer))),
        status=status,
        by_token="security" in operation,
    )


def _json_of(said: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = said.get("content", {})
    shown = content.get("application/json") or content.get("multipart/form-data", {})
    found: Mapping[str, Any] = shown.get("schema", {})
    return found


def _fields(schema: Mapping[str, Any], model: Mapping[str, Any]) -> Iterator[Field]:
    if "items" in model:
        model = model["items"]
    if "$ref" in model:
        model = schema["components"]["schemas"][_name(model)]
    required = model.get("required", ())
    for name, details in model.get("properties", {}).items():
        yield _field(name, details, required=name in required)


def _field(name: str, details: Mapping[str, Any], *, required: bool) -> Field:
    bounds = [
        f"{label} {details[key]}"
        for key, label in (
            ("minimum", "≥"),
            ("maximum", "≤"),
            ("minLength", "≥"),
            ("maxLength", "≤"),
        )
        if key in details
    ]
    return Field(
        name=name, type=_type(details), required=required, note=" ".join(bounds)
    )


def _type(details: Mapping[str, Any]) -> str:
    if "$ref" in details:
        return _name(details)
    if "enum" in details:
        return " | ".join(str(value) for value in details["enum"])
    if "anyOf" in details:
        return " | ".join(_type(one) for one in details["anyOf"])
    if "allOf" in details:
        return _type(details["allOf"][0])
    if "items" in details:
        return f"[{_type(details['items'])}]"
    return str(details.get("format") or details.get("type", ""))


def _name(details: Mapping[str, Any]) -> str:
    return str(details["$ref"]).rpartition("/")[2]
