"""Copies to play of what people sent: made anew, so that nothing of the original is run.

Decoded and encoded in the limited process; the copy has a new box, no notes of the
camera, and what the wave is drawn of comes from the same decoding.
"""

from __future__ import annotations

import array
import sys
from dataclasses import dataclass
from pathlib import Path

from anlan.evidence.films import (
    ALLOWED,
    QUIET,
    NotMade,
    Recipe,
    complaint_of,
    run,
    seconds_of,
    version,
)

RATE = 8000  # samples a second of what the wave is drawn of
PEAKS = 400
MOST_SECONDS = 4 * 3600
MOST_SOUND = MOST_SECONDS * RATE * 2  # bytes
MOST_FILM = 512 * 1024 * 1024  # bytes of an original that is made anew
SOUND_TYPE, FILM_TYPE = "audio/mp4", "video/mp4"
_CLEAN = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact")


@dataclass(frozen=True)
class Played:
    """What was made, and the wave of its sound."""

    path: Path
    media_type: str
    seconds: float
    peaks: list[int]
    recipe: Recipe


def make_playing_copy(
    original: Path, folder: Path, *, sha256: str, is_film: bool
) -> Played:
    """AAC for a sound, H.264 of at most 1280 points for a film.

    Raises:
        NotMade: it cannot be decoded, or takes longer than a copy is worth.
    """
    (folder / "original").symlink_to(original)
    made, raw = folder / ("copy.mp4" if is_film else "copy.m4a"), folder / "wave"
    wave = ("-ac", "1", "-ar", str(RATE), "-f", "s16le", raw.name)
    if is_film:
        picture = (
            *("-map", "0:v:0", "-map", "0:a:0?"),
            *("-vf", "scale='min(1280,iw)':-2", "-c:v", "libx264", "-preset"),
            *("veryfast", "-crf", "27", "-pix_fmt", "yuv420p"),
        )
        outputs = [*picture, *_SOUND, *_CLEAN, "-f", "mp4", made.name]
    else:
        outputs = [
            *("-map", "0:a:0", *_SOUND, *_CLEAN, "-f", "mp4", made.name),
            *("-map", "0:a:0", *wave),
        ]
    arguments = [*QUIET, *ALLOWED, "-t", str(MOST_SECONDS), "-i", "original", *outputs]
    # A small file can be long: what is allowed is what the longest needs.
    most = max(MOST_SOUND, 2 * original.stat().st_size) + 1024 * 1024
    ended = run("ffmpeg", arguments, folder=folder, output=most)
    if ended.code != 0 or not made.exists():
        raise NotMade(complaint_of(ended))
    recipe: Recipe = {
        "program": version(),
        "arguments": ["ffmpeg", *arguments],
        "inputs": [sha256],
    }
    return Played(
        path=made,
        media_type=FILM_TYPE if is_film else SOUND_TYPE,
        seconds=round(seconds_of(made) or 0.0, 3),
        peaks=peaks_of(raw) if raw.exists() else [],
        recipe=recipe,
    )


_SOUND = (
    *("-af", "aformat=channel_layouts=mono|stereo", "-c:a", "aac", "-b:a", "64k"),
    *("-movflags", "+faststart"),
)


def peaks_of(raw: Path, *, count: int = PEAKS) -> list[int]:
    """The loudest sample of each of ``count`` stretches, 0 to 100 of the loudest of all.

    Read a stretch at a time: of four hours a quarter of a gigabyte lies there.
    """
    samples = raw.stat().st_size // 2
    loudest = []
    with raw.open("rb") as file:
        for number in range(min(count, samples)):
            length = (number + 1) * samples // count - number * samples // count
            stretch = array.array("h", file.read(2 * max(1, length)))
            if sys.byteorder == "big":
                stretch.byteswap()
            if stretch:
                loudest.append(max(max(stretch), -min(stretch)))  # noqa: PLW3301 -- flat would unpack them
    most = max(loudest, default=0)
    # Faint hiss is not drawn as a voice.
    whole = max(most, 1000)
    return [round(100 * one / whole) for one in loudest]
