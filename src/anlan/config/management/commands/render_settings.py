"""``manage.py render_settings``: docs/settings.md, from the typed settings."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from django.conf import settings
from django.core.management.base import BaseCommand
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from anlan.base.pages import settle, table
from anlan.config.environment import ROOT, Environment

HEAD = """# Settings

Read from the environment when a process starts; a wrong value stops it with the name of
the variable. All are optional; an empty variable is as one that is not set.
"""


class Command(BaseCommand):
    help = "Write docs/settings.md; --check only says whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        settle(
            {settings.ROOT / "docs" / "settings.md": render()},
            command="render_settings",
            check=options["check"],
        )


def render() -> str:
    prefix = Environment.model_config["env_prefix"]
    rows = [
        (
            f"`{prefix}{name.upper()}`",
            _kind(field),
            _default(field),
            field.description or "",
        )
        for name, field in Environment.model_fields.items()
    ]
    return HEAD + "\n" + table(("Variable", "Value", "Default", "Meaning"), rows)


def _kind(field: FieldInfo) -> str:
    """What may be written, in the words of an operator."""
    names = {
        bool: "true, false",
        int: "number",
        str: "text",
        Path: "path",
        SecretStr: "text, secret",
        list: "list, commas between",
    }
    kinds = [kind for kind in _kinds(field.annotation) if kind is not type(None)]
    bounds = [
        f"{word} {getattr(bound, side)}"
        for bound in field.metadata
        for side, word in (("ge", "from"), ("le", "to"))
        if hasattr(bound, side)
    ]
    return " ".join(
        [", ".join(names.get(kind, str(kind)) for kind in kinds), *bounds]
    ).strip()


def _kinds(annotation: Any) -> tuple[Any, ...]:
    origin = get_origin(annotation)
    if origin is Literal or origin is None:
        return get_args(annotation) or (annotation,)
    if isinstance(origin, type) and issubclass(origin, list):
        return (list,)
    return tuple(kind for part in get_args(annotation) for kind in _kinds(part))


def _default(field: FieldInfo) -> str:
    value = field.default
    if value in (None, "", []):
        return ""
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        value = value.relative_to(ROOT)
    if isinstance(value, list):
        value = ",".join(value)
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`"
