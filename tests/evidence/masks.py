"""Films, photos and sounds that have something to hide, and what can be seen of them."""

from __future__ import annotations

import json
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image

from anlan.cases.models import Case
from anlan.evidence import jobs, services
from anlan.evidence.enums import Reading, Source
from anlan.evidence.models import Exhibit, Redaction
from anlan.evidence.services.keeping import keep_bytes
from tests.scene import Scene

WIDTH, HEIGHT, RATE = 320, 240, 25
MARK = 24  # the side of a white square that goes from left to right, on grey
SECONDS = 4
SPEED = 50  # pixels a second


def mark_at(milliseconds: float) -> tuple[int, int]:
    """Where the square is in the picture of this moment."""
    return round(20 + SPEED * milliseconds / 1000), 100


def film(path: Path, *, seconds: int = SECONDS, more: tuple[str, ...] = ()) -> Path:
    """A square that moves, and a tone of 440 Hz; it names a place and a camera."""
    where = f"x='20+{SPEED}*t':y=100"
    run(
        *("ffmpeg", "-nostdin", "-v", "error", "-y"),
        *("-f", "lavfi", "-i", f"color=0x606060:s={WIDTH}x{HEIGHT}:r={RATE}"),
        *("-f", "lavfi", "-i", f"color=white:s={MARK}x{MARK}:r={RATE}"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-filter_complex", f"[0][1]overlay={where}:eval=frame[v]"),
        *("-map", "[v]", "-map", "2:a", "-t", str(seconds)),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-c:a", "aac"),
        *("-metadata", "location=+30.2741+120.1551/", "-metadata", "title=SECRET"),
        *("-metadata:s:v:0", "handler_name=SECRET-CAMERA"),
        *(*more, str(path)),
    )
    return path


def run(*words: str) -> bytes:
    return subprocess.run(words, check=True, capture_output=True).stdout


def pictures(path: Path) -> list[Image.Image]:
    """Every picture of a film, in its order."""
    width, height = size_of(path)
    raw = run(
        *("ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:v"),
        *("-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"),
    )
    size = width * height * 3
    return [
        Image.frombytes("RGB", (width, height), raw[at : at + size])
        for at in range(0, len(raw), size)
    ]


def streams(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(
        run(
            *("ffprobe", "-v", "error", "-show_streams", "-show_format"),
            *("-show_chapters", "-of", "json", str(path)),
        )
    )
    return said


def size_of(path: Path) -> tuple[int, int]:
    found = next(s for s in streams(path)["streams"] if s["codec_type"] == "video")
    return found["width"], found["height"]


def loudness(path: Path, begin: float, end: float) -> tuple[float, float]:
    """Of a stretch: how loud it is, and how much of that is a tone of 440 Hz."""
    raw = run(
        *("ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a"),
        *("-ac", "1", "-ar", "8000", "-f", "s16le", "-"),
    )
    first, last = round(begin * 8000), round(end * 8000)
    samples = memoryview(raw).cast("h")[first:last]
    whole = (sum(one * one for one in samples) / len(samples)) ** 0.5
    raw_tone = _goertzel(samples, 440)
    return whole, raw_tone


def _goertzel(samples: memoryview, hertz: int) -> float:
    import cmath  # noqa: PLC0415 -- for this alone

    turn = cmath.exp(-2j * cmath.pi * hertz / 8000)
    total, phase = 0j, 1 + 0j
    for one in samples:
        total += one * phase
        phase *= turn
    return abs(total) / len(samples)


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (640, 480)) -> bytes:
    """A white square at (100, 80) on grey, with all that a camera notes."""
    shown = Image.new("RGB", size, (96, 96, 96))
    shown.paste((255, 255, 255), (100, 80, 180, 160))
    exif = Image.Exif()
    exif[271], exif[272] = "SECRETMAKER", "SECRETMODEL"
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (30.0, 16.0, 26.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    file = BytesIO()
    if kind == "JPEG":
        shown.save(file, kind, quality=95, exif=exif, comment=b"SECRETCOMMENT")
    else:
        shown.save(file, kind, exif=exif)
    return file.getvalue()


def add(scene: Scene, case: Case, content: bytes, **more: Any) -> Exhibit:
    return services.add_file(
        case=case,
        chunks=[content],
        by=more.pop("by", scene.officer),
        at=scene.at,
        **more,
    )


def bring(scene: Scene, case: Case, path: Path) -> Exhibit:
    """As an upload in parts is kept: of any kind."""
    kept = keep_bytes(name=uuid4(), chunks=[path.read_bytes()])
    return services.add_exhibit(
        case=case,
        kept=kept,
        source=Source.UPLOAD,
        reading=Reading.READABLE,
        by=scene.officer,
        at=scene.at,
    )


def begun(scene: Scene, exhibit: Exhibit, **more: Any) -> Redaction:
    """A draft that is ready to be drawn on."""
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    made = services.begin_redaction(exhibit=exhibit, **said)
    work(scene)
    return fresh(made)


def drawn(scene: Scene, redaction: Redaction, plan: Any, **more: Any) -> Redaction:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return services.save_plan(
        redaction=redaction, version=fresh(redaction).version, said=plan, **said
    )


def masked(scene: Scene, exhibit: Exhibit, plan: Any, **more: Any) -> Redaction:
    """Drawn and made; the copy is its ``result``."""
    redaction = drawn(scene, begun(scene, exhibit, **more), plan, **more)
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    services.ask_masked_copy(redaction=redaction, version=redaction.version, **said)
    work(scene)
    return fresh(redaction)


def work(scene: Scene) -> int:
    done = 0
    while jobs.make_masked_copies(at=scene.at):
        done += 1
    return done


def fresh(redaction: Redaction) -> Redaction:
    return Redaction.objects.select_related(
        *("exhibit__case__site", "exhibit__blob", "case__site", "changed_by"),
        *("result__blob", "result__derived_from", "result__case__site", "film__blob"),
    ).get(pk=redaction.pk)


def copy_of(redaction: Redaction) -> Exhibit:
    assert redaction.result is not None, redaction.failure
    return redaction.result


def box(
    *keys: Any,  # also what is no place
    begin: int | None = None,
    end: int | None = None,
    fill: str = "solid",
    label: str = "face",
) -> dict[str, Any]:
    return {
        "label": label,
        "fill": fill,
        "begin": keys[0][0] if begin is None else begin,
        "end": keys[-1][0] if end is None else end,
        "keys": [list(key) for key in keys],
    }
