"""A sketch of the scene as a picture, for papers that cannot draw."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from anlan.investigation.models import FULL
from anlan.investigation.selectors.scene import GRID, HEIGHT

_RADIUS = 19  # of a pin, in pixels of a picture as wide as a sketch is fine
_LINE, _INK = "#c9ced6", "#000000"


def sketch_png(pins: Iterable[dict[str, Any]]) -> bytes:
    """The grid with numbered pins; the same bytes for the same pins."""
    picture = Image.new("RGB", (FULL, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for across, down in GRID:
        draw.line((across, 0, across, HEIGHT), fill=_LINE)
        draw.line((0, down, FULL, down), fill=_LINE)
    draw.rectangle((0, 0, FULL - 1, HEIGHT - 1), outline=_INK)
    font = ImageFont.load_default(size=_RADIUS + 3)
    for pin in pins:
        x, y = pin["x"], pin["y"] * HEIGHT // FULL
        draw.ellipse(
            (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS),
            fill="white",
            outline=_INK,
            width=3,
        )
        draw.text((x, y), str(pin["number"]), fill=_INK, font=font, anchor="mm")
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()
