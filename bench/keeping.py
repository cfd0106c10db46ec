"""What keeping evidence costs: deciding what goes, reading who looked, covering faces.

Each is a ratio to something that must be done anyway, measured in turn in the same run by
the processor's time, so that it says the same on a machine that others use.
"""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.utils import timezone

from anlan.accounts.models import Site, User
from anlan.base.clock import acting_at
from anlan.cases import services as cases
from anlan.cases.enums import CaseKind, CaseState, Severity
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitKind, Reading, RecorderKind, Source
from anlan.evidence.events import FootageOpened
from anlan.evidence.models import (
    Blob,
    Deletion,
    Exhibit,
    Recording,
    Redaction,
    RetentionLook,
)
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.retention import review_case
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.play.recorder import SimulatedRecorder
from bench.figures import Figure

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PERIOD, NOTICE = 1096 * DAY, 30 * DAY
ROUNDS = 5
GOAL_DECIDE, GOAL_PAGE, GOAL_MASK = 3.0, 1.5, 2.0


def measure_keeping(*, quick: bool) -> list[Figure]:
    return [
        *measure_retention(1_000 if quick else 10_000),
        measure_register(1_000 if quick else 10_000),
        measure_masking(10 if quick else 60),
    ]


def measure_retention(exhibits: int) -> list[Figure]:
    """A sweep that looks, and one that decides, over that many exhibits in cases of 20.

    Beside it: taking as many in, which is what a site does all the time.
    """
    site, at = Site.objects.get(code="YQ"), timezone.now()
    groups = [
        [
            case_of_exhibits(site, 20, at=at - PERIOD - DAY)
            for _ in range(exhibits // 20 // ROUNDS)
        ]
        for _ in range(ROUNDS)
    ]
    per_group = exhibits // ROUNDS
    look, decide, taken = [], [], []
    for group in groups:
        then = at - 2 * NOTICE
        look.append(processor(partial(review, group, then)))
        review(group, at)  # announced
        RetentionLook.objects.all().delete()
        decide.append(processor(partial(review, group, at + NOTICE + DAY)))
        into = new_case(site, at=at)
        taken.append(processor(partial(take_in, into, 20, at=at)) / 20)
        gone = Deletion.objects.filter(case__in=group, decided_at__isnull=False)
        assert gone.count() == per_group, gone.count()
    each = [seconds / per_group for seconds in decide]
    ratios = [one / other for one, other in zip(each, taken, strict=True)]
    return [
        Figure(
            name=f"deciding on {exhibits:,} exhibits, to taking them in",
            value=statistics.median(ratios),
            unit="times",
            goal=GOAL_DECIDE,
            beside=f"{spread(ratios)}; {1000 * statistics.median(each):.1f} ms each",
        ),
        Figure(
            name="looking at one of them that is not due",
            value=1000 * statistics.median(look) / per_group,
            unit="ms",
            beside=f"{spread([1000 * one / per_group for one in look])}",
        ),
    ]


def case_of_exhibits(site: Site, count: int, *, at: datetime) -> Case:
    """A case that ended then; of its files nothing lies on a disk."""
    case = new_case(site, at=at, state=CaseState.CLOSED, closed_at=at)
    blobs = Blob.objects.bulk_create(
        Blob(
            sha256=uuid4().hex + uuid4().hex,
            size=1000,
            media_type="image/jpeg",
            kept_at=at,
        )
        for _ in range(count)
    )
    Exhibit.objects.bulk_create(
        Exhibit(
            case=case,
            number=number,
            kind=ExhibitKind.PHOTO,
            source=Source.UPLOAD,
            title="bench",
            blob=blob,
            reading=Reading.READABLE,
            received_at=at,
            received_from="system",
        )
        for number, blob in enumerate(blobs, 1)
    )
    return case


def new_case(site: Site, *, at: datetime, **more: Any) -> Case:
    """A bare row: what an alarm would do is measured elsewhere."""
    return Case.objects.create(
        organisation=site.organisation,
        site=site,
        kind=CaseKind.INCIDENT,
        number=f"YQ-IN-bench-{uuid4().hex[:12]}",
        title="bench",
        severity=Severity.ORDINARY,
        opened_at=at,
        **more,
    )


def review(group: Sequence[Case], at: datetime) -> None:
    with acting_at(at):
        for case in group:
            review_case(case=case, at=at)


def take_in(case: Case, count: int, *, at: datetime) -> None:
    """As many, as they came: small files in two copies, rows and entries."""
    for number in range(count):
        kept = keep_bytes(name=uuid4(), chunks=[f"bench {uuid4()} {number}".encode()])
        evidence.add_exhibit(
            case=case,
            kept=kept,
            source=Source.UPLOAD,
            reading=Reading.READABLE,
            by=SYSTEM,
            at=at,
        )


def measure_register(looks: int) -> Figure:
    """A page of the register behind many looks, to the same page behind a tenth of them."""
    site, at = Site.objects.get(code="YQ"), timezone.now() - looks * MINUTE
    recording = one_recording(site, at=at)
    by = User.objects.get(username="zhoumin")
    pages: list[list[float]] = []
    for count in (looks // 10, looks - looks // 10):
        make_looks(recording, count, by=by, at=at)
        at += count * MINUTE
        register_page(Wanted(site=site))
        pages.append(
            [processor(lambda: register_page(Wanted(site=site))) for _ in range(9)]
        )
    few, many = pages
    ratios = [one / statistics.median(few) for one in many]
    return Figure(
        name=f"a page of the register of {looks:,} looks, to a tenth of them",
        value=statistics.median(ratios),
        unit="times",
        goal=GOAL_PAGE,
        beside=f"{spread(ratios)}; {1000 * statistics.median(many):,.0f} ms of processor",
    )


def one_recording(site: Site, *, at: datetime) -> Recording:
    with acting_at(at):
        recorder = evidence.register_recorder(
            site=site,
            name="bench register",
            kind=RecorderKind.MANUAL,
            days_kept=30,
            by=SYSTEM,
            at=at,
        )
        camera = evidence.register_camera(
            recorder=recorder,
            name="bench register",
            code="1",
            place=site.places.earliest("pk"),
            by=SYSTEM,
            at=at,
        )
        case = new_case(site, at=at)
        return evidence.want_recording(case=case, camera=camera, by=SYSTEM, at=at)


def make_looks(recording: Recording, count: int, *, by: User, at: datetime) -> None:
    """One a minute, each with its reason and one opening under it."""
    for start in range(0, count, 500):
        with ledger.recording():
            for number in range(start, min(start + 500, count)):
                moment = at + number * MINUTE
                evidence.ask_for_footage(
                    recording=recording, reason="核对经过", by=by, at=moment
                )
                cases.record(
                    FootageOpened(
                        code=recording.code,
                        way="viewed",
                        first=0,
                        last=999,
                        sha256="0" * 64,
                    ),
                    recording.case,
                    thing=recording.key,
                    by=by,
                    at=moment,
                )


def measure_masking(seconds: int) -> Figure:
    """A masked copy of a film of 720p, to encoding it once with the same settings."""
    by, at = User.objects.get(username="hetao"), timezone.now()
    ratios = []
    with TemporaryDirectory() as scratch:
        source = film(Path(scratch), seconds, at=at)
        case = new_case(Site.objects.get(code="YQ"), at=at)
        with source.open("rb") as file:
            kept = keep_bytes(name=uuid4(), chunks=[file.read()])
        exhibit = evidence.add_exhibit(
            case=case,
            kept=kept,
            source=Source.UPLOAD,
            reading=Reading.READABLE,
            by=by,
            at=at,
        )
        for _ in range(3):
            plain = processor(lambda: encode(source, Path(scratch) / "plain.mp4"))
            drawn = prepared(exhibit, by=by, at=at)
            made = processor(partial(mask, drawn, by=by, at=at))
            ratios.append(made / plain)
    return Figure(
        name=f"a masked copy of {seconds} s of 720p, to the encoder alone",
        value=statistics.median(ratios),
        unit="times",
        goal=GOAL_MASK,
        beside=f"{spread(ratios)}; encoder alone {plain:.1f} s of processor",
    )


def film(folder: Path, seconds: int, *, at: datetime) -> Path:
    """As a camera of 25 pictures a second writes it, in one file."""
    recorder = SimulatedRecorder(root=folder, size="1280x720", rate=25)
    parts = recorder.record("bench", at, at + timedelta(seconds=seconds))
    names = folder / "parts.txt"
    names.write_text("".join(f"file '{part}'\n" for part in parts))
    made = folder / "film.mp4"
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(names), "-c", "copy", str(made))
    return made


def encode(source: Path, made: Path) -> None:
    """What every masked copy must do: read the pictures, and write them anew."""
    ffmpeg(
        *("-i", str(source), "-an", "-c:v", "libx264", "-preset", "veryfast"),
        *("-crf", "20", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", str(made)),
    )


def ffmpeg(*words: str) -> None:
    subprocess.run(("ffmpeg", "-nostdin", "-v", "error", "-y", *words), check=True)


def prepared(exhibit: Exhibit, *, by: User, at: datetime) -> Redaction:
    """A draft with its working copy, on which people draw."""
    draft = evidence.begin_redaction(exhibit=exhibit, by=by, at=at)
    while jobs.make_masked_copies(at=at):
        pass
    return Redaction.objects.select_related(
        "exhibit__case__site", "exhibit__blob", "case__site", "changed_by", "film"
    ).get(pk=draft.pk)


def mask(redaction: Redaction, *, by: User, at: datetime) -> None:
    """A face that walks through the picture for half of the film."""
    half = (redaction.duration_ms or 0) // 2
    keys = [[0, 100, 200, 120, 160], [half, 900, 300, 120, 160]]
    box = {"label": "face", "fill": "solid", "begin": 0, "end": half, "keys": keys}
    row = evidence.save_plan(
        redaction=redaction,
        version=redaction.version,
        said={"boxes": [box], "sound": "removed", "spans": []},
        by=by,
        at=at,
    )
    evidence.ask_masked_copy(redaction=row, version=row.version, by=by, at=at)
    while jobs.make_masked_copies(at=at):
        pass
    made = Redaction.objects.get(pk=redaction.pk)
    assert made.result_id, made.failure


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"


def processor(work: Callable[[], object]) -> float:
    """Seconds of this process and of those it waited for."""
    before = used()
    work()
    return used() - before


def used() -> float:
    found = [getrusage(one) for one in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)
