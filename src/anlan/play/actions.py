"""What a step of a scenario may do: each verb calls the service that the screens call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from anlan.accounts.models import Place, Site, User
from anlan.accounts.services import field_keys
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.models import Case, Guardianship, Party, Task, TaskPhoto
from anlan.cases.selectors import timeline
from anlan.customers import services as customers
from anlan.customers.models import RiskMarker
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    Applicant,
    CheckKind,
    ExhibitKind,
    ExhibitState,
    FootageWay,
    HoldReason,
    IdentityPaper,
    InjuryKind,
    Masking,
    PaperKind,
    Purpose,
    Reading,
    RecorderKind,
    Region,
    Relation,
    RetentionClass,
    Round,
    Source,
    StatementRole,
    StatementState,
)
from anlan.evidence.file_verification import verify_files
from anlan.evidence.list_verification import verify_list
from anlan.evidence.models import (
    Addendum,
    CheckRun,
    CustodyStep,
    Exhibit,
    FootageApplication,
    Injury,
    InjuryPhoto,
    MedicalPaper,
    OutsideKeeper,
    Package,
    Recording,
    Redaction,
    Statement,
)
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.selectors.approvals import statements_among
from anlan.evidence.selectors.recordings import recordings_of
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.evidence.services import (
    Answer,
    Asked,
    Officer,
    Recipient,
    Signed,
    SignedAlone,
)
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.packages import path_of
from anlan.evidence.verifier import verify
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    CallOutcome,
    Channel,
    EmergencyService,
    HappenedSource,
)
from anlan.incidents.models import (
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.incidents.policies import dissuasion_of
from anlan.investigation.models import CellReading, Interview
from anlan.investigation.selectors.interviews import gaps_of
from anlan.ledger.events import Actor
from anlan.play.pictures import picture, signature
from anlan.play.scenario import read_span
from anlan.resolution import services as resolution
from anlan.resolution.compensation import Claim
from anlan.resolution.enums import FigureKey, Province
from anlan.resolution.legal.models import Limitation, Opinion, PolicePaper, WorkInjury
from anlan.resolution.mediation.models import Duty, Talks
from anlan.resolution.models import CompensationVersion
from anlan.resolution.review.models import ReportCopy
from anlan.resolution.selectors.compensation import outcome_of

_NAMESPACE = UUID("6c1f7f0e-6f0a-4c53-9f0c-3c6f3a8d9b11")
# What an authority shows, and what everybody else does.
_SHOWN = {True: IdentityPaper.BADGE, False: IdentityPaper.ID_CARD}
# Numbers of pictures, so that no two things in a story are the same photo.
_INJURIES, _PAPERS = 100, 200
_GUARDIANS = 40  # of signatures beside a minor


@dataclass
class Stage:
    """Where a scenario plays, and what its steps have made so far."""

    site: Site
    exercise: bool = False
    reports: list[Report] = field(default_factory=list)
    calls: list[EmergencyCall] = field(default_factory=list)
    waivers: list[PoliceWaiver] = field(default_factory=list)
    proposals: list[FalseAlarmProposal] = field(default_factory=list)
    parties: dict[str, Party] = field(default_factory=dict)
    things: list[Exhibit] = field(default_factory=list)
    statements: dict[str, Statement] = field(default_factory=dict)
    injuries: dict[str, Injury] = field(default_factory=dict)
    applications: list[FootageApplication] = field(default_factory=list)
    interviews: dict[str, Interview] = field(default_factory=dict)

    @property
    def incident(self) -> Incident:
        """The incident of the first report, read afresh."""
        return self.incident_of(0)

    def incident_of(self, number: int) -> Incident:
        report = Report.objects.get(pk=self.reports[number].pk)
        return Incident.objects.select_related("place", "case__site").get(
            pk=report.incident_id
        )

    def task(self, key: str) -> Task:
        return Task.objects.select_related("case__site").get(
            case=self.incident.case, key=key
        )

    def recording(self, camera: str) -> Recording:
        return recordings_of(self.incident.case).get(camera__name=camera)


Action: TypeAlias = Callable[..., str]
ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    """Enter a verb under its function's name."""
    ACTIONS[function.__name__] = function
    return function


