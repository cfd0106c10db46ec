"""What the demo has behind it, and what stands on its desk when pictures are taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from anlan.accounts import services as accounts
from anlan.accounts.models import Place, Site, User
from anlan.base.clock import local_day, start_of_day
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    Applicant,
    FootageWay,
    IdentityPaper,
    RecorderKind,
    Relation,
    Source,
    StatementRole,
)
from anlan.evidence.models import Camera, Exhibit, Injury, Package, Statement
from anlan.evidence.services import Answer, Asked
from anlan.evidence.services.keeping import keep_bytes
from anlan.incidents.enums import Channel, DeviceKind, DeviceMode
from anlan.incidents.models import Report
from anlan.incidents.services import devices
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.play.company import day_begins_at, found_company
from anlan.play.player import Outcome, play
from anlan.play.recorder import LENGTH, SimulatedRecorder
from anlan.play.scenario import read_scenario

_FOUNDED = timedelta(days=3)  # ago: the longest tale takes a day
_ROSTER_DAYS = 10
_INTO_THE_ASSAULT = timedelta(minutes=7)
_ROLE_ENDS = timedelta(days=3)  # after today, for a guard in the pictures
_FILMED = timedelta(seconds=30)
_PIN = "482915"  # of the shared phone in the pictures


def found_and_tell(scenarios: Path, *, at: datetime) -> list[Outcome]:
    """The demo company with two closed cases behind it, in an empty database."""
    found_company(
        at=at - _FOUNDED,
        days=_ROSTER_DAYS,
        day_begins=day_begins_at(at),
        with_passwords=True,
    )
    return [
        play_until(scenarios / "false-alarm.yaml", at=at - timedelta(hours=30)),
        play_until(scenarios / "lobby-receptionist.yaml", at=at - timedelta(hours=1)),
    ]


def tell_an_assault(scenarios: Path, *, at: datetime) -> None:
    """An assault that began seven minutes ago and is still open."""
    play_until(scenarios / "garage-dispute.yaml", at=at, last=_INTO_THE_ASSAULT)


def names_in_the_story() -> dict[str, str]:
    """What an address may refer to: the open case, a closed one, and where it was."""
    newest = Case.objects.filter(state=Case.State.OPEN).latest("opened_at")
    closed = Case.objects.filter(state=Case.State.CLOSED).latest("opened_at")
    place = Place.objects.get(label="3 号楼 B1 车库 东区 12 号车位")
    exhibit = Exhibit.objects.filter(case=closed).earliest("number")
    package = Package.objects.filter(case=closed).earliest("number")
    return {
        "number": newest.number,
        "closed": closed.number,
        "place": place.code,
        "exhibit": str(exhibit.uid),
        "package": str(package.uid),
        "package_receipt": str(package.receipts.earliest("pk").uid),
        "statement": str(Statement.objects.get(case=closed).uid),
        "injury": str(Injury.objects.get(case=closed).uid),
    }


def things_to_look_at(*, at: datetime) -> dict[str, str]:
    """Make what only appears after somebody did something, and name it for an address."""
    site = Site.objects.get(code="YQ")
    captain = User.objects.get(username="sunlei")
    accounts.set_pin(user=captain, pin=_PIN, by=SYSTEM, at=at)
    _phone, enrolment = accounts.add_shared_phone(
        site=site, name="南门岗手机", by=SYSTEM, at=at
    )
    _invitation, join = accounts.invite_user(
        organisation=site.organisation,
        username="zhaolei",
        name="赵磊",
        employee_number="B-1007",
        role_key="guard",
        node=site,
        by=SYSTEM,
        at=at,
    )
    scanned = Report.objects.filter(channel=Channel.PUBLIC).latest("received_at")
    _link, follow = cases.make_access_link(
        case=scanned.incident.case, about=f"report:{scanned.uid}", by=SYSTEM, at=at
    )
    device, _secret = devices.register_device(
        site=site,
        place=Place.objects.get(site=site, label="3 号楼 1 层 大堂前台"),
        kind=DeviceKind.PANIC_BUTTON,
        name="前台紧急按钮",
        mode=DeviceMode.HMAC,
        mapping="anlan",
        by=SYSTEM,
        at=at,
    )
    check = notify.start_check(site=site, by=SYSTEM, at=at)
    camera = _hang_camera(site, at=at)
    _close_some(site, at=at)
    return {
        "captain": str(captain.uid),
        "pin": _PIN,
        "enrolment": enrolment,
        "join": join,
        "follow": follow,
        "device": str(device.uid),
        "check": str(check.uid),
        "camera": str(camera.uid),
        "recorder": str(camera.recorder.uid),
        "node": f"site:{site.pk}",
        "week_later": str(local_day(at + timedelta(days=14))),
        "closed_place": str(Place.objects.get(site=site, is_active=False).uid),
        "dated": str(_date_roles(site, at=at).uid),
        "role_ends": str(local_day(at) + _ROLE_ENDS),
        **_statements_under_way(at=at),
    }


def _statements_under_way(*, at: datetime) -> dict[str, str]:
    """In the open case: one that is being written down, one that is being read back."""
    case = Case.objects.filter(state=Case.State.OPEN).latest("opened_at")
    by = User.objects.get(username="zhoumin")
    made = {}
    for key, username in (("draft", "wangjianguo"), ("read_back", "zhangqiang")):
        statement = evidence.begin_statement(
            case=case,
            of=User.objects.get(username=username),
            role=StatementRole.GUARD,
            place="值班室",
            is_told=True,
            by=by,
            at=at,
        )
        answers = [
            Answer(key="free", text="我在巡逻。对讲机里说车库有人打架，我跑了过去。"),
            Answer(key="when", text="下午两点零三分，看的是手机。"),
            Answer(key="words", is_declined=True),
        ]
        evidence.save_answers(statement=statement, said=answers, by=by, at=at)
        made[key] = statement
    evidence.read_back(statement=made["read_back"], by=by, at=at)
    return {key: str(statement.uid) for key, statement in made.items()}


def footage_to_look_at(*, at: datetime) -> dict[str, str]:
    """In the open case: a recording that can be played, and somebody who asks for it.

    In the closed one: a photo on which somebody draws. Needs ffmpeg.
    """
    camera = Camera.objects.select_related("recorder").get(name="CAM-02")
    case = Case.objects.filter(state=Case.State.OPEN).latest("opened_at")
    by = User.objects.get(username="zhoumin")
    begin = (at - timedelta(minutes=10)).replace(microsecond=0)
    recording = evidence.want_recording(
        case=case,
        camera=camera,
        wanted_from=begin,
        wanted_to=begin + _FILMED,
        by=by,
        at=at,
    )
    with TemporaryDirectory() as folder:
        recorder = SimulatedRecorder(root=Path(folder), size="640x360")
        for number, film in enumerate(
            recorder.record(camera.name, begin, begin + _FILMED)
        ):
            kept = keep_bytes(name=uuid4(), chunks=[film.read_bytes()])
            evidence.place_file(
                recording=recording,
                exhibit=evidence.add_exhibit(
                    case=case,
                    kept=kept,
                    source=Source.UPLOAD,
                    title=camera.name,
                    by=by,
                    at=at,
                ),
                begin=begin + number * LENGTH,
                end=begin + (number + 1) * LENGTH,
                by=by,
                at=at,
            )
    while jobs.make_viewing_copies(at=at):
        pass
    application = evidence.take_in_application(
        site=case.site,
        case=case,
        asked=Asked(
            applicant=Applicant.PERSON,
            relation=Relation.SELF,
            name="陈晓雯",
            phone="19900001234",
            identity_paper=IdentityPaper.ID_CARD,
            identity_tail="246X",
            purpose="核对被打经过",
            windows=[(begin, begin + _FILMED)],
            wanted=FootageWay.VIEW,
        ),
        by=User.objects.get(username="wangjianguo"),
        at=at,
    )
    closed = Case.objects.filter(state=Case.State.CLOSED).latest("opened_at")
    photo = Exhibit.objects.filter(case=closed).earliest("number")
    draft = evidence.begin_redaction(
        exhibit=photo, by=User.objects.get(username="hetao"), at=at
    )
    while jobs.make_masked_copies(at=at):
        pass
    return {
        "recording": str(recording.uid),
        "application": str(application.uid),
        "mask": str(draft.uid),
    }


def _hang_camera(site: Site, *, at: datetime) -> Camera:
    """After the assault, so that nobody waits for its recording."""
    recorder = evidence.register_recorder(
        site=site,
        name="监控室录像机",
        kind=RecorderKind.MANUAL,
        days_kept=30,
        by=SYSTEM,
        at=at,
    )
    return evidence.register_camera(
        recorder=recorder,
        name="CAM-02",
        code="2",
        place=Place.objects.get(site=site, label="园区 快递柜"),
        by=SYSTEM,
        at=at,
    )


def _close_some(site: Site, *, at: datetime) -> None:
    """A spot and a site that are closed, and could be opened again."""
    room = Place.objects.get(site=site, label="3 号楼 1 层 会客室")
    accounts.close_place(place=room, by=SYSTEM, at=at)
    closed = accounts.add_site(
        organisation=site.organisation,
        region=site.region,
        code="QS",
        name="秋实里",
        address="云栖市滨河区秋实路 2 号",
        by=SYSTEM,
        at=at,
    )
    accounts.close_site(site=closed, by=SYSTEM, at=at)


def _date_roles(site: Site, *, at: datetime) -> User:
    """A guard whose role ends the day after tomorrow, and who is duty officer later."""
    guard = User.objects.get(username="gaofeng")
    accounts.end_role(membership=guard.memberships.get(), by=SYSTEM, at=at)
    today = local_day(at)
    later = today + timedelta(days=7)
    for role_key, begins_at, ends_on in (
        ("guard", at, today + _ROLE_ENDS),
        ("duty_officer", start_of_day(later), later + timedelta(days=7)),
    ):
        accounts.grant_role(
            user=guard,
            role_key=role_key,
            node=site,
            begins_at=begins_at,
            ends_at=start_of_day(ends_on),
            by=SYSTEM,
            at=at,
        )
    return guard


def play_until(path: Path, *, at: datetime, last: timedelta | None = None) -> Outcome:
    """Play a scenario so that it ends at ``at``, or stands ``last`` into it then.

    What the story expects of its end is judged only when it is played to the end.
    """
    scenario = read_scenario(path)
    length = scenario.steps[-1].at if last is None else last
    changes: dict[str, object] = {"start": at - length}
    if last is not None:
        changes["steps"] = [step for step in scenario.steps if step.at <= last]
        changes["expect"] = ["ledger_sound == true"]
    return play(scenario.model_copy(update=changes), say=lambda line: None)
