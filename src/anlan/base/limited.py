"""A process that reads a hostile file: first it gives up what it will not need.

Run by ``programs``: ``limited.py PARENT SECONDS MEMORY OUTPUT picture PATH`` decodes a
picture itself, ``… drawn PATH LONGEST`` draws it anew, ``… apart`` says whether it
left the network, ``… -- PROGRAM …`` becomes another program, and ``… served PROGRAM …`` one
that the product serves over loopback, which therefore stays in the network. It knows
nothing of the product, so that it starts fast and has nothing to lose. On Linux it ends when its parent does, however that ends: a worker that is
killed leaves nothing that runs on and nobody waits for.
"""

from __future__ import annotations

import ctypes
import io
import os
import resource
import signal
import sys
from typing import NoReturn

READ, BROKEN, UNREAD = 0, 3, 4  # how it ends
MOST_OUTPUT = 256 * 1024  # bytes of any file it writes, unless it is to make one
MOST_PIXELS = 50_000_000
MOST_FRAMES = 1_000  # of a picture that moves
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # of unshare(2)
PR_SET_PDEATHSIG = 1  # of prctl(2); stays through execve(2)
SHOWN = ("JPEG", "PNG", "WEBP")  # of what is drawn anew for a page
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "MPO")


class TooLarge(Exception):
    """It has more pixels than can be unpacked."""


def end_with(parent: int) -> None:
    """Be killed with the parent; also if it is gone already, before it could be asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def leave_the_network() -> bool:
    """Go on in a network of one's own, which has nothing in it, if the system lets us.

    Some forbid it (a container, hardened kernels): then the other limits stand alone.

    Returns:
        Whether it did.
    """
    if sys.platform != "linux":
        return False
    unshare = ctypes.CDLL(None).unshare
    # Root may do the first, anybody the second where that is allowed at all.
    kinds = (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET)
    return any(unshare(kind) == 0 for kind in kinds)


def give_up(seconds: int, memory: int, output: int) -> None:
    """Processor time, memory, files: what is used beyond that ends the process."""
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.nice(10)


def look_at(path: str) -> int:
    """Unpack a picture to its last line, each frame of one that moves."""
    from PIL import Image, ImageSequence, UnidentifiedImageError  # noqa: PLC0415 -- after the limits

    Image.MAX_IMAGE_PIXELS = 4 * MOST_PIXELS  # refused at the door; a JPEG may be that
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft("RGB", (1, 1))  # a JPEG at an eighth of its size
            if image.width * image.height > MOST_PIXELS:
                return UNREAD
            if image.format == "MPO":  # behind the photo lie previews and maps of light
                image.load()
                return READ
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                if number == MOST_FRAMES:
                    return UNREAD
                frame.load()
    except (MemoryError, Image.DecompressionBombError):
        return UNREAD
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        return BROKEN
    return READ


def draw(path: str, longest: int, formats: tuple[str, ...] = SHOWN) -> bytes:
    """A JPEG of what a photo shows, upright, without anything else that its file holds.

    Raises:
        TooLarge: it has more pixels than can be unpacked.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 -- after the limits

    with Image.open(path, formats=formats) as photo:
        # A JPEG is unpacked at a part of its size, so that of a large one costs little.
        photo.draft("RGB", (longest, longest))
        if photo.width * photo.height > MOST_PIXELS:
            raise TooLarge
        shown = ImageOps.exif_transpose(photo).convert("RGB")
        shown.thumbnail((longest, longest))
        drawn = io.BytesIO()
        shown.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()


def draw_to_output(path: str, longest: int) -> int:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 -- after the limits

    try:
        drawn = draw(path, longest)
    except (MemoryError, TooLarge, Image.DecompressionBombError):
        return UNREAD
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return BROKEN
    sys.stdout.buffer.write(drawn)
    sys.stdout.buffer.flush()
    return READ


def main(arguments: list[str]) -> NoReturn:
    parent, seconds, memory, output, verb, *rest = arguments
    end_with(int(parent))
    is_apart = verb != "served" and leave_the_network()
    give_up(int(seconds), int(memory), int(output))
    if verb == "apart":
        sys.exit(READ if is_apart else UNREAD)
    if verb == "picture":
        sys.exit(look_at(rest[0]))
    if verb == "drawn":
        sys.exit(draw_to_output(rest[0], int(rest[1])))
    os.execvp(rest[0], rest)  # noqa: S606 -- an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
