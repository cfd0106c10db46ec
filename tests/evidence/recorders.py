"""A site with cameras, and a recorder that writes what they see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from anlan import worker
from anlan.base.clock import acting_at
from anlan.cases.models import Case
from anlan.evidence import jobs, services
from anlan.evidence.enums import RecorderKind
from anlan.evidence.models import Camera, Recorder, Recording
from anlan.ledger import afterwards
from anlan.ledger.events import SYSTEM
from anlan.play.recorder import SimulatedRecorder
from tests.scene import Scene

# What each sees, and whether it hangs at a way out.
CAMERAS = (
    ("CAM-07", "garage", "3 号楼 B1 车库 东区 12 号车位", False),
    ("CAM-08", "ramp", "3 号楼 B1 车库 西区出入口", True),
    ("CAM-01", "gate", "园区 南门", True),
    ("CAM-03", "lobby", "3 号楼 1 层 大堂前台", False),
)


@dataclass(frozen=True)
class Watched:
    """The scene with a recorder behind its cameras."""

    scene: Scene
    recorder: Recorder
    films: SimulatedRecorder

    def camera(self, name: str) -> Camera:
        return Camera.objects.select_related("recorder").get(name=name)

    def of(self, case: Case, name: str = "CAM-07") -> Recording:
        return Recording.objects.select_related(
            "camera__recorder", "case__site", "task"
        ).get(case=case, camera__name=name)

    def pull(self, at: datetime, *, rounds: int = 200) -> int:
        """Let the worker pull all that is due at a moment."""
        done = 0
        with acting_at(at):
            while rounds and jobs.pull_due(at=at):
                done, rounds = done + 1, rounds - 1
        return done

    def view(self, at: datetime) -> int:
        done = 0
        with acting_at(at):
            while jobs.make_viewing_copies(at=at):
                done += 1
        return done

    def ask(self, case: Case, begin: datetime, end: datetime) -> Recording:
        """A short window of one camera, asked for by the officer on duty."""
        return services.want_recording(
            case=case,
            camera=self.camera("CAM-07"),
            wanted_from=begin,
            wanted_to=end,
            by=self.scene.officer,
            at=min(begin, self.scene.at),
        )


def watched(
    scene: Scene,
    root: Path,
    *,
    kind: RecorderKind = RecorderKind.FOLDER,
    offset: timedelta = timedelta(),
    days_kept: int = 30,
) -> Watched:
    """Register them; nothing is filmed yet. ``root`` must be allowed by the settings."""
    folder = root / "recorder"
    folder.mkdir(parents=True, exist_ok=True)
    recorder = services.register_recorder(
        site=scene.site,
        name="监控室录像机",
        kind=kind,
        days_kept=days_kept,
        settings={"folder": str(folder)},
        by=SYSTEM,
        at=scene.at - timedelta(days=1),
    )
    for name, code, label, is_way_out in CAMERAS:
        services.register_camera(
            recorder=recorder,
            name=name,
            code=code,
            place=scene.place(label),
            is_way_out=is_way_out,
            by=SYSTEM,
            at=scene.at - timedelta(days=1),
        )
    films = SimulatedRecorder(root=folder, offset=offset)
    return Watched(scene, recorder, films)


def read_along(at: datetime) -> None:
    """What follows from the record, as the worker lets it."""
    while afterwards.run_reactions(at=at):
        pass


def work(at: datetime) -> int:
    return worker.run_due(at=at)
