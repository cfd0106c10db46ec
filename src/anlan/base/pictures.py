"""A picture to look at, made anew from a photo: nothing of the original but what it shows.

The original is never given to a browser to show. What it shows is drawn again, no larger
than a screen, without the camera's notes, the place, or anything else that a file hides.
"""

from __future__ import annotations

import io
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.base.errors import Conflict
from anlan.base.vault import MOST_PIXELS

LONGEST_SIDE = 2048  # pixels
READ = ("JPEG", "PNG", "WEBP")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")  # of what can be drawn
QUALITY = 85


def viewing_copy(path: Path, *, longest: int = LONGEST_SIDE) -> bytes:
    """A JPEG of what the photo at ``path`` shows, upright; no side is longer than ``longest``.

    Raises:
        Conflict: it cannot be read here, or has more pixels than can be unpacked.
    """
    try:
        with Image.open(path, formats=READ) as photo:
            # A JPEG is unpacked at a part of its size, so that of a large one costs little.
            photo.draft("RGB", (longest, longest))
            if photo.width * photo.height > MOST_PIXELS:
                raise Conflict(_("照片的像素太多，不能在这里查看；原件在证据清单里"))
            shown = ImageOps.exif_transpose(photo).convert("RGB")
            shown.thumbnail((longest, longest))
            drawn = io.BytesIO()
            shown.save(drawn, "JPEG", quality=QUALITY)
    except Image.DecompressionBombError as error:
        raise Conflict(_("照片的像素太多，不能在这里查看；原件在证据清单里")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Conflict(_("这张照片不能在这里查看；原件在证据清单里")) from error
    return drawn.getvalue()
