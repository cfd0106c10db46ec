"""What a step of a scenario may do with footage: cameras, recordings, who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from anlan.accounts.models import Place, User
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    Applicant,
    FootageWay,
    IdentityPaper,
    Reading,
    RecorderKind,
    Relation,
    Source,
)
from anlan.evidence.models import FootageApplication, Package
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.selectors.approvals import statements_among
from anlan.evidence.selectors.recordings import recordings_of
from anlan.evidence.services import Asked, Officer
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.packages import path_of
from anlan.ledger.events import Actor
from anlan.play.actions import Stage, action

# What an authority shows, and what everybody else does.
_SHOWN = {True: IdentityPaper.BADGE, False: IdentityPaper.ID_CARD}


@action
def hang_camera(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    name: str,
    place: str,
    way_out: bool = False,
    days: int = 30,
) -> str:
    """A camera behind a recorder of its own, from which a person exports."""
    recorder = evidence.register_recorder(
        site=stage.site,
        name=f"{name} 录像机",
        kind=RecorderKind.MANUAL,
        days_kept=days,
        by=by,
        at=at,
    )
    evidence.register_camera(
        recorder=recorder,
        name=name,
        code="1",
        place=Place.objects.get(site=stage.site, label=place),
        is_way_out=way_out,
        by=by,
        at=at,
    )
    return name


@action
def compare_clock(
    stage: Stage, *, by: Actor, at: datetime, camera: str, ahead: int
) -> str:
    """The recorder's clock is so many seconds ahead of the right time."""
    evidence.compare_clock(
        recorder=stage.recording(camera).camera.recorder,
        shown=at + timedelta(seconds=ahead),
        true=at,
        by=by,
        at=at,
    )
    return f"{ahead} s"


@action
def save_recording(stage: Stage, *, by: Actor, at: datetime, camera: str) -> str:
    """Bring the export of the whole window, in a format that only its maker reads."""
    recording = stage.recording(camera)
    exported = b"DHAV" + str(recording.uid).encode()
    exhibit = evidence.add_exhibit(
        case=recording.case,
        kept=keep_bytes(name=uuid5(recording.uid, "export"), chunks=[exported]),
        source=Source.UPLOAD,
        reading=Reading.OPAQUE,
        title=camera,
        by=by,
        at=at,
    )
    evidence.place_file(
        recording=recording,
        exhibit=exhibit,
        begin=recording.as_camera(recording.wanted_from),
        end=recording.as_camera(recording.wanted_to),
        words="厂商格式，只有厂商播放器能读；已在录像机上核对起止时间",
        by=by,
        at=at,
    )
    return exhibit.code


@action
def lose_recording(
    stage: Stage, *, by: Actor, at: datetime, camera: str, reason: str
) -> str:
    evidence.lose_recording(
        recording=stage.recording(camera), reason=reason, by=by, at=at
    )
    return camera


@action
def decline_recording(
    stage: Stage, *, by: Actor, at: datetime, camera: str, reason: str
) -> str:
    evidence.decline_recording(
        recording=stage.recording(camera), reason=reason, by=by, at=at
    )
    return camera


@action
def ask_footage(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    applicant: str = "person",
    purpose: str,
    name: str = "",
    phone: str = "",
    relation: str = "self",
    unit: str = "",
    officers: Sequence[str] = (),
    document: str = "",
    tail: str = "0000",
    wanted: str = "",
    statements: bool = False,
) -> str:
    """Somebody asks for the recordings of the case; each officer is "name number"."""
    kind = Applicant(applicant)
    case = stage.incident.case
    films = list(recordings_of(case))
    made = evidence.take_in_application(
        site=stage.site,
        case=case,
        asked=Asked(
            applicant=kind,
            relation=Relation(relation),
            name=name,
            phone=phone,
            unit=unit,
            officers=[
                Officer(name=one.split()[0], number=one.split()[-1]) for one in officers
            ],
            document_kind="collect" if kind.is_authority else "",
            document_number=document,
            identity_paper=_SHOWN[kind.is_authority],
            identity_tail=tail,
            purpose=purpose,
            names_statements=statements,
            windows=[
                (
                    min((film.wanted_from for film in films), default=case.opened_at),
                    min(at, max((film.wanted_to for film in films), default=at)),
                )
            ],
            wanted=FootageWay(wanted or ("copy" if kind.is_authority else "view")),
        ),
        by=by,
        at=at,
    )
    stage.applications.append(made)
    return made.number


@action
def approve_footage(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    cameras: Sequence[str] = (),
    way: str = "view",
    spoken: bool = False,
    application: int = -1,
) -> str:
    """Recordings of these cameras, and with ``spoken`` the statements; nothing else."""
    row = stage.applications[application]
    everything = list(exhibits_of(stage.incident.case, by))
    evidence.approve_application(
        application=row,
        way=FootageWay(way),
        recordings=[stage.recording(name) for name in cameras],
        exhibits=statements_among(everything) if spoken else [],
        by=by,
        at=at,
    )
    return row.number


@action
def refuse_footage(
    stage: Stage, *, by: User, at: datetime, reason: str, application: int = -1
) -> str:
    row = stage.applications[application]
    evidence.refuse_application(application=row, words=reason, by=by, at=at)
    return row.number


@action
def show_footage(stage: Stage, *, by: User, at: datetime, application: int = -1) -> str:
    """The applicant sits down beside ``by``."""
    row = FootageApplication.objects.get(pk=stage.applications[application].pk)
    evidence.begin_viewing(application=row, by=by, at=at)
    return row.number


@action
def end_look(
    stage: Stage, *, by: User, at: datetime, seen: str, application: int = -1
) -> str:
    row = stage.applications[application]
    viewing = row.viewings.select_related("application__site", "application__case")
    evidence.end_viewing(viewing=viewing.latest("pk"), seen=seen, by=by, at=at)
    return seen


@action
def footage_package(
    stage: Stage, *, by: User, at: datetime, reason: str = "", application: int = -1
) -> str:
    """What was approved, sealed for the applicant; made at once, as a worker would."""
    row = FootageApplication.objects.get(pk=stage.applications[application].pk)
    asked = evidence.make_release(application=row, acknowledged=reason, by=by, at=at)
    jobs.make_packages(at=at)
    made = Package.objects.get(pk=asked.pk)
    return f"{made.code} {made.state} {path_of(made)}"
