"""What the demo has behind it, and what stands on its desk when pictures are taken."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from anlan.accounts import services as accounts
from anlan.accounts.models import Place, Site, User
from anlan.base.clock import acting_at, local_day, start_of_day
from anlan.cases import services as cases
from anlan.cases.models import Case, Guardianship, Party
from anlan.customers import services as customers
from anlan.customers.models import Person
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
from anlan.evidence.models import (
    Camera,
    Exhibit,
    Injury,
    Package,
    Recording,
    Statement,
)
from anlan.evidence.reading import reading_of
from anlan.evidence.selectors.recordings import recordings_of
from anlan.evidence.services import Answer, Asked
from anlan.evidence.services.keeping import keep_bytes
from anlan.incidents.enums import Channel, DeviceKind, DeviceMode
from anlan.incidents.models import Report
from anlan.incidents.services import devices
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating, SentenceKind
from anlan.investigation.services import Plan
from anlan.ledger import afterwards
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.play.company import day_begins_at, found_company
from anlan.play.player import Outcome, play
from anlan.play.recorder import LENGTH, SimulatedRecorder
from anlan.play.scenario import read_scenario
from anlan.resolution import services as resolution
from anlan.resolution.compensation import Claim
from anlan.resolution.compensation.claim import Expense, Payment
from anlan.resolution.enums import Forum, Item, PaymentKind, Province
from anlan.resolution.mediation.models import Session, Talks
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause, Section

_CLOSED = timedelta(hours=26)  # into the lobby's tale; the police decide weeks later
_FOUNDED = timedelta(days=3)  # ago: the longest tale takes a day
_ROSTER_DAYS = 10
_INTO_THE_ASSAULT = timedelta(minutes=7)
_INTO_THE_TALKS = timedelta(hours=26)  # the mediator came, nobody writes for them yet
_SINCE_THEN, _UNDER_CONTROL = timedelta(minutes=30), timedelta(minutes=3)
_FILMED, _FILMED_FOR = ("CAM-03", "CAM-04"), 2 * LENGTH
_ROLE_ENDS = timedelta(days=3)  # after today, for a guard in the pictures
_LOOKED_AT = timedelta(seconds=30)  # of a recording in the pictures
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
        play_until(
            scenarios / "lobby-receptionist.yaml",
            at=at - timedelta(hours=1),
            last=_CLOSED,
        ),
    ]


def tell_of_cameras(scenarios: Path, *, at: datetime) -> bool:
    """An open case of half an hour ago that three cameras saw, in a demo to be looked at.

    Of two there are a few seconds, in which a clock runs; of the third nobody has saved
    anything, and its time runs out. The worker makes what is shown of the films.

    Returns:
        Whether there is an ffmpeg to film with; without one nothing is told.
    """
    if shutil.which("ffmpeg") is None:
        return False
    then = at - _SINCE_THEN
    play_until(scenarios / "recordings-by-hand.yaml", at=then, last=_UNDER_CONTROL)
    with acting_at(then):
        while afterwards.run_reactions(at=then):  # what the cameras saw is asked for
            pass
    case = Case.objects.latest("pk")
    for name in _FILMED:
        recording = recordings_of(case).get(camera__name=name)
        begin = (case.opened_at - _FILMED_FOR / 2).replace(microsecond=0)
        with TemporaryDirectory() as folder:
            films = SimulatedRecorder(root=Path(folder)).record(
                name, begin, begin + _FILMED_FOR
            )
            for number, film in enumerate(films):
                _bring(recording, film, begin + number * LENGTH, at=at)
        evidence.accept_recording(
            recording=recording,
            reason="只要动手前后的二十秒，其余时段没有人",
            by=_guard(),
            at=at,
        )
    return True


def _bring(recording: Recording, film: Path, begin: datetime, *, at: datetime) -> None:
    """As a guard brings an export on a stick."""
    kept = keep_bytes(name=uuid4(), chunks=[film.read_bytes()])
    exhibit = evidence.add_exhibit(
        case=recording.case,
        kept=kept,
        source=Source.UPLOAD,
        reading=reading_of(kept),
        title=f"{recording.camera.name} {film.stem}",
        file_name=film.name,
        how="监控室录像机导出，U 盘带来",
        happened=begin,
        by=_guard(),
        at=at,
    )
    evidence.place_file(
        recording=recording,
        exhibit=exhibit,
        begin=recording.as_camera(begin),
        end=recording.as_camera(begin + LENGTH),
        by=_guard(),
        at=at,
    )


def _guard() -> User:
    return User.objects.get(username="zhangqiang")


def tell_an_assault(scenarios: Path, *, at: datetime) -> None:
    """An assault that began seven minutes ago and is still open."""
    play_until(scenarios / "garage-dispute.yaml", at=at, last=_INTO_THE_ASSAULT)


def tell_of_a_mother(scenarios: Path, *, at: datetime) -> None:
    """A case of yesterday at the other site: a child with a guardian, talks going on.

    Its people are not those of the assault, whose pages it leaves alone.
    """
    play_until(scenarios / "mother-and-child.yaml", at=at, last=_INTO_THE_TALKS)


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
        "statement": str(Statement.objects.get(case=closed, number=1).uid),
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
        "scanned": scanned.incident.case.number,
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
        **_investigation_under_way(at=at),
        **_compensation_under_way(at=at),
        **_mother_and_child(at=at),
        **_markers_to_look_at(at=at),
    }


def _markers_to_look_at(*, at: datetime) -> dict[str, str]:
    """A party of the other site who is met with care; one known here, who does not agree."""
    party = Party.objects.select_related("case__site").get(
        case__site__code="HT", roles__role="aggressor", person__isnull=False
    )
    today, here = local_day(at), Site.objects.get(code="YQ")
    somebody = customers.add_person(site=here, name="方铭", by=SYSTEM, at=at)
    manager = User.objects.get(username="hetao")
    said: dict[str, Any] = {
        "expires_on": today + timedelta(days=90),
        "told_on": today,
        "at": at,
    }
    customers.set_marker(
        person=Person.objects.get(party=party),
        site=party.case.site,
        advice="两人同行，先通知值班主任",
        reason="在中庭推搡劝阻的保安，并说下次还来",
        review_on=today + timedelta(days=60),
        case_number=party.case.number,
        by=User.objects.get(username="guoxin"),
        **said,
    )
    marker = customers.set_marker(
        person=somebody,
        site=here,
        advice="不单独上门，由客服陪同，保持两米距离",
        reason="上门核对门牌时把物业人员推下台阶",
        review_on=today + timedelta(days=10),
        by=manager,
        **said,
    )
    objection = customers.object_to_marker(
        marker=marker,
        words="我没有推人，是他先拦我的，录像里看得到。",
        by=User.objects.get(username="wangjianguo"),
        at=at,
    )
    return {
        "marker": str(marker.uid),
        "objection": str(objection.uid),
        "marked": str(party.uid),
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


def _investigation_under_way(*, at: datetime) -> dict[str, str]:
    """In the closed case: somebody to be heard, a sketch, facts, findings that wait."""
    case = Case.objects.filter(state=Case.State.CLOSED).latest("opened_at")
    by = User.objects.get(username="xuqing")
    struck, other = case.parties.order_by("pk")[:2]
    statement = Statement.objects.get(case=case, number=1)
    photo = Exhibit.objects.filter(case=case).earliest("number")
    earlier = investigation.plan_interview(
        case=case,
        parties=[struck],
        role=StatementRole.VICTIM,
        plan=Plan(interviewer=by, topics="登记时的经过"),
        questions=["登记本现在在哪里？"],
        by=by,
        at=at,
    )
    investigation.cancel_interview(
        interview=earlier, reason="本人请假，改日再谈", by=by, at=at
    )
    interview = investigation.plan_interview(
        case=case,
        parties=[other],
        role=StatementRole.AGGRESSOR,
        plan=Plan(interviewer=by, place="一楼会客室", topics="进门、登记的经过"),
        questions=["当时要去找谁？", "登记的时候说了什么？"],
        by=by,
        at=at,
    )
    investigation.look_at_scene(
        case=case,
        aspect=SceneAspect.STAFFING,
        rating=SceneRating.PART,
        note="前台一人值守，保安在门外",
        exhibit=photo,
        by=by,
        at=at,
    )
    sketch = investigation.draw_sketch(
        case=case, title="3 号楼大堂", exhibit=photo, by=by, at=at
    )
    for kind, x, y, label, party in (
        (PinKind.PERSON, 420, 480, "", struck),
        (PinKind.PERSON, 560, 500, "", other),
        (PinKind.CAMERA, 90, 90, "大堂摄像头", None),
        (PinKind.OBJECT, 480, 640, "登记本", None),
    ):
        investigation.set_pin(
            sketch=sketch, kind=kind, x=x, y=y, label=label, party=party, by=by, at=at
        )
    investigation.note_fact(
        case=case,
        question="first",
        source=statement,
        words="对方先推登记本，后打左脸一拳",
        by=by,
        at=at,
    )
    finding = investigation.begin_finding(case=case, by=by, at=at)
    found: list[tuple[SentenceKind, str, list[Statement | Exhibit]]] = [
        (SentenceKind.CAUSE, "来访人不愿登记。", [statement]),
        (SentenceKind.COURSE, "来访人打了前台左脸一拳。", [statement, photo]),
        (SentenceKind.FAILINGS, "前台一人值守。", [photo]),
    ]
    for part, text, sources in found:
        sentence = investigation.add_sentence(
            finding=finding, kind=part, text=text, sources=sources, by=by, at=at
        )
    investigation.submit_finding(finding=finding, by=by, at=at)
    return {
        "interview": str(interview.uid),
        "sketch": str(sketch.uid),
        "finding": str(finding.uid),
        "sentence": str(sentence.uid),
    }


def _compensation_under_way(*, at: datetime) -> dict[str, str]:
    """In the open case: what somebody can claim, a kindness, and where they live."""
    case = Case.objects.filter(state=Case.State.OPEN).latest("opened_at")
    by = User.objects.get(username="lifang")
    resolution.approve_kindness_words(
        organisation=case.organisation,
        words="这笔款项是管理处出于人道的慰问，不代表承认责任。",
        by=User.objects.get(username="chenlu"),
        at=at,
    )
    parties = case.parties.filter(roles__role="victim", removed_at=None)
    party = parties.exclude(person=None).order_by("pk")[0]
    begun = resolution.begin_compensation(case=case, party=party, by=by, at=at)
    claim = Claim(
        forum=Forum.CIVIL,
        province=Province.ZHEJIANG,
        reckoned_on=local_day(at),
        expenses=(Expense(item=Item.MEDICAL, fen=86_050, words="急诊、缝合"),),
        payments=(
            Payment(kind=PaymentKind.KINDNESS, fen=50_000, words="慰问金、水果"),
        ),
        nutrition_days=10,
    )
    resolution.make_compensation(compensation=begun, claim=claim, by=by, at=at)
    return {"compensation": str(begun.uid), "party": str(party.uid)}


def _mother_and_child(*, at: datetime) -> dict[str, str]:
    """At the other site: who stands for whom, talks, a report in force and the next."""
    case = Case.objects.filter(site__code="HT").latest("pk")
    by = User.objects.get(username="xuqing")
    report = review.begin_report(case=case, by=by, at=at)
    review.add_paragraph(
        report=report,
        section=Section.LESSONS,
        text="排队超过十人时，中庭由一人引导。",
        tags="排队 中庭",
        by=by,
        at=at,
    )
    review.set_cause(report=report, cause=Cause.MANAGEMENT, by=by, at=at)
    report = review.submit_report(report=report, by=by, at=at)
    report = review.decide_report(
        report=report,
        is_approved=True,
        remark="同意",
        by=User.objects.get(username="chenlu"),
        at=at,
    )
    link = Guardianship.objects.get(ward__case=case, ended_at=None)
    review.hand_out_copy(
        report=report,
        party=link.guardian,
        receiver="本人",
        by=User.objects.get(username="guoxin"),
        at=at,
    )
    draft = review.begin_report(case=case, by=by, at=at)
    return {
        "other": case.number,
        "ward": str(link.ward.uid),
        "guardianship": str(link.uid),
        "talks": str(Talks.objects.get(case=case).uid),
        "session": str(Session.objects.get(talks__case=case).uid),
        "notice": str(case.notices.latest("number").uid),
        "report": str(report.uid),
        "report_draft": str(draft.uid),
    }


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
        wanted_to=begin + _LOOKED_AT,
        by=by,
        at=at,
    )
    with TemporaryDirectory() as folder:
        recorder = SimulatedRecorder(root=Path(folder), size="640x360")
        for number, film in enumerate(
            recorder.record(camera.name, begin, begin + _LOOKED_AT)
        ):
            kept = keep_bytes(name=uuid4(), chunks=[film.read_bytes()])
            evidence.place_file(
                recording=recording,
                exhibit=evidence.add_exhibit(
                    case=case,
                    kept=kept,
                    source=Source.UPLOAD,
                    reading=reading_of(kept),
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
            windows=[(begin, begin + _LOOKED_AT)],
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
