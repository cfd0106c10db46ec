"""Films to look at, made from originals without touching a picture, and their lengths.

ffmpeg is given names of ours in a folder of ours, links to files of the vault, one
demuxer list, and no protocol but files: a list of addresses that somebody calls a film
opens nothing. What the camera said stays as it is; only the box around it is new.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import orjson

from anlan.base.programs import Ended, run_limited
from anlan.evidence.reading import DEMUXERS, FILM_MEMORY

SECONDS, PROBE_SECONDS = 600, 60
PACKETS_BYTES = 64 * 1024 * 1024  # of the times of an hour at 60 pictures a second
SHEET_BYTES = 8 * 1024 * 1024
STILL_BYTES = 64 * 1024 * 1024  # of one picture of 4K that is not packed well
STILL_LEAD = 30  # seconds that are decoded before: no key frame stands further back
USUAL_STEP = 0.04
COLUMNS, TILE_WIDTH = 5, 240
ALLOWED = (
    *("-protocol_whitelist", "file,pipe"),
    *("-format_whitelist", f"concat,{DEMUXERS}"),
)
QUIET = ("-nostdin", "-hide_banner", "-v", "error")
_COPIED = {"h264"}  # what every browser plays as it is


Recipe: TypeAlias = dict[str, object]
Keep: TypeAlias = "Callable[[], None] | None"  # as of ``run_limited``


class NotMade(Exception):
    """The program could not make it; the originals are as they were."""


@dataclass(frozen=True)
class Source:
    """An original: where it lies, its digest, and when it begins."""

    path: Path
    sha256: str
    begin: datetime
    seconds: float | None = None  # how long it is, if we wrote it and know


@dataclass
class Film:
    """What was made, and how to make it again; ``holes`` are seconds from its begin."""

    path: Path
    seconds: float
    recipe: dict[str, object]
    holes: list[tuple[float, float]] = field(default_factory=list)


def seconds_of(path: Path, *, keep: Keep = None) -> float | None:
    """How long a film is, as its box says; none if that cannot be read."""
    try:
        ended = _probe(["-show_entries", "format=duration", str(path)], keep)
        return float(orjson.loads(ended.said)["format"]["duration"])
    except (NotMade, orjson.JSONDecodeError, KeyError, ValueError):
        return None


def has_pictures(path: Path) -> bool:
    """Whether it is a film, and not sound in the box of one."""
    try:
        _codec_of(path)
    except NotMade:
        return False
    return True


def _start_of(path: Path, keep: Keep) -> float:
    """The first stamp in a film, which need not be nought."""
    ended = _probe(["-show_entries", "format=start_time", str(path)], keep)
    try:
        return float(orjson.loads(ended.said)["format"]["start_time"])
    except (orjson.JSONDecodeError, KeyError, ValueError):
        raise NotMade("no pictures") from None


def make_film(sources: Sequence[Source], folder: Path, *, keep: Keep = None) -> Film:
    """One film of originals that follow each other without a gap.

    Each begins where its name says and not where the one before it ends: sound that is
    longer than its pictures would else push the clock on, by a second in ten minutes.

    Args:
        keep: called each second; it may raise, and nothing is made.

    Raises:
        NotMade: they cannot be put together.
    """
    lines = ["ffconcat version 1.0"]
    for number, source in enumerate(sources):
        name = f"{number:05}"
        (folder / name).symlink_to(source.path)
        lines.append(f"file '{name}'")
        if number + 1 < len(sources):
            length = (sources[number + 1].begin - source.begin).total_seconds()
            lines.append(f"duration {length:.6f}")
            if source.seconds is not None and source.seconds > length:
                # Two stretches of a stream overlap: what comes twice is shown once.
                lines.append(f"outpoint {_start_of(source.path, keep) + length:.6f}")
    (folder / "list").write_text("\n".join(lines) + "\n")
    made = folder / "film.mp4"
    codec = _codec_of(sources[0].path, keep)
    arguments = [
        *QUIET,
        *("-f", "concat", "-safe", "1", *ALLOWED, "-i", "list"),
        *("-map", "0:v:0", "-map", "0:a:0?"),
        *(
            ("-c:v", "copy")
            if codec in _COPIED
            else ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
        ),
        *("-c:a", "aac", "-movflags", "+faststart", "-f", "mp4", made.name),
    ]
    size = sum(source.path.stat().st_size for source in sources)
    output = 4 * size + SHEET_BYTES
    ended = run("ffmpeg", arguments, folder=folder, output=output, keep=keep)
    if ended.code != 0 or not made.exists():
        raise NotMade(complaint_of(ended))
    times = times_of(made, keep=keep)
    if not times:
        raise NotMade("no pictures")
    seconds = times[-1] + _usual(times)
    recipe: dict[str, object] = {
        "program": version(),
        "arguments": ["ffmpeg", *arguments],
        "list": lines,
        "inputs": [source.sha256 for source in sources],
        "step": round(_usual(times), 6),  # seconds of one picture
    }
    joints = [(one.begin - sources[0].begin).total_seconds() for one in sources[1:]]
    return Film(made, seconds, recipe, _holes(times, joints))


def make_sheet(
    film: Path, folder: Path, *, seconds: float, every: int, keep: Keep = None
) -> Path:
    """A contact sheet: the key frame nearest to each ``every`` seconds, in rows of five.

    Raises:
        NotMade: not one picture can be decoded.
    """
    count = max(1, int(seconds // every) + (seconds % every > 0))
    rows = -(-count // COLUMNS)
    made = folder / "sheet.jpg"
    arguments = [
        *QUIET,
        *("-skip_frame", "nokey", *ALLOWED, "-i", film.name, "-an"),
        "-vf",
        (
            f"fps=1/{every}:start_time=0:round=up,scale={TILE_WIDTH}:-2,"
            f"tile={min(COLUMNS, count)}x{rows}"
        ),
        *("-frames:v", "1", "-q:v", "4", "-f", "image2", "-update", "1", made.name),
    ]
    ended = run("ffmpeg", arguments, folder=folder, output=SHEET_BYTES, keep=keep)
    if ended.code != 0 or not made.exists():
        raise NotMade(complaint_of(ended))
    return made


def make_still(source: Source, folder: Path, *, seconds: float) -> tuple[Path, Recipe]:
    """The picture that stands at ``seconds`` of an original, as large as it is there.

    Raises:
        NotMade: there is none.
    """
    made = folder / "still.png"
    (folder / "original").symlink_to(source.path)
    # The last picture that began by then: one that begins within its length before.
    begin = max(0.0, seconds - _step_of(source.path) * 0.999)
    early = max(0.0, begin - STILL_LEAD)
    arguments = [
        *QUIET,
        *(("-ss", f"{early:.3f}") if early else ()),
        *(*ALLOWED, "-i", "original", "-ss", f"{begin - early:.6f}"),
        *("-map", "0:v:0", "-frames:v", "1", "-c:v", "png", "-f", "image2"),
        *("-update", "1", made.name),
    ]
    ended = run("ffmpeg", arguments, folder=folder, output=STILL_BYTES)
    if ended.code != 0 or not made.exists():
        raise NotMade(complaint_of(ended))
    return made, {
        "program": version(),
        "arguments": ["ffmpeg", *arguments],
        "inputs": [source.sha256],
    }


@lru_cache(maxsize=1)
def version() -> str:
    """What a recipe calls the program."""
    said = run("ffmpeg", ["-version"], folder=Path("/")).said.decode(errors="replace")
    found = re.match(r"ffmpeg version (\S+)", said)
    return f"ffmpeg {found[1]}" if found else "ffmpeg"


def _step_of(path: Path) -> float:
    """Seconds of one picture, as its box says."""
    ended = _probe(
        ["-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate", str(path)]
    )
    try:
        said = str(orjson.loads(ended.said)["streams"][0]["avg_frame_rate"])
        count, _slash, per = said.partition("/")
        return float(per or 1) / float(count)
    except (orjson.JSONDecodeError, KeyError, IndexError, ValueError):
        raise NotMade("no pictures") from None
    except ZeroDivisionError:
        return USUAL_STEP


def _codec_of(path: Path, keep: Keep = None) -> str:
    ended = _probe(
        ["-select_streams", "v:0", "-show_entries", "stream=codec_name", str(path)],
        keep,
    )
    try:
        return str(orjson.loads(ended.said)["streams"][0]["codec_name"])
    except (orjson.JSONDecodeError, KeyError, IndexError):
        raise NotMade("no pictures") from None


def times_of(path: Path, *, keep: Keep = None) -> list[float]:
    """When each picture is shown, in seconds from the beginning."""
    ended = run(
        "ffprobe",
        [
            *("-v", "error", *ALLOWED, "-select_streams", "v:0"),
            *("-show_entries", "packet=pts_time", "-of", "csv=p=0", str(path)),
        ],
        folder=path.parent,
        output=PACKETS_BYTES,
        keep=keep,
    )
    found = re.findall(rb"^-?\d+\.\d+", ended.said, re.MULTILINE)
    return sorted(float(text) for text in found)


def _usual(times: Sequence[float]) -> float:
    """The usual distance of two pictures."""
    steps = sorted(b - a for a, b in itertools.pairwise(times))
    return steps[len(steps) // 2] if steps else 0.0


def _holes(
    times: Sequence[float], joints: Sequence[float]
) -> list[tuple[float, float]]:
    """Where pictures are missing: three in a row, and at least half a second.

    Where two files meet a whole second is not told: their names say no less.
    """
    usual = _usual(times)
    least = max(0.5, 4 * usual)
    return [
        (round(a + usual, 3), round(b, 3))
        for a, b in itertools.pairwise(times)
        if b - a > least
        and (b - a > 1 + usual or not any(a <= joint <= b for joint in joints))
    ]


def _probe(arguments: Sequence[str], keep: Keep = None) -> Ended:
    *words, path = arguments
    return run(
        "ffprobe",
        ["-v", "error", *ALLOWED, *words, "-of", "json", f"file:{path}"],
        folder=Path("/"),
        seconds=PROBE_SECONDS,
        keep=keep,
    )


def run(
    program: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    output: int = PACKETS_BYTES,
    seconds: int = SECONDS,
    keep: Keep = None,
) -> Ended:
    """Run one of the two programs, with its limits.

    Raises:
        NotMade: it is not installed.
    """
    return run_limited(
        ["--", path_of(program), *arguments],
        memory=FILM_MEMORY,
        output=output,
        seconds=seconds,
        folder=str(folder),
        keep=keep,
    )


def path_of(program: str) -> str:
    """Where it is installed; the same error."""
    found = shutil.which(program)
    if found is None:
        raise NotMade(f"{program} is not installed")
    return found


def complaint_of(ended: Ended) -> str:
    """The end of the complaint; of a path only how the file is called."""
    text = ended.complaint.decode(errors="replace")
    return re.sub(r"/(?:[^\s/]+/)*", "…/", text)[-200:] or f"code {ended.code}"
