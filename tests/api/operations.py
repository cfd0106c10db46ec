"""One row for each operation of the API: who may, who may not, and what to send."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from uuid import uuid4

from django.utils import timezone

from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case, Guardianship, Party, Task, TaskPhoto
from anlan.customers import services as customers
from anlan.customers.models import RiskMarker
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    Applicant,
    FootageWay,
    IdentityPaper,
    Masking,
    PackageState,
    Purpose,
    Reading,
    RecorderKind,
    Source,
)
from anlan.evidence.jobs import make_playing_copies
from anlan.evidence.models import (
    Blob,
    Camera,
    Derivative,
    Exhibit,
    FootageApplication,
    Hold,
    Injury,
    OutsideKeeper,
    Package,
    Recording,
    Redaction,
    Segment,
    Statement,
)
from anlan.evidence.services import Asked, Officer, Recipient
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.packages import path_of
from anlan.evidence.services.receiving import take_blob
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, EmergencyService
from anlan.incidents.models import Attachment, Incident
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind
from anlan.investigation.models import Finding, Interview, Pin
from anlan.investigation.selectors.comparison import comparison_of
from anlan.ledger.checkpoints import Note, Signature
from anlan.ledger.checkpoints import Statement as TreeStatement
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.play.pictures import picture, signature
from anlan.play.recorder import SimulatedRecorder
from anlan.resolution import services as resolution
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import ItemKind, TurnGround
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Limitation,
    LimitationTurn,
    WorkInjury,
)
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import Exclusion, TalksKind, TermBy, TermKind
from anlan.resolution.mediation.models import (
    Body,
    Duty,
    Mediator,
    Proposal,
    Session,
    Talks,
)
from anlan.resolution.mediation.selectors.talks import confirmation_of
from anlan.resolution.models import (
    Compensation,
    Notice,
    Objection,
    Plan,
    PlanMeasure,
)
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Cause
from anlan.resolution.selectors.notices import letter_of
from tests.api.conftest import Upload
from tests.evidence.keeping import hold, photo
from tests.evidence.objects import umbrella
from tests.evidence.told import begun, frozen, guardian_of, hurt, read, sound, told
from tests.evidence.told import party as victim
from tests.investigation import asked
from tests.pictures import JPEG
from tests.resolution import reviewed
from tests.resolution import told as letters
from tests.resolution.helped import offered
from tests.resolution.legal import advised, limits
from tests.resolution.legal import hurt as struck
from tests.resolution.legal import reported as police
from tests.resolution.made import begun as begun_compensation
from tests.resolution.made import made as made_compensation
from tests.resolution.mediation import talked
from tests.resolution.planned import added as planned
from tests.resolution.planned import aggressor, reported, sentence_in_force
from tests.resolution.planned import begun as begun_plan
from tests.resolution.planned import drafted as planned_measure
from tests.resolution.planned import submitted as submitted_plan
from tests.scene import Scene

Request: TypeAlias = tuple[str, Any]  # path, body


@dataclass(frozen=True, kw_only=True)
class Row:
    """``forbidden`` sees the thing and may not; none where whoever sees also may.

    ``stranger`` is the status for a guard of another site; ``either`` are the scopes of
    which an operation asks for one, with those that it names.
    """

    method: str
    request: Callable[[Scene], Request]
    permitted: str
    status: int = 200
    forbidden: str | None = None
    stranger: int = 404
    either: tuple[Permission, ...] = ()


ROWS: dict[str, Row] = {}

BODY = {
    "kind": "committee",
    "area": "云栖社区",
    "contact": "12348",
    "verified_on": "2026-11-01",
    "verified_how": "司法所名单",
}


def get(
    permitted: str = "wangjianguo", **more: Any
) -> Callable[[Callable[[Scene], str]], Callable[[Scene], str]]:
    def enter(path: Callable[[Scene], str]) -> Callable[[Scene], str]:
        ROWS[path.__name__] = Row(
            method="GET",
            request=lambda scene: (path(scene), None),
            permitted=permitted,
            **more,
        )
        return path

    return enter


def post(
    permitted: str = "zhoumin", forbidden: str | None = "wangjianguo", **more: Any
) -> Callable[[Callable[[Scene], Request]], Callable[[Scene], Request]]:
    def enter(request: Callable[[Scene], Request]) -> Callable[[Scene], Request]:
        ROWS[request.__name__] = Row(
            method="POST",
            request=request,
            permitted=permitted,
            forbidden=forbidden,
            **more,
        )
        return request

    return enter


@get(stranger=200)
def who_am_i(scene: Scene) -> str:
    return "/me"


@get(stranger=200)
def list_sites(scene: Scene) -> str:
    return "/sites"


@get()
def list_places(scene: Scene) -> str:
    return f"/sites/{scene.site.uid}/places"


@get(forbidden="linan")
def list_shifts(scene: Scene) -> str:
    return f"/sites/{scene.site.uid}/shifts"


@get(permitted="hetao", forbidden="wangjianguo", stranger=403)
def get_verification(scene: Scene) -> str:
    return "/ledger/verification"


@get(permitted="hetao", forbidden="wangjianguo", stranger=403)
def get_evidence_safety(scene: Scene) -> str:
    return "/evidence/safety"


@post(permitted="hetao", forbidden="wangjianguo", stranger=403)
def ask_for_check(scene: Scene) -> Request:
    return "/evidence/checks", {"kind": "drill"}


@get(permitted="hetao", forbidden="wangjianguo", stranger=403)
def list_keepers(scene: Scene) -> str:
    _keeper(scene)
    return "/evidence/keepers"


@post(permitted="admin", forbidden="hetao", status=201, stranger=403)
def add_keeper(scene: Scene) -> Request:
    address = f"{uuid4().hex[:8]}@example.invalid"
    return "/evidence/keepers", {"name": "业委会", "address": address}


@post(permitted="admin", forbidden="hetao", stranger=403)
def mail_soon(scene: Scene) -> Request:
    return "/evidence/keepers/mailing", None


@post(permitted="admin", forbidden="hetao", stranger=403)
def remove_keeper(scene: Scene) -> Request:
    return f"/evidence/keepers/{_keeper(scene).uid}/removal", None


@post(permitted="hetao", forbidden="wangjianguo", stranger=403)
def compare_held(scene: Scene) -> Request:
    return "/evidence/comparisons", {"text": "anlan/test\n1\nAAAA\n"}


@get(permitted="hetao", forbidden="wangjianguo", stranger=403)
def list_field_keys(scene: Scene) -> str:
    return "/evidence/field-keys"


@get(stranger=200)
def list_cases(scene: Scene) -> str:
    _case(scene)
    return "/cases"


@get()
def get_case(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}"


@get()
def get_timeline(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/timeline"


@get(permitted="hetao", forbidden="zhoumin")
def get_trail(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/trail"


@get()
def get_incident(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/incident"


@get()
def list_tasks(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/tasks"


@get(stranger=200)
def my_tasks(scene: Scene) -> str:
    return "/tasks"


@get()
def list_parties(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/parties"


@get(stranger=200)
def find_people(scene: Scene) -> str:
    return "/people?text=%E5%88%98%E6%B4%8B"


@get(permitted="lixiang")
def get_report(scene: Scene) -> str:
    return f"/reports/{scene.report().uid}"


@post(permitted="wangjianguo", forbidden="admin", status=201, stranger=422)
def report_incident(scene: Scene) -> Request:
    body = {"request_id": str(uuid4()), "place": str(scene.garage.uid)}
    return "/reports", {**body, "flags": ["ongoing"], "words": "两人在车位旁打架"}


@post(permitted="lixiang", forbidden="zhoumin")
def withdraw_report(scene: Scene) -> Request:
    return f"/reports/{scene.report().uid}/withdrawal", None


@post(status=201)
def split_report(scene: Scene) -> Request:
    scene.report()
    return f"/reports/{scene.report(by=scene.guard).uid}/splitting", None


@get(stranger=200)
def list_rule_sets(scene: Scene) -> str:
    return "/law/rule-sets"


@get(stranger=200)
def list_guardrails(scene: Scene) -> str:
    return "/law/guardrails"


@get(stranger=200)
def list_sources(scene: Scene) -> str:
    return "/law/sources"


@post(status=201)
def give_report_link(scene: Scene) -> Request:
    return f"/reports/{scene.report(channel=Channel.DESK).uid}/link", None


@post()
def end_report_link(scene: Scene) -> Request:
    report = scene.report()
    about = f"report:{report.uid}"
    cases.make_access_link(
        case=report.incident.case, about=about, by=SYSTEM, at=scene.at
    )
    return f"/reports/{report.uid}/link/end", None


@post(permitted="wangjianguo", forbidden="lifang")
def confirm_report(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/confirmation", None


@post()
def mark_false_alarm(scene: Scene) -> Request:
    number = scene.incident(flags=()).case.number
    return f"/cases/{number}/false-alarm", {"reason": "两人在闹着玩"}


@post(status=201)
def propose_false_alarm(scene: Scene) -> Request:
    number = _case(scene).number
    return f"/cases/{number}/false-alarm-proposals", {"reason": "两人在闹着玩"}


@post(permitted="hetao", forbidden="zhoumin")
def decide_false_alarm(scene: Scene) -> Request:
    proposal = incidents.propose_false_alarm(
        incident=_case(scene).incident,
        reason="两人在闹着玩",
        by=scene.officer,
        at=scene.at,
    )
    return f"/false-alarm-proposals/{proposal.uid}/decision", {"approved": True}


@post()
def set_severity(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/severity", {"severity": 4}


@post(permitted="wangjianguo", forbidden="sunlei")
def acknowledge(scene: Scene) -> Request:
    body = {"responder": str(scene.guard.uid)}
    return f"/cases/{_case(scene).number}/acknowledgement", body


@post(permitted="wangjianguo", forbidden="sunlei")
def arrive(scene: Scene) -> Request:
    body = {"responder": str(scene.guard.uid), "via": "radio"}
    return f"/cases/{_case(scene).number}/arrival", body


@post(permitted="wangjianguo", forbidden="sunlei")
def take_back_arrival(scene: Scene) -> Request:
    body = {"responder": str(scene.guard.uid)}
    return f"/cases/{_attended(scene).case.number}/arrival/withdrawal", body


@post(permitted="zhangqiang", forbidden="lifang", status=201)
def join_response(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/responders", {}


@post(permitted="wangjianguo", forbidden="lifang")
def control_scene(scene: Scene) -> Request:
    return f"/cases/{_attended(scene).case.number}/control", None


@post(permitted="wangjianguo", forbidden="lifang")
def take_back_control(scene: Scene) -> Request:
    incident = _attended(scene)
    incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
    return f"/cases/{incident.case.number}/control/withdrawal", None


@post(permitted="wangjianguo", forbidden="lifang")
def record_dissuasion(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/dissuasion", {"result": "worked"}


@post(permitted="wangjianguo", forbidden=None, status=201)
def call_for_help(scene: Scene) -> Request:
    body = {"service": "110", "outcome": "connected"}
    return f"/cases/{_case(scene).number}/calls", body


@get()
def words_for_call(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/calls/120/words"


@post(permitted="wangjianguo", forbidden=None)
def answer_call(scene: Scene) -> Request:
    call = incidents.record_emergency_call(
        incident=scene.incident(),
        service=EmergencyService.POLICE,
        by=scene.guard,
        at=scene.at,
    )
    return f"/calls/{call.uid}/answer", {"answer": "已派警", "receipt": "A-17"}


@post()
def correct_call(scene: Scene) -> Request:
    call = incidents.record_emergency_call(
        incident=scene.incident(),
        service=EmergencyService.POLICE,
        by=scene.officer,
        at=scene.at,
    )
    return f"/calls/{call.uid}/correction", {"outcome": "missed", "reason": "按错了"}


@post(status=201)
def propose_waiver(scene: Scene) -> Request:
    number = scene.incident(flags=()).case.number
    return f"/cases/{number}/police-waivers", {"reason": "双方当场和好，无人受伤"}


@post(permitted="hetao", forbidden="zhoumin")
def decide_waiver(scene: Scene) -> Request:
    waiver = incidents.propose_police_waiver(
        incident=scene.incident(flags=()),
        reason="双方当场和好，无人受伤",
        by=scene.officer,
        at=scene.at,
    )
    return f"/police-waivers/{waiver.uid}/decision", {"approved": True}


@post()
def close_incident(scene: Scene) -> Request:
    incident = _attended(scene)
    incidents.control_scene(incident=incident, by=scene.officer, at=scene.at)
    incidents.record_emergency_call(
        incident=incident,
        service=EmergencyService.POLICE,
        by=scene.officer,
        at=scene.at,
    )
    _finish(incident.case, scene)
    return f"/cases/{incident.case.number}/closing", None


@post()
def reopen_case(scene: Scene) -> Request:
    incident = scene.incident()
    scene.call_off(incident, reason="误按", at=scene.at)
    return f"/cases/{incident.case.number}/reopening", None


@post(permitted="wangjianguo", forbidden=None, status=201)
def write_note(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/notes", {"text": "双方已分开"}


@post(status=201)
def strike_entry(scene: Scene) -> Request:
    case = _case(scene)
    cases.write_note(case=case, text="写错了", by=scene.guard, at=scene.at)
    notes = Entry.objects.filter(subject=case.subject, kind="case.note_written")
    seq = notes.latest("seq").seq
    return f"/cases/{case.number}/strikes", {"seq": seq, "reason": "记错案件"}


@post(permitted="wangjianguo", forbidden=None)
def complete_task(scene: Scene) -> Request:
    return f"/tasks/{_task(scene).uid}/completion", {"words": "已经做了"}


@post(permitted="lixiang", forbidden="lifang", status=201)
def attach(scene: Scene) -> Request:
    return f"/reports/{scene.report().uid}/attachments", Upload(JPEG)


@get(permitted="lixiang")
def list_attachments(scene: Scene) -> str:
    return f"/reports/{_attachment(scene).report.uid}/attachments"


@get()
def list_incident_attachments(scene: Scene) -> str:
    return f"/cases/{_attachment(scene).report.incident.case.number}/attachments"


@get()
def get_attachment(scene: Scene) -> str:
    return f"/attachments/{_attachment(scene).uid}"


@post(permitted="wangjianguo", forbidden="lifang", status=201)
def add_task_photo(scene: Scene) -> Request:
    return f"/tasks/{_task(scene).uid}/photos", Upload(JPEG)


@get()
def list_task_photos(scene: Scene) -> str:
    return f"/tasks/{_photo(scene).task.uid}/photos"


@get()
def get_task_photo(scene: Scene) -> str:
    return f"/photos/{_photo(scene).uid}"


@get()
def list_exhibits(scene: Scene) -> str:
    return f"/cases/{_exhibit(scene).case.number}/exhibits"


@post(permitted="wangjianguo", forbidden=None, status=201)
def add_exhibit(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/exhibits", Upload(JPEG)


@get()
def get_exhibit(scene: Scene) -> str:
    return f"/exhibits/{_exhibit(scene).uid}"


@get(permitted="zhoumin", forbidden="lifang")
def get_exhibit_receipt(scene: Scene) -> str:
    return f"/exhibits/{_exhibit(scene).uid}/receipt"


@get(permitted="zhoumin", forbidden="lifang")
def get_exhibit_content(scene: Scene) -> str:
    return f"/exhibits/{_exhibit(scene).uid}/content"


@post()
def skip_task(scene: Scene) -> Request:
    task = _case(scene).tasks.get(key="bystanders")
    if task.state != Task.State.OPEN:
        cases.reopen_task(task=task, by=scene.officer, at=scene.at)
    return f"/tasks/{task.uid}/skipping", {"reason": "现场不需要"}


@post(permitted="wangjianguo", forbidden=None)
def reopen_task(scene: Scene) -> Request:
    task = _task(scene)
    cases.complete_task(task=task, words="做了", by=scene.guard, at=scene.at)
    return f"/tasks/{task.uid}/reopening", None


@post()
def advance_phase(scene: Scene) -> Request:
    case = _case(scene)
    _finish(case, scene)
    return f"/cases/{case.number}/phase", {"leave": "protect"}


@post(permitted="wangjianguo", forbidden="lifang")
def take_command(scene: Scene) -> Request:
    body = {"commander": str(scene.guard.uid)}
    return f"/cases/{_case(scene).number}/command", body


@post()
def join_cases(scene: Scene) -> Request:
    case, host = _two(scene)
    return f"/cases/{case.number}/joining", {"into": host.number}


@post()
def part_cases(scene: Scene) -> Request:
    case, host = _two(scene)
    cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
    return f"/cases/{case.number}/parting", None


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def add_party(scene: Scene) -> Request:
    body = {"roles": ["witness"], "description": "穿红外套的男子"}
    return f"/cases/{_case(scene).number}/parties", body


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def note_home(scene: Scene) -> Request:
    room = scene.site.places.filter(kind="room").order_by("pk").first()
    assert room is not None
    body = {"place": str(room.uid), "role": "owner", "since_on": "2024-01-01"}
    return f"/parties/{_party(scene, known=True)}/home", body


@post(permitted="hetao", forbidden="wangjianguo", status=201)
def add_unit(scene: Scene) -> Request:
    room = scene.site.places.filter(kind="room").order_by("pk").first()
    assert room is not None
    body = {"place": str(room.uid), "number": "1-1206"}
    return f"/sites/{scene.site.uid}/units", body


@post(permitted="wangjianguo", forbidden="chenlu")
def unmark_minor(scene: Scene) -> Request:
    minor = victim(scene, _case(scene), "陆小米", is_minor=True)
    body = {"reason": "出示了身份证", "of_age_since": "2026-01-01"}
    return f"/parties/{minor.uid}/of-age", body


@get()
def list_guardians(scene: Scene) -> str:
    return f"/parties/{_guarded(scene).ward.uid}/guardians"


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def link_guardian(scene: Scene) -> Request:
    link = _guarded(scene)
    body = {"guardian": str(link.guardian.uid), "relation": "母亲"}
    return f"/parties/{link.ward.uid}/guardians", body


@post(permitted="wangjianguo", forbidden="chenlu")
def unlink_guardian(scene: Scene) -> Request:
    return f"/guardianships/{_guarded(scene).uid}/end", {"reason": "登记错了人"}


@post(permitted="wangjianguo", forbidden="chenlu")
def set_roles(scene: Scene) -> Request:
    return f"/parties/{_party(scene)}/roles", {"roles": ["aggressor", "victim"]}


@post(permitted="wangjianguo", forbidden="chenlu")
def identify(scene: Scene) -> Request:
    body = {"new_person": {"name": "刘洋", "phone": "19900000201"}}
    return f"/parties/{_party(scene)}/identity", body


@post()
def unmask(scene: Scene) -> Request:
    body = {"field": "phone", "reason": "联系家属"}
    return f"/parties/{_party(scene, known=True)}/unmasking", body


@post(permitted="wangjianguo", forbidden="chenlu")
def correct(scene: Scene) -> Request:
    body = {"phone": "19900000209", "reason": "本人当面更正"}
    return f"/parties/{_party(scene, known=True)}/correction", body


@post(permitted="hetao", forbidden="zhoumin")
def erase(scene: Scene) -> Request:
    case = _case(scene)
    party = _party(scene, known=True, case=case)
    cases.close_as_false_alarm(
        case=case, reason="没有人", by=scene.officer, at=scene.at
    )
    body = {"reason": "request", "is_right_person": True, "is_final": True}
    return f"/parties/{party}/erasure", body


@get(permitted="hetao", forbidden="zhoumin")
def list_looks(scene: Scene) -> str:
    return f"/parties/{_party(scene, known=True)}/looks"


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_contacts(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/contacts"


@post(permitted="lifang", forbidden="chenlu", status=201)
def record_contact(scene: Scene) -> Request:
    case = _case(scene)
    return f"/cases/{case.number}/contacts", {
        "party": _party(scene, case=case),
        "channel": "phone",
        "words": "说明了处理进展，约定明天再联系",
        "consequences_explained": True,
        "medical": "declined",
        "promises": [{"words": "明天回电", "due_at": _on(scene, days=1)}],
        "next_due_at": _on(scene, days=1),
    }


@get()
def list_named_contacts(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/named-contacts"


@post(status=201)
def name_contact(scene: Scene) -> Request:
    body = {"side": "victim", "user": str(scene.person("lifang").uid)}
    return f"/cases/{_case(scene).number}/named-contacts", body


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_own_links(scene: Scene) -> str:
    return f"/cases/{_victim_of_officer(scene).case.number}/own-links"


@post(permitted="zhoumin", forbidden="wangjianguo", status=201)
def give_own_link(scene: Scene) -> Request:
    victim = _victim_of_officer(scene)
    return f"/cases/{victim.case.number}/own-links/{victim.uid}", None


@post(permitted="zhoumin", forbidden="wangjianguo")
def end_own_link(scene: Scene) -> Request:
    victim = _victim_of_officer(scene)
    cases.give_contact_link(party=victim, by=scene.officer, at=scene.at)
    return f"/cases/{victim.case.number}/own-links/{victim.uid}/end", None


@get()
def list_kept_apart(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/keep-apart"


@post(status=201)
def keep_apart(scene: Scene) -> Request:
    case = _case(scene)
    return f"/cases/{case.number}/keep-apart", {
        "one": _party(scene, case=case),
        "other": _party(scene, known=True, case=case),
        "places": [str(scene.garage.uid)],
        "words": "各走各的出入口",
        "ends_at": _on(scene, days=1),
    }


@post()
def end_keep_apart(scene: Scene) -> Request:
    case = _case(scene)
    parties = [
        Party.objects.get(uid=_party(scene, known=known, case=case))
        for known in (False, True)
    ]
    plan = cases.keep_apart(
        case=case,
        one=parties[0],
        other=parties[1],
        places=[scene.garage],
        words="各走各的出入口",
        ends_at=scene.at + timedelta(days=1),
        by=scene.officer,
        at=scene.at,
    )
    body = {"reason": "一方已搬走"}
    return f"/cases/{case.number}/keep-apart/{plan.uid}/end", body


@get()
def list_objects(scene: Scene) -> str:
    return f"/cases/{_object(scene).case.number}/objects"


@post(status=201)
def register_object(scene: Scene) -> Request:
    body = {"title": "黑色长柄伞", "kept_where": "保险柜", "seal_number": "A-1"}
    return f"/cases/{_case(scene).number}/objects", body


@get()
def get_object(scene: Scene) -> str:
    return f"/objects/{_object(scene).uid}"


@get()
def list_custody_steps(scene: Scene) -> str:
    return f"/objects/{_object(scene).uid}/steps"


@post(status=201)
def reseal_object(scene: Scene) -> Request:
    body = {"seal_number": f"B-{uuid4().hex[:8]}", "words": "拆开拍照"}
    return f"/objects/{_object(scene).uid}/seals", body


@post(status=201)
def check_seal(scene: Scene) -> Request:
    return f"/objects/{_object(scene).uid}/seal-checks", {"is_whole": True}


@post(status=201)
def move_object(scene: Scene) -> Request:
    return f"/objects/{_object(scene).uid}/moves", {"kept_where": "铁柜"}


@post(status=201)
def hand_over_object(scene: Scene) -> Request:
    body = {"receiver": str(scene.person("sunlei").uid), **_signatures()}
    return f"/objects/{_object(scene).uid}/hand-overs", body


@post(permitted="hetao", forbidden="zhoumin", status=201)
def return_object(scene: Scene) -> Request:
    thing = _object(scene)
    body = {"party": _party(scene, case=thing.case), "words": "周敏休假"}
    return f"/objects/{thing.uid}/return", {**body, **_signatures()}


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_packages(scene: Scene) -> str:
    return f"/cases/{_package(scene).case.number}/packages"


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_package(scene: Scene) -> str:
    return f"/packages/{_package(scene).uid}"


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_package_content(scene: Scene) -> str:
    return f"/packages/{_made(scene).uid}/content"


@post(permitted="hetao", forbidden="zhoumin", status=201)
def ask_package(scene: Scene) -> Request:
    exhibit = _exhibit(scene)
    body = {
        "exhibits": [str(exhibit.uid)],
        "purpose": "police",
        "masking": "none",
        "recipient": "云栖派出所",
        "identity": "民警 012345",
        "document_number": "云公调证字 12 号",
        "acknowledged": "第二块硬盘正在采购",
    }
    return f"/cases/{exhibit.case.number}/packages", body


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_holds(scene: Scene) -> str:
    return f"/cases/{_hold(scene).case.number}/holds"


@post(status=201)
def place_hold(scene: Scene) -> Request:
    exhibit = _exhibit(scene)
    body = {"reason": "court", "words": "已起诉", "exhibit": str(exhibit.uid)}
    return f"/cases/{exhibit.case.number}/holds", body


@post(permitted="hetao", forbidden="zhoumin")
def propose_release(scene: Scene) -> Request:
    return f"/holds/{_hold(scene).uid}/release", {
        "words": "判决已生效",
        "early": "已履行",
    }


@post(permitted="hetao", forbidden="zhoumin")
def confirm_release(scene: Scene) -> Request:
    return f"/holds/{_proposed(scene).uid}/release/confirmation", None


@post(permitted="hetao", forbidden="zhoumin")
def refuse_release(scene: Scene) -> Request:
    return f"/holds/{_proposed(scene).uid}/release/refusal", None


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_deletions(scene: Scene) -> str:
    return f"/sites/{scene.site.uid}/deletions"


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_periods(scene: Scene) -> str:
    return f"/sites/{scene.site.uid}/periods"


@post(permitted="hetao", forbidden="zhoumin")
def preview_period(scene: Scene) -> Request:
    return f"/sites/{scene.site.uid}/periods/preview", {
        "retention_class": "ordinary",
        "days": 365,
    }


@post(permitted="hetao", forbidden="zhoumin")
def change_period(scene: Scene) -> Request:
    return f"/sites/{scene.site.uid}/periods", {
        "retention_class": "ordinary",
        "days": 400,
    }


@post(status=201)
def hand_over_package(scene: Scene) -> Request:
    body = {"receiver": "李强", "identity": "012345", "way": "加密 U 盘"}
    return f"/packages/{_made(scene).uid}/receipts", {**body, **_signatures()}


@post(permitted="hetao", forbidden="zhoumin")
def withdraw_package(scene: Scene) -> Request:
    return f"/packages/{_made(scene).uid}/withdrawal", {"reason": "遮盖不全"}


@post(status=201)
def ask_disposal(scene: Scene) -> Request:
    return f"/objects/{_object(scene).uid}/disposal", {"words": "移交派出所"}


@post(permitted="hetao", forbidden="zhoumin")
def decide_disposal(scene: Scene) -> Request:
    thing = _object(scene)
    evidence.ask_disposal(
        exhibit=thing, words="移交派出所", by=scene.officer, at=scene.at
    )
    return f"/objects/{thing.uid}/disposal/decision", {"approved": True}


@get()
def list_statements(scene: Scene) -> str:
    return f"/cases/{_statement(scene).case.number}/statements"


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def begin_statement(scene: Scene) -> Request:
    case = _case(scene)
    body = {"party": _party(scene, case=case), "role": "victim", "place": "会客室"}
    return f"/cases/{case.number}/statements", {**body, "is_told": True}


@get(permitted="zhoumin")
def get_statement(scene: Scene) -> str:
    return f"/statements/{_statement(scene).uid}"


@post(permitted="wangjianguo", forbidden="chenlu")
def save_answers(scene: Scene) -> Request:
    body = {"answers": [{"key": "where", "answer": "车库"}]}
    return f"/statements/{_statement(scene).uid}/answers", body


@post(permitted="wangjianguo", forbidden="chenlu")
def name_guardian(scene: Scene) -> Request:
    statement = _statement(scene)
    assert statement.party is not None
    body = {"guardian": str(guardian_of(scene, statement.party).uid)}
    return f"/statements/{statement.uid}/guardian", body


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def add_recording(scene: Scene) -> Request:
    path = f"/statements/{_statement(scene).uid}/recordings"
    return path, Upload(sound(uuid4().int % 256), {"is_told": "true"})


@post(permitted="wangjianguo", forbidden="chenlu")
def read_statement_back(scene: Scene) -> Request:
    return f"/statements/{_statement(scene).uid}/reading-back", None


@post(permitted="wangjianguo", forbidden="chenlu")
def reopen_statement(scene: Scene) -> Request:
    return f"/statements/{_statement(scene, is_read=True).uid}/reopening", None


@post(permitted="wangjianguo", forbidden="chenlu")
def sign_statement(scene: Scene) -> Request:
    body = {"draft": 1, "is_confirmed": True, "signature": _signature()}
    return f"/statements/{_statement(scene, is_read=True).uid}/signature", body


@post(permitted="wangjianguo", forbidden="chenlu")
def refuse_statement(scene: Scene) -> Request:
    return f"/statements/{_statement(scene).uid}/refusal", {"reason": "不想说"}


@post(permitted="wangjianguo", forbidden="chenlu")
def discard_statement(scene: Scene) -> Request:
    return f"/statements/{_statement(scene).uid}/discarding", {"reason": "选错了人"}


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def add_addendum(scene: Scene) -> Request:
    body = {"sentence": 2, "text": "打了左手", "is_confirmed": True}
    path = f"/statements/{frozen(scene, _case(scene)).uid}/addenda"
    return path, {**body, "signature": _signature()}


@get(permitted="lifang")
def list_injuries(scene: Scene) -> str:
    return f"/cases/{_injury(scene).case.number}/injuries"


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def record_injury(scene: Scene) -> Request:
    case = _case(scene)
    body = {"party": _party(scene, case=case), "region": "head", "kind": "cut"}
    return f"/cases/{case.number}/injuries", body


@post(permitted="lifang", forbidden="chenlu", status=201)
def add_injury_photo(scene: Scene) -> Request:
    said = {"round": "0h", "has_consent": "true", "scale_shown": "true"}
    return f"/injuries/{_injury(scene).uid}/photos", Upload(JPEG, said)


@post(permitted="lifang", forbidden="chenlu")
def withdraw_injury(scene: Scene) -> Request:
    return f"/injuries/{_injury(scene).uid}/withdrawal", {"reason": "看错了"}


@post(permitted="lifang", forbidden="chenlu", status=201)
def refuse_photos(scene: Scene) -> Request:
    injury = _injury(scene)
    body = {"party": str(injury.party.uid), "round": "24h"}
    return f"/cases/{injury.case.number}/injury-refusals", body


@get(permitted="lifang")
def list_medical_papers(scene: Scene) -> str:
    return f"/cases/{_injury(scene).case.number}/medical-papers"


@post(permitted="wangjianguo", forbidden="chenlu", status=201)
def add_medical_paper(scene: Scene) -> Request:
    case = _case(scene)
    said = {"party": _party(scene, case=case), "kind": "record"}
    content = picture(uuid4().int % 300)
    return f"/cases/{case.number}/medical-papers", Upload(content, said)


@get(permitted="admin", forbidden="wangjianguo", stranger=403)
def list_compensation_figures(scene: Scene) -> str:
    return "/compensation-figures?province=33&year=2025"


@post(permitted="admin", forbidden="hetao", status=201, stranger=403)
def enter_compensation_figure(scene: Scene) -> Request:
    body = {"key": "monthly_wage", "province": "33", "year": 2025, "value": 800_000}
    source = {"title": "统计公报", "issuer": "省统计局", "issued_on": "2026-03-01"}
    return "/compensation-figures", {**body, **source}


@get()
def list_compensations(scene: Scene) -> str:
    return f"/cases/{_compensation(scene).case.number}/compensations"


@post(permitted="lifang", status=201)
def begin_compensation(scene: Scene) -> Request:
    case = _case(scene)
    body = {"party": str(victim(scene, case).uid)}
    return f"/cases/{case.number}/compensations", body


@post(permitted="lifang", forbidden="zhoumin", status=201)
def make_compensation_version(scene: Scene) -> Request:
    expenses = [{"item": "medical", "fen": 12_345}]
    claim = {"forum": "civil", "province": "33", "reckoned_on": "2026-11-23"}
    path = f"/compensations/{_compensation(scene).uid}/versions"
    return path, {"claim": {**claim, "expenses": expenses}}


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_compensation_version(scene: Scene) -> str:
    made = made_compensation(scene, _compensation(scene), {"inpatient_days": 1})
    return f"/compensation-versions/{made.uid}"


@get(permitted="zhoumin", forbidden="wangjianguo")
def print_compensation_version(scene: Scene) -> str:
    made = made_compensation(scene, _compensation(scene), {"inpatient_days": 1})
    return f"/compensation-versions/{made.uid}/paper"


@get(permitted="lifang", forbidden="wangjianguo", stranger=403)
def list_kindness_words(scene: Scene) -> str:
    return "/kindness-words"


@post(permitted="chenlu", forbidden="zhoumin", status=201, stranger=403)
def approve_kindness_words(scene: Scene) -> Request:
    return "/kindness-words", {"words": "出于人道的慰问，不代表承认责任。"}


@get(permitted="chenlu", forbidden="wangjianguo")
def list_measures(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/measures"


@get(permitted="chenlu", forbidden="wangjianguo")
def list_plans(scene: Scene) -> str:
    return f"/cases/{_plan(scene).case.number}/plans"


@post()
def begin_plan(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/plans", None


@get(permitted="chenlu", forbidden="wangjianguo")
def get_plan(scene: Scene) -> str:
    return f"/plans/{_plan(scene).uid}"


@post(status=201)
def add_measure(scene: Scene) -> Request:
    plan = _plan(scene)
    said = {"key": "verbal_warn", "words": "口头提醒，请其遵守规约"}
    return f"/plans/{plan.uid}/measures", {
        **said,
        "party": _party(scene, case=plan.case),
    }


@post()
def change_measure(scene: Scene) -> Request:
    measure = _measure(scene)
    said = {"key": "verbal_warn", "party": str(measure.party.uid), "words": "再次提醒"}
    return f"/measures/{measure.uid}/change", said


@post()
def remove_measure(scene: Scene) -> Request:
    return f"/measures/{_measure(scene).uid}/removal", None


@post(status=201)
def add_support(scene: Scene) -> Request:
    plan = _plan(scene)
    said = {"kind": "medical", "days": 1, "words": "问过本人以后陪同复诊"}
    return f"/plans/{plan.uid}/support", {
        **said,
        "party": str(victim(scene, plan.case).uid),
        "owner": str(scene.person("lifang").uid),
    }


@post()
def remove_support(scene: Scene) -> Request:
    return f"/support/{offered(scene, _plan(scene)).uid}/removal", None


@post()
def submit_plan(scene: Scene) -> Request:
    case = _case(scene)
    sentence = sentence_in_force(scene, case)
    plan = begun_plan(scene, case)
    said = planned_measure(
        scene, aggressor(scene, case), "warning_letter", sentences=[sentence]
    )
    planned(scene, plan, said)
    return f"/plans/{plan.uid}/submission", {"beyond": "情节和后果见调查结论"}


@post(either=(Permission.PLAN_DRAFT, Permission.PLAN_APPROVE))
def withdraw_plan(scene: Scene) -> Request:
    return f"/plans/{_plan(scene).uid}/withdrawal", {"reason": "认定有新的线索"}


@post(permitted="hetao", forbidden="zhoumin")
def decide_plan(scene: Scene) -> Request:
    plan = submitted_plan(scene, _case(scene))
    return f"/plans/{plan.uid}/decision", {
        "is_approved": True,
        "shown": ["2012", "2025"],
    }


@post(
    permitted="xuqing",
    either=(Permission.REVIEW_WRITE, Permission.REVIEW_APPROVE),
)
def withdraw_case_report(scene: Scene) -> Request:
    report = reviewed.begun(scene, _case(scene))
    return f"/case-reports/{report.uid}/withdrawal", {"reason": "改由另一人编写"}


@get(permitted="chenlu", forbidden="wangjianguo")
def list_case_reports(scene: Scene) -> str:
    return f"/cases/{reviewed.begun(scene, _case(scene)).case.number}/case-reports"


@post(permitted="xuqing", status=201)
def begin_case_report(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/case-reports", None


@get(permitted="chenlu", forbidden="wangjianguo")
def get_case_report(scene: Scene) -> str:
    return f"/case-reports/{reviewed.begun(scene, _case(scene)).uid}"


@post(permitted="xuqing")
def compose_case_report(scene: Scene) -> Request:
    return f"/case-reports/{reviewed.begun(scene, _case(scene)).uid}/composition", None


@post(permitted="xuqing")
def set_report_cause(scene: Scene) -> Request:
    report = reviewed.begun(scene, _case(scene))
    return f"/case-reports/{report.uid}/cause", {"cause": "person"}


@post(permitted="xuqing", status=201)
def add_report_paragraph(scene: Scene) -> Request:
    report = reviewed.begun(scene, _case(scene))
    body = {"section": "lessons", "text": "标线报修要跟进。", "tags": "标线"}
    return f"/case-reports/{report.uid}/paragraphs", body


@post(permitted="xuqing")
def change_report_paragraph(scene: Scene) -> Request:
    row = reviewed.added(scene, reviewed.begun(scene, _case(scene)))
    return f"/report-paragraphs/{row.uid}", {"text": "标线报修要跟进到底。"}


@post(permitted="xuqing")
def leave_report_paragraph(scene: Scene) -> Request:
    row = reviewed.added(scene, reviewed.begun(scene, _case(scene)))
    return f"/report-paragraphs/{row.uid}/leaving", {"is_left_out": True}


@post(permitted="xuqing")
def submit_case_report(scene: Scene) -> Request:
    report = reviewed.begun(scene, _case(scene))
    reviewed.added(scene, report)
    review.set_cause(report=report, cause=Cause.PERSON, by=report.author, at=scene.at)
    return f"/case-reports/{report.uid}/submission", None


@post(permitted="hetao", forbidden="xuqing")
def decide_case_report(scene: Scene) -> Request:
    report = reviewed.submitted(scene, _case(scene))
    return f"/case-reports/{report.uid}/decision", {"is_approved": True}


@get(permitted="chenlu", forbidden="wangjianguo")
def export_case_report(scene: Scene) -> str:
    report = reviewed.decided(scene, reviewed.submitted(scene, _case(scene)))
    return f"/case-reports/{report.uid}/pdf"


@post(permitted="hetao", forbidden="zhoumin")
def hand_out_case_report_copy(scene: Scene) -> Request:
    report = reviewed.decided(scene, reviewed.submitted(scene, _case(scene)))
    party = _party(scene, case=report.case)
    return f"/case-reports/{report.uid}/copies", {"party": party, "receiver": "本人"}


@get(permitted="chenlu", forbidden="wangjianguo")
def export_case_report_word(scene: Scene) -> str:
    report = reviewed.decided(scene, reviewed.submitted(scene, _case(scene)))
    return f"/case-reports/{report.uid}/word"


@get(stranger=200)
def list_improvements(scene: Scene) -> str:
    reviewed.improved(scene, _case(scene))
    return "/improvements?which=all"


@get(permitted="chenlu", forbidden="wangjianguo")
def list_case_improvements(scene: Scene) -> str:
    return f"/cases/{reviewed.improved(scene, _case(scene)).case.number}/improvements"


@post(permitted="xuqing", status=201)
def make_improvement(scene: Scene) -> Request:
    case = _case(scene)
    reviewed.found(scene, case)
    return f"/cases/{case.number}/improvements", {
        "what": "重画标线",
        "why": "标线磨损",
        "ground": reviewed.failing(case).ref,
        "cause": "environment",
        "owner": str(scene.person("sunlei").uid),
        "due_on": local_day(timezone.now() + timedelta(days=9)).isoformat(),
    }


@get(permitted="sunlei")
def get_improvement(scene: Scene) -> str:
    return f"/improvements/{reviewed.improved(scene, _case(scene)).uid}"


@post(permitted="sunlei", forbidden="zhoumin")
def finish_improvement(scene: Scene) -> Request:
    row = reviewed.improved(scene, _case(scene))
    return f"/improvements/{row.uid}/done", {"words": "标线已经重画"}


@post(permitted="hetao", forbidden="xuqing")
def drop_improvement(scene: Scene) -> Request:
    row = reviewed.improved(scene, _case(scene))
    return f"/improvements/{row.uid}/dropping", {"reason": "车位已经取消"}


@post(permitted="zhoumin", forbidden="chenlu")
def check_improvement(scene: Scene) -> Request:
    row = reviewed.done(scene, reviewed.improved(scene, _case(scene)))
    check = row.checks.get(days=30)
    due = local_day(timezone.now() + timedelta(days=9)).isoformat()
    body = {"is_effective": False, "looked": "又有人争车位", "due_on": due}
    return f"/improvement-checks/{check.uid}", body


@post(permitted="zhoumin", forbidden="chenlu")
def say_recurrence(scene: Scene) -> Request:
    row = reviewed.done(scene, reviewed.improved(scene, _case(scene)))
    again = scene.incident(at=scene.at + timedelta(days=40)).case
    made = row.recurrences.create(case=again, found_at=scene.at)
    return f"/recurrences/{made.uid}", {"is_same": False, "words": "这次是排队"}


@get(permitted="chenlu", forbidden="wangjianguo")
def list_meetings(scene: Scene) -> str:
    return f"/cases/{reviewed.met(scene, _case(scene)).case.number}/meetings"


@post(permitted="zhoumin", status=201)
def record_meeting(scene: Scene) -> Request:
    people = [str(scene.person(name).uid) for name in ("hetao", "zhoumin")]
    return f"/cases/{_case(scene).number}/meetings", {
        "held_at": (scene.at + timedelta(seconds=30)).isoformat(),
        "minutes": "耳机没有开，改派用了三十秒。",
        "is_voluntary": True,
        "people": people,
    }


@get(permitted="chenlu", forbidden="wangjianguo", stranger=403)
def list_lessons(scene: Scene) -> str:
    reviewed.decided(scene, reviewed.submitted(scene, _case(scene)))
    return "/lessons?text=标线"


@get(permitted="chenlu", forbidden="wangjianguo")
def list_similar_cases(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/similar"


@get(permitted="chenlu", forbidden="wangjianguo")
def list_notices(scene: Scene) -> str:
    return f"/cases/{_notice(scene).case.number}/notices"


@get(permitted="chenlu", forbidden="wangjianguo")
def list_carrying(scene: Scene) -> str:
    return f"/cases/{_in_force(scene).plan.case.number}/carrying"


@post()
def begin_notice(scene: Scene) -> Request:
    return f"/measures/{_in_force(scene).uid}/notice", None


@post()
def begin_consequences(scene: Scene) -> Request:
    return f"/parties/{aggressor(scene, _case(scene)).uid}/consequences", None


@get(permitted="chenlu", forbidden="wangjianguo")
def get_notice(scene: Scene) -> str:
    return f"/notices/{_notice(scene).uid}"


@post()
def save_notice(scene: Scene) -> Request:
    body = {"facts": "发生了争执。", "request": "请遵守规约。"}
    return f"/notices/{_notice(scene).uid}/words", body


@post(permitted="hetao", forbidden="zhoumin")
def issue_notice(scene: Scene) -> Request:
    notice = _notice(scene)
    return f"/notices/{notice.uid}/issue", {"digest": letter_of(notice).digest}


@post(permitted="hetao", forbidden="zhoumin")
def revoke_notice(scene: Scene) -> Request:
    notice = letters.issued(scene, _in_force(scene))
    return f"/notices/{notice.uid}/revocation", {"reason": "日期写错"}


_DELIVER = (Permission.PLAN_DRAFT, Permission.PLAN_APPROVE)


@post(status=201, either=_DELIVER)
def give_notice_link(scene: Scene) -> Request:
    return f"/notices/{letters.issued(scene, _in_force(scene)).uid}/link", None


@post(either=_DELIVER)
def end_notice_link(scene: Scene) -> Request:
    notice = letters.issued(scene, _in_force(scene))
    resolution.give_notice_link(notice=notice, by=scene.manager, at=scene.at)
    return f"/notices/{notice.uid}/link/end", None


@post(status=201)
def record_delivery(scene: Scene) -> Request:
    notice = letters.issued(scene, _in_force(scene))
    said = {"way": "in_person", "result": "received", "words": "交到手上"}
    body = {**said, "happened_at": scene.at.isoformat()}
    return f"/notices/{notice.uid}/deliveries", body


@get(permitted="chenlu", forbidden="wangjianguo")
def list_objections(scene: Scene) -> str:
    return f"/cases/{_objection(scene).case.number}/objections"


@post(status=201)
def receive_objection(scene: Scene) -> Request:
    body = {"way": "written", "words": "我没有用伞打人。"}
    return f"/measures/{_in_force(scene).uid}/objections", body


@get(permitted="chenlu", forbidden="wangjianguo")
def get_objection(scene: Scene) -> str:
    return f"/objections/{_objection(scene).uid}"


@post(permitted="guoxin", forbidden="hetao")
def decide_objection(scene: Scene) -> Request:
    body = {"state": "rejected", "reason": "录像可见。"}
    return f"/objections/{_objection(scene).uid}/decision", body


@post(permitted="guoxin", forbidden="hetao")
def withdraw_objection(scene: Scene) -> Request:
    body = {"reason": "本人电话说不再坚持"}
    return f"/objections/{_objection(scene).uid}/withdrawal", body


@get(permitted="chenlu", forbidden="wangjianguo", stranger=403)
def list_bodies(scene: Scene) -> str:
    talked.body(scene)
    return "/mediation-bodies"


@post(permitted="chenlu", forbidden="zhoumin", status=201, stranger=403)
def enter_body(_scene: Scene) -> Request:
    return "/mediation-bodies", {**BODY, "name": f"调委会 {uuid4().hex[:8]}"}


@post(permitted="chenlu", forbidden="zhoumin", stranger=403)
def correct_body(scene: Scene) -> Request:
    body = _body_of(scene)
    return f"/mediation-bodies/{body.uid}", {**BODY, "name": body.name}


@post(permitted="chenlu", forbidden="zhoumin", status=201, stranger=403)
def enter_mediator(scene: Scene) -> Request:
    name = f"钟{uuid4().hex[:6]}"
    return f"/mediation-bodies/{_body_of(scene).uid}/mediators", {"name": name}


@post(permitted="chenlu", forbidden="zhoumin", stranger=403)
def retire_mediator(scene: Scene) -> Request:
    return f"/mediators/{_mediator_of(scene).uid}/end", None


@post()
def appoint_mediator(scene: Scene) -> Request:
    body = {
        "mediator": str(_mediator_of(scene).uid),
        "is_unrelated": True,
        "chosen_by": "sides",
        "reason": "回避",
    }
    return f"/talks/{_mediated(scene).uid}/mediator", body


@post()
def end_mandate(scene: Scene) -> Request:
    return f"/talks/{_mediated(scene).uid}/mediator/end", {
        "reason": "回避",
        "wanted_by": "body",
    }


@get(permitted="chenlu", forbidden="wangjianguo")
def list_sessions(scene: Scene) -> str:
    return f"/talks/{_session(scene).talks.uid}/sessions"


@post()
def begin_session(scene: Scene) -> Request:
    return f"/sessions/{_session(scene).uid}/begin", None


@post()
def end_session(scene: Scene) -> Request:
    return f"/sessions/{_session(scene).uid}/end", {"state": "cancelled"}


@post()
def name_session_writer(scene: Scene) -> Request:
    talks = talked.consented(
        scene, talked.invited(scene, _case(scene), has_account=False)
    )
    session = talked.planned(scene, talks)
    mediation.begin_session(session=session, by=scene.officer, at=scene.at)
    body = {"writer": str(scene.manager.uid), "words": "调解员来电请他记录"}
    return f"/sessions/{session.uid}/writer", body


@post()
def name_session_readers(scene: Scene) -> Request:
    body = {"readers": [str(scene.manager.uid)]}
    return f"/sessions/{_session(scene).uid}/readers", body


@post()
def make_effective(scene: Scene) -> Request:
    talks = _sealed(scene, in_force=False)
    body = {
        "exhibit": str(photo(scene, talks.case).uid),
        "effective_on": talked.later(scene, 0).isoformat(),
    }
    return f"/talks/{talks.uid}/effect", body


@get(permitted="chenlu", forbidden="wangjianguo")
def get_confirmation(scene: Scene) -> str:
    return f"/talks/{_sealed(scene).uid}/confirmation"


@post()
def record_court_application(scene: Scene) -> Request:
    return f"/talks/{_sealed(scene).uid}/confirmation/application", _applied(scene)


@post()
def record_court_ruling(scene: Scene) -> Request:
    talks = _sealed(scene)
    mediation.record_application(
        confirmation=confirmation_of(talks),
        court="西湖区人民法院",
        applied_on=talked.later(scene, 0),
        by=scene.officer,
        at=scene.at,
    )
    body = {
        "is_confirmed": True,
        "number": "（2026）浙0106民特1号",
        "decided_on": talked.later(scene, 0).isoformat(),
    }
    return f"/talks/{talks.uid}/confirmation/ruling", body


@post(status=201)
def write_forgiveness(scene: Scene) -> Request:
    body = {"text": "他已道歉，我愿意谅解", "is_own_wish": True}
    return f"/talks/{_duty(scene).talks.uid}/forgiveness", body


@get(permitted="chenlu", forbidden="wangjianguo")
def list_talks(scene: Scene) -> str:
    return f"/cases/{_talks(scene).case.number}/talks"


@post(status=201)
def begin_talks(scene: Scene) -> Request:
    case = _talks_case(scene)
    reported(scene, case)
    victim, aggressor_side = talked.sides(scene, case)
    return f"/cases/{case.number}/talks", {
        "kind": "negotiation",
        "victim": str(victim.uid),
        "aggressor": str(aggressor_side.uid),
        "about": talked.ABOUT,
    }


@get(permitted="chenlu", forbidden="wangjianguo")
def get_talks(scene: Scene) -> str:
    return f"/talks/{_talks(scene).uid}"


@post()
def record_body_answer(scene: Scene) -> Request:
    name = f"第 {Talks.objects.count()} 调委会"
    talks = talked.begun(
        scene,
        _talks_case(scene),
        TalksKind.PEOPLES,
        body=talked.body(scene, name=name),
    )
    return f"/talks/{talks.uid}/answer", {"accepts": True}


@post(status=201)
def give_consent(scene: Scene) -> Request:
    drawn = b64encode(signature(Talks.objects.count())).decode()
    body = {"side": "victim", "signature": drawn}
    return f"/talks/{_talks(scene).uid}/consents", body


@post(status=201)
def record_standing(scene: Scene) -> Request:
    talks = talked.begun(scene, _talks_case(scene), by_guardian=[Side.VICTIM])
    body = {"side": "victim", "found": "no_guardian", "words": "登记时选错了"}
    return f"/talks/{talks.uid}/standing", body


@post()
def withdraw_consent(scene: Scene) -> Request:
    body = {"side": "victim", "way": "phone"}
    return f"/talks/{_talks(scene).uid}/withdrawal", body


@post()
def end_talks(scene: Scene) -> Request:
    return f"/talks/{_talks(scene).uid}/end", {"reason": "双方意见相差太远"}


@post()
def lift_exclusion(scene: Scene) -> Request:
    talks = mediation.end_talks(
        talks=_talks(scene),
        reason="不能继续",
        exclusion=Exclusion.FLED,
        by=scene.manager,
        at=scene.at,
    )
    return f"/talks/{talks.uid}/exclusion/lift", {"reason": "本人已到案"}


@post(status=201)
def plan_session(scene: Scene) -> Request:
    talks = talked.consented(scene, _talks(scene))
    body = {"planned_at": scene.at.isoformat(), "place": "会客室"}
    return f"/talks/{talks.uid}/sessions", body


@get(permitted="chenlu", forbidden="wangjianguo")
def list_proposals(scene: Scene) -> str:
    return f"/talks/{_proposal(scene).talks.uid}/proposals"


@post(status=201)
def propose(scene: Scene) -> Request:
    talks = talked.consented(scene, _talks(scene))
    term = {
        "kind": "payment",
        "by": "aggressor",
        "fen": 300_000,
        "due_on": talked.later(scene, 10).isoformat(),
        "manner": "转账",
    }
    return f"/talks/{talks.uid}/proposals", {
        "proposer": "office",
        "latest": 0,
        "facts": talked.FACTS,
        "in_default": talked.IN_DEFAULT,
        "terms": [term],
    }


@post()
def accept_proposal(scene: Scene) -> Request:
    proposal = _proposal(scene)
    drawn = b64encode(signature(120)).decode()
    body = {"side": "victim", "signature": drawn}
    return f"/proposals/{proposal.uid}/acceptance", body


@post(permitted="chenlu", forbidden="zhoumin")
def approve_office_terms(scene: Scene) -> Request:
    talks = talked.consented(scene, _talks(scene))
    ours = talked.term(scene, by=TermBy.OFFICE)
    proposal = talked.proposed(scene, talks, ours)
    return f"/proposals/{proposal.uid}/office-approval", None


@post()
def decline_proposal(scene: Scene) -> Request:
    return f"/proposals/{_proposal(scene).uid}/declining", {"side": "victim"}


@get(permitted="chenlu", forbidden="wangjianguo")
def list_duties(scene: Scene) -> str:
    return f"/talks/{_duty(scene).talks.uid}/duties"


@post()
def record_performance(scene: Scene) -> Request:
    body = {"words": "双方都说道过歉"}
    return f"/duties/{_duty(scene).uid}/performance", body


@post()
def record_default(scene: Scene) -> Request:
    duty = _duty(scene, kind=TermKind.PROMISE, manner="")
    return f"/duties/{duty.uid}/default", {"words": "又去敲门"}


def _talks_case(scene: Scene) -> Case:
    """Of its own: one pair has one matter at a time."""
    later = timedelta(days=Incident.objects.count())
    return scene.incident(at=scene.at - later).case


def _talks(scene: Scene) -> Talks:
    return talked.begun(scene, _talks_case(scene))


def _proposal(scene: Scene) -> Proposal:
    return talked.proposed(scene, talked.consented(scene, _talks(scene)))


def _session(scene: Scene) -> Session:
    return talked.planned(scene, talked.consented(scene, _talks(scene)))


def _body_of(scene: Scene) -> Body:
    """The one of this story; a name is once in the register."""
    return Body.objects.first() or talked.body(scene)


def _mediator_of(scene: Scene) -> Mediator:
    return mediation.enter_mediator(
        body=_body_of(scene),
        name=f"方{uuid4().hex[:6]}",
        by=scene.person("chenlu"),
        at=scene.at,
    )


def _mediated(scene: Scene) -> Talks:
    """By somebody without an account: the office writes down what they do."""
    case = _talks_case(scene)
    talks = talked.begun(scene, case, TalksKind.PEOPLES, body=_body_of(scene))
    return mediation.record_answer(
        talks=talks,
        accepts=True,
        mediator=_mediator_of(scene),
        is_unrelated=True,
        by=scene.officer,
        at=scene.at,
    )


def _sealed(scene: Scene, *, in_force: bool = True) -> Talks:
    talks = talked.consented(scene, _mediated(scene))
    talked.accepted(scene, talked.proposed(scene, talks))
    talks.refresh_from_db()
    if not in_force:
        return talks
    return mediation.make_effective(
        talks=talks,
        exhibit=photo(scene, talks.case),
        effective_on=talked.later(scene, 0),
        by=scene.officer,
        at=scene.at,
    )


def _applied(scene: Scene) -> dict[str, Any]:
    day = talked.later(scene, 0).isoformat()
    return {"court": "西湖区人民法院", "applied_on": day}


def _duty(scene: Scene, **more: str) -> Duty:
    talks = talked.settled(scene, _talks_case(scene), talked.apology(scene, **more))
    return talks.duties.get()


@get(permitted="chenlu")
def list_work_injuries(scene: Scene) -> str:
    return f"/cases/{_struck(scene).case.number}/work-injuries"


@get(permitted="zhangqiang")
def get_work_injury(scene: Scene) -> str:
    return f"/work-injuries/{_struck(scene).uid}"


@post(permitted="hetao", forbidden="zhoumin", status=201)
def record_work_injury_step(scene: Scene) -> Request:
    day = local_day(scene.at).isoformat()
    body = {"kind": "told", "happened_on": day, "words": "当面告知"}
    return f"/work-injuries/{_struck(scene).uid}/steps", body


@post(permitted="hetao", forbidden="zhoumin")
def set_work_injury_employer(scene: Scene) -> Request:
    body = {"employer": "other", "name": "磐石保安服务公司"}
    return f"/work-injuries/{_struck(scene).uid}/employer", body


@post(permitted="hetao", forbidden="zhoumin")
def recount_work_injury(scene: Scene) -> Request:
    injury = _struck(scene)
    body = {"injured_on": injury.injured_on.isoformat()}
    return f"/work-injuries/{injury.uid}/day", body


@post(permitted="hetao", forbidden="zhoumin")
def add_work_injury_material(scene: Scene) -> Request:
    injury = _struck(scene)
    paper = struck.receipt(scene, injury.case)
    body = {"material": "diagnosis", "exhibit": str(paper.uid)}
    return f"/work-injuries/{injury.uid}/materials", body


_STATE = (Permission.LIMITATION_KEEP, Permission.INVESTIGATE)


@get(permitted="chenlu", forbidden="wangjianguo", either=_STATE)
def get_act(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/act"


@post(permitted="chenlu", forbidden="wangjianguo", status=201, either=_STATE)
def state_act(scene: Scene) -> Request:
    body = {"day": local_day(scene.at).isoformat(), "words": "当事人当面说的"}
    return f"/cases/{_case(scene).number}/act", body


@get(permitted="chenlu", forbidden="wangjianguo")
def list_limitations(scene: Scene) -> str:
    return f"/cases/{_limit(scene).case.number}/limitations"


@post(permitted="chenlu", forbidden="zhoumin", status=201)
def start_limitation(scene: Scene) -> Request:
    day = local_day(scene.at).isoformat()
    body = {"kind": "civil", "starts_on": day, "words": "当日知道"}
    return f"/cases/{_case(scene).number}/limitations", body


@get(permitted="chenlu", forbidden="wangjianguo")
def get_limitation(scene: Scene) -> str:
    return f"/limitations/{_limit(scene).uid}"


@post(permitted="chenlu", forbidden="zhoumin", status=201)
def record_limitation_turn(scene: Scene) -> Request:
    limit = _limit(scene)
    paper = struck.receipt(scene, limit.case)
    day = local_day(scene.at).isoformat()
    body = {"ground": "demand", "on": day, "exhibit": str(paper.uid)}
    return f"/limitations/{limit.uid}/turns", body


@post(permitted="chenlu", forbidden="zhoumin")
def end_limitation_turn(scene: Scene) -> Request:
    body = {"until": local_day(scene.at).isoformat()}
    return f"/limitation-turns/{_turn(scene).uid}/end", body


@post(permitted="chenlu", forbidden="zhoumin")
def strike_limitation_turn(scene: Scene) -> Request:
    return f"/limitation-turns/{_turn(scene).uid}/strike", {"reason": "写错了"}


@post(permitted="chenlu", forbidden="zhoumin")
def end_limitation(scene: Scene) -> Request:
    return f"/limitations/{_limit(scene).uid}/end", {"reason": "已赔付"}


@get(permitted="chenlu", stranger=403)
def list_lawyers(scene: Scene) -> str:
    advised.outside(scene)
    return "/lawyers"


@post(permitted="hetao", stranger=403, status=201)
def add_lawyer(scene: Scene) -> Request:
    return "/lawyers", {"kind": "outside", "name": "顾言", "firm": advised.FIRM}


@post(permitted="hetao", stranger=403)
def retire_lawyer(scene: Scene) -> Request:
    return f"/lawyers/{advised.outside(scene).uid}/retirement", None


@get(permitted="chenlu", forbidden="wangjianguo")
def list_engagements(scene: Scene) -> str:
    return f"/cases/{_engaged(scene).case.number}/engagements"


@post(permitted="hetao", status=201)
def engage_counsel(scene: Scene) -> Request:
    body = {
        "lawyer": str(advised.in_house(scene).uid),
        "client": "company",
        "scope": "出具意见",
        "begins_on": local_day(scene.at).isoformat(),
        "related": False,
    }
    return f"/cases/{_case(scene).number}/engagements", body


@post(permitted="hetao")
def end_engagement(scene: Scene) -> Request:
    body = {"ends_on": local_day(scene.at).isoformat(), "reason": "办完"}
    return f"/engagements/{_engaged(scene).uid}/end", body


@post(permitted="hetao", status=201)
def ask_counsel(scene: Scene) -> Request:
    return f"/engagements/{_engaged(scene).uid}/questions", {"words": "能否和解？"}


@get(permitted="hetao")
def list_counsel_questions(scene: Scene) -> str:
    return f"/cases/{_asked(scene).case.number}/counsel-questions"


@get(permitted="hetao")
def get_counsel_question(scene: Scene) -> str:
    return f"/counsel-questions/{_asked(scene).uid}"


@post(permitted="hetao", forbidden="guoxin")
def withdraw_counsel_question(scene: Scene) -> Request:
    return f"/counsel-questions/{_asked(scene).uid}/withdrawal", None


@post(permitted="chenlu", forbidden="hetao")
def save_counsel_opinion(scene: Scene) -> Request:
    return f"/counsel-questions/{_asked(scene).uid}/draft", {"text": "可以。"}


@post(permitted="chenlu", forbidden="hetao")
def give_counsel_opinion(scene: Scene) -> Request:
    question = _asked(scene)
    legal.save_opinion(
        question=question, text="可以。", by=scene.person("chenlu"), at=scene.at
    )
    body = {"digest": sha256("可以。".encode()).hexdigest()}
    return f"/counsel-questions/{question.uid}/giving", body


@post(permitted="hetao", forbidden=None)
def read_counsel_opinion(scene: Scene) -> Request:
    opinion = advised.given(scene, _asked(scene))
    return f"/opinions/{opinion.uid}/reading", None


def _engaged(scene: Scene) -> Engagement:
    return advised.engaged(scene, _case(scene))


def _asked(scene: Scene) -> CounselQuestion:
    return advised.asked(scene, _engaged(scene))


def _limit(scene: Scene) -> Limitation:
    return limits.started(scene, _case(scene))


def _turn(scene: Scene) -> LimitationTurn:
    return limits.turned(scene, _limit(scene), TurnGround.SUIT)


def _struck(scene: Scene) -> WorkInjury:
    return struck.opened(scene)


def _in_force(scene: Scene) -> PlanMeasure:
    """Of a case of its own: a second plan of a case would begin with the first's."""
    later = timedelta(days=Incident.objects.count())
    return letters.in_force(scene, scene.incident(at=scene.at - later).case)


