"""Signatures of hand-overs: drawn on the screen, or a photo of the paper that both signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from anlan.base import vault
from anlan.base.errors import InvalidInput, TooLarge
from anlan.base.vault import Kept

MOST_BYTES = 200 * 1024  # of a drawing
MOST_PIXELS = 4_000_000  # of a drawing; unpacked it is 16 MB
# The fields that a refusal names.
GIVER, RECEIVER, PAPER = "giver_signature", "receiver_signature", "paper"
_DARK = 128  # of 255; ink is darker
_LEAST_INK = 60  # pixels; a dot or a slip of the finger has fewer
_LEAST_SIDE = 24  # pixels that the strokes must span in one direction
_MOST_INK = 0.5  # of the picture; a signature leaves paper around itself


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Two drawings, or one photo of the paper; each in parts, none is empty."""

    giver: Iterable[bytes] = ()
    receiver: Iterable[bytes] = ()
    paper: Iterable[bytes] = ()


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """The same in the vault; on paper both are one file."""

    giver: Kept
    receiver: Kept

    @property
    def content(self) -> dict[str, str]:
        """For telling a repeated request from another one."""
        return {
            "giver_signed": self.giver.sha256,
            "receiver_signed": self.receiver.sha256,
        }


def keep_signatures(signed: Signed) -> Signatures:
    """Keep what was signed.

    Raises:
        InvalidInput: one is missing, is no picture, or nothing is drawn on it.
        TooLarge: more than a signature can be.
    """
    giver, receiver = _whole(signed.giver, GIVER), _whole(signed.receiver, RECEIVER)
    if not giver and not receiver:
        paper = iter(signed.paper)
        first = next(paper, b"")
        if not first:
            raise InvalidInput(_("请双方签字，或附上签过字的纸的照片"), path=GIVER)
        kept = vault.keep_photo(_chained(first, paper), path=PAPER)
        return Signatures(giver=kept, receiver=kept)
    _check_drawn(giver, path=GIVER)
    _check_drawn(receiver, path=RECEIVER)
    if giver == receiver:
        raise InvalidInput(_("两个签名是同一张图，请双方各自签字"), path=RECEIVER)
    return Signatures(
        giver=vault.keep_photo([giver], path=GIVER),
        receiver=vault.keep_photo([receiver], path=RECEIVER),
    )


def keep_drawing(chunks: Iterable[bytes], *, path: str) -> Kept:
    """Keep the signature of one person, drawn on the screen.

    Raises:
        InvalidInput: nothing is drawn, or it is no picture.
        TooLarge: more than a signature can be.
    """
    drawn = _whole(chunks, path)
    if not drawn:
        raise InvalidInput(_("请签字"), path=path)
    _check_drawn(drawn, path=path)
    return vault.keep_photo([drawn], path=path)


def _whole(chunks: Iterable[bytes], path: str) -> bytes:
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > MOST_BYTES:
            raise TooLarge(_("签名图片最大 %s KB") % (MOST_BYTES // 1024), path=path)
    return bytes(whole)


def _check_drawn(content: bytes, *, path: str) -> None:
    """A PNG with strokes on it: neither blank, nor a dot, nor painted all over."""
    if not content:
        raise InvalidInput(_("请签字：交出人和接收人都要签"), path=path)
    ink = _ink_of(content, path=path)
    width, height = ink.size
    box, count = ink.getbbox(), ink.histogram()[255]
    if (
        box is None
        or count < _LEAST_INK
        or max(box[2] - box[0], box[3] - box[1]) < _LEAST_SIDE
    ):
        raise InvalidInput(_("签名是空的，请用手指或笔在框内签名"), path=path)
    if count > _MOST_INK * width * height:
        raise InvalidInput(_("这不是签名，请重新签"), path=path)


def _ink_of(content: bytes, *, path: str) -> Image.Image:
    """White where the drawing is dark, black elsewhere; what is transparent is paper."""
    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLarge(_("签名图片的像素太多"), path=path)
            if getattr(image, "n_frames", 1) > 1:
                raise InvalidInput(_("这不是签名，请重新签"), path=path)
            drawn = image.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise TooLarge(_("签名图片的像素太多"), path=path) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(_("签名必须是完整的 PNG 图片"), path=path) from error
    paper = Image.new("RGBA", drawn.size, "white")
    grey = Image.alpha_composite(paper, drawn).convert("L")
    return grey.point([255 if shade < _DARK else 0 for shade in range(256)])


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest
