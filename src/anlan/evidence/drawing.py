"""Covers parts of pictures and sounds, in a process that knows nothing of the product.

Run behind ``limited`` by ``masking``, never with rights of its own:

``drawing.py film PLAN <in >out``: raw pictures in Matroska, as ffmpeg writes them. The
stream is copied byte by byte, only the pictures get their boxes, so that every moment
stays what it was. One picture is held in memory, however long the film is.

``drawing.py photo PLAN SOURCE TARGET``: one picture, drawn onto an empty one.

``drawing.py sound PLAN <in >out``: samples of 16 bits, some of them silent or a tone.

The plan is a file of JSON; times are milliseconds, places are pixels of the upright
picture. What is on the screen at any moment of a box is covered wherever the box is while
it is on the screen, and rounded outwards: rather a pixel too much.
"""

from __future__ import annotations

import io
import json
import math
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn, TypeAlias

BLOCKS = 6  # at most across a box that is made coarse, whatever its size
LEAST_BLOCK = 8  # pixels
BLOCKS_OF_PICTURE = 48  # at most across the shorter side: many small boxes give no more
BLACK, GREY = 16, 128  # of video: no light, no colour
TONE_HZ, TONE_PEAK = 1000, 3000
UNFIT = 5  # how it ends if it cannot be done

# Elements of Matroska: those that hold others, and those that are looked at.
_HOLD = {0x18538067, 0x1F43B675, 0xA0}  # segment, cluster, group of blocks
_MOMENT, _BLOCKS = 0xE7, {0xA1, 0xA3}
_UNKNOWN = 1 << 62  # the size of what ends when the stream does
_MOST_ELEMENT = 1 << 20  # bytes of one that is not looked at and may be kept in memory

Key: TypeAlias = Sequence[int]  # time, x, y, width, height


class Rect(NamedTuple):
    """Left, top, right, bottom; the last two are outside."""

    left: int
    top: int
    right: int
    bottom: int


class Unfit(Exception):
    """The stream is not what was announced."""


def position_at(keys: Sequence[Key], moment: float) -> tuple[float, ...]:
    """Left, top, right and bottom of a box: straight from one key to the next.

    Before the first key and behind the last it stands still.
    """
    before = keys[0]
    for key in keys:
        if key[0] > moment:
            break
        before = key
    else:
        return _edges(before)
    if key is before:
        return _edges(before)
    part = (moment - before[0]) / (key[0] - before[0])
    return tuple(
        a + (b - a) * part for a, b in zip(_edges(before), _edges(key), strict=True)
    )


def swept(box: dict[str, Any], begin: int, end: int | None) -> Rect | None:
    """What a box covers of a picture that is on the screen from ``begin`` until ``end``.

    Args:
        end: the next picture comes; none if this is the last one.
    """
    if begin > box["end"] or (end is not None and end <= box["begin"]):
        return None
    keys = box["keys"]
    first = max(begin, box["begin"])
    last = box["end"] if end is None else min(end, box["end"])
    moments = [first, last, *(key[0] for key in keys if first < key[0] < last)]
    edges = [position_at(keys, moment) for moment in moments]
    return Rect(
        math.floor(min(edge[0] for edge in edges)),
        math.floor(min(edge[1] for edge in edges)),
        math.ceil(max(edge[2] for edge in edges)),
        math.ceil(max(edge[3] for edge in edges)),
    )


def blocks_of(width: int, height: int, *, shorter: int) -> tuple[int, int]:
    """How many blocks a coarse box has across and down.

    Args:
        shorter: side of the whole picture.
    """
    block = max(
        LEAST_BLOCK,
        math.ceil(max(width, height) / BLOCKS),
        math.ceil(shorter / BLOCKS_OF_PICTURE),
    )
    return math.ceil(width / block), math.ceil(height / block)


def _edges(key: Key) -> tuple[float, ...]:
    _, x, y, width, height = key
    return x, y, x + width, y + height


