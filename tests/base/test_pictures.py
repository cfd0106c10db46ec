"""A photo to look at: a small one is drawn at once, a large one by a process of its own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anlan.base import limited, pictures
from anlan.base.errors import Conflict


def photo(folder: Path, width: int, height: int, kind: str = "PNG") -> Path:
    path = folder / f"photo.{kind.lower()}"
    Image.new("RGB", (width, height), "teal").save(path, kind)
    return path


def size_of(drawn: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.format == "JPEG"
        return picture.size


def never(*_arguments: Any, **_more: Any) -> Any:
    raise AssertionError


def test_small_one_begins_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "run_on_picture", never)

    drawn = pictures.viewing_copy(photo(tmp_path, 4_000, 2_000))

    assert size_of(drawn) == (2048, 1024)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_large_one_is_not_unpacked_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = photo(tmp_path, 4_000, 3_000, kind)
    monkeypatch.setattr(limited, "draw", never)

    assert size_of(pictures.viewing_copy(path)) == (2048, 1536)


def test_one_with_too_many_pixels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="像素太多"):
        pictures.viewing_copy(photo(tmp_path, 10_000, 5_001))


def test_large_one_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = photo(tmp_path, 4_000, 3_000)
    path.write_bytes(path.read_bytes()[:-5_000])

    with pytest.raises(Conflict, match="不能在这里查看"):
        pictures.viewing_copy(path)
