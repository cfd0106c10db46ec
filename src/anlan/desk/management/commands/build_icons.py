"""Draws the icons in use into one sprite, so that a page asks for them once."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from anlan.desk.templatetags.screen import icon_names

NOTICE = (
    "<!-- Tabler Icons, https://tabler.io/icons, MIT License, "
    "Copyright (c) 2020-2026 Paweł Kuna. Drawn by `manage.py build_icons`. -->"
)
_VARIANT = re.compile(
    r"{% if variant == '(?P<variant>\w+)' %}\s*<svg[^>]*>(?P<shapes>.*?)</svg>",
    re.DOTALL,
)


def shapes_of(name: str) -> str | None:
    """The inner SVG of an icon in the wheel; ``…-filled`` is the solid variant."""
    plain = name.removesuffix("-filled")
    path = _wheel() / f"{plain.replace('-', '_')}.html"
    if not path.is_file():
        return None
    found = dict(_VARIANT.findall(path.read_text(encoding="utf-8")))
    shapes = found.get("filled" if name.endswith("-filled") else "outline")
    return " ".join(shapes.split()).replace("></path>", "/>") if shapes else None


def draw_sprite(names: list[str]) -> str:
    """One ``<symbol>`` for each name.

    Raises:
        LookupError: naming the icons that the wheel does not have.
    """
    drawn = {name: shapes_of(name) for name in names}
    missing = [name for name, shapes in drawn.items() if shapes is None]
    if missing:
        raise LookupError(", ".join(missing))
    symbols = [
        f'<symbol id="{name}" viewBox="0 0 24 24"{_paint(name)}>{shapes}</symbol>'
        for name, shapes in drawn.items()
    ]
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    return "\n".join([head, NOTICE, *symbols, "</svg>"]) + "\n"


def _paint(name: str) -> str:
    filled = name.endswith("-filled")
    return ' fill="currentColor" stroke="none"' if filled else ""


class Command(BaseCommand):
    help = "Draw the icons named in desk/icons.txt into build/vendor/icons.svg."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sprite = draw_sprite(sorted(icon_names()))
        except LookupError as error:
            raise CommandError(f"not among the Tabler icons: {error}") from error
        path = Path(dict(settings.STATICFILES_DIRS)["vendor"]) / "icons.svg"
        if path.is_file() and path.read_text(encoding="utf-8") == sprite:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sprite, encoding="utf-8")
        self.stdout.write(f"{len(icon_names())} icons, {path.stat().st_size:,} bytes")


def _wheel() -> Path:
    spec = importlib.util.find_spec("cotton_icons")
    if spec is None or spec.origin is None:
        raise CommandError("the package cotton-icons is not installed")
    return Path(spec.origin).parent / "templates" / "cotton" / "tablericon"
