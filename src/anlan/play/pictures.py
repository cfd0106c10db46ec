"""What the camera of a scenario sees: a plain wall, another one for each number."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

_SIZE = (320, 240)
_COLOURS = ("#8d99ae", "#b08968", "#7f9c7a", "#6d6875", "#9a8c98", "#4a5759")


def picture(number: int) -> bytes:
    """A small JPEG; the same number gives the same bytes."""
    file = BytesIO()
    shade = Image.new("RGB", _SIZE, _COLOURS[number % len(_COLOURS)])
    shade.putpixel((number, 0), (0, 0, 0))  # so that the seventh is none of the first
    shade.save(file, "JPEG", quality=80)
    return file.getvalue()
