"""What is done in the room of a case: each button lands on the record, or is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory

from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import services as cases
from anlan.cases.models import Case, Note, Party, Strike, Task
from anlan.cases.views import pages
from anlan.customers import services as customers
from anlan.customers.models import Person
from anlan.ledger.models import Entry
from tests.incidents.story import finish_tasks
from tests.scene import Scene
from tests.signed_in import SignIn

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Act:
    """A button: where it posts, what, and the entry it leaves."""

    name: str
    url: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Scene, Case], dict[str, Any]] = lambda scene, case: {}
    guard_may: bool = False
    guard_refused: bool = True


def _task(scene: Scene, case: Case) -> dict[str, Any]:
    return {"uid": case.tasks.get(key="separate").uid}


def _done_task(scene: Scene, case: Case) -> dict[str, Any]:
    task = case.tasks.get(key="separate")
    cases.complete_task(task=task, words="分开了", by=scene.guard, at=scene.at)
    return {"uid": task.uid}


def _unknown(scene: Scene, case: Case) -> dict[str, Any]:
    party = cases.add_party(
        case=case,
        roles=["aggressor"],
        description="黑外套",
        by=scene.officer,
        at=scene.at,
    )
    return {"uid": party.uid}


def _photos(scene: Scene, case: Case) -> dict[str, Any]:
    return {"uid": case.tasks.get(key="scene_photos").uid}


def _customer(scene: Scene, case: Case) -> dict[str, Any]:
    person = customers.add_person(
        site=case.site,
        name="赵建国",
        phone="19900000903",
        by=scene.officer,
        at=scene.at,
    )
    party = cases.add_party(
        case=case, roles=["witness"], person=person, by=scene.officer, at=scene.at
    )
    return {"uid": party.uid}


def _line(scene: Scene, case: Case) -> dict[str, Any]:
    return {"seq": Entry.objects.filter(subject=case.subject).latest("seq").seq}


def _ready(scene: Scene, case: Case) -> dict[str, Any]:
    for task in case.tasks.filter(phase="protect"):
        cases.complete_task(task=task, words="做了", by=scene.officer, at=scene.at)
    return {}


def _joined(scene: Scene, case: Case) -> dict[str, Any]:
    cases.join_cases(case=case, host=_another(scene), by=scene.officer, at=scene.at)
    return {}


def _closed(scene: Scene, case: Case) -> dict[str, Any]:
    cases.close_as_false_alarm(
        case=case, reason="闹着玩", by=scene.officer, at=scene.at
    )
    return {}


def _host(scene: Scene, case: Case) -> dict[str, Any]:
    return {"host": _another(scene).number}


def _another(scene: Scene) -> Case:
    return scene.incident(
        place=scene.place("3 号楼 12 层 1206 室"), by=scene.officer
    ).case


ACTS = [
    Act("note", "notes/", "case.note_written", {"text": "在会客室"}, guard_may=True),
    Act(
        "task",
        "tasks/{uid}/",
        "case.task_done",
        {"words": "分开了"},
        _task,
        guard_may=True,
    ),
    Act(
        "skip", "tasks/{uid}/skipping/", "case.task_skipped", {"reason": "无"}, _photos
    ),
    Act(
        "reopen task",
        "tasks/{uid}/reopening/",
        "case.task_reopened",
        {},
        _done_task,
        guard_may=True,
    ),
    Act("phase", "phase/", "case.phase_entered", {}, _ready),
    Act(
        "party",
        "parties/",
        "case.party_added",
        {"roles": ["victim", "staff"], "description": "前台"},
        guard_may=True,
    ),
    Act(
        "identity",
        "parties/{uid}/identity/",
        "case.party_identified",
        {"name": "钱进", "phone": "19900000904"},
        _unknown,
        guard_may=True,
    ),
    Act(
        "roles",
        "parties/{uid}/roles/",
        "case.party_roles_set",
        {"roles": ["involved"]},
        _unknown,
        guard_may=True,
    ),
    Act(
        "strike",
        "entries/{seq}/strike/",
        "case.entry_struck",
        {"reason": "写错"},
        _line,
    ),
    Act("join", "joining/", "case.joined", {}, _host),
    Act("part", "parting/", "case.parted", {}, _joined),
    Act("reopen", "reopening/", "case.reopened", {"reason": "又闹起来"}, _closed),
]
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def _post(
    client: Client, case: Case, act: Act, made: dict[str, Any], **headers: Any
) -> Any:
    url = f"/cases/{case.number}/{act.url.format(**made)}"
    data = {"request_id": str(uuid4()), **act.data, **made}
    return client.post(url, data, **headers)


def _entries(case: Case, kind: str) -> int:
    return Entry.objects.filter(subject=case.subject, kind=kind).count()


@each_act
def test_the_officer_s_press_lands_on_the_record(
    scene: Scene, case: Case, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, case)
    before = _entries(case, act.kind)

    response = _post(sign_in("zhoumin"), case, act, made)

    assert response.status_code == 302
    assert response["Location"] == f"/cases/{case.number}/"
    assert _entries(case, act.kind) == before + 1


@each_act
def test_in_place_it_answers_with_panels(
    scene: Scene, case: Case, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, case)

    response = _post(sign_in("zhoumin"), case, act, made, headers=HTMX)

    assert response.status_code == 200
    if act.name != "reopen":  # the whole page is new
        assert "hx-partial" in response.content.decode()
        assert "room:done" in response["HX-Trigger"]


@each_act
def test_a_stranger_finds_nothing(
    scene: Scene, case: Case, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, case)
    before = Entry.objects.count()

    assert _post(sign_in("tangning"), case, act, made).status_code == 404
    assert Entry.objects.count() == before


@each_act
def test_a_guard_without_the_right_is_told_so(
    scene: Scene, case: Case, sign_in: SignIn, act: Act
) -> None:
    made = act.prepare(scene, case)
    before = _entries(case, act.kind)

    response = _post(sign_in("wangjianguo"), case, act, made)

    if act.guard_may:
        assert response.status_code == 302
    else:
        assert response.status_code == 403
        assert "权限" in response.content.decode()
        assert _entries(case, act.kind) == before


@each_act
def test_a_second_press_does_nothing_more(
    scene: Scene, case: Case, sign_in: SignIn, act: Act
) -> None:
    made = {"request_id": str(uuid4()), **act.prepare(scene, case)}
    client = sign_in("zhoumin")
    _post(client, case, act, made)
    once = _entries(case, act.kind)

    response = _post(client, case, act, made)

    assert response.status_code in {302, 409, 422}
    if act.name != "phase":  # the next phase is another press, and its gate is shut
        assert _entries(case, act.kind) == once


class TestNotes:
    def test_the_same_id_with_other_words_is_refused(
        self, case: Case, sign_in: SignIn
    ) -> None:
        client, same = sign_in("zhoumin"), str(uuid4())
        url = f"/cases/{case.number}/notes/"
        client.post(url, {"text": "一", "request_id": same})

        response = client.post(url, {"text": "二", "request_id": same}, headers=HTMX)

        assert response.status_code == 409
        assert "二" in response.content.decode()  # what was typed stays
        assert Note.objects.get().text == "一"

    def test_after_an_answer_that_got_lost_another_note_can_be_written(
        self, case: Case, sign_in: SignIn
    ) -> None:
        """The field of the room still has the id of the one that was taken."""
        client, same = sign_in("zhoumin"), str(uuid4())
        url = f"/cases/{case.number}/notes/"
        client.post(url, {"text": "一", "request_id": same})
        sheet = client.post(url, {"text": "二", "request_id": same}, headers=HTMX)
        content = sheet.content.decode()
        fresh = re.search(r'name="request_id" value="([^"]+)"', content)

        assert "上一条已经记在时间线上" in content
        assert fresh
        assert fresh[1] != same
        for _press in range(2):
            said = {"text": "二", "request_id": fresh[1]}
            assert client.post(url, said, headers=HTMX).status_code == 200
        assert [one.text for one in Note.objects.order_by("pk")] == ["一", "二"]

    def test_the_time_it_happened_is_kept_beside_ours(
        self, scene: Scene, case: Case, sign_in: SignIn, at: datetime
    ) -> None:
        said = {"text": "报晚了", "happened": "2026-11-23T13:40"}
        said["request_id"] = str(uuid4())
        client = sign_in("zhoumin")
        client.post(f"/cases/{case.number}/notes/", said)

        entry = Entry.objects.get(kind="case.note_written")
        assert entry.recorded_at == at + timedelta(minutes=1)
        assert entry.happened_at == at - timedelta(minutes=22, seconds=31)
        assert "迟到" in client.get(f"/cases/{case.number}/").content.decode()

    def test_a_struck_line_stays_readable(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        cases.write_note(case=case, text="他往南门跑了", by=scene.guard, at=scene.at)
        seq = Entry.objects.get(kind="case.note_written").seq
        client = sign_in("zhoumin")
        client.post(f"/cases/{case.number}/entries/{seq}/strike/", {"reason": "是北门"})

        page = client.get(f"/cases/{case.number}/").content.decode()

        assert "他往南门跑了" in page
        assert "已划去：是北门（周敏）" in page
        assert Strike.objects.get().seq == seq

    def test_older_lines_are_asked_for(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        for number in range(30):
            cases.write_note(
                case=case, text=f"第{number}句", by=scene.guard, at=scene.at
            )
        client = sign_in("zhoumin")
        page = client.get(f"/cases/{case.number}/")
        older = page.context["room"].older

        more = client.get(f"/cases/{case.number}/entries/?before={older}")

        assert "第29句" in page.content.decode()
        assert "第5句" not in page.content.decode()
        assert "第5句" in more.content.decode()
        assert "第29句" not in more.content.decode()


class TestTasks:
    def test_a_binding_one_without_words_keeps_the_page(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        task = case.tasks.get(key="separate")
        url = f"/cases/{case.number}/tasks/{task.uid}/"

        response = sign_in("zhoumin").post(url, {"words": " "}, headers=HTMX)

        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        assert Task.objects.get(pk=task.pk).state == "open"

    def test_the_gate_names_what_is_open(self, case: Case, sign_in: SignIn) -> None:
        client = sign_in("zhoumin")
        url = f"/cases/{case.number}/phase/"

        shown = client.get(url, headers=HTMX).content.decode()
        pressed = client.post(url, headers=HTMX)

        assert "将双方分开" in shown
        assert pressed.status_code == 409
        assert Case.objects.get(pk=case.pk).phase == "protect"


class TestParties:
    def test_contact_is_masked_until_it_is_asked_for(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        made = _customer(scene, case)
        client = sign_in("zhoumin")
        url = f"/cases/{case.number}/parties/{made['uid']}/contact/"
        before = client.get(f"/cases/{case.number}/").content.decode()

        shown = client.post(url, {"field": "phone", "reason": "请他来作证"})

        assert "19900000903" not in before
        assert "199****0903" in before
        assert "19900000903" in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        assert Entry.objects.filter(kind="customers.protected_field_read").count() == 1

    def test_a_guard_may_not_unmask(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        made = _customer(scene, case)
        url = f"/cases/{case.number}/parties/{made['uid']}/contact/"

        response = sign_in("wangjianguo").post(url, {"field": "phone", "reason": "看"})

        assert response.status_code == 403
        assert "19900000903" not in response.content.decode()

    def test_two_identities_are_one_too_many(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        said = {
            "roles": ["witness"],
            "name": "钱进",
            "phone": "19900000904",
            "user": str(scene.guard.uid),
            "request_id": str(uuid4()),
        }

        response = sign_in("zhoumin").post(f"/cases/{case.number}/parties/", said)

        assert response.status_code == 422
        assert "钱进" in response.content.decode()
        assert not Party.objects.exists()


class TestCommand:
    def test_a_guard_may_take_it_and_not_give_it(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        client = sign_in("wangjianguo")
        url = f"/cases/{case.number}/command/"

        given = client.post(url, {"commander": str(scene.next_guard.uid)})
        taken = client.post(url, {"commander": str(scene.guard.uid)})

        assert (given.status_code, taken.status_code) == (403, 302)
        assert Case.objects.get(pk=case.pk).commander == scene.guard


def test_a_guard_s_room_shows_no_button_that_would_be_refused(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    finish_tasks(case, by=scene.officer, at=scene.at)

    page = sign_in("wangjianguo").get(f"/cases/{case.number}/").content.decode()

    for refused in ("phase/", "strike/", "joining/", "skipping/", "false-alarm/"):
        assert f"/cases/{case.number}/{refused}" not in page
        assert refused not in page


def test_an_incident_ends_on_its_own_page_only(scene: Scene) -> None:
    """Its gates stand before it: control and the police question."""
    case = scene.incident().case
    finish_tasks(case, by=scene.officer, at=scene.at)
    request = RequestFactory().post(f"/cases/{case.number}/closing/")
    request.user = scene.officer

    with pytest.raises(Conflict):
        pages.closing(request, case.number)

    case.refresh_from_db()
    assert case.state == Case.State.OPEN


def test_a_customer_who_cannot_be_put_on_the_case_is_not_registered(
    scene: Scene,
) -> None:
    case = scene.incident().case
    cases.close_as_false_alarm(case=case, reason="误报", by=scene.officer, at=scene.at)

    with pytest.raises(Conflict):
        cases.add_customer(
            case=case,
            name="赵某",
            phone="19911110000",
            roles=["victim"],
            by=scene.officer,
            at=scene.at,
        )

    assert not Person.objects.exists()


def test_two_identities_register_nobody(scene: Scene) -> None:
    case = scene.incident().case
    party = cases.add_party(
        case=case, roles=["victim"], description="高", by=scene.officer, at=scene.at
    )

    with pytest.raises(InvalidInput):
        cases.identify_customer(
            party=party,
            name="赵某",
            phone="19911110000",
            user=scene.guard,
            by=scene.officer,
            at=scene.at,
        )
    assert not Person.objects.exists()

    known = cases.identify_customer(
        party=party, name="赵某", phone="19911110000", by=scene.officer, at=scene.at
    )
    assert known.person == Person.objects.get()