def _notice(scene: Scene) -> Notice:
    return letters.begun(scene, _in_force(scene))


def _objection(scene: Scene) -> Objection:
    return letters.objected(scene, _in_force(scene))


def _plan(scene: Scene) -> Plan:
    return begun_plan(scene, _case(scene))


def _measure(scene: Scene) -> PlanMeasure:
    plan = _plan(scene)
    said = planned_measure(scene, aggressor(scene, plan.case), "verbal_warn")
    return planned(scene, plan, said)


def _compensation(scene: Scene) -> Compensation:
    return begun_compensation(scene, _case(scene))


@get(permitted="xuqing", forbidden="wangjianguo")
def list_interviews(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/interviews"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def plan_interview(scene: Scene) -> Request:
    case = _case(scene)
    said = {"role": "victim", "interviewer": str(scene.person("xuqing").uid)}
    body = {"parties": [_party(scene, case=case)], "questions": ["几点？"]}
    return f"/cases/{case.number}/interviews", {**said, **body}


@get(permitted="xuqing", forbidden="wangjianguo")
def get_interview(scene: Scene) -> str:
    return f"/interviews/{_interview(scene).uid}"


@post(permitted="xuqing", forbidden="chenlu")
def replan_interview(scene: Scene) -> Request:
    body = {"topics": "先听", "interviewer": str(scene.person("xuqing").uid)}
    return f"/interviews/{_interview(scene).uid}/plan", body


@post(permitted="xuqing", forbidden="chenlu")
def begin_interview(scene: Scene) -> Request:
    body = {"place": "会客室", "is_told": True}
    return f"/interviews/{_interview(scene).uid}/beginning", body


@post(permitted="xuqing", forbidden="chenlu")
def stop_interview(scene: Scene) -> Request:
    interview = asked.begun(scene, _interview(scene))
    return f"/interviews/{interview.uid}/stopping", {"words": "累了"}


@post(permitted="xuqing", forbidden="chenlu")
def cancel_interview(scene: Scene) -> Request:
    return f"/interviews/{_interview(scene).uid}/cancellation", {"reason": "不来"}


@get(permitted="xuqing", forbidden="wangjianguo")
def get_scene(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/scene"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def look_at_scene(scene: Scene) -> Request:
    body = {"aspect": "light", "rating": "part", "note": "灯坏了"}
    return f"/cases/{_case(scene).number}/scene/looks", body


@post(permitted="xuqing", forbidden="chenlu", status=201)
def draw_sketch(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/sketches", {"title": "B1 东区"}


@get(permitted="xuqing", forbidden="wangjianguo")
def get_sketch(scene: Scene) -> str:
    return f"/sketches/{_pin(scene).sketch.uid}"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def set_pin(scene: Scene) -> Request:
    body = {"kind": "object", "x": 1, "y": 1000, "label": "雨伞"}
    return f"/sketches/{_pin(scene).sketch.uid}/pins", body


@post(permitted="xuqing", forbidden="chenlu")
def move_pin(scene: Scene) -> Request:
    return f"/pins/{_pin(scene).uid}/place", {"x": 5, "y": 6}


@post(permitted="xuqing", forbidden="chenlu")
def remove_pin(scene: Scene) -> Request:
    return f"/pins/{_pin(scene).uid}/removal", None


@get(permitted="xuqing", forbidden="wangjianguo")
def get_background(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/background"


@get(permitted="xuqing", forbidden="wangjianguo")
def get_standing(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/standing"


@get()
def list_advice(scene: Scene) -> str:
    return f"/parties/{_party(scene, known=True)}/markers"


@post(permitted="hetao", forbidden="wangjianguo", status=201)
def set_marker(scene: Scene) -> Request:
    body = {
        "advice": "两人同行",
        "reason": "11 月 23 日在南门推倒门卫",
        "review_on": _day(60),
        "expires_on": _day(90),
        "told_on": _day(0),
    }
    return f"/parties/{_party(scene, known=True)}/markers", body


@get(permitted="hetao", forbidden="wangjianguo", stranger=403)
def list_markers(scene: Scene) -> str:
    _marker(scene)
    return "/markers?which=running"


@post(permitted="hetao", forbidden="wangjianguo")
def review_marker(scene: Scene) -> Request:
    body = {"step": "ended", "reason": "半年没有再发生"}
    return f"/markers/{_marker(scene).uid}/review", body


@post(permitted="wangjianguo", forbidden=None, status=201)
def object_to_marker(scene: Scene) -> Request:
    return f"/markers/{_marker(scene).uid}/objections", {"words": "不是我推的"}


@post(permitted="hetao", forbidden=None)
def decide_marker_objection(scene: Scene) -> Request:
    objection = customers.object_to_marker(
        marker=_marker(scene),
        words="不是我推的",
        by=scene.guard,
        at=timezone.now(),
    )
    body = {"outcome": "ended", "reason": "录像里是另一个人"}
    return f"/marker-objections/{objection.uid}/decision", body


def _marker(scene: Scene) -> RiskMarker:
    """Set by headquarters, so that the site's manager may hear an objection."""
    party = Party.objects.select_related("person").get(uid=_party(scene, known=True))
    assert party.person is not None
    return customers.set_marker(
        person=party.person,
        site=scene.site,
        advice="两人同行",
        reason="11 月 23 日在南门推倒门卫",
        review_on=local_day(timezone.now()) + timedelta(days=60),
        expires_on=local_day(timezone.now()) + timedelta(days=90),
        told_on=local_day(timezone.now()),
        by=scene.person("guoxin"),
        at=timezone.now(),
    )


def _day(days: int) -> str:
    return (local_day(timezone.now()) + timedelta(days=days)).isoformat()


@get(permitted="xuqing", forbidden="wangjianguo")
def list_defence_facts(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/defence-facts"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def note_defence_fact(scene: Scene) -> Request:
    body = {"question": "first", "is_unknown": True, "words": "没有看清"}
    return f"/cases/{_case(scene).number}/defence-facts", body


@post(permitted="xuqing", forbidden="chenlu")
def withdraw_defence_fact(scene: Scene) -> Request:
    fact = investigation.note_fact(
        case=_case(scene),
        question="first",
        is_unknown=True,
        by=scene.person("xuqing"),
        at=scene.at,
    )
    return f"/defence-facts/{fact.uid}/withdrawal", {"reason": "看错了"}


@get(permitted="xuqing", forbidden="wangjianguo")
def compare_accounts(scene: Scene) -> str:
    return f"/cases/{asked.both_heard(scene, _case(scene)).number}/comparison"


@post(permitted="xuqing", forbidden="chenlu")
def read_cell(scene: Scene) -> Request:
    case = asked.both_heard(scene, _case(scene))
    body = {"statement": "S-01", "fact": "when", "says": "silent"}
    return f"/cases/{case.number}/comparison/cells", body


@post(permitted="xuqing", forbidden="chenlu")
def accept_cell(scene: Scene) -> Request:
    case = asked.both_heard(scene, _case(scene))
    body = _unread_cell(scene, case)
    return f"/cases/{case.number}/comparison/cells/acceptance", body


@post(permitted="xuqing", forbidden="chenlu")
def judge_pair(scene: Scene) -> Request:
    case = asked.both_heard(scene, _case(scene))
    pair = comparison_of(case, scene.person("xuqing")).pairs[0]
    body = {"key": pair.key, "holds": True}
    return f"/cases/{case.number}/comparison/pairs", body


@post(permitted="xuqing", forbidden="chenlu", status=201)
def add_free_fact(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/comparison/facts", {"words": "谁叫了保安"}


@post(permitted="xuqing", forbidden="chenlu")
def withdraw_free_fact(scene: Scene) -> Request:
    case, by = _case(scene), scene.person("xuqing")
    fact = investigation.add_free_fact(case=case, words="谁先走", by=by, at=scene.at)
    return f"/cases/{case.number}/comparison/facts/{fact.uid}/withdrawal", None


@get(permitted="xuqing", forbidden="wangjianguo")
def list_findings(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/findings"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def begin_finding(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/findings", None


@get(permitted="xuqing", forbidden="wangjianguo")
def get_finding(scene: Scene) -> str:
    return f"/findings/{_finding(scene).uid}"


@get(permitted="xuqing", forbidden="wangjianguo")
def print_finding(scene: Scene) -> str:
    return f"/findings/{asked.submitted(scene, _case(scene)).uid}/paper"


@post(permitted="xuqing", forbidden="chenlu", status=201)
def add_finding_sentence(scene: Scene) -> Request:
    body = {"kind": "course", "text": "保安到场。"}
    return f"/findings/{_finding(scene).uid}/sentences", body


@post(permitted="xuqing", forbidden="chenlu")
def change_finding_sentence(scene: Scene) -> Request:
    row = _finding(scene).sentences.order_by("position")[0]
    return f"/finding-sentences/{row.uid}", {"text": "两名保安到场。"}


@post(permitted="xuqing", forbidden="chenlu")
def remove_finding_sentence(scene: Scene) -> Request:
    row = _finding(scene).sentences.order_by("position")[0]
    return f"/finding-sentences/{row.uid}/removal", None


@post(permitted="xuqing", forbidden="chenlu")
def submit_finding(scene: Scene) -> Request:
    return f"/findings/{_finding(scene).uid}/submission", None


@post(permitted="hetao", forbidden="xuqing")
def decide_finding(scene: Scene) -> Request:
    finding = _finding(scene)
    investigation.submit_finding(finding=finding, by=finding.author, at=scene.at)
    return f"/findings/{finding.uid}/decision", {"is_approved": True}


@post(
    permitted="xuqing",
    forbidden="wangjianguo",
    either=(Permission.INVESTIGATE, Permission.FINDING_APPROVE),
)
def withdraw_finding(scene: Scene) -> Request:
    return f"/findings/{_finding(scene).uid}/withdrawal", {"reason": "起草人离职"}


def _unread_cell(scene: Scene, case: Case) -> dict[str, str]:
    for row in comparison_of(case, scene.person("xuqing")).rows:
        for cell in row.cells:
            if cell.is_proposal and cell.proposed:
                return {"statement": cell.column.code, "fact": row.slug}
    raise AssertionError("every cell was read")


def _interview(scene: Scene) -> Interview:
    return asked.planned(scene, _case(scene))


def _pin(scene: Scene) -> Pin:
    by = scene.person("xuqing")
    sketch = investigation.draw_sketch(
        case=_case(scene), title="B1 东区", by=by, at=scene.at
    )
    return investigation.set_pin(
        sketch=sketch,
        kind=PinKind.OBJECT,
        x=500,
        y=500,
        label="雨伞",
        by=by,
        at=scene.at,
    )


def _finding(scene: Scene) -> Finding:
    """A draft with one fact, which cites a photo."""
    case = _case(scene)
    finding = asked.drafted(scene, case)
    asked.sentence(scene, finding, sources=[asked.photo(scene, case)])
    return finding


def _statement(scene: Scene, *, is_read: bool = False) -> Statement:
    statement = told(scene, begun(scene, _case(scene)))
    return read(scene, statement) if is_read else statement


def _injury(scene: Scene) -> Injury:
    return hurt(scene, _case(scene))


def _signature() -> str:
    return b64encode(signature(1)).decode()


@get(permitted="hetao", forbidden="wangjianguo")
def list_cameras(scene: Scene) -> str:
    _camera(scene)
    return f"/sites/{scene.site.uid}/cameras"


@get()
def list_recordings(scene: Scene) -> str:
    return f"/cases/{_recording(scene).case.number}/recordings"


@get()
def get_recording(scene: Scene) -> str:
    return f"/recordings/{_recording(scene).uid}"


@post(permitted="wangjianguo", forbidden="lifang")
def want_left_out(scene: Scene) -> Request:
    return f"/cases/{_recording(scene).case.number}/recordings/left-out", None


@post(permitted="hetao", forbidden="zhoumin")
def unsay_footage(scene: Scene) -> Request:
    exhibit = _exhibit(scene)
    Exhibit.objects.filter(pk=exhibit.pk).update(is_footage=True)
    return f"/exhibits/{exhibit.uid}/footage-correction", {"reason": "勾错了"}


@post(permitted="wangjianguo", forbidden="lifang", status=201)
def want_recording(scene: Scene) -> Request:
    body = {"camera": str(_camera(scene).uid)}
    return f"/cases/{_case(scene).number}/recordings", body


@post(permitted="wangjianguo", forbidden="lifang", status=201)
def place_recording_file(scene: Scene) -> Request:
    recording = _recording(scene)
    body = {
        "exhibit": str(_film(scene).uid),
        "begin": recording.wanted_from.isoformat(),
    }
    return f"/recordings/{recording.uid}/files", body


@post(permitted="wangjianguo", forbidden="lifang")
def settle_recording(scene: Scene) -> Request:
    body = {"outcome": "lost", "reason": "硬盘损坏"}
    return f"/recordings/{_recording(scene).uid}/settlement", body


@post()
def decline_recording(scene: Scene) -> Request:
    return f"/recordings/{_recording(scene).uid}/refusal", {"reason": "看不到"}


@post(permitted="wangjianguo", forbidden="lifang")
def compare_recorder_clock(scene: Scene) -> Request:
    body = {
        "shown": (scene.at + timedelta(seconds=4)).isoformat(),
        "true": scene.at.isoformat(),
    }
    return f"/recordings/{_recording(scene).uid}/clock", body


@post()
def ask_for_footage(scene: Scene) -> Request:
    return f"/recordings/{_recording(scene).uid}/footage", {"reason": "核对经过"}


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_footage_content(scene: Scene) -> str:
    recording = _recording(scene)
    evidence.ask_for_footage(
        recording=recording, reason="核对经过", by=scene.officer, at=scene.at
    )
    kept = _exhibit(scene)
    made = Derivative.objects.create(
        recording=recording,
        kind="sheet",
        begin=recording.wanted_from + timedelta(seconds=Derivative.objects.count()),
        end=recording.wanted_to,
        segments_count=1,
        blob=kept.file,
        made_at=scene.at,
    )
    return f"/footage/{made.uid}/content"


@post()
def begin_redaction(scene: Scene) -> Request:
    return f"/exhibits/{_exhibit(scene).uid}/redaction", None


@post()
def begin_film_redaction(scene: Scene) -> Request:
    path = get_footage_content(scene).removesuffix("/content")
    film = Derivative.objects.get(uid=path.removeprefix("/footage/"))
    Recording.objects.filter(pk=film.recording_id).update(exhibit=_exhibit(scene))
    return f"{path}/redaction", None


@get()
def get_redaction(scene: Scene) -> str:
    return f"/redactions/{_redaction(scene).uid}"


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_redaction_content(scene: Scene) -> str:
    return f"/redactions/{_redaction(scene).uid}/content"


@post()
def save_redaction_plan(scene: Scene) -> Request:
    redaction = _redaction(scene)
    body = {"version": redaction.version, "plan": _PLAN}
    return f"/redactions/{redaction.uid}/plan", body


@post(status=202)
def make_masked_copy(scene: Scene) -> Request:
    redaction = evidence.save_plan(
        redaction=(found := _redaction(scene)),
        version=found.version,
        said=_PLAN,
        by=scene.officer,
        at=scene.at,
    )
    return f"/redactions/{redaction.uid}/making", {"version": redaction.version}


_PLAN = {
    "boxes": [
        {
            "label": "face",
            "fill": "solid",
            "begin": 0,
            "end": 0,
            "keys": [[0, 10, 10, 40, 40]],
        }
    ],
    "spans": [],
}


def _redaction(scene: Scene) -> Redaction:
    """A draft that was prepared, of a photo of its own."""
    exhibit = evidence.add_file(
        case=_case(scene),
        chunks=[picture(Exhibit.objects.count())],
        by=scene.guard,
        at=scene.at,
    )
    made = evidence.begin_redaction(exhibit=exhibit, by=scene.officer, at=scene.at)
    while jobs.make_masked_copies(at=scene.at):
        pass
    made.refresh_from_db()
    return made


@get(stranger=200)
def list_footage_requests(scene: Scene) -> str:
    _application(scene)
    return "/footage-requests"


@get()
def get_footage_request(scene: Scene) -> str:
    return f"/footage-requests/{_application(scene).uid}"


@post(permitted="wangjianguo", forbidden="xuqing", status=201)
def take_in_footage_request(scene: Scene) -> Request:
    begin = scene.at - timedelta(hours=1)
    body = {
        "site": str(scene.site.uid),
        "applicant": "person",
        "name": "陈晓雯",
        "phone": "19900001234",
        "identity_paper": "id_card",
        "identity_tail": "2468",
        "purpose": "核对经过",
        "place": str(scene.garage.uid),
        "windows": [{"begin": begin.isoformat(), "end": scene.at.isoformat()}],
        "wanted": "view",
    }
    return "/footage-requests", body


@post(permitted="wangjianguo", forbidden="xuqing")
def attach_footage_request(scene: Scene) -> Request:
    begin = scene.at - timedelta(hours=1)
    row = evidence.take_in_application(
        site=scene.site,
        place=scene.garage,
        asked=evidence.Asked(
            applicant=Applicant.PERSON,
            name="陈晓雯",
            phone="19900001234",
            identity_paper=IdentityPaper.ID_CARD,
            identity_tail="2468",
            purpose="核对经过",
            windows=[(begin, scene.at)],
            wanted=FootageWay.VIEW,
        ),
        by=scene.guard,
        at=scene.at,
    )
    body = {"case": scene.incident().case.number}
    return f"/footage-requests/{row.uid}/case", body


@post(permitted="hetao", forbidden="zhoumin")
def approve_footage_request(scene: Scene) -> Request:
    row = _application(scene)
    films = row.case.recordings.all() if row.case else []
    body = {"way": "view", "recordings": [str(film.uid) for film in films]}
    return f"/footage-requests/{row.uid}/approval", body


@post(permitted="hetao", forbidden="zhoumin")
def refuse_footage_request(scene: Scene) -> Request:
    body = {"reason": "不是本人"}
    return f"/footage-requests/{_application(scene).uid}/refusal", body


@post(permitted="wangjianguo", forbidden="xuqing")
def withdraw_footage_request(scene: Scene) -> Request:
    body = {"reason": "不要了"}
    return f"/footage-requests/{_application(scene).uid}/withdrawal", body


@post()
def begin_footage_viewing(scene: Scene) -> Request:
    return f"/footage-requests/{_approved(scene).uid}/viewing", {}


@post()
def end_footage_viewing(scene: Scene) -> Request:
    row = _approved(scene)
    evidence.begin_viewing(application=row, by=scene.officer, at=scene.at)
    return f"/footage-requests/{row.uid}/viewing/end", {"seen": "全段"}


@post(permitted="hetao", forbidden="zhoumin", status=201)
def make_footage_package(scene: Scene) -> Request:
    row = _approved(scene, Applicant.POLICE)
    return f"/footage-requests/{row.uid}/package", {"acknowledged": "采购中"}


@get(permitted="hetao", forbidden="zhoumin")
def list_footage_register(scene: Scene) -> str:
    evidence.begin_viewing(application=_approved(scene), by=scene.officer, at=scene.at)
    return f"/sites/{scene.site.uid}/footage-register"


def _application(
    scene: Scene, applicant: Applicant = Applicant.PERSON
) -> FootageApplication:
    """Of a case with one recording; the guard took it in."""
    recording = _recording(scene)
    is_authority = applicant.is_authority
    return evidence.take_in_application(
        site=scene.site,
        case=recording.case,
        asked=Asked(
            applicant=applicant,
            name="陈晓雯",
            phone="19900001234",
            unit="云栖派出所" if is_authority else "",
            officers=[
                Officer(name="李强", number="012345"),
                Officer(name="王刚", number="012346"),
            ],
            document_kind="collect" if is_authority else "",
            document_number="12 号",
            identity_paper=IdentityPaper.ID_CARD,
            identity_tail="2468",
            purpose="核对经过",
            windows=[(recording.wanted_from, recording.wanted_to)],
            wanted=FootageWay.COPY if is_authority else FootageWay.VIEW,
        ),
        by=scene.guard,
        at=scene.at,
    )


def _approved(
    scene: Scene, applicant: Applicant = Applicant.PERSON
) -> FootageApplication:
    row = _application(scene, applicant)
    exhibits = [_exhibit(scene)] if applicant.is_authority else []
    return evidence.approve_application(
        application=row,
        way=FootageWay(row.wanted),
        exhibits=exhibits,
        recordings=[] if row.case is None else list(row.case.recordings.all()[:1]),
        by=scene.manager,
        at=scene.at,
    )


@get(permitted="zhoumin", forbidden="wangjianguo")
def list_footage_marks(scene: Scene) -> str:
    return f"/cases/{_recording(scene).case.number}/footage-marks"


@post(permitted="zhoumin", forbidden="wangjianguo", status=201)
def mark_footage(scene: Scene) -> Request:
    recording = _looked_at(scene)
    body = {"moment": recording.wanted_from.isoformat(), "words": "甲先推人"}
    return f"/cases/{recording.case.number}/footage-marks", body


@post(permitted="zhoumin", forbidden="wangjianguo", status=201)
def take_still(scene: Scene) -> Request:
    recording = _looked_at(scene)
    Segment.objects.create(
        recording=recording,
        blob=_filmed(scene),
        name="1.ts",
        begin=recording.wanted_from,
        end=recording.wanted_to,
        kept_at=scene.at,
    )
    body = {"moment": recording.wanted_from.isoformat()}
    return f"/recordings/{recording.uid}/stills", body


@get(permitted="zhoumin", forbidden="wangjianguo")
def get_exhibit_played(scene: Scene) -> str:
    made = _film(scene)
    make_playing_copies(at=scene.at)
    return f"/exhibits/{made.uid}/played"


def _film(scene: Scene) -> Exhibit:
    return evidence.add_exhibit(
        case=_case(scene),
        kept=keep_bytes(name=uuid4(), chunks=[_a_film()], media_type="video/mp2t"),
        source=Source.UPLOAD,
        reading=Reading.READABLE,
        by=SYSTEM,
        at=scene.at,
    )


def _looked_at(scene: Scene) -> Recording:
    recording = _recording(scene)
    evidence.ask_for_footage(
        recording=recording, reason="核对经过", by=scene.officer, at=scene.at
    )
    return recording


def _filmed(scene: Scene) -> Blob:
    kept = keep_bytes(name=uuid4(), chunks=[_a_film()], media_type="video/mp2t")
    return take_blob(kept, at=scene.at)


@cache
def _a_film() -> bytes:
    with TemporaryDirectory() as folder:
        now = datetime(2026, 11, 23, 6, tzinfo=UTC)
        recorder = SimulatedRecorder(root=Path(folder))
        (path,) = recorder.record("a", now, now + timedelta(seconds=2))
        return path.read_bytes()


def _camera(scene: Scene) -> Camera:
    """A new one of a recorder that somebody has to go to."""
    name = f"CAM-{uuid4().hex[:8]}"
    recorder = evidence.register_recorder(
        site=scene.site,
        name=name,
        kind=RecorderKind.MANUAL,
        days_kept=30,
        by=SYSTEM,
        at=scene.at,
    )
    return evidence.register_camera(
        recorder=recorder,
        name=name,
        code="1",
        place=scene.garage,
        by=SYSTEM,
        at=scene.at,
    )


def _recording(scene: Scene) -> Recording:
    return evidence.want_recording(
        case=_case(scene), camera=_camera(scene), by=SYSTEM, at=scene.at
    )


def _keeper(scene: Scene) -> OutsideKeeper:
    return evidence.add_keeper(
        organisation=scene.site.organisation,
        name="业委会",
        address=f"{uuid4().hex[:8]}@example.invalid",
        by=scene.person("admin"),
        at=scene.at,
    )


def _object(scene: Scene) -> Exhibit:
    return umbrella(scene, _case(scene), seal_number=f"A-{uuid4().hex[:8]}")


def _signatures() -> dict[str, str]:
    return {
        "giver_signature": b64encode(signature(1)).decode(),
        "receiver_signature": b64encode(signature(2)).decode(),
    }


def _case(scene: Scene) -> Case:
    return scene.incident().case


def _attended(scene: Scene) -> Incident:
    """An incident at which the guard who was alerted has arrived."""
    incident = scene.incident()
    assignment = scene.assignment(incident, scene.guard)
    incidents.arrive(assignment=assignment, by=scene.guard, at=scene.at)
    return incident


def _finish(case: Case, scene: Scene) -> None:
    for task in Task.objects.filter(case=case, binding=True, state="open"):
        photos = [[picture(1)]] if task.proof == Task.Proof.PHOTO else []
        cases.complete_task(
            task=task, words="已完成", photos=photos, by=scene.officer, at=scene.at
        )


def _task(scene: Scene) -> Task:
    """An open one of the guards' that words prove; the fuzzer may have ended all."""
    tasks = Task.objects.filter(case=_case(scene), role_key="guard")
    task = tasks.exclude(proof=Task.Proof.PHOTO).order_by("-state", "position")[0]
    if task.state != Task.State.OPEN:
        cases.reopen_task(task=task, by=scene.officer, at=scene.at)
    return task


def _photo(scene: Scene) -> TaskPhoto:
    return cases.add_task_photo(
        task=_task(scene), chunks=[JPEG], by=scene.guard, at=scene.at
    )


def _exhibit(scene: Scene) -> Exhibit:
    return evidence.add_file(
        case=_case(scene), chunks=[JPEG], by=scene.guard, at=scene.at
    )


def _hold(scene: Scene) -> Hold:
    return hold(scene, _exhibit(scene).case)


def _proposed(scene: Scene) -> Hold:
    return evidence.propose_release(
        hold=_hold(scene),
        words="判决已生效",
        early="已履行",
        by=scene.person("chenlu"),
        at=scene.at,
    )


def _package(scene: Scene) -> Package:
    exhibit = _exhibit(scene)
    return evidence.ask_package(
        case=exhibit.case,
        exhibits=[exhibit],
        purpose=Purpose.INTERNAL,
        masking=Masking.NONE,
        recipient=Recipient(name="总部督导"),
        by=scene.manager,
        at=scene.at,
    )


def _made(scene: Scene) -> Package:
    """As if a worker had made it: what is in it, other tests ask."""
    package = _package(scene)
    content = b"PK a package"
    path_of(package).parent.mkdir(exist_ok=True)
    path_of(package).write_bytes(content)
    said = TreeStatement("anlan/test", 1, bytes(32))
    package.state, package.made_at = PackageState.READY, scene.at
    package.size, package.sha256 = len(content), sha256(content).hexdigest()
    package.checkpoint = Note(said, (Signature("anlan/test", b"1234", b"5"),)).text
    package.save()
    return package


def _attachment(scene: Scene) -> Attachment:
    return incidents.attach(
        report=scene.report(), chunks=[JPEG], by=scene.guard, at=scene.at
    )


def _two(scene: Scene) -> tuple[Case, Case]:
    host = _case(scene)
    return scene.incident(place=scene.place("园区 南门")).case, host


def _on(scene: Scene, *, days: int) -> str:
    return (scene.at + timedelta(days=days)).isoformat()


def _guarded(scene: Scene) -> Guardianship:
    """A minor who was hurt, and their mother."""
    case = _case(scene)
    mother = customers.add_person(
        site=scene.site, name="陆母", by=scene.officer, at=scene.at
    )
    guardian = cases.add_party(
        case=case, roles=["guardian"], person=mother, by=scene.officer, at=scene.at
    )
    return cases.link_guardian(
        guardian=guardian,
        ward=victim(scene, case, "陆小米", is_minor=True),
        relation="母亲",
        by=scene.officer,
        at=scene.at,
    )


def _victim_of_officer(scene: Scene) -> Party:
    """Whose contact is the duty officer, who then needs not read all talks."""
    victim = cases.add_party(
        case=_case(scene),
        roles=["victim"],
        description="灰色外套",
        by=scene.officer,
        at=scene.at,
    )
    cases.name_contact(
        case=victim.case,
        side=Side.VICTIM,
        user=scene.officer,
        by=scene.officer,
        at=scene.at,
    )
    return victim


def _party(scene: Scene, *, known: bool = False, case: Case | None = None) -> str:
    person = (
        customers.add_person(
            site=scene.site,
            name="刘洋",
            phone="19900000201",
            by=SYSTEM,
            at=scene.at,
        )
        if known
        else None
    )
    party = cases.add_party(
        case=case or _case(scene),
        roles=["aggressor"],
        person=person,
        description="" if known else "高个子，黑色上衣",
        by=scene.officer,
        at=scene.at,
    )
    return str(party.uid)


@get(permitted="chenlu", forbidden="wangjianguo")
def list_police_reports(scene: Scene) -> str:
    case = _case(scene)
    police.reported(scene, case)
    return f"/cases/{case.number}/police-reports"


@post()
def begin_police_report(scene: Scene) -> Request:
    return f"/cases/{_case(scene).number}/police-reports", None


@get(permitted="chenlu", forbidden="wangjianguo")
def get_police_report(scene: Scene) -> str:
    return f"/police-reports/{police.reported(scene, _case(scene)).uid}"


@post()
def set_police_item(scene: Scene) -> Request:
    body = {"kind": "losses", "state": "none", "words": "没有财物损失"}
    return f"/police-reports/{police.begun(scene, _case(scene)).uid}/items", body


@post(permitted="hetao", forbidden="zhoumin")
def approve_police_material(scene: Scene) -> Request:
    exhibit = _exhibit(scene)
    report = police.begun(scene, exhibit.case)
    police.put(scene, report, ItemKind.LETTER, exhibits=[exhibit])
    return f"/police-reports/{report.uid}/approval", None


@post()
def hand_over_police_report(scene: Scene) -> Request:
    report = police.complete(scene, _case(scene))
    return f"/police-reports/{report.uid}/hand-over", {
        "happened_at": scene.at.isoformat(),
        "station": police.STATION,
        "officer": "赵立",
        "accepted": ["letter", "footage"],
        "signers": "周敏、赵立",
        "words": "清单次日来取",
    }


@post()
def drop_police_report(scene: Scene) -> Request:
    case = _case(scene)
    police.reported(scene, case)
    body = {"reason": "没有更多材料"}
    return f"/police-reports/{police.begun(scene, case).uid}/dropping", body


@post(status=201)
def record_police_paper(scene: Scene) -> Request:
    report = police.reported(scene, _case(scene))
    day = local_day(scene.at).isoformat()
    return f"/police-reports/{report.uid}/papers", {
        "kind": "filing",
        "number": "1 号",
        "office": police.STATION,
        "dated_on": day,
        "received_on": day,
        "words": "原件在值班室",
    }


@post()
def revoke_police_paper(scene: Scene) -> Request:
    paper = police.paper(scene, police.reported(scene, _case(scene)))
    return f"/police-papers/{paper.uid}/revocation", {"reason": "看错了"}


@get()
def list_rights(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/rights"


@post(permitted="wangjianguo", forbidden=None, status=201)
def tell_rights(scene: Scene) -> Request:
    case = _case(scene)
    said = {"way": "in_person", "happened_at": scene.at.isoformat()}
    party = str(victim(scene, case).uid)
    return f"/cases/{case.number}/rights", {**said, "party": party}


@post(permitted="wangjianguo", forbidden=None, status=201)
def note_retaliation(scene: Scene) -> Request:
    said = {"is_ongoing": True, "words": "堵门威胁报案的人"}
    place = str(scene.garage.uid)
    return f"/cases/{_case(scene).number}/retaliation", {**said, "place": place}


@get(permitted="lifang", forbidden="wangjianguo")
def list_support(scene: Scene) -> str:
    return f"/cases/{_case(scene).number}/support"


@post(permitted="lifang", status=201)
def offer_support(scene: Scene) -> Request:
    body = {"way": "phone", "answer": "accepted"}
    return f"/parties/{victim(scene, _case(scene)).uid}/support", body
