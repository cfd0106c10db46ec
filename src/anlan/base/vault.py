"""Files under the digest of their bytes: in two copies before anybody is told so.

The bytes are kept as they came, with whatever a camera wrote into them: they are proof.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from anlan.base import disk_space, limited, stores
from anlan.base.errors import InvalidInput, TooLarge
from anlan.base.programs import run_on_picture

log = logging.getLogger(__name__)

MOST_BYTES = 25 * 1024 * 1024
MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".webm": "audio/webm",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".amr": "audio/amr",
    ".aac": "audio/aac",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",  # what an iPhone films
    ".3gp": "video/3gpp",
    ".3gpp": "video/3gpp",
    # As the library names some of them:
    ".3g2": "video/3gpp",
    ".3ga": "video/3gpp",
    ".pdf": "application/pdf",
}
HEAD_BYTES = 64 * 1024
# Element 0x86 of Matroska, CodecID, with its length: "V_VP9".
_CODEC_OF_PICTURES = re.compile(rb"\x86[\x80-\xa0]V_")
_CLUSTER = b"\x1f\x43\xb6\x75"  # behind it lies what was recorded: any bytes at all
SMALL_PIXELS = 8_000_000  # of a photo that is unpacked in the process of a page
SMALL_FORMATS = ("JPEG", "PNG")
_UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file in the vault; ``sha256`` is its name there."""

    sha256: str
    size: int
    media_type: str


def keep_file(chunks: Iterable[bytes], *, path: str) -> Kept:
    """Keep a photo, a recording, a film or a PDF.

    The type is read from the bytes, never from the name.

    Args:
        chunks: the bytes, in any parts.
        path: the field of the caller that a refusal names.

    Raises:
        InvalidInput: empty, or of another type.
        TooLarge: more than ``MOST_BYTES``.
        NoRoom: what is left on the disks is for the record.
    """
    return _keep(chunks, path=path, check=lambda draft, media_type: None)


def keep_photo(chunks: Iterable[bytes], *, path: str) -> Kept:
    """Keep a photo that can be looked at: it is unpacked to the last line, and let go.

    Raises:
        InvalidInput: empty, no photo, or one that breaks off.
        TooLarge: too many bytes or pixels.
    """

    def check(draft: Path, media_type: str) -> None:
        if not media_type.startswith("image/"):
            raise InvalidInput(_("请附照片"), path=path)
        if media_type != "image/heic":
            _unpack(draft, path=path)

    return _keep(chunks, path=path, check=check)


def path_of(digest: str) -> Path:
    return stores.primary().path_of(digest)


def has_two_copies(digest: str) -> bool:
    return all(store.has(digest) for store in stores.stores())


def keep_second_copy(digest: str) -> bool:
    """Copy a file of the vault to the second store; whether it lies there now.

    A second store that is away or full must not lose a report: it is tried again later,
    and every page about the file says that there is one copy. A bucket is written by the
    worker alone, so that nobody waits for a network.

    So is one whose first copy is not what its name says: both are mended together.
    """
    second = stores.second()
    if second.is_written_later:
        return False
    try:
        second.copy_from(path_of(digest), digest)
    except (OSError, stores.DamagedCopy) as error:
        log.warning("the second copy could not be written: %s", type(error).__name__)
        return False
    return True


def _keep(
    chunks: Iterable[bytes], *, path: str, check: Callable[[Path, str], None]
) -> Kept:
    """Write, hash, sync and copy; the name under which the bytes lie is their digest."""
    disk_space.check_has_room(MOST_BYTES)
    draft = stores.primary().draft()
    whole, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    limit = MOST_BYTES // 1024 // 1024
                    raise TooLarge(_("附件最大 %s MB") % limit, path=path)
                whole.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        media_type = _media_type(draft, size, path=path)
        check(draft, media_type)
        stores.primary().take(draft, whole.hexdigest())
        keep_second_copy(whole.hexdigest())
    finally:
        draft.unlink(missing_ok=True)
    return Kept(sha256=whole.hexdigest(), size=size, media_type=media_type)


def _media_type(draft: Path, size: int, *, path: str) -> str:
    if size == 0:
        raise InvalidInput(_("附件是空的，请重新拍摄或录音"), path=path)
    try:
        extension = puremagic.from_file(str(draft)).lower()
    except puremagic.PureError:
        extension = ""
    if extension not in MEDIA_TYPES:
        raise InvalidInput(_("只能附照片、录音、录像或 PDF"), path=path)
    if extension == ".webm" and _has_pictures(draft):
        return "video/webm"
    return MEDIA_TYPES[extension]


def _has_pictures(draft: Path) -> bool:
    """Whether a track of a WebM file is one of pictures: a voice comes in the same box.

    The tracks stand at its beginning; the name of each one's codec begins with its kind.
    """
    with draft.open("rb") as file:
        head, _cluster, _recorded = file.read(HEAD_BYTES).partition(_CLUSTER)
    return _CODEC_OF_PICTURES.search(head) is not None


def is_small(path: Path) -> bool:
    """Whether a photo may be unpacked in this process: by its head, without unpacking it.

    Eight megapixels are 32 MB for each time they are copied, three times at most, in each
    of the threads; a process for each photo of a page would take a quarter of a second.
    WebP is unpacked in part as it is opened, and is never small.
    """
    try:
        with Image.open(path, formats=SMALL_FORMATS) as image:
            return image.width * image.height <= SMALL_PIXELS
    except (Image.DecompressionBombError, *_UNREADABLE):
        return False  # the process says what is wrong with it


def _unpack(draft: Path, *, path: str) -> None:
    """Read the picture to its end; a JPEG at an eighth of its size, which costs little."""
    if is_small(draft):
        try:
            with Image.open(draft, formats=SMALL_FORMATS) as image:
                image.draft("RGB", (1, 1))
                image.load()
        except _UNREADABLE as error:
            raise InvalidInput(_("照片不完整，请重新拍摄"), path=path) from error
        return
    ended = run_on_picture("picture", str(draft))
    if ended.code == limited.UNREAD or ended.is_out_of_bounds:
        raise TooLarge(_("照片的像素太多，请用普通清晰度重新拍摄"), path=path)
    if ended.code != limited.READ:
        raise InvalidInput(_("照片不完整，请重新拍摄"), path=path)
