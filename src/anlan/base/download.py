"""Giving out the bytes of the vault so that no browser runs them."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse

from anlan.base.vault import INLINE


def file_answer(path: Path, *, media_type: str, name: str) -> FileResponse:
    """The file at ``path``: a picture, a sound or a film to look at, all else to save.

    Args:
        name: what it is called when it is saved, without the ending.
    """
    response = FileResponse(
        path.open("rb"),
        content_type=media_type,
        as_attachment=not media_type.startswith(INLINE),
        filename=f"{name}.{media_type.partition('/')[2]}",
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
