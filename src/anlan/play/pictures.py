"""What the camera of a scenario sees, and how its people sign."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

_SIZE = (320, 240)
_PAD = (480, 160)
_COLOURS = ("#8d99ae", "#b08968", "#7f9c7a", "#6d6875", "#9a8c98", "#4a5759")


def picture(number: int) -> bytes:
    """A plain wall as a small JPEG, another one for each number."""
    file = BytesIO()
    shade = Image.new("RGB", _SIZE, _COLOURS[number % len(_COLOURS)])
    shade.putpixel((number, 0), (0, 0, 0))  # so that the seventh is none of the first
    shade.save(file, "JPEG", quality=80)
    return file.getvalue()


def signature(number: int = 0, *, colour: str = "#101828") -> bytes:
    """What the pad makes: dark strokes on white; each number is another hand."""
    width, height = _PAD
    paper = Image.new("RGB", _PAD, "white")
    pen = ImageDraw.Draw(paper)
    pen.line(
        [(20, height - 20), (width // 3, 20 + number), (width - 20, height - 30)],
        fill=colour,
        width=4,
    )
    file = BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()
