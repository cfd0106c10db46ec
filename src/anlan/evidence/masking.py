"""Masked copies of pictures, films and sounds: a new file, in which nothing is hidden.

Nothing of the original is copied but what is seen and heard: pictures are decoded, drawn
on (``drawing``) and encoded anew at their own size and moments, sound is left out unless
it is asked for. No thumbnail, place, note of a camera, chapter or second track can come
along, because no part of the old file does. Every program is limited, as the original may
have been made to harm whoever opens it.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import PIL

from anlan.base import stores
from anlan.base.programs import PICTURE_MEMORY, Ended, run_chain, run_limited
from anlan.evidence import drawing
from anlan.evidence.enums import SoundChoice
from anlan.evidence.films import (
    ALLOWED,
    PROBE_SECONDS,
    QUIET,
    NotMade,
    complaint_of,
    path_of,
    run,
    version,
)
from anlan.evidence.reading import FILM_MEMORY
from anlan.evidence.redaction_plan import Plan, Sight

MOST_PIXELS = 4096 * 2304  # of a picture of a film
MOST_MILLISECONDS = 2 * 3600 * 1000
WORK_WIDTH = 960  # of the working copy of a film
RATE = 48_000  # samples a second
_EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p"
_DRAWING = Path(drawing.__file__)
_PLAIN = (
    *("-map_metadata", "-1", "-map_chapters", "-1"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
)
_LOSSLESS = ("image/png", "image/gif", "image/bmp")


class TooLarge(NotMade):
    """It is more than is masked on a machine of an office."""


@dataclass(frozen=True)
class Made:
    """A file, what it is, and how to make it again."""

    path: Path
    media_type: str
    recipe: dict[str, object]


def look_at(path: Path, media_type: str) -> Sight:
    """Size, length and sound of an original, upright.

    Raises:
        NotMade: it cannot be decoded here.
        TooLarge: it is more than can be masked here.
    """
    kind = media_type.partition("/")[0]
    if kind == "image":
        ended = run_limited(_drawing("measure", str(path)), memory=PICTURE_MEMORY)
        if ended.code != 0:
            raise NotMade(complaint_of(ended))
        width, height = orjson.loads(ended.said)
        return Sight(kind=kind, width=width, height=height)
    said = _probed(path)
    streams = said["streams"]
    sounds = [s for s in streams if s.get("codec_type") == "audio"]
    films = [s for s in streams if _is_film(s)]
    seconds = float(said["format"].get("duration", 0))
    if not math.isfinite(seconds) or seconds <= 0:
        raise NotMade("no length")
    if seconds * 1000 > MOST_MILLISECONDS:
        raise TooLarge("too long")
    channels = min(2, int(sounds[0].get("channels", 1))) if sounds else 0
    length = math.ceil(seconds * 1000)
    if kind == "audio":
        if not channels:
            raise NotMade("no sound")
        return Sight(kind=kind, milliseconds=length, channels=channels)
    if not films:
        raise NotMade("no pictures")
    width, height = _upright_size(path)
    return Sight(
        kind=kind,
        width=width,
        height=height,
        milliseconds=length,
        step_us=_step_us(films[0].get("avg_frame_rate", "")),
        channels=channels,
    )


def make_working_copy(
    path: Path, sight: Sight, folder: Path, *, keep: Callable[[], None]
) -> Path:
    """What is drawn on: smaller, with every picture at its own moment, easy to step in.

    Raises:
        NotMade: it cannot be decoded here.
    """
    if sight.kind == "image":
        plan = _write_plan(folder, _photo_plan(sight, Plan()))
        made = folder / "work.jpg"
        _draw_photo(plan, path, made)
        return made
    made = folder / ("work.mp4" if sight.kind == "video" else "work.m4a")
    film = (
        *("-map", "0:V:0", "-vf", _work_size(sight), "-fps_mode", "passthrough"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-g", "12"),
    )
    arguments = [
        *QUIET,
        *(*ALLOWED, "-i", f"file:{path}"),
        *(film if sight.kind == "video" else ()),
        *("-map", "0:a:0?", *_even_sound(sight), "-c:a", "aac", "-b:a", "96k"),
        *(*_PLAIN, "-movflags", "+faststart", "-f", _box(sight), made.name),
    ]
    _run([["--", path_of("ffmpeg"), *arguments]], sight, folder, keep)
    return made


def make_masked(
    path: Path,
    media_type: str,
    sight: Sight,
    plan: Plan,
    folder: Path,
    *,
    keep: Callable[[], None],
) -> Made:
    """The copy, in ``folder``; its length so far is in the file ``progress`` there.

    Raises:
        NotMade: it cannot be decoded, drawn or encoded here.
    """
    recipe: dict[str, object] = {
        "program": version(),
        "pillow": PIL.__version__,
        "drawing": stores.digest_of(_DRAWING),
        "blocks": drawing.BLOCKS,
        "plan": plan.as_json(),
        **({"part": list(plan.part)} if plan.part else {}),
    }
    if sight.kind == "image":
        is_lossless = media_type in _LOSSLESS
        made = folder / ("masked.png" if is_lossless else "masked.jpg")
        _draw_photo(_write_plan(folder, _photo_plan(sight, plan)), path, made)
        return Made(made, "image/png" if is_lossless else "image/jpeg", recipe)
    steps: list[list[str]] = []
    sound = None
    if sight.channels and plan.sound == SoundChoice.KEPT:
        sound = folder / ("masked.m4a" if sight.kind == "audio" else "sound.m4a")
        steps = _sound_steps(path, sight, plan, folder, sound)
        _run(steps, sight, folder, keep)
        recipe["sound"] = [_named(step, path) for step in steps]
    if sight.kind == "audio":
        return Made(folder / "masked.m4a", "audio/mp4", recipe)
    made = folder / "masked.mp4"
    steps = _film_steps(path, sight, plan, folder, sound, made)
    _run(steps, sight, folder, keep)
    recipe["film"] = [_named(step, path) for step in steps]
    return Made(made, "video/mp4", recipe)


def done_milliseconds(folder: Path) -> int:
    """How much of a film is encoded; it is written while that goes on."""
    try:
        said = (folder / "progress").read_bytes()[-2000:]
    except OSError:
        return 0
    found = re.findall(rb"out_time_us=(\d+)", said)
    return int(found[-1]) // 1000 if found else 0


def _film_steps(
    path: Path, sight: Sight, plan: Plan, folder: Path, sound: Path | None, made: Path
) -> list[list[str]]:
    """Decode, draw, encode: each picture keeps its moment until it is encoded.

    Of a part what lies outside is never drawn on, nor comes any further. The moments of
    the sound are those of the film, so the two begin together.
    """
    size = f"{_EVEN},scale={sight.width}:{sight.height}"
    if plan.part:
        size = f"{_trim('trim', plan)},{size}"
    said = {"width": sight.width, "height": sight.height, **_boxes(plan)}
    ffmpeg = path_of("ffmpeg")
    return [
        [
            *("--", ffmpeg, *QUIET, *ALLOWED, "-i", f"file:{path}"),
            *("-map", "0:V:0", "-an", "-sn", "-dn", "-vf", size),
            *("-fps_mode", "passthrough", "-c:v", "rawvideo"),
            *(("-to", _seconds(plan.part.end)) if plan.part else ()),
            *("-map_metadata", "-1", "-map_chapters", "-1", "-f", "matroska", "pipe:1"),
        ],
        _drawing("film", str(_write_plan(folder, said))),
        [
            *("--", ffmpeg, *QUIET, "-progress", "progress"),
            *("-f", "matroska", "-i", "pipe:0"),
            *(("-i", sound.name) if sound else ()),
            *("-map", "0:v:0", *(("-map", "1:a:0", "-c:a", "copy") if sound else ())),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20"),
            *("-pix_fmt", "yuv420p", "-fps_mode", "passthrough"),
            *(*_PLAIN, "-movflags", "+faststart", "-f", "mp4", made.name),
        ],
    ]


def _sound_steps(
    path: Path, sight: Sight, plan: Plan, folder: Path, made: Path
) -> list[list[str]]:
    """Decode, silence, encode: right to one sample."""
    begin = plan.part.begin if plan.part else 0
    said = {
        "rate": RATE,
        "channels": sight.channels,
        "spans": [
            {
                "begin": max(0, one.begin - begin),
                "end": one.end - begin,
                "fill": one.fill.value,
            }
            for one in plan.spans_heard
        ],
    }
    raw = ("-f", "s16le", "-ar", str(RATE), "-ac", str(sight.channels))
    ffmpeg = path_of("ffmpeg")
    return [
        [
            *("--", ffmpeg, *QUIET, *ALLOWED, "-i", f"file:{path}", "-vn"),
            *("-map", "0:a:0", *_even_sound(sight, plan), *raw, "pipe:1"),
        ],
        _drawing("sound", str(_write_plan(folder, said, name="sound.json"))),
        [
            *("--", ffmpeg, *QUIET, *raw, "-i", "pipe:0"),
            *("-c:a", "aac", "-b:a", "128k", *_PLAIN),
            *("-movflags", "+faststart", "-f", "ipod", made.name),
        ],
    ]


def _even_sound(sight: Sight, plan: Plan | None = None) -> tuple[str, ...]:
    """Samples that begin with the film, and no hole that pushes what follows."""
    even = f"aresample={RATE}:async=1:first_pts=0"
    if plan and plan.part:
        even = f"{even},{_trim('atrim', plan)}"
    return ("-af", even) if sight.channels else ()


def _trim(kind: str, plan: Plan) -> str:
    assert plan.part is not None  # noqa: S101 -- only called for a part
    begin, end = map(_seconds, plan.part)
    return f"{kind}=start={begin}:end={end}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"


def _work_size(sight: Sight) -> str:
    return f"{_EVEN},scale={min(WORK_WIDTH, sight.width)}:-2"


def _box(sight: Sight) -> str:
    return "mp4" if sight.kind == "video" else "ipod"


def _boxes(plan: Plan) -> dict[str, Any]:
    """Of a part, as if nothing came after it: its last picture has no next one."""
    last = plan.part.end if plan.part else math.inf
    return {
        "boxes": [
            {
                "fill": box.fill.value,
                "begin": box.begin,
                "end": min(box.end, last),
                "keys": [list(key) for key in box.keys],
            }
            for box in plan.boxes_shown
        ]
    }


def _photo_plan(sight: Sight, plan: Plan) -> dict[str, Any]:
    return {"width": sight.width, "height": sight.height, **_boxes(plan)}


def _draw_photo(plan: Path, source: Path, made: Path) -> None:
    ended = run_limited(
        _drawing("photo", str(plan), str(source), str(made)),
        memory=PICTURE_MEMORY,
        output=PICTURE_MEMORY,
    )
    if ended.code != 0 or not made.exists():
        raise NotMade(complaint_of(ended))


def _drawing(*words: str) -> list[str]:
    return ["--", sys.executable, "-I", str(_DRAWING), *words]


def _write_plan(folder: Path, said: dict[str, Any], name: str = "plan.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(said))
    return path


def _run(
    steps: Sequence[Sequence[str]],
    sight: Sight,
    folder: Path,
    keep: Callable[[], None],
) -> None:
    """Time and room grow with the length, and end somewhere."""
    seconds = 300 + sight.milliseconds // 50
    output = 64 * 1024 * 1024 + 8 * 1024 * sight.milliseconds
    ended = run_chain(
        steps,
        memory=FILM_MEMORY,
        output=output,
        seconds=seconds,
        folder=str(folder),
        keep=keep,
    )
    bad = [one for one in ended if one.code != 0]
    if bad:
        raise NotMade("; ".join(complaint_of(one) for one in bad))


def _named(step: Sequence[str], path: Path) -> list[str]:
    """As it was run, without a path of ours."""
    names = {f"file:{path}": "original", str(_DRAWING): _DRAWING.name}
    words = [names.get(word, word) for word in step[1:]]
    return [Path(word).name if word.startswith("/") else word for word in words]


def _probed(path: Path) -> dict[str, Any]:
    ended = run(
        "ffprobe",
        [
            *("-v", "error", *ALLOWED, "-show_entries"),
            (
                "format=duration:stream=codec_type,avg_frame_rate,channels"
                ":stream_disposition=attached_pic"
            ),
            *("-of", "json", f"file:{path}"),
        ],
        folder=Path("/"),
        seconds=PROBE_SECONDS,
    )
    try:
        said: dict[str, Any] = orjson.loads(ended.said)
        return {"streams": said["streams"], "format": said["format"]}
    except (orjson.JSONDecodeError, KeyError):
        raise NotMade(complaint_of(ended)) from None


def _is_film(stream: dict[str, Any]) -> bool:
    is_cover = stream.get("disposition", {}).get("attached_pic")
    return stream.get("codec_type") == "video" and not is_cover


def _upright_size(path: Path) -> tuple[int, int]:
    """Of the first picture, as a player turns it, with even sides."""
    ended: Ended = run(
        "ffmpeg",
        [
            *(*QUIET, *ALLOWED, "-i", f"file:{path}", "-map", "0:V:0", "-vf", _EVEN),
            *("-frames:v", "1", "-f", "framehash", "-"),
        ],
        folder=Path("/"),
        seconds=PROBE_SECONDS,
    )
    found = re.search(rb"#dimensions 0: (\d+)x(\d+)", ended.said)
    if ended.code != 0 or found is None:
        raise NotMade(complaint_of(ended))
    width, height = int(found[1]), int(found[2])
    if width * height > MOST_PIXELS:
        raise TooLarge("too many pixels")
    return width, height


def _step_us(rate: str) -> int:
    try:
        per_second = Fraction(rate)
    except (ValueError, ZeroDivisionError):
        return 40_000
    if not 1 <= per_second <= 240:
        return 40_000
    return round(1_000_000 / per_second)
