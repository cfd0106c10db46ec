"""Files as a camera gives them, and as one gives them that was dropped."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from anlan.play.pictures import picture

JPEG = picture(0)
OTHER_JPEG = picture(1)
CUT = JPEG[: len(JPEG) // 2]
PROGRAM = b"MZ\x90\x00" + b"not a picture" * 20
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def encoded(
    kind: str, *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object
) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "#3366aa").save(file, kind, **more)
    return file.getvalue()
