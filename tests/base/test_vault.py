"""What the vault takes, under which name, and what it refuses with a sentence."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pytest_django import Settings

from anlan.base import disk_space, stores, vault
from anlan.base.errors import InvalidInput, TooLarge
from anlan.base.programs import Ended, run_on_picture
from tests.pictures import CUT, JPEG, PAGE, PDF, PROGRAM, encoded


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_as_they_came_with_what_the_camera_wrote(tmp_path) -> None:
    with Image.open(BytesIO(JPEG)) as image:
        exif = image.getexif()
        exif[0x0110] = "Phone 12"
        file = BytesIO()
        image.save(file, "JPEG", exif=exif)
    taken = file.getvalue()

    kept = vault.keep_photo([taken[:100], taken[100:]], path="photos")

    assert kept.sha256 == sha256(taken).hexdigest()
    assert (kept.size, kept.media_type) == (len(taken), "image/jpeg")
    assert vault.path_of(kept.sha256).read_bytes() == taken
    assert vault.path_of(kept.sha256).stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")],
)
def test_photos(kind, media_type) -> None:
    assert vault.keep_photo([encoded(kind)], path="x").media_type == media_type


def test_the_same_bytes_lie_there_once(tmp_path) -> None:
    for _twice in range(2):
        vault.keep_photo([JPEG], path="photos")

    assert len(left_over(tmp_path)) == 2  # one in each folder


@pytest.mark.parametrize(
    "content",
    [b"", PROGRAM, PAGE, PDF, CUT, encoded("PNG")[:60], encoded("GIF"), JPEG[:3]],
    ids=["empty", "program", "page", "pdf", "cut", "cut-png", "gif", "three-bytes"],
)
def test_what_is_no_whole_photo_is_refused_and_leaves_nothing(
    tmp_path, content
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        vault.keep_photo([content], path="photos")

    assert refusal.value.path == "photos"
    assert refusal.value.status == 422
    assert not left_over(tmp_path)


def test_a_report_takes_a_pdf_and_no_page(tmp_path) -> None:
    assert vault.keep_file([PDF], path="files").media_type == "application/pdf"
    with pytest.raises(InvalidInput):
        vault.keep_file([PAGE], path="files")


def _ftyp(brand: bytes) -> bytes:
    """The first bytes of a film, of a brand, and some that are no picture."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0" + brand + b"isom" + bytes(64)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (_ftyp(b"qt  "), "video/quicktime"),
        (_ftyp(b"3gp4"), "video/3gpp"),
        (_ftyp(b"3gp6"), "video/3gpp"),
        (b"\xff\xf1P@!?\xfc" + bytes(64), "audio/aac"),
    ],
    ids=["mov", "3gp4", "3gp6", "aac"],
)
def test_what_phones_record(content, media_type) -> None:
    assert vault.keep_file([content], path="files").media_type == media_type


def test_too_many_bytes(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(vault, "MOST_BYTES", len(JPEG) - 1)

    with pytest.raises(TooLarge) as refusal:
        vault.keep_photo([JPEG[:50], JPEG[50:]], path="photos")

    assert (refusal.value.status, refusal.value.path) == (413, "photos")
    assert not left_over(tmp_path)


def test_more_pixels_than_can_be_unpacked(tmp_path) -> None:
    """A picture of one colour is a few kilobytes, whatever its size."""
    with pytest.raises(TooLarge):
        vault.keep_photo([encoded("PNG", size=(10_000, 5_001))], path="photos")

    assert not left_over(tmp_path)
    large = encoded("JPEG", size=(8_000, 6_500))
    assert vault.keep_photo([large], path="photos").size  # read at an eighth


def test_large_photo_with_a_broken_preview_behind_it_is_kept() -> None:
    """Phones lay previews and maps of light behind a photo, and cut them off at times."""
    file = BytesIO()
    image = Image.new("RGB", (4_000, 2_500), "#3366aa")
    image.save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))])
    whole = file.getvalue()

    kept = vault.keep_photo([whole[:-400]], path="photos")

    assert kept.media_type == "image/jpeg"


def test_large_photo_is_unpacked_in_a_process_of_its_own(monkeypatch) -> None:
    began: list[str] = []
    apart = run_on_picture

    def watched(*arguments: str) -> Ended:
        began.append(arguments[0])
        return apart(*arguments)

    monkeypatch.setattr(vault, "run_on_picture", watched)
    vault.keep_photo([encoded("PNG", size=(4_000, 2_000))], path="photos")
    assert began == []
    vault.keep_photo([encoded("PNG", size=(4_000, 2_001))], path="photos")
    vault.keep_photo([encoded("WEBP")], path="photos")
    assert began == ["picture", "picture"]


def test_what_is_left_for_the_record_is_not_taken(monkeypatch, tmp_path) -> None:
    free = disk_space.RESERVE_BYTES + vault.MOST_BYTES
    monkeypatch.setattr(stores.Store, "free_bytes", lambda _: free - 1)
    with pytest.raises(disk_space.NoRoom, match="磁盘"):
        vault.keep_file([JPEG], path="files")
    assert not left_over(tmp_path)

    monkeypatch.setattr(stores.Store, "free_bytes", lambda _: free)
    assert vault.keep_file([JPEG], path="files").size


def test_a_bomb(tmp_path) -> None:
    bomb = encoded("PNG", mode="1", size=(20_000, 20_000))

    with pytest.raises(TooLarge):
        vault.keep_photo([bomb], path="photos")

    assert not left_over(tmp_path)
