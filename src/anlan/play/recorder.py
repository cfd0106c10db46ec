"""A recorder that is none: segments with a clock in the picture, kept for some time.

For the demo, the tests and the bench. Written as cameras write: ten seconds to a file of
MPEG-TS, named for when it begins by the recorder's own clock, which may be wrong.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from anlan.base.clock import SHANGHAI

LENGTH = timedelta(seconds=10)
NAME = "%Y%m%d-%H%M%S"
_WRITTEN = "drawtext=fontsize=18:fontcolor=white:box=1:boxcolor=black:x=8:y=8"


@dataclass(frozen=True, kw_only=True)
class SimulatedRecorder:
    """A folder with a folder for each camera; ``offset`` is its clock minus the truth."""

    root: Path
    offset: timedelta = timedelta()
    kept_for: timedelta = timedelta(days=30)
    size: str = "320x180"
    rate: int = 10

    def record(self, camera: str, begin: datetime, end: datetime) -> list[Path]:
        """Film from one true moment to another; the last file may be shorter."""
        folder = self.root / camera
        folder.mkdir(parents=True, exist_ok=True)
        shown = begin + self.offset
        made = []
        with tempfile.TemporaryDirectory(dir=self.root) as scratch:
            self._film(Path(scratch), camera, shown, (end - begin).total_seconds())
            for number, source in enumerate(sorted(Path(scratch).glob("*.ts"))):
                moment = shown + number * LENGTH
                target = folder / f"{moment.astimezone(SHANGHAI):{NAME}}.ts"
                source.rename(target)
                written = min(begin + (number + 1) * LENGTH, end).timestamp()
                os.utime(target, (written, written))
                made.append(target)
        return made

    def forget(self, *, now: datetime) -> int:
        """Overwrite what is older than it keeps, oldest first, as a recorder does."""
        oldest = f"{(now + self.offset - self.kept_for).astimezone(SHANGHAI):{NAME}}"
        gone = [path for path in self.root.glob("*/*.ts") if path.stem < oldest]
        for path in gone:
            path.unlink()
        return len(gone)

    def _film(self, folder: Path, camera: str, shown: datetime, seconds: float) -> None:
        epoch = int(shown.timestamp()) + 8 * 3600  # the picture shows Shanghai's time
        clock = rf"{camera} %{{pts\:gmtime\:{epoch}\:%m-%d %H\\\:%M\\\:%S}}"
        subprocess.run(  # noqa: S603 -- an argument list, no shell
            [
                *("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi"),
                *("-i", f"testsrc2=size={self.size}:rate={self.rate}"),
                *("-vf", f"{_WRITTEN}:text='{clock}'"),
                *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast"),
                *("-crf", "32", "-g", str(2 * self.rate), "-sc_threshold", "0"),
                *("-bf", "0", "-threads", "1", "-f", "segment"),
                *("-segment_time", str(LENGTH.seconds), "-segment_format", "mpegts"),
                *("-reset_timestamps", "1", str(folder / "%06d.ts")),
            ],
            check=True,
            timeout=600,
        )
