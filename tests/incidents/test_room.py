"""The live room of an incident: each button lands on the record, or is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.enums import Phase, Side
from anlan.cases.models import AccessLink, Case
from anlan.customers import services as customers
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, Dissuasion, EmergencyService
from anlan.incidents.measures import Kept, measures_of
from anlan.incidents.models import EmergencyCall, Incident, PoliceWaiver, Report
from anlan.incidents.script import words_to_say
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.resolution.legal.events import ReportHandedOver
from tests.incidents.story import Visitor, finish_tasks
from tests.pictures import JPEG
from tests.scene import Scene
from tests.signed_in import SignIn

HTMX = {"HX-Request": "true"}
# One pixel: what a phone's camera sends, as small as it can be.


@dataclass(frozen=True)
class Act:
    """A button: where it posts, what, and the entry it leaves."""

    name: str
    url: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Scene, Incident], dict[str, Any]] = lambda scene, incident: {}
    by: str = "zhoumin"
    guard_may: bool = False


def _alerted(scene: Scene, incident: Incident) -> dict[str, Any]:
    return {"uid": _first(incident).uid}


def _first(incident: Incident) -> Any:
    return incident.assignments.order_by("pk").get(user__username="wangjianguo")


def _arrived(scene: Scene, incident: Incident) -> dict[str, Any]:
    incidents.arrive(assignment=_first(incident), by=scene.guard, at=scene.at)
    return {}


def _guard(scene: Scene, incident: Incident) -> dict[str, Any]:
    return {"user": str(scene.person("sunlei").uid)}


def _called(scene: Scene, incident: Incident) -> dict[str, Any]:
    call = incidents.record_emergency_call(
        incident=incident,
        service=EmergencyService.POLICE,
        by=scene.officer,
        at=scene.at,
    )
    return {"uid": call.uid}


def _further(scene: Scene, incident: Incident) -> dict[str, Any]:
    return {"uid": scene.report(by=scene.next_guard).uid}


def _followed(scene: Scene, incident: Incident) -> dict[str, Any]:
    report = incident.reports.get()
    cases.make_access_link(
        case=incident.case, about=f"report:{report.uid}", by=SYSTEM, at=scene.at
    )
    return {"uid": report.uid}


def _quiet(scene: Scene, incident: Incident) -> dict[str, Any]:
    incidents.set_severity(
        incident=incident, severity=2, reason="推搡", by=scene.manager, at=scene.at
    )
    return {}


def _called_none(scene: Scene, incident: Incident) -> dict[str, Any]:
    proposal = incidents.propose_false_alarm(
        incident=incident, reason="排练节目", by=scene.officer, at=scene.at
    )
    return {"uid": proposal.uid}


def _proposed(scene: Scene, incident: Incident) -> dict[str, Any]:
    _quiet(scene, incident)
    waiver = incidents.propose_police_waiver(
        incident=incident, reason="双方和好", by=scene.officer, at=scene.at
    )
    return {"uid": waiver.uid}


def _done(scene: Scene, incident: Incident) -> dict[str, Any]:
    _arrived(scene, incident)
    _called(scene, incident)
    incidents.control_scene(incident=incident, by=scene.officer, at=scene.at)
    finish_tasks(incident.case, by=scene.officer, at=scene.at)
    return {}


BELOW = "incident/"
ACTS = [
    Act(
        "acknowledge for a guard",
        f"{BELOW}assignments/{{uid}}/acknowledgement/",
        "incident.responder_acknowledged",
        prepare=_alerted,
        guard_may=True,  # it is their own
    ),
    Act(
        "arrive for a guard",
        f"{BELOW}assignments/{{uid}}/arrival/",
        "incident.responder_arrived",
        prepare=_alerted,
        guard_may=True,
    ),
    Act("send", f"{BELOW}response/", "incident.responder_alerted", prepare=_guard),
    Act(
        "dissuasion",
        f"{BELOW}dissuasion/",
        "incident.dissuasion_tried",
        {"result": "failed"},
        guard_may=True,
    ),
    Act(
        "control",
        f"{BELOW}control/",
        "incident.controlled",
        prepare=_arrived,
        guard_may=True,  # they are at the scene
    ),
    Act(
        "severity",
        f"{BELOW}severity/",
        "case.severity_set",
        {"severity": "4", "reason": "持械"},
    ),
    Act(
        "call",
        f"{BELOW}call/110/",
        "incident.emergency_called",
        guard_may=True,  # nothing stands before a call for help
    ),
    Act(
        "answer",
        f"{BELOW}calls/{{uid}}/answer/",
        "incident.emergency_answered",
        {"answer": "八分钟到", "receipt": "XH-1"},
        _called,
        guard_may=True,
    ),
    Act(
        "split",
        f"{BELOW}reports/{{uid}}/splitting/",
        "incident.report_split_off",
        prepare=_further,
    ),
    Act(
        "end a link",
        f"{BELOW}reports/{{uid}}/link/end/",
        "case.link_revoked",
        prepare=_followed,
    ),
    Act(
        "propose false alarm",
        f"{BELOW}false-alarm/",
        "incident.false_alarm_proposed",
        {"reason": "排练节目"},
    ),
    Act(
        "false alarm",
        f"{BELOW}false-alarms/{{uid}}/decision/",
        "incident.false_alarm",
        {"approved": "yes"},
        _called_none,
        by="hetao",
    ),
    Act(
        "propose waiver",
        f"{BELOW}waiver/",
        "incident.police_waiver_proposed",
        {"reason": "双方和好"},
        _quiet,
    ),
    Act(
        "decide waiver",
        f"{BELOW}waivers/{{uid}}/decision/",
        "incident.police_waiver_decided",
        {"approved": "yes"},
        _proposed,
        by="hetao",
    ),
    Act("close", "closing/", "case.closed", prepare=_done),
]
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)


@pytest.fixture
def incident(scene: Scene) -> Incident:
    return scene.incident()


def _post(
    client: Client, case: Case, act: Act, made: dict[str, Any], **more: Any
) -> Any:
    url = f"/cases/{case.number}/{act.url.format(**made)}"
    data = {"request_id": str(uuid4()), **act.data, **made}
    return client.post(url, data, **more)


def _entries(case: Case, kind: str) -> int:
    return Entry.objects.filter(subject=case.subject, kind=kind).count()


@each_act
def test_the_press_lands_on_the_record(
    scene: Scene, incident: Incident, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, incident)
    before = _entries(incident.case, act.kind)

    response = _post(sign_in(act.by), incident.case, act, made)

    assert response.status_code == 302
    assert _entries(incident.case, act.kind) == before + 1


@each_act
def test_a_stranger_finds_nothing(
    scene: Scene, incident: Incident, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, incident)
    before = Entry.objects.count()

    assert _post(sign_in("tangning"), incident.case, act, made).status_code == 404
    assert Entry.objects.count() == before


@each_act
def test_a_guard_without_the_right_is_told_so(
    scene: Scene, incident: Incident, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, incident)
    before = _entries(incident.case, act.kind)

    response = _post(sign_in("wangjianguo"), incident.case, act, made)

    if act.guard_may:
        assert response.status_code == 302
    else:
        assert response.status_code == 403
        assert _entries(incident.case, act.kind) == before


@each_act
def test_a_second_press_does_nothing_more(
    scene: Scene, incident: Incident, sign_in: SignIn, act: Act
) -> None:
    made = {"request_id": str(uuid4()), **act.prepare(scene, incident)}
    client = sign_in(act.by)
    _post(client, incident.case, act, made)
    once = _entries(incident.case, act.kind)

    response = _post(client, incident.case, act, made)

    assert response.status_code in {302, 404, 409, 422}
    assert _entries(incident.case, act.kind) == once


@pytest.mark.both
class TestRoom:
    def test_opens_in_seven_queries(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        case = _busy(scene, incident)
        client = sign_in("zhoumin")
        client.get(f"/cases/{case.number}/")

        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/cases/{case.number}/")

        assert len(page.context["room"].lines) == 20
        beyond = len(queries) - 2  # the session and the user
        assert beyond <= 7, [query["sql"][:200] for query in queries]

    def test_what_is_far_back_is_read_with_the_newest(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        _arrived(scene, incident)
        case = _busy(scene, incident)
        for number in range(25):  # the alert, the command: all are pages back
            cases.write_note(
                case=case, text=f"第 {number} 次", by=scene.officer, at=scene.at
            )
        client = sign_in("zhoumin")
        url = f"/cases/{case.number}/"
        client.get(url)

        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)

        assert [line.quote for line in page.context["room"].lines] == [
            f"第 {number} 次" for number in range(24, 4, -1)
        ]
        assert "在岗（地下车库巡逻岗），距现场" in page.content.decode()
        assert "现场指挥 王建国，自 14:02 起" in page.content.decode()
        assert len(queries) - 2 <= 7, [query["sql"][:200] for query in queries]

    def test_the_timeline_is_narrowed(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        case, client = _busy(scene, incident), sign_in("zhoumin")
        officer: Any = scene.officer
        cases.name_contact(
            case=case, side=Side.VICTIM, user=officer, by=officer, at=scene.at
        )
        room = f"/cases/{case.number}/"
        client.get(f"{room}?about=talks")

        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{room}?about=talks")
        panel = client.get(f"{room}panel/timeline/?about=evidence", headers=HTMX)

        kinds = {line.kind for line in page.context["room"].lines}
        assert kinds == {"case.contact_named"}
        assert len(queries) - 2 <= 8, [query["sql"][:200] for query in queries]
        assert "还没有这一类的记录" in panel.content.decode()
        assert re.search(
            r'id="about-evidence"[^>]*aria-current', panel.content.decode()
        )
        older = client.get(f"{room}?about=handling").context["room"]
        assert len(older.lines) == 20
        assert older.older is not None

    def test_the_timeline_stays_narrowed_after_a_change(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        case = _busy(scene, incident)
        room = f"/cases/{case.number}/"
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{room}?about=talks"}

        for path, said in (
            ("command/", {"commander": scene.officer.uid}),
            ("notes/", {"text": "在等", "request_id": str(uuid4())}),
            ("incident/dissuasion/", {"result": "worked"}),
        ):
            answer = sign_in("zhoumin").post(f"{room}{path}", said, headers=headers)
            text = answer.content.decode()
            assert 'panel/timeline/?about=talks"' in text, path
            assert "在等" not in text

    def test_shows_what_has_happened(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        case = _busy(scene, incident)

        page = sign_in("zhoumin").get(f"/cases/{case.number}/").content.decode()

        for shown in (
            "劝阻无效",
            "在岗（地下车库巡逻岗），距现场",  # why this guard
            "XH-8827",
            "赵*国",
            "199****0903",
            "黑外套",
            "收集证据",
            "不得限制他人人身自由",  # G07
            "《保安服务管理条例》",
        ):
            assert shown in page
        assert "19900000903" not in page

    @pytest.mark.parametrize(
        "panel", ["calls", "clocks", "responders", "scene", "reports"]
    )
    def test_each_panel_comes_alone(
        self, incident: Incident, sign_in: SignIn, panel: str
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/panel/{panel}/"

        answer = sign_in("zhoumin").get(url).content.decode()

        assert f'id="panel-{panel}"' in answer
        assert f'data-live-refresh="{url}"' in answer
        assert "<html" not in answer

    @pytest.mark.parametrize(
        "panel", ["head", "actions", "phases", "tasks", "parties", "timeline"]
    )
    def test_each_panel_of_a_case_comes_alone(
        self, incident: Incident, sign_in: SignIn, panel: str
    ) -> None:
        url = f"/cases/{incident.case.number}/panel/{panel}/"

        answer = sign_in("zhoumin").get(url).content.decode()

        assert f'id="panel-{panel}"' in answer
        assert f'data-live-refresh="{url}"' in answer

    def test_a_stranger_finds_none_of_it(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        client, number = sign_in("tangning"), incident.case.number
        for below in ("", "closing/", "panel/tasks/", "incident/panel/scene/"):
            assert client.get(f"/cases/{number}/{below}").status_code == 404

    def test_names_who_is_joined_and_who_commands_since_when(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        other = scene.incident(
            place=scene.place("3 号楼 12 层 1206 室"), by=scene.officer
        ).case
        cases.join_cases(case=other, host=incident.case, by=scene.officer, at=scene.at)
        _arrived(scene, incident)

        page = sign_in("zhoumin").get(f"/cases/{incident.case.number}/")

        assert other.number in page.content.decode()
        assert "现场指挥 王建国，自 14:02 起" in page.content.decode()

    def test_a_page_that_cannot_be_is_the_newest(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        client = sign_in("zhoumin")
        for before in ("x", "-1", "9" * 40):
            url = f"/cases/{incident.case.number}/?before={before}"
            assert client.get(url).status_code == 200

    def test_a_drill_is_marked(self, scene: Scene, sign_in: SignIn) -> None:
        case = scene.incident(exercise=True).case
        page = sign_in("zhoumin").get(f"/cases/{case.number}/").content.decode()
        assert "演练" in page


class TestRadio:
    def test_the_record_says_for_whom(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        uid = _first(incident).uid
        sign_in("zhoumin").post(
            f"/cases/{incident.case.number}/incident/assignments/{uid}/arrival/"
        )

        body = bytes(Entry.objects.get(kind="incident.responder_arrived").body)
        assert scene.officer.actor_key.encode() in body  # who pressed
        assert scene.guard.actor_key.encode() in body  # whose arrival it is
        assert b'"via":"radio"' in body

    def test_a_guard_may_not_answer_for_another(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        uid = _first(incident).uid
        number = incident.case.number
        url = f"/cases/{number}/incident/assignments/{uid}/acknowledgement/"

        response = sign_in("zhangqiang").post(url, headers=HTMX)

        assert response.status_code == 403
        assert "toast" in response["HX-Trigger"]
        assert response["HX-Reswap"] == "none"
        assert not _entries(incident.case, "incident.responder_acknowledged")


class TestHelp:
    def test_the_words_are_those_of_the_record(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/call/110/"

        page = sign_in("zhoumin").get(url).content.decode()

        assert "具体位置：3 号楼 B1 车库 东区 12 号车位。" in page
        assert "有人受伤。" in page
        assert 'href="tel:110"' in page

    def test_the_words_are_chinese_whatever_the_reader_reads(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        """The operator speaks Chinese; who reads English sees beside it what it says."""
        User.objects.filter(username="zhoumin").update(language="en")
        client = sign_in("zhoumin")
        url = f"/cases/{incident.case.number}/incident/call/110/"

        page = client.get(url).content.decode()
        client.post(url, {"request_id": str(uuid4())}, headers=HTMX)

        words = words_to_say(incident, EmergencyService.POLICE)
        with override("en"):
            translation = words_to_say(incident, EmergencyService.POLICE, language="en")
        assert "有人受伤。" in words
        assert "有人受伤。" not in translation
        assert all(escape(line) in page for line in words + translation)
        assert EmergencyCall.objects.get().words == "\n".join(words)

    def test_a_handed_over_report_is_seen_where_the_police_stand(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/panel/scene/"

        page = sign_in("zhoumin").get(url).content.decode()

        kinds = re.search(r'data-live-kind="([^"]+)"', page)
        assert kinds is not None
        assert ReportHandedOver.kind.startswith(tuple(kinds[1].split()))

    def test_the_answer_is_asked_for_at_once(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/call/120/"

        sheet = sign_in("zhoumin").post(url, {"request_id": str(uuid4())}, headers=HTMX)

        call = EmergencyCall.objects.get()
        assert f"calls/{call.uid}/answer/" in sheet.content.decode()

    def test_an_empty_answer_is_refused_beside_the_field(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        uid = _called(scene, incident)["uid"]
        url = f"/cases/{incident.case.number}/incident/calls/{uid}/answer/"

        response = sign_in("zhoumin").post(url, {"answer": " ", "receipt": "XH-9"})

        assert response.status_code == 422
        assert "XH-9" in response.content.decode()  # what was typed stays

    def test_a_waiver_is_offered_again_after_a_second_person_refused(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        """The gate says that it may be: so the room offers it, and the service takes it."""
        said = _proposed(scene, incident)
        there = f"/cases/{incident.case.number}/"
        offer = f"{there}incident/waiver/"
        page = sign_in("zhoumin")
        assert offer not in page.get(there).content.decode()
        waiver = PoliceWaiver.objects.get(uid=said["uid"])
        incidents.decide_police_waiver(
            waiver=waiver, approved=False, by=scene.manager, at=scene.at
        )

        assert offer in page.get(there).content.decode()

        page.post(offer, {"reason": "双方都写了谅解书"})
        assert incident.police_waivers.filter(decided_at=None).count() == 1

    def test_no_waiver_from_level_three_on(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/waiver/"

        response = sign_in("zhoumin").post(url, {"reason": "算了"}, headers=HTMX)

        assert response.status_code == 409
        assert "算了" in response.content.decode()
        assert not incident.police_waivers.exists()

    def test_the_proposer_does_not_decide(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        _quiet(scene, incident)
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="和好", by=scene.manager, at=scene.at
        )
        number = incident.case.number
        url = f"/cases/{number}/incident/waivers/{waiver.uid}/decision/"

        response = sign_in("hetao").post(url, {"approved": "yes"})

        assert response.status_code == 403
        assert "提出人不能复核自己的决定" in response.content.decode()


class TestSeverity:
    def test_only_a_manager_lowers_it(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/severity/"
        said = {"severity": "1", "reason": "没什么事"}

        officer = sign_in("zhoumin").post(url, said, headers=HTMX)
        manager = sign_in("hetao").post(url, said)

        assert officer.status_code == 403
        assert "等级只能由项目经理调低" in officer.content.decode()
        assert manager.status_code == 302
        assert Case.objects.get(pk=incident.case.pk).severity == 1

    def test_the_sheet_says_what_a_higher_level_adds(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/severity/"

        sheet = sign_in("zhoumin").get(url, headers=HTMX).content.decode()

        assert "会增加：法务意见" in sheet

    def test_a_higher_level_adds_its_tasks(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        url = f"/cases/{incident.case.number}/incident/severity/"
        assert not incident.case.tasks.filter(key="legal_view").exists()

        sign_in("zhoumin").post(url, {"severity": "4", "reason": "持械"})

        assert incident.case.tasks.filter(key="legal_view").exists()


class TestReports:
    def test_the_address_of_a_visitor_is_ended_once_it_leaked(
        self, scene: Scene, sign_in: SignIn
    ) -> None:
        """By whoever may, in a closed case too; a phone that asked twice has two."""
        report = scene.report(by=Visitor(), channel=Channel.PUBLIC)
        case, about = report.incident.case, f"report:{report.uid}"
        for _twice in range(2):
            cases.make_access_link(case=case, about=about, by=SYSTEM, at=timezone.now())
        Case.objects.filter(pk=case.pk).update(
            state="closed", closed_at=scene.at, closed_by=scene.officer
        )
        room = f"/cases/{case.number}/"
        end = f"{room}incident/reports/{report.uid}/link/end/"
        assert end not in sign_in("wangjianguo").get(room).content.decode()
        client = sign_in("zhoumin")
        assert end in client.get(room).content.decode()

        client.post(end)

        assert not AccessLink.objects.filter(about=about, revoked_at=None).exists()
        assert end not in client.get(room).content.decode()

    def test_a_visitor_s_report_is_confirmed(
        self, scene: Scene, sign_in: SignIn
    ) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)
        number = incident.case.number
        client = sign_in("zhoumin")
        assert "确认属实" in client.get(f"/cases/{number}/").content.decode()

        client.post(f"/cases/{number}/incident/confirmation/")
        client.post(f"/cases/{number}/incident/confirmation/")

        assert _entries(incident.case, "incident.report_confirmed") == 1

    def test_a_picture_is_served_and_the_look_is_on_the_record(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        report = Report.objects.get(incident=incident)
        file = incidents.attach(
            report=report, chunks=[JPEG], by=scene.person("lixiang"), at=scene.at
        )
        url = f"/cases/{incident.case.number}/incident/attachments/{file.uid}/"

        answer = sign_in("zhoumin").get(url)

        assert answer["Content-Type"] == "image/jpeg"
        assert answer.content != JPEG  # drawn anew: the original stays in the vault
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert _entries(incident.case, "incident.attachment_opened") == 1
        assert sign_in("tangning").get(url).status_code == 404


@pytest.mark.both
class TestClosing:
    def test_names_every_gate_and_keeps_it_shut(
        self, incident: Incident, sign_in: SignIn
    ) -> None:
        client, number = sign_in("zhoumin"), incident.case.number

        page = client.get(f"/cases/{number}/closing/").content.decode()
        pressed = client.post(f"/cases/{number}/closing/")

        assert "还没有确认现场已控制" in page
        assert "还没有报警" in page
        assert "将双方分开" in page
        assert pressed.status_code == 409
        assert Case.objects.get(pk=incident.case.pk).state == "open"

    def test_shows_the_times_against_the_standard(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        _done(scene, incident)
        cases.add_task(
            case=incident.case,
            phase=Phase.PROTECT,
            title="补拍走廊",
            role_key="guard",
            within=timedelta(minutes=5),
            by=scene.officer,
            at=scene.at,
        )
        client, number = sign_in("zhoumin"), incident.case.number
        client.post(f"/cases/{number}/closing/")

        page = client.get(f"/cases/{number}/closing/").content.decode()

        assert "办结小结" in page
        assert "≤ 30 秒" in page
        assert "≤ 10 分钟" in page
        assert "达标" in page
        room = client.get(f"/cases/{number}/").content.decode()
        assert "重新打开" in room
        assert "进入下一阶段" not in room
        assert "补拍走廊" in room
        assert 'data-clock="until"' not in room  # its clocks have stopped

    def test_a_report_is_not_called_a_call_to_the_police(
        self, scene: Scene, incident: Incident, sign_in: SignIn
    ) -> None:
        client, number = sign_in("zhoumin"), incident.case.number

        room = client.get(f"/cases/{number}/").content.decode()
        running = room.partition('id="panel-clocks"')[2].partition("</time>")[0]
        assert "自上报起" in running
        _done(scene, incident)
        client.post(f"/cases/{number}/closing/")
        page = client.get(f"/cases/{number}/closing/").content.decode()
        main = page.partition("<main")[2].partition("</main>")[0]

        assert "<dt>上报</dt>" in main
        assert "<dt>报警</dt>" not in main
        for words in ("上报至接警", "上报至控制", "上报至办结"):
            assert words in main
        assert "报警至" not in main
        closed = client.get(f"/cases/{number}/").content.decode()
        assert "自上报至办结" in closed
        assert "自报警" not in running + closed.partition('id="panel-clocks"')[2][:2000]


class TestMeasures:
    """Each promise counts from what it was given for."""

    LIMITS = {"incident.acknowledge": 30, "incident.control": 600}

    def test_running_late_and_met(self, scene: Scene, incident: Incident) -> None:
        at = scene.at + timedelta(seconds=31)
        ack, arrive, control, _close = measures_of(incident, limits=self.LIMITS, at=at)
        assert (ack.state, ack.spare) == (Kept.OVER, -1)
        assert arrive.state == Kept.WAITING
        assert (control.state, control.due_at) == (
            Kept.RUNNING,
            scene.at + timedelta(minutes=10),
        )

        incident.acknowledged_at = scene.at + timedelta(seconds=30)
        incident.controlled_at = scene.at + timedelta(seconds=601)
        ack, _arrive, control, close = measures_of(incident, limits=self.LIMITS, at=at)
        assert ack.state == Kept.MET  # to the second is in time
        assert (control.state, control.seconds) == (Kept.LATE, 601)
        assert (close.state, close.limit) == (Kept.RUNNING, None)


def _busy(scene: Scene, incident: Incident) -> Case:
    """An incident in its second phase with more than twenty entries of every kind."""
    case, at = incident.case, scene.at + timedelta(seconds=20)
    officer: Any = scene.officer
    incidents.arrive(assignment=_first(incident), by=scene.guard, at=at)
    incidents.record_dissuasion(
        incident=incident, result=Dissuasion.FAILED, by=scene.guard, at=at
    )
    _further(scene, incident)
    call = incidents.record_emergency_call(
        incident=incident, service=EmergencyService.POLICE, by=officer, at=at
    )
    incidents.record_emergency_answer(
        call=call, answer="马上到", receipt="XH-8827", by=officer, at=at
    )
    person = customers.add_person(
        site=case.site, name="赵建国", phone="19900000903", by=officer, at=at
    )
    cases.add_party(case=case, roles=["witness"], person=person, by=officer, at=at)
    cases.add_party(
        case=case, roles=["aggressor"], description="黑外套", by=officer, at=at
    )
    for task in case.tasks.filter(phase="protect"):
        cases.complete_task(task=task, words="已做", by=officer, at=at)
    cases.advance_phase(case=case, by=officer, at=at)
    note = cases.write_note(case=case, text="在值班室", by=officer, at=at)
    seq = Entry.objects.get(object=f"note:{note.uid}").seq
    cases.strike_entry(case=case, seq=seq, reason="在会客室", by=officer, at=at)
    return case
