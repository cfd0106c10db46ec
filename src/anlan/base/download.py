"""Giving out the bytes of the vault so that no browser runs them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from anlan.base import pictures
from anlan.base.stores import BLOCK_BYTES


def file_answer(path: Path, *, media_type: str, name: str) -> FileResponse:
    """The file at ``path`` as it came, to be saved; a page may draw what is ours.

    Args:
        name: what it is called when it is saved, without the ending.
    """
    response = FileResponse(
        path.open("rb"),
        content_type=media_type,
        as_attachment=True,
        filename=f"{name}.{media_type.partition('/')[2]}",
    )
    _keep_closed(response)
    return response


def shown_answer(path: Path, *, media_type: str, name: str) -> HttpResponseBase:
    """A photo as a picture drawn anew, which a browser shows; all else to be saved.

    Args:
        name: what it is called when it is saved, without the ending.
    """
    if is_shown(media_type):
        return picture_answer(path)
    return file_answer(path, media_type=media_type, name=name)


def is_shown(media_type: str) -> bool:
    """Whether ``shown_answer`` draws it anew, so that no byte of it leaves as it came."""
    return media_type in pictures.MEDIA_TYPES


def picture_answer(path: Path) -> HttpResponse:
    """The photo at ``path``, drawn anew for a browser."""
    response = HttpResponse(pictures.viewing_copy(path), content_type="image/jpeg")
    _keep_closed(response)
    return response


def ranged_answer(
    asked: str,
    *,
    size: int,
    media_type: str,
    name: str,
    open_part: Callable[[int, int], Path],
) -> HttpResponseBase:
    """The bytes of an original, or the one part that ``Range`` asks for, to be saved.

    RFC 9110 §14: one range of bytes; several, or what cannot be read, gives the whole.

    Args:
        asked: the header as it came.
        name: what it is called when it is saved, without the ending.
        open_part: told the first and the last byte before any is read; says where.
    """
    part = part_of(asked, size=size)
    if part is None:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    first, last = part
    path = open_part(first, last)
    response = StreamingHttpResponse(
        _bytes_of(path, first, last),
        status=200 if (first, last) == (0, size - 1) else 206,
        content_type=media_type,
    )
    ending = media_type.partition("/")[2]
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if response.status_code == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    _keep_closed(response)
    return response


def _keep_closed(response: HttpResponseBase) -> None:
    """No browser runs it, guesses what it is, or keeps it."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"


def part_of(asked: str, *, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range``; none if it lies behind the end."""
    found = re.fullmatch(r"bytes=(\d{0,19})-(\d{0,19})", asked.strip())
    if found is None or not any(found.groups()):
        return 0, size - 1
    start, end = found.groups()
    if not start:  # the last so many
        length = min(int(end), size)
        return (size - length, size - 1) if length else None
    first = int(start)
    last = min(int(end), size - 1) if end else size - 1
    if first >= size:
        return None
    return (first, last) if first <= last else (0, size - 1)


def _bytes_of(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (block := file.read(min(left, BLOCK_BYTES))):
            left -= len(block)
            yield block
