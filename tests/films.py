"""Films of the simulated recorder, each made once a run.

The same camera films the same minute in hundreds of tests; ffmpeg takes half a second of
processor for it, and gives the same bytes each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import pytest

from anlan.play.recorder import SimulatedRecorder


@pytest.fixture(scope="session", autouse=True)
def _films_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    base = tmp_path_factory.getbasetemp()
    # One folder for all processes of the run.
    shelf = (base.parent if base.name.startswith("popen-") else base) / "films"
    shelf.mkdir(exist_ok=True)
    make = SimulatedRecorder._film

    def film(
        self: SimulatedRecorder,
        folder: Path,
        camera: str,
        shown: datetime,
        seconds: float,
    ) -> None:
        asked = (camera, shown.timestamp(), seconds, self.size, self.rate)
        kept = shelf / sha256(repr(asked).encode()).hexdigest()[:24]
        if not kept.is_dir():
            new = Path(mkdtemp(dir=shelf))
            make(self, new, camera, shown, seconds)
            with suppress(OSError):  # another process was first
                new.rename(kept)
        shutil.copytree(kept, folder, dirs_exist_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedRecorder, "_film", film)
        yield
