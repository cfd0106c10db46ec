"""Whether a recorder answers: its newest files, a first block of one, and its clock."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.evidence.enums import PullProblem
from anlan.evidence.films import NotMade
from anlan.evidence.models import Camera
from anlan.evidence.recorders import (
    Absent,
    Part,
    Recorder,
    Refused,
    Unreachable,
    Unreadable,
)

BACK = timedelta(minutes=10)
TRIAL_SECONDS = 20.0  # of all cameras: somebody sits before the page


@dataclass
class Look:
    """What a recorder has of a camera, of the last ten minutes by its clock."""

    camera: Camera
    parts: list[Part] = field(default_factory=list)
    problem: PullProblem | None = None
    is_asked: bool = True

    @property
    def newest(self) -> datetime | None:
        return self.parts[-1].begin if self.parts else None

    @property
    def size(self) -> int:
        return sum(part.size or 0 for part in self.parts)

    @property
    def is_unreachable(self) -> bool:
        return self.problem in {PullProblem.UNREACHABLE, PullProblem.REFUSED}


def look_at(recorder: Recorder, cameras: Iterable[Camera], end: datetime) -> list[Look]:
    """Ask for each camera; once it does not answer, it is not asked for the others.

    Nor is it when the time of the trial is over.
    """
    looks: list[Look] = []
    until = time.monotonic() + TRIAL_SECONDS
    recorder.hurry(until)
    with closing(recorder):
        for camera in cameras:
            if looks and looks[-1].is_unreachable:
                looks.append(Look(camera, problem=looks[-1].problem))
            elif looks and time.monotonic() > until:
                looks.append(Look(camera, is_asked=False))
            else:
                looks.append(_look(recorder, camera, end))
    return looks


def _look(recorder: Recorder, camera: Camera, end: datetime) -> Look:
    look = Look(camera)
    try:
        look.parts = recorder.parts(camera.code, end - BACK, end)
        whole = [part for part in look.parts if part.begin < end]
        if whole:
            # The last but one is whole; whoever lists a file must give it as well.
            blocks = iter(recorder.fetch(camera.code, whole[-2:][0]))
            next(filter(None, blocks))
            getattr(blocks, "close", lambda: None)()
    except Refused:
        look.problem = PullProblem.REFUSED
    except Unreachable:
        look.problem = PullProblem.UNREACHABLE
    except (Absent, StopIteration):
        look.problem = PullProblem.NOTHING
    except OSError as error:  # of our own disk
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        look.problem = PullProblem.NO_ROOM if is_full else PullProblem.UNREADABLE
    except (Unreadable, NotMade):
        look.problem = PullProblem.UNREADABLE
    return look