@action
def report(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    place: str,
    flags: Sequence[str] = (),
    people: int | None = None,
    words: str = "",
    channel: str = "phone",
    happened_before: str = "",
    request: str = "",
) -> str:
    happened = at - read_span(happened_before) if happened_before else None
    made = incidents.report_incident(
        place=Place.objects.select_related("site").get(site=stage.site, label=place),
        channel=Channel(channel),
        flags=flags,
        people_count=people,
        words=words,
        happened=happened,
        happened_source=HappenedSource.PHONE if happened else HappenedSource.SERVER,
        request_id=uuid5(_NAMESPACE, request) if request else None,
        exercise=stage.exercise,
        by=by,
        at=at,
    )
    stage.reports.append(made)
    return f"{made.incident.case.number}, severity {made.incident.case.severity}"


@action
def acknowledge(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    assignment = incidents.assignment_of(stage.incident, person)
    incidents.acknowledge(assignment=assignment, by=by, at=at)
    return person.username


@action
def arrive(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    assignment = incidents.assignment_of(stage.incident, person)
    incidents.arrive(assignment=assignment, by=by, at=at)
    return person.username


@action
def join_response(stage: Stage, *, by: User, at: datetime, guard: str = "") -> str:
    person = User.objects.get(username=guard) if guard else by
    incidents.join_response(incident=stage.incident, user=person, by=by, at=at)
    return person.username


@action
def dissuade(stage: Stage, *, by: Actor, at: datetime, result: str) -> str:
    incidents.record_dissuasion(
        incident=stage.incident, result=dissuasion_of(result, at=at), by=by, at=at
    )
    return result


@action
def control(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.control_scene(incident=stage.incident, by=by, at=at)
    return ""


@action
def confirm(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.confirm_report(incident=stage.incident, by=by, at=at)
    return ""


@action
def withdraw(stage: Stage, *, by: Actor, at: datetime, report: int = 0) -> str:
    incidents.withdraw_report(report=stage.reports[report], by=by, at=at)
    return ""


@action
def split(stage: Stage, *, by: Actor, at: datetime, report: int) -> str:
    fresh = Report.objects.select_related("place__site", "incident__case__site").get(
        pk=stage.reports[report].pk
    )
    return incidents.split_report(report=fresh, by=by, at=at).case.number


@action
def join(stage: Stage, *, by: Actor, at: datetime, report: int, into: int = 0) -> str:
    case, host = stage.incident_of(report).case, stage.incident_of(into).case
    cases.join_cases(case=case, host=host, by=by, at=at)
    return f"{case.number} into {host.number}"


@action
def part(stage: Stage, *, by: Actor, at: datetime, report: int) -> str:
    cases.part_cases(case=stage.incident_of(report).case, by=by, at=at)
    return ""


@action
def call(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    service: str,
    outcome: str = CallOutcome.CONNECTED,
) -> str:
    made = incidents.record_emergency_call(
        incident=stage.incident,
        service=EmergencyService(str(service)),
        outcome=CallOutcome(outcome),
        by=by,
        at=at,
    )
    stage.calls.append(made)
    return f"{service}: {made.words.splitlines()[1]}"


@action
def answer(
    stage: Stage, *, by: Actor, at: datetime, words: str, receipt: str = ""
) -> str:
    incidents.record_emergency_answer(
        call=stage.calls[-1], answer=words, receipt=receipt, by=by, at=at
    )
    return receipt


@action
def correct_call(
    stage: Stage, *, by: Actor, at: datetime, outcome: str, reason: str
) -> str:
    incidents.correct_emergency_call(
        call=stage.calls[-1],
        outcome=CallOutcome(outcome),
        reason=reason,
        by=by,
        at=at,
    )
    return outcome


@action
def severity(
    stage: Stage, *, by: Actor, at: datetime, level: int, reason: str = ""
) -> str:
    incidents.set_severity(
        incident=stage.incident, severity=level, reason=reason, by=by, at=at
    )
    return str(level)


@action
def party(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    roles: Sequence[str],
    name: str = "",
    phone: str = "",
    user: str = "",
    description: str = "",
    born: int | None = None,
    minor: bool = False,
) -> str:
    """``born`` is the year, of somebody by name; ``minor`` if only that is known."""
    person = None
    if name:
        person = customers.add_person(
            site=stage.site,
            name=name,
            phone=phone,
            birth_year=born,
            is_minor=minor,
            by=by,
            at=at,
        )
    stage.parties[key] = cases.add_party(
        case=stage.incident.case,
        roles=roles,
        person=person,
        user=User.objects.get(username=user) if user else None,
        description=description,
        by=by,
        at=at,
    )
    return key


@action
def name_guardian(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    guardian: str,
    consent: bool = False,
) -> str:
    """Somebody else is with the person from now on; a statement that stands is reopened.

    ``consent`` is theirs for somebody under 14.
    """
    found = stage.statements[key]
    found.refresh_from_db()
    if found.state == StatementState.READ_BACK:
        found = evidence.reopen_statement(statement=found, by=by, at=at)
    evidence.name_guardian(
        statement=found,
        guardian=stage.parties[guardian],
        has_consent=consent,
        by=by,
        at=at,
    )
    return key


@action
def identify(
    stage: Stage, *, by: User, at: datetime, key: str, name: str, phone: str = ""
) -> str:
    person = customers.add_person(site=stage.site, name=name, phone=phone, by=by, at=at)
    cases.identify_party(party=stage.parties[key], person=person, by=by, at=at)
    return key


@action
def roles(
    stage: Stage, *, by: Actor, at: datetime, key: str, roles: Sequence[str]
) -> str:
    cases.set_party_roles(party=stage.parties[key], roles=roles, by=by, at=at)
    return ",".join(roles)


@action
def done(
    stage: Stage,
    *,
    by: Actor,
    at: datetime,
    task: str,
    words: str = "",
    photos: int = 0,
) -> str:
    cases.complete_task(
        task=stage.task(task),
        words=words,
        photos=[[picture(number)] for number in range(photos)],
        by=by,
        at=at,
    )
    return task


@action
def skip(stage: Stage, *, by: Actor, at: datetime, task: str, reason: str) -> str:
    cases.skip_task(task=stage.task(task), reason=reason, by=by, at=at)
    return task


@action
def register_object(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    title: str,
    where: str,
    how: str = "",
    seal: str = "",
    photos: int = 0,
) -> str:
    stage.things.append(
        evidence.register_object(
            case=stage.incident.case,
            title=title,
            kept_where=where,
            how=how,
            seal_number=seal,
            photos=[[picture(3 + number)] for number in range(photos)],
            by=by,
            at=at,
        )
    )
    return stage.things[-1].code


@action
def check_seal(
    stage: Stage, *, by: User, at: datetime, whole: bool = True, words: str = ""
) -> str:
    evidence.check_seal(
        exhibit=stage.things[-1], is_whole=whole, words=words, by=by, at=at
    )
    return "whole" if whole else "broken"


@action
def hand_over(
    stage: Stage, *, by: User, at: datetime, to: str, where: str = "", words: str = ""
) -> str:
    evidence.hand_over(
        exhibit=stage.things[-1],
        receiver=User.objects.get(username=to),
        kept_where=where,
        words=words,
        signed=Signed(giver=[signature(1)], receiver=[signature(2)]),
        by=by,
        at=at,
    )
    return to


@action
def ask_disposal(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    evidence.ask_disposal(exhibit=stage.things[-1], words=words, by=by, at=at)
    return ""


@action
def confirm_disposal(stage: Stage, *, by: User, at: datetime) -> str:
    evidence.confirm_disposal(exhibit=stage.things[-1], by=by, at=at)
    return ""


@action
def add_file(
    stage: Stage, *, by: User, at: datetime, title: str, how: str = "", seed: int = 1
) -> str:
    """A photo, drawn; ``seed`` makes it another one."""
    made = evidence.add_file(
        case=stage.incident.case,
        chunks=[picture(seed)],
        title=title,
        file_name=f"{title}.jpg",
        how=how,
        by=by,
        at=at,
    )
    return made.code


@action
def mask(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    left: int,
    top: int,
    width: int,
    height: int,
    label: str = "face",
) -> str:
    """A black box over the last photo; the copy is made at once, as a worker would."""
    found = exhibits_of(stage.incident.case, by).filter(
        kind=ExhibitKind.PHOTO, derived_from=None
    )
    draft = evidence.begin_redaction(exhibit=found.latest("number"), by=by, at=at)
    jobs.make_masked_copies(at=at)
    draft.refresh_from_db()
    box = {
        "label": label,
        "fill": "solid",
        "begin": 0,
        "end": 0,
        "keys": [[0, left, top, width, height]],
    }
    draft = evidence.save_plan(
        redaction=draft, version=draft.version, said={"boxes": [box]}, by=by, at=at
    )
    evidence.ask_masked_copy(redaction=draft, version=draft.version, by=by, at=at)
    jobs.make_masked_copies(at=at)
    made = Redaction.objects.select_related("result").get(pk=draft.pk)
    return made.result.code if made.result else made.failure


@action
def package(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    recipient: str,
    identity: str = "",
    document: str = "",
    purpose: str = "police",
    masking: str = "none",
    reason: str = "",
) -> str:
    """Everything of the case, sealed for somebody; made at once, as a worker would."""
    case = stage.incident.case
    asked = evidence.ask_package(
        case=case,
        exhibits=exhibits_of(case, by),
        purpose=Purpose(purpose),
        masking=Masking(masking),
        recipient=Recipient(
            name=recipient, identity=identity, document_number=document
        ),
        acknowledged=reason,
        by=by,
        at=at,
    )
    jobs.make_packages(at=at)
    made = Package.objects.get(pk=asked.pk)
    return f"{made.code} {made.state} {path_of(made)}"


@action
def hand_over_package(
    stage: Stage, *, by: User, at: datetime, receiver: str, identity: str, way: str
) -> str:
    evidence.hand_over_package(
        package=Package.objects.filter(case=stage.incident.case).latest("number"),
        receiver=receiver,
        identity=identity,
        way=way,
        signed=Signed(giver=[signature(1)], receiver=[signature(2)]),
        by=by,
        at=at,
    )
    return receiver


@action
def statement(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    role: str,
    where: str,
    of: str = "",
    user: str = "",
    told: bool = True,
    minor: bool = False,
    guardian: str = "",
    consent: bool = False,
    present: str = "",
) -> str:
    """``guardian`` is the key of a party that was linked to them.

    ``consent`` is theirs for somebody under 14.
    """
    whose = User.objects.get(username=user) if user else stage.parties[of or key]
    stage.statements[key] = evidence.begin_statement(
        case=stage.incident.case,
        of=whose,
        role=StatementRole(role),
        place=where,
        present=present,
        is_told=told,
        is_minor=minor,
        guardian=stage.parties[guardian] if guardian else None,
        has_consent=consent,
        by=by,
        at=at,
    )
    return stage.statements[key].code


@action
def tell(
    stage: Stage, *, by: User, at: datetime, key: str, said: Mapping[str, str]
) -> str:
    """Answers by the key of their question; none is one that they do not want to give."""
    answers = [
        Answer(key=question, text=words or "", is_declined=not words)
        for question, words in said.items()
    ]
    evidence.save_answers(statement=stage.statements[key], said=answers, by=by, at=at)
    return ",".join(said)


@action
def read_back(stage: Stage, *, by: User, at: datetime, key: str) -> str:
    evidence.read_back(statement=stage.statements[key], by=by, at=at)
    return ""


@action
def sign_statement(
    stage: Stage, *, by: User, at: datetime, key: str, paper: bool = False
) -> str:
    """On the screen a minor's guardian signs beside them; of a paper one photo is both."""
    number = len(stage.statements)
    found = stage.statements[key]
    found.refresh_from_db()
    beside = [signature(_GUARDIANS + number)] if found.is_minor else []
    signed = evidence.sign_statement(
        statement=found,
        draft=found.draft,
        is_confirmed=True,
        signed=(
            SignedAlone(paper=[picture(_PAPERS + number)])
            if paper
            else SignedAlone(drawn=[signature(number)], guardian=beside)
        ),
        by=by,
        at=at,
    )
    return str(signed.exhibit)


@action
def refuse_statement(
    stage: Stage, *, by: User, at: datetime, key: str, words: str = ""
) -> str:
    evidence.refuse_statement(
        statement=stage.statements[key], reason=words, by=by, at=at
    )
    return ""


@action
def correct_statement(
    stage: Stage, *, by: User, at: datetime, key: str, sentence: int, words: str
) -> str:
    made = evidence.add_addendum(
        statement=stage.statements[key],
        sentence=sentence,
        text=words,
        is_confirmed=True,
        signed=SignedAlone(drawn=[signature(len(stage.statements) + 1)]),
        by=by,
        at=at,
    )
    return str(made.exhibit)


@action
def injury(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    of: str,
    region: str,
    kind: str,
    words: str = "",
) -> str:
    stage.injuries[key] = evidence.record_injury(
        case=stage.incident.case,
        party=stage.parties[of],
        region=Region(region),
        kind=InjuryKind(kind),
        words=words,
        by=by,
        at=at,
    )
    return stage.injuries[key].code


@action
def compensation_figure(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    figure: str,
    province: str,
    year: int,
    value: int,
    title: str,
    issuer: str,
    variant: str = "",
) -> str:
    """``value`` is fen, hundredths of a percent, or days."""
    entered = resolution.enter_figure(
        organisation=stage.site.organisation,
        key=FigureKey(figure),
        province=Province(province),
        year=year,
        value=value,
        variant=variant,
        title=title,
        issuer=issuer,
        issued_on=local_day(at),
        by=by,
        at=at,
    )
    return str(entered)


@action
def compensation(
    stage: Stage, *, by: User, at: datetime, of: str, claim: dict[str, Any]
) -> str:
    """Begun for a party, and computed from a claim as the API takes it."""
    made = resolution.make_compensation(
        compensation=resolution.begin_compensation(
            case=stage.incident.case, party=stage.parties[of], by=by, at=at
        ),
        claim=Claim.model_validate(claim),
        by=by,
        at=at,
    )
    return str(made)


@action
def injury_photo(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    round: str,  # noqa: A002 -- what everybody calls it
    scale: bool = True,
    consent: bool = True,
) -> str:
    hurt = stage.injuries[key]
    made = evidence.add_injury_photo(
        injury=hurt,
        round=Round(round),
        chunks=[picture(_INJURIES + 10 * hurt.number + hurt.photos.count())],
        scale_shown=scale,
        has_consent=consent,
        by=by,
        at=at,
    )
    return str(made.exhibit)


@action
def refuse_photos(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    of: str,
    round: str,  # noqa: A002 -- as above
    words: str = "",
) -> str:
    evidence.refuse_photos(
        case=stage.incident.case,
        party=stage.parties[of],
        round=Round(round),
        reason=words,
        by=by,
        at=at,
    )
    return ""


@action
def medical_paper(
    stage: Stage, *, by: User, at: datetime, of: str, kind: str, level: str = ""
) -> str:
    number = MedicalPaper.objects.count()
    made = evidence.add_medical_paper(
        case=stage.incident.case,
        party=stage.parties[of],
        kind=PaperKind(kind),
        level=level,
        chunks=[picture(_PAPERS + 60 + number)],
        by=by,
        at=at,
    )
    return str(made.exhibit)


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


@action
def advance(stage: Stage, *, by: Actor, at: datetime) -> str:
    return cases.advance_phase(case=stage.incident.case, by=by, at=at).phase


@action
def command(stage: Stage, *, by: User, at: datetime, to: str = "") -> str:
    commander = User.objects.get(username=to) if to else by
    cases.take_command(case=stage.incident.case, commander=commander, by=by, at=at)
    return commander.username


@action
def note(
    stage: Stage, *, by: Actor, at: datetime, words: str, happened_before: str = ""
) -> str:
    happened = at - read_span(happened_before) if happened_before else None
    cases.write_note(
        case=stage.incident.case, text=words, happened=happened, by=by, at=at
    )
    return ""


@action
def strike_last_note(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    lines = timeline(stage.incident.case)
    seq = next(line.seq for line in lines if line.kind == "case.note_written")
    cases.strike_entry(case=stage.incident.case, seq=seq, reason=reason, by=by, at=at)
    return str(seq)


@action
def waive_police(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    stage.waivers.append(
        incidents.propose_police_waiver(
            incident=stage.incident, reason=reason, by=by, at=at
        )
    )
    return ""


@action
def decide_waiver(stage: Stage, *, by: Actor, at: datetime, approved: bool) -> str:
    incidents.decide_police_waiver(
        waiver=stage.waivers[-1], approved=approved, by=by, at=at
    )
    return "approved" if approved else "refused"


@action
def false_alarm(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    incidents.mark_false_alarm(incident=stage.incident, reason=reason, by=by, at=at)
    return ""


@action
def propose_false_alarm(stage: Stage, *, by: Actor, at: datetime, reason: str) -> str:
    stage.proposals.append(
        incidents.propose_false_alarm(
            incident=stage.incident, reason=reason, by=by, at=at
        )
    )
    return ""


@action
def decide_false_alarm(stage: Stage, *, by: Actor, at: datetime, approved: bool) -> str:
    incidents.decide_false_alarm(
        proposal=stage.proposals[-1], approved=approved, by=by, at=at
    )
    return "approved" if approved else "refused"


@action
def close(stage: Stage, *, by: Actor, at: datetime) -> str:
    incidents.close_incident(incident=stage.incident, by=by, at=at)
    return ""


@action
def hold(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    words: str,
    exhibit: str = "",
    reason: str = "other",
    document: str = "",
) -> str:
    """On the whole case, or on one exhibit by its code."""
    case = stage.incident.case
    held = next((e for e in exhibits_of(case, by) if e.code == exhibit), None)
    made = evidence.place_hold(
        case=case,
        held=held,
        reason=HoldReason(reason),
        words=words,
        document_number=document,
        by=by,
        at=at,
    )
    return made.code


@action
def propose_release(
    stage: Stage, *, by: User, at: datetime, words: str, early: str = ""
) -> str:
    held = stage.incident.case.holds.latest("number")
    return evidence.propose_release(
        hold=held, words=words, early=early, by=by, at=at
    ).code


@action
def release_hold(stage: Stage, *, by: User, at: datetime) -> str:
    held = stage.incident.case.holds.latest("number")
    return evidence.release_hold(hold=held, by=by, at=at).code


@action
def retention_period(
    stage: Stage, *, by: User, at: datetime, of: str, days: int
) -> str:
    rule = evidence.change_period(
        site=stage.site,
        retention_class=RetentionClass(of),
        days=days,
        by=by,
        at=at,
    )
    return f"{rule.days}"


@action
def keep_periods(stage: Stage, *, by: Actor, at: datetime) -> str:
    """The worker's round: announce what is due, decide, remove what was decided."""
    while jobs.keep_periods(at=at):
        pass
    while jobs.remove_files(at=at):
        pass
    return ", ".join(
        f"{row.thing.code} {row.state}"
        for row in stage.incident.case.deletions.order_by("pk")
    )


@action
def restore_drill(stage: Stage, *, by: Actor, at: datetime) -> str:
    """The worker brings a case back from the second copies, now."""
    evidence.ask_for_check(kind=CheckKind.DRILL, by=by, at=at)
    jobs.drill(at=at)
    run = _last_drill()
    return f"{run.copies} files, {run.proof}" if run else "nothing to bring back"


@action
def keeper(stage: Stage, *, by: User, at: datetime, name: str, address: str) -> str:
    made = evidence.add_keeper(
        organisation=stage.site.organisation, name=name, address=address, by=by, at=at
    )
    return made.name


@action
def remove_keeper(stage: Stage, *, by: User, at: datetime, name: str) -> str:
    row = OutsideKeeper.objects.get(
        organisation=stage.site.organisation, name=name, removed_at=None
    )
    evidence.remove_keeper(keeper=row, by=by, at=at)
    return name


@action
def change_field_key(stage: Stage, *, by: Actor, at: datetime) -> str:
    """A new key for phones and secrets, and every value encrypted with it."""
    key_id = field_keys.add_field_key(by=by, at=at)
    renewed = dict(field_keys.renew_values())
    return f"key {key_id:03d}, {sum(renewed.values())} values"


@action
def wait(stage: Stage, *, by: Actor, at: datetime) -> str:
    """Let the time pass: clocks run out on the way."""
    return ""


def _last_drill() -> CheckRun | None:
    runs = CheckRun.objects.filter(kind=CheckKind.DRILL)
    return runs.order_by("-ended_at", "-pk").first()


def seconds_between(a: datetime | None, b: datetime | None) -> int | None:
    if a is None or b is None:
        return None
    return int((b - a) / timedelta(seconds=1))


def measures(stage: Stage) -> dict[str, Any]:
    """What ``expect`` lines may ask, at the end."""
    incident = stage.incident
    case = Case.objects.get(pk=incident.case_id)
    assignments = list(incident.assignments.select_related("user").order_by("pk"))
    register = register_page(Wanted(site=stage.site))
    drilled = _last_drill()
    return {
        "state": case.state,
        "phase": case.phase,
        "severity": case.severity,
        "number": case.number,
        "police": incident.police,
        "false_alarm": incident.false_alarm_at is not None,
        "seconds_to_acknowledge": seconds_between(
            incident.reported_at, incident.acknowledged_at
        ),
        "seconds_to_arrive": seconds_between(incident.reported_at, incident.arrived_at),
        "seconds_to_control": seconds_between(
            incident.reported_at, incident.controlled_at
        ),
        "seconds_to_close": seconds_between(incident.reported_at, case.closed_at),
        "alerted": [assignment.user.username for assignment in assignments],
        "expired": sum(a.state == "expired" for a in assignments),
        "reports": incident.reports.count(),
        "incidents": Incident.objects.filter(case__site=stage.site).count(),
        "tasks": case.tasks.count(),
        "tasks_done": case.tasks.filter(state="done").count(),
        "photos": TaskPhoto.objects.filter(task__case=case).count(),
        "tasks_skipped": case.tasks.filter(state="skipped").count(),
        "deadlines_missed": case.deadlines.filter(fired_at__isnull=False).count(),
        "parties": case.parties.count(),
        "calls": incident.calls.count(),
        "objects": case.exhibits.filter(kind=ExhibitKind.OBJECT).count(),
        "masked_copies": case.exhibits.filter(source=Source.MASKED).count(),
        "statements": case.statements.filter(state="frozen").count(),
        "addenda": Addendum.objects.filter(statement__case=case).count(),
        "injuries": case.injuries.filter(withdrawn_at=None).count(),
        "compensation_due": {
            key: outcome_of(version).due_fen
            for key, version in _newest_compensations(stage).items()
        },
        "cells_read": CellReading.objects.filter(statement__case=case).count(),
        "interviews": [
            interview.state for interview in case.interviews.order_by("number")
        ],
        "questions_unasked": sum(len(gap.questions) for gap in gaps_of(case)),
        "findings": [finding.state for finding in case.findings.order_by("version")],
        "plans": [plan.state for plan in case.plans.order_by("version")],
        "notices": [one.state for one in case.notices.order_by("number")],
        "objections": [one.state for one in case.objections.order_by("number")],
        "talks": [row.state for row in Talks.objects.filter(case=case).order_by("pk")],
        "terms": [
            duty.state for duty in Duty.objects.filter(talks__case=case).order_by("pk")
        ],
        "work_injuries": [
            one.state for one in WorkInjury.objects.filter(case=case).order_by("number")
        ],
        "guardians": Guardianship.objects.filter(
            ward__case=case, ended_at=None
        ).count(),
        "report_copies": list(
            ReportCopy.objects.filter(report__case=case)
            .order_by("pk")
            .values_list("side", flat=True)
        ),
        "limits": [
            one.state for one in Limitation.objects.filter(case=case).order_by("number")
        ],
        "opinions": Opinion.objects.filter(
            question__case=case, given_at__isnull=False
        ).count(),
        "case_reports": [one.state for one in case.reports.order_by("version")],
        "improvements": [one.state for one in case.improvements.order_by("number")],
        "police_reports": [one.state for one in case.police_reports.order_by("number")],
        "police_papers": [
            paper.kind
            for paper in PolicePaper.objects.filter(
                report__case=case, revoked_at=None
            ).order_by("pk")
        ],
        "markers": [
            row.state(on=local_day(row.set_at))
            for row in RiskMarker.objects.filter(case_number=case.number).order_by("pk")
        ],
        "rights_told": case.rights_told.count(),
        "retaliations": [
            one.opened.severity if one.opened else 0
            for one in case.retaliations.select_related("opened").order_by("pk")
        ],
        "injury_photos": InjuryPhoto.objects.filter(injury__case=case).count(),
        "recordings": {
            recording.camera.name: recording.state for recording in recordings_of(case)
        },
        "footage": [
            application.state
            for application in FootageApplication.objects.filter(case=case).order_by(
                "pk"
            )
        ],
        "footage_register": len(register.rows),
        "footage_unexplained": sum(row.is_unexplained for row in register.rows),
        "custody_steps": CustodyStep.objects.filter(exhibit__case=case).count(),
        "evidence_kept": case.exhibits.exclude(state=ExhibitState.DELETED).count(),
        "evidence_deleted": case.exhibits.filter(state=ExhibitState.DELETED).count(),
        "holds": case.holds.filter(released_at=None).count(),
        "drill_files": drilled.copies if drilled else None,
        "drill_proof": drilled.proof if drilled else None,
        "keepers": OutsideKeeper.objects.filter(
            organisation=stage.site.organisation, removed_at=None
        ).count(),
        "field_keys": len(field_keys.field_keys()),
        "files_sound": not (verify_files(deep=True).problems or verify_list()),
        "packages_intact": sum(
            verify.check(str(path_of(package)), package.fingerprint).exit == 0
            for package in Package.objects.filter(case=case)
        ),
    }


def _newest_compensations(stage: Stage) -> dict[str, CompensationVersion]:
    """By the name of the party in the file."""
    found: dict[str, CompensationVersion] = {}
    for key, party in stage.parties.items():
        rows = CompensationVersion.objects.filter(compensation__party=party)
        newest = rows.order_by("-number").first()
        if newest is not None:
            found[key] = newest
    return found
