"""A picture to look at, made anew from a photo: nothing of the original but what it shows.

The original is never given to a browser to show. What it shows is drawn again, no larger
than a screen, without the camera's notes, the place, or anything else that a file hides.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _
from PIL import UnidentifiedImageError

from anlan.base import limited
from anlan.base.errors import Conflict
from anlan.base.programs import run_on_picture
from anlan.base.vault import SMALL_FORMATS, is_small

LONGEST_SIDE = 2048  # pixels
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")  # of what can be drawn
_MOST_DRAWN = 32 * 1024 * 1024  # bytes


def viewing_copy(path: Path, *, longest: int = LONGEST_SIDE) -> bytes:
    """A JPEG of what the photo at ``path`` shows, upright; no side is longer than ``longest``.

    A small one is drawn here, at once; a large one, which may have been made to take all
    memory, in a process that has little.

    Raises:
        Conflict: it cannot be read here, or has more pixels than can be unpacked.
    """
    return _drawn(path, longest) if is_small(path) else _drawn_apart(path, longest)


def _drawn(path: Path, longest: int) -> bytes:
    try:
        return limited.draw(str(path), longest, SMALL_FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Conflict(_("这张照片不能在这里查看；原件在证据清单里")) from error


def _drawn_apart(path: Path, longest: int) -> bytes:
    ended = run_on_picture("drawn", str(path), str(longest), output=_MOST_DRAWN)
    if ended.code == limited.READ:
        return ended.said
    if ended.code == limited.UNREAD or ended.is_out_of_bounds:
        raise Conflict(_("照片的像素太多，不能在这里查看；原件在证据清单里"))
    raise Conflict(_("这张照片不能在这里查看；原件在证据清单里"))
