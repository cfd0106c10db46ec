"""Sounds and films as people send them, made by ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path


def voice(path: Path, *, seconds: float = 4, title: str = "") -> bytes:
    """A tone that is silent in every second half of a second; the ending says what of."""
    return _made(
        path,
        "-f",
        "lavfi",
        "-i",
        f"aevalsrc='0.5*sin(880*PI*t)*lt(mod(t,1),0.5)':s=16000:d={seconds}",
        "-metadata",
        f"title={title}",
    )


def film(path: Path, *, seconds: float = 2) -> bytes:
    return _made(
        path,
        *("-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=10:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        *("-metadata", "location=+31.2304+121.4737/"),
    )


def _made(path: Path, *arguments: str) -> bytes:
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", *arguments, str(path)],
        check=True,
        timeout=120,
    )
    return path.read_bytes()
