"""What was played and kept: its pictures, and when each of them was taken."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anlan.base import stores
from anlan.base.clock import acting_at
from anlan.evidence import jobs
from anlan.evidence.models import Recording

SECOND = timedelta(seconds=1)
RATE = 10  # pictures a second, of a ``SimulatedRecorder``


def pull(at: datetime, *, rounds: int = 20) -> int:
    done = 0
    with acting_at(at):
        while rounds and jobs.pull_played(at=at):
            done, rounds = done + 1, rounds - 1
    return done


def frames_of(path: Path) -> list[str]:
    """The digest of every picture as it is decoded."""
    told = subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:v"),
            *("-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [
        line.rpartition(",")[2].strip()
        for line in told.splitlines()
        if line and not line.startswith("#")
    ]


def taken_at(films: list[Path], begin: datetime) -> dict[str, datetime]:
    """When each picture of the films was taken, by the recorder's clock."""
    found: dict[str, datetime] = {}
    for number, path in enumerate(films):
        for place, what in enumerate(frames_of(path)):
            found[what] = begin + number * 10 * SECOND + place * SECOND / RATE
    return found


def kept_of(recording: Recording) -> list[tuple[Any, Path]]:
    return [
        (segment, stores.primary().path_of(segment.blob.sha256))
        for segment in recording.segments.select_related("blob").order_by("begin")
    ]