def _inside(rect: Rect, width: int, height: int, *, step: int = 1) -> Rect | None:
    """The part that is in the picture; at even places where colours are shared by four."""
    left = max(0, rect.left // step * step)
    top = max(0, rect.top // step * step)
    right = min(width, -(-rect.right // step) * step)
    bottom = min(height, -(-rect.bottom // step) * step)
    return Rect(left, top, right, bottom) if left < right and top < bottom else None


# Films.


class _Plane(NamedTuple):
    """Light or one colour of a picture: where it begins, its size, how it is thinned."""

    start: int
    width: int
    height: int
    step: int
    empty: int


def _planes(width: int, height: int) -> list[_Plane]:
    half = (width // 2) * (height // 2)
    return [
        _Plane(0, width, height, 1, BLACK),
        _Plane(width * height, width // 2, height // 2, 2, GREY),
        _Plane(width * height + half, width // 2, height // 2, 2, GREY),
    ]


def cover_picture(
    picture: memoryview, width: int, height: int, boxes: Sequence[tuple[str, Rect]]
) -> None:
    """Draw on one raw picture (4:2:0, even sides); solid ones come last."""
    for fill, rect in sorted(boxes, key=lambda one: one[0] == "solid"):
        seen = _inside(rect, width, height, step=2)
        if seen is None:
            continue
        across, down = blocks_of(
            seen.right - seen.left,
            seen.bottom - seen.top,
            shorter=min(width, height),
        )
        for plane in _planes(width, height):
            part = Rect(*(side // plane.step for side in seen))
            if fill == "solid":
                _blacken(picture, plane, part)
            else:
                _coarsen(picture, plane, part, across, down)


def _blacken(picture: memoryview, plane: _Plane, part: Rect) -> None:
    line = bytes([plane.empty]) * (part.right - part.left)
    _put(picture, plane, part, line * (part.bottom - part.top))


def _coarsen(
    picture: memoryview, plane: _Plane, part: Rect, across: int, down: int
) -> None:
    from PIL import Image  # noqa: PLC0415 -- after the limits

    size = part.right - part.left, part.bottom - part.top
    cut = b"".join(picture[start : start + size[0]] for start in _lines_of(plane, part))
    coarse = Image.frombytes("L", size, cut)
    few = coarse.resize(
        (min(across, size[0]), min(down, size[1])), Image.Resampling.BOX
    )
    _put(picture, plane, part, few.resize(size, Image.Resampling.NEAREST).tobytes())


def _put(picture: memoryview, plane: _Plane, part: Rect, content: bytes) -> None:
    width = part.right - part.left
    for number, start in enumerate(_lines_of(plane, part)):
        picture[start : start + width] = content[number * width : (number + 1) * width]


def _lines_of(plane: _Plane, part: Rect) -> range:
    first = plane.start + part.top * plane.width + part.left
    last = plane.start + part.bottom * plane.width + part.left
    return range(first, last, plane.width)


def film(plan: dict[str, Any], source: BinaryIO, target: BinaryIO) -> int:
    """Copy the stream with its boxes; returns how many pictures there were."""
    width, height = plan["width"], plan["height"]
    held: tuple[memoryview, int] | None = None  # until the moment of the next is known
    behind: list[bytes | memoryview] = []
    cluster = count = 0

    def let_go(until: int | None) -> None:
        nonlocal held
        if held is not None:
            picture, begin = held
            boxes = [
                (box["fill"], rect)
                for box in plan["boxes"]
                if (rect := swept(box, begin, until)) is not None
            ]
            cover_picture(picture, width, height, boxes)
            target.write(picture)
        target.writelines(behind)
        behind.clear()
        held = None

    for name, size, head in _elements(source):
        behind.append(head)
        if name in _HOLD:
            continue
        if name in _BLOCKS:
            body = memoryview(bytearray(_exactly(source, size)))
            track, offset, flags = struct.unpack(">BhB", body[:4])
            if track != 0x81 or flags & 0x06 or size - 4 != width * height * 3 // 2:
                raise Unfit("a picture of another size")
            moment = cluster + offset
            behind.append(body[:4])
            let_go(moment)
            held = body[4:], moment
            count += 1
        elif size > _MOST_ELEMENT:
            raise Unfit("an element that is too large")
        else:
            body = memoryview(_exactly(source, size))
            if name == _MOMENT:
                cluster = int.from_bytes(body, "big")
            behind.append(body)
    let_go(None)
    target.flush()
    if not count:
        raise Unfit("no pictures")
    return count


def _elements(source: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Name, size and bytes of each head; whoever asks reads the body of one in between."""
    while first := source.read(1):
        name = first + _exactly(source, _length(first[0]) - 1)
        first = _exactly(source, 1)
        length = _length(first[0])
        rest = _exactly(source, length - 1)
        whole = int.from_bytes(first + rest, "big")
        size = whole & ~(1 << (7 * length))
        is_unknown = size == (1 << (7 * length)) - 1
        number = int.from_bytes(name, "big")
        if is_unknown and number not in _HOLD:
            raise Unfit("an element without an end")
        yield number, _UNKNOWN if is_unknown else size, name + first + rest


def _length(first: int) -> int:
    if not first:
        raise Unfit("not Matroska")
    return 9 - first.bit_length()


def _exactly(source: BinaryIO, size: int) -> bytes:
    content = source.read(size)
    if len(content) != size:
        raise Unfit("it breaks off")
    return content


# Photos.


def photo(plan: dict[str, Any], source: Path, target: Path) -> None:
    """What a photo shows, on an empty picture: no notes of the camera come along."""
    from PIL import Image  # noqa: PLC0415 -- after the limits

    shown = upright(source)
    if shown.size != (plan["width"], plan["height"]):
        raise Unfit("a picture of another size")
    drawn = Image.new("RGB", shown.size)
    drawn.paste(shown)
    for box in sorted(plan["boxes"], key=lambda one: one["fill"] == "solid"):
        rect = swept(box, 0, None)
        seen = _inside(rect, *drawn.size) if rect else None
        if seen is None:
            continue
        size = seen.right - seen.left, seen.bottom - seen.top
        if box["fill"] == "solid":
            drawn.paste((0, 0, 0), seen)
            continue
        few = drawn.crop(seen).resize(
            blocks_of(*size, shorter=min(drawn.size)), Image.Resampling.BOX
        )
        drawn.paste(few.resize(size, Image.Resampling.NEAREST), seen)
    if target.suffix == ".png":
        drawn.save(target, "PNG")
    else:
        drawn.save(target, "JPEG", quality=92, subsampling=0)


def upright(source: Path) -> Any:
    """The first picture of a file, as it is looked at, without a colour of its own."""
    from PIL import Image, ImageCms, ImageOps  # noqa: PLC0415 -- after the limits

    Image.MAX_IMAGE_PIXELS = 60_000_000
    with Image.open(
        source, formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
    ) as one:
        profile = one.info.get("icc_profile")
        shown = ImageOps.exif_transpose(one)
        if shown.mode in {"RGBA", "LA", "PA", "P"}:
            paper = Image.new("RGBA", shown.size, "white")
            paper.alpha_composite(shown.convert("RGBA"))
            shown = paper
        if profile and shown.mode == "RGB":
            # Colours a little off are better than no copy.
            with suppress(ImageCms.PyCMSError, OSError):
                ImageCms.profileToProfile(
                    shown,
                    ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                    ImageCms.createProfile("sRGB"),
                    inPlace=True,
                )
        return shown.convert("RGB")


def measure(source: Path) -> str:
    """Width and height of a photo, upright."""
    return json.dumps(upright(source).size)


# Sounds.


def sound(plan: dict[str, Any], source: BinaryIO, target: BinaryIO) -> int:
    """Copy samples, those of a span silent or a tone; returns how many there were."""
    rate, channels = plan["rate"], plan["channels"]
    frame = 2 * channels
    tone = _tone(rate, channels)
    spans = [
        (
            math.floor(span["begin"] * rate / 1000),
            math.ceil(span["end"] * rate / 1000),
            span["fill"],
        )
        for span in plan["spans"]
    ]
    done = 0
    while block := source.read(frame * 16384):
        samples = bytearray(block)
        count = len(samples) // frame
        for begin, end, fill in spans:
            first, last = max(begin, done) - done, min(end, done + count) - done
            if first < last:
                length = (last - first) * frame
                part = bytes(length)
                if fill == "beep":
                    start = (done + first) * frame % len(tone)
                    part = (tone[start:] + tone * (length // len(tone) + 1))[:length]
                samples[first * frame : last * frame] = part
        target.write(samples)
        done += count
    target.flush()
    return done


def _tone(rate: int, channels: int) -> bytes:
    """One second of it, so that it goes on without a click."""
    return b"".join(
        struct.pack("<h", round(TONE_PEAK * math.sin(2 * math.pi * TONE_HZ * n / rate)))
        * channels
        for n in range(rate)
    )


def main(arguments: list[str]) -> NoReturn:
    verb, *rest = arguments
    try:
        if verb == "measure":
            sys.stdout.write(measure(Path(rest[0])))
            sys.exit(0)
        plan = json.loads(Path(rest[0]).read_text())
        if verb == "photo":
            photo(plan, Path(rest[1]), Path(rest[2]))
        elif verb == "film":
            film(plan, sys.stdin.buffer, sys.stdout.buffer)
        else:
            sound(plan, sys.stdin.buffer, sys.stdout.buffer)
    except (Unfit, OSError, ValueError, SyntaxError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}")
        sys.exit(UNFIT)
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
