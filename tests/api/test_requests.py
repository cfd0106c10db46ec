"""What every request shares: shapes of refusals, retries, pages, rates, scopes."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import translation

from anlan.accounts.models import ApiToken
from anlan.accounts.roles import Permission
from anlan.accounts.selectors.tokens import user_of_token
from anlan.accounts.services import tokens
from anlan.api import auth
from anlan.api.root import api as root
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import Note
from anlan.customers.events import ProtectedFieldRead
from anlan.evidence.models import FootageApplication
from anlan.incidents.models import EmergencyCall, Incident, Report
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.api.conftest import Api, Upload, give_token
from tests.api.operations import ROWS
from tests.pictures import JPEG
from tests.scene import Scene
from tools.places import ROOT


def _report(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"request_id": str(uuid4()), "place": str(scene.garage.uid), **more}


def gettext_in(language: str, text: str) -> str:
    with translation.override(language):
        return translation.gettext(text)


def test_every_wrong_field_is_named_with_a_sentence(scene: Scene, speak: Any) -> None:
    body = {
        "request_id": "17",
        "place": str(scene.garage.uid),
        "flags": ["ongoing", "nuclear"],
        "people_count": 0,
        "words": "x" * 1001,
        "happened": "2026-11-23T14:00:00",
        "colour": "red",
    }
    answer = speak(scene.guard).post("/reports", body)
    assert (answer.status, answer.code) == (422, "invalid")
    assert set(answer.paths) == {
        "request_id", "flags.1", "people_count", "words", "happened", "colour",
    }  # fmt: skip
    assert all(field["message"] for field in answer.body["error"]["fields"])
    assert not Report.objects.exists()


def test_refusals_are_in_the_callers_language(scene: Scene, speak: Any) -> None:
    guard = scene.guard
    guard.language = "en"
    guard.save(update_fields=["language"])
    english = speak(guard).post("/reports", {}).body["error"]["fields"]
    chinese = speak(scene.officer).post("/reports", {}).body["error"]["fields"]
    assert english[0]["message"] == gettext_in("en", "必须填写")
    assert chinese[0]["message"] == "必须填写"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"null", b"1" * 9999]
)
def test_a_body_that_is_no_object_is_refused(
    scene: Scene, speak: Any, body: bytes
) -> None:
    from tests.api.conftest import _CLIENT  # noqa: PLC0415 -- raw bytes, just here

    token = speak(scene.guard).token
    response = _CLIENT.generic(
        "POST", "/api/v1/reports", data=body, content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid"


@pytest.mark.parametrize("words", ["a\x00b", "\ud800", "\x1b[2J"])
def test_what_no_database_can_hold_is_refused(
    scene: Scene, speak: Any, words: str
) -> None:
    answer = speak(scene.guard).post("/reports", _report(scene, words=words))
    assert (answer.status, answer.paths) == (422, ["words"])


def test_a_huge_body_is_refused(scene: Scene, speak: Any) -> None:
    body = _report(scene, words="x" * 6_000_000)
    assert speak(scene.guard).post("/reports", body).status == 413


def test_unknown_addresses_answer_in_the_same_shape(scene: Scene) -> None:
    answer = Api().send("GET", "/nothing")
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.both
def test_the_same_request_id_gives_the_first_answer(scene: Scene, speak: Any) -> None:
    api, body = speak(scene.guard), _report(scene, words="在打架")
    first = api.post("/reports", body)
    assert first.status == 201
    assert api.post("/reports", body).body == first.body
    changed = api.post("/reports", {**body, "words": "不打了"})
    assert (changed.status, changed.code) == (409, "conflict")
    other = speak(scene.officer).post("/reports", body)
    assert other.status == 409
    assert Report.objects.count() == 1


def test_notes_calls_and_parties_are_made_once_too(scene: Scene, speak: Any) -> None:
    api, number = speak(scene.officer), scene.incident().case.number
    requests: list[tuple[str, dict[str, Any]]] = [
        ("notes", {"text": "双方已分开"}),
        ("calls", {"service": "110", "outcome": "missed"}),
        ("parties", {"roles": ["witness"], "description": "红外套"}),
    ]
    for path, said in requests:
        body = {**said, "request_id": str(uuid4())}
        first = api.post(f"/cases/{number}/{path}", body)
        again = api.post(f"/cases/{number}/{path}", body)
        assert (first.status, again.status) == (201, 201), path
        assert again.body == first.body
    assert Note.objects.count() == EmergencyCall.objects.count() == 1


def test_a_request_id_of_another_operation_is_refused(scene: Scene, speak: Any) -> None:
    api, number = speak(scene.officer), scene.incident().case.number
    used = str(uuid4())
    api.post(f"/cases/{number}/notes", {"text": "一", "request_id": used})
    answer = api.post(
        f"/cases/{number}/calls",
        {"service": "110", "outcome": "missed", "request_id": used},
    )
    assert answer.status == 409
    assert not EmergencyCall.objects.exists()


@pytest.mark.both
def test_a_refused_request_leaves_its_id_free(scene: Scene, speak: Any) -> None:
    api, number = speak(scene.officer), scene.incident().case.number
    said = {"roles": ["witness"], "request_id": str(uuid4())}
    nobody = api.post(f"/cases/{number}/parties", said)
    assert nobody.status == 422

    somebody = {**said, "description": "红外套"}
    assert api.post(f"/cases/{number}/parties", somebody).status == 201


@pytest.mark.both
def test_one_request_sent_by_eight_at_once_is_one_report(
    committed_scene: Scene, at: datetime
) -> None:
    scene = committed_scene
    secret = give_token(scene.guard, at)
    body = _report(scene)
    answers = []

    def send() -> None:
        try:
            answers.append(Api(secret).post("/reports", body))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["uid"] for answer in answers}) == 1
    assert Report.objects.count() == Incident.objects.count() == 1
    assert verify().is_sound


@pytest.mark.both
def test_one_note_sent_by_eight_at_once_is_one_note(
    committed_scene: Scene, at: datetime
) -> None:
    scene = committed_scene
    secret = give_token(scene.guard, at)
    number = scene.incident().case.number
    body = {"text": "双方已分开", "request_id": str(uuid4())}
    answers = []

    def send() -> None:
        try:
            answers.append(Api(secret).post(f"/cases/{number}/notes", body))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {201}
    assert {answer.body["uid"] for answer in answers} == {str(Note.objects.get().uid)}
    assert verify().is_sound


def test_lists_are_read_page_by_page_without_gap_or_double(
    scene: Scene, speak: Any
) -> None:
    places = ["园区 南门", "6 号楼 1 层 大堂", "3 号楼 15 层 1502 室"]
    numbers = [scene.incident(place=scene.place(p)).case.number for p in places]
    api = speak(scene.officer)
    seen, cursor = [], ""
    while True:
        page = api.get("/cases", limit=1, cursor=cursor).body
        seen += [case["number"] for case in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == numbers[::-1]
    path = f"/cases/{numbers[0]}/timeline"
    whole = [line["seq"] for line in api.get(path, limit=200).body["items"]]
    seqs, cursor = [], ""
    while True:
        page = api.get(path, limit=2, cursor=cursor).body
        seqs += [line["seq"] for line in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seqs == whole


@pytest.mark.parametrize(
    "cursor", ["x", "!!!", "AAAA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_a_cursor_that_is_none_is_refused(
    scene: Scene, speak: Any, cursor: str
) -> None:
    answer = speak(scene.officer).get("/cases", cursor=cursor)
    assert (answer.status, answer.paths) == (422, ["cursor"])
    number = scene.incident().case.number
    answer = speak(scene.officer).get(f"/cases/{number}/timeline", cursor=cursor)
    assert answer.status == 422


def test_a_token_may_ask_so_often_in_a_minute(
    scene: Scene, speak: Any, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "RATE", 3)
    api = speak(scene.guard)
    assert [api.get("/me").status for _ in range(4)] == [200, 200, 200, 429]
    assert int(api.get("/me").headers["Retry-After"]) <= 60
    assert speak(scene.officer).get("/me").status == 200
    with time_machine.travel(at + timedelta(minutes=3), tick=False):
        assert api.get("/me").status == 200


def test_the_whole_first_hour_over_the_api(scene: Scene, speak: Any) -> None:
    guard, officer = speak(scene.guard), speak(scene.officer)
    made = speak(scene.person("lixiang")).post(
        "/reports", _report(scene, flags=["ongoing", "injured"])
    )
    case = f"/cases/{made.body['case']}"
    assert guard.post(f"{case}/acknowledgement", {}).body["state"] == "acknowledged"
    by_radio = {"responder": str(scene.guard.uid)}
    assert officer.post(f"{case}/arrival", by_radio).body["state"] == "arrived"
    assert guard.post(f"{case}/dissuasion", {"result": "worked"}).status == 200
    state = guard.post(f"{case}/control").body
    assert state["controlled_at"]
    assert state["case"]["commander"]["name"] == "王建国"
    call = officer.post(
        f"{case}/calls", {"service": "110", "outcome": "connected"}
    ).body
    assert "3 号楼" in call["words"]
    officer.post(f"/calls/{call['uid']}/answer", {"answer": "已派警"})
    tasks = officer.get(f"{case}/tasks").body
    for task in (t for t in tasks if t["binding"]):
        if task["proof"] == "photo":
            officer.post(f"/tasks/{task['uid']}/photos", Upload(JPEG))
        done = officer.post(f"/tasks/{task['uid']}/completion", {"words": "已做"})
        assert done.body["state"] == "done", done.body
    phases = ["protect", "evidence", "talk", "police"]
    for phase in phases:
        moved = officer.post(f"{case}/phase", {"leave": phase})
        assert moved.status == 200, moved.body
    again = officer.post(f"{case}/phase", {"leave": "protect"})
    assert again.status == 409
    closed = officer.post(f"{case}/closing").body
    assert closed["case"]["state"] == "closed"
    spoken = [
        line["sentence"] for line in officer.get(f"{case}/timeline").body["items"]
    ]
    assert any("王建国" in sentence for sentence in spoken)
    entry = Entry.objects.get(kind="incident.responder_arrived")
    assert (entry.actor, b"radio" in bytes(entry.body)) == (
        scene.officer.actor_key,
        True,
    )
    assert verify().is_sound


def test_a_person_of_a_case_is_masked_until_unmasked_on_the_record(
    scene: Scene, speak: Any
) -> None:
    officer, number = speak(scene.officer), scene.incident().case.number
    body = {"roles": ["victim"], "new_person": {"name": "刘洋", "phone": "19900000201"}}
    party = officer.post(f"/cases/{number}/parties", body).body
    assert "刘洋" not in str(party)
    assert "19900000201" not in str(party)
    asked = {"field": "phone", "reason": "联系家属"}
    shown = officer.post(f"/parties/{party['uid']}/unmasking", asked)
    assert shown.body["value"] == "+8619900000201"
    entry = Entry.objects.get(kind=ProtectedFieldRead.kind)
    assert entry.actor == scene.officer.actor_key


def test_a_token_never_does_more_than_its_scopes_even_for_oneself(
    scene: Scene, at: datetime
) -> None:
    """Rights asked of a second person must not be read from a fresh, unlimited user."""
    number = scene.incident().case.number
    scopes = [p for p in Permission if p != Permission.INCIDENT_RESPOND]
    api = Api(give_token(scene.guard, at, scopes=scopes))
    own = {"commander": str(scene.guard.uid)}
    assert api.post(f"/cases/{number}/command", own).status == 403
    own = {"responder": str(scene.guard.uid)}
    assert api.post(f"/cases/{number}/responders", own).status == 403


# The tokens themselves.


def test_a_token_is_shown_once_and_kept_as_a_digest(scene: Scene, at: datetime) -> None:
    row, secret = tokens.create_token(
        user=scene.guard,
        name="大堂屏幕",
        scopes=[Permission.CASE_SEE],
        days=30,
        by=scene.guard,
        at=at,
    )
    found = user_of_token(secret, at=at)
    assert found is not None
    assert set(found[0].scopes or ()) == {Permission.CASE_SEE}
    assert secret.encode() not in bytes(row.digest)
    assert not [
        e for e in Entry.objects.all() if secret.encode() in bytes(e.data or b"")
    ]
    assert user_of_token(secret, at=at + timedelta(days=30)) is None
    tokens.revoke_token(token=row, by=scene.guard, at=at)
    assert user_of_token(secret, at=at) is None
    kinds = Entry.objects.filter(kind__startswith="accounts.token").order_by("seq")
    assert [e.kind for e in kinds] == [
        "accounts.token_created",
        "accounts.token_revoked",
    ]


def test_a_token_of_a_disabled_user_is_none(scene: Scene, at: datetime) -> None:
    guard = scene.guard
    secret = give_token(guard, at)
    guard.is_active = False
    guard.save(update_fields=["is_active"])
    assert Api(secret).get("/me").status == 401


def test_nobody_grants_a_token_more_than_they_hold(scene: Scene, at: datetime) -> None:
    def make(**more: Any) -> object:
        said = {
            "user": scene.guard,
            "name": "x",
            "scopes": [Permission.CASE_SEE],
            "days": 1,
            "by": scene.guard,
            "at": at,
        }
        return tokens.create_token(**{**said, **more})

    with pytest.raises(InvalidInput):
        make(scopes=[Permission.CASE_SEE, Permission.LEDGER_READ])
    with pytest.raises(InvalidInput):
        make(scopes=[])
    with pytest.raises(InvalidInput):
        make(days=9999)
    with pytest.raises(NotAllowed):
        make(by=scene.manager)
    through_token = scene.guard
    through_token.scopes = frozenset(Permission)
    with pytest.raises(NotAllowed):
        make(user=through_token, by=through_token)
    for _ in range(tokens.MOST_TOKENS):
        make()
    with pytest.raises(Conflict):
        make()


def test_a_manager_of_people_may_revoke_and_others_not(
    scene: Scene, at: datetime
) -> None:
    give_token(scene.guard, at)
    token = ApiToken.objects.get()
    with pytest.raises(NotAllowed):
        tokens.revoke_token(token=token, by=scene.next_guard, at=at)
    tokens.revoke_token(token=token, by=scene.manager, at=at)
    token.refresh_from_db()
    assert token.revoked_at == at


def test_nobody_revokes_the_token_of_those_above(scene: Scene, at: datetime) -> None:
    give_token(scene.person("guoxin"), at)
    with pytest.raises(NotAllowed):
        tokens.revoke_token(token=ApiToken.objects.get(), by=scene.manager, at=at)


def test_use_is_noted_to_the_minute_only(
    scene: Scene, speak: Any, at: datetime
) -> None:
    api = speak(scene.guard)
    now = at + timedelta(minutes=1)
    api.get("/me")
    assert ApiToken.objects.get().last_used_at == now
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        api.get("/me")
    assert ApiToken.objects.get().last_used_at == now


def test_a_measure_that_guards_may_not_take_is_answered_with_the_law(scene, speak):
    case = f"/cases/{scene.incident().case.number}"

    answer = speak(scene.guard).post(f"{case}/dissuasion", {"result": "detain"})

    assert (answer.status, answer.body["error"]["source"]) == (403, "G07")
    assert speak(scene.guard).get(case).status == 200


def test_every_list_in_pages_takes_a_cursor_and_gives_the_next() -> None:
    paths = root.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    schemas = root.get_openapi_schema(path_prefix="/api/v1/")["components"]["schemas"]
    paged = {
        operation["operationId"]: schemas[answer["$ref"].rpartition("/")[2]]
        for methods in paths.values()
        for operation in methods.values()
        if {"cursor", "after"}
        & {given["name"] for given in operation.get("parameters", [])}
        and "$ref"
        in (
            answer := operation["responses"][200]["content"]["application/json"][
                "schema"
            ]
        )
    }

    assert {"list_footage_requests", "list_footage_register"} <= set(paged)
    for name, shape in paged.items():
        assert {"items", "next"} <= set(shape["properties"]), name


def test_footage_requests_page_by_page(
    scene: Scene, speak: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.evidence.selectors.applications.PAGE", 1)
    for _one in range(2):
        ROWS["list_footage_requests"].request(scene)
    numbers = set(FootageApplication.objects.values_list("number", flat=True))
    api = speak(scene.officer)

    first = api.get("/footage-requests").body
    second = api.get("/footage-requests", cursor=first["next"]).body

    assert {row["number"] for row in first["items"] + second["items"]} == numbers
    assert second["next"] is None
    assert api.get("/footage-requests", after=first["after"]).body == second
    for bad in ({"cursor": "!!!"}, {"cursor": "AAAA"}, {"after": "no-such"}):
        assert api.get("/footage-requests", **bad).status == 422


def test_a_lawyer_is_entered_once(scene: Scene, speak: Any) -> None:
    api = speak(scene.person("chenlu"))
    said = {"kind": "outside", "name": "顾言", "firm": "明理律师事务所"}
    said |= {"request_id": str(uuid4())}

    first, again = api.post("/lawyers", said), api.post("/lawyers", said)

    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert len(api.get("/lawyers").body) == 1


def test_words_to_say_before_the_call(scene: Scene, speak: Any) -> None:
    api, number = speak(scene.officer), scene.incident().case.number

    words = api.get(f"/cases/{number}/calls/110/words").body["words"]
    untold = api.post(f"/cases/{number}/calls", {"service": "110"})

    assert untold.status == 422  # whether somebody took it up is not guessed
    assert not EmergencyCall.objects.exists()
    said = {"service": "110", "outcome": "connected"}
    made = api.post(f"/cases/{number}/calls", said).body
    assert made["words"] == "\n".join(words)
    assert api.get(f"/cases/{number}/calls/119/words").status == 422


def test_times_that_are_sent_are_written_as_text() -> None:
    """A bare number could be seconds or milliseconds."""
    typed = [
        path.name
        for path in sorted((ROOT / "src" / "anlan" / "api").rglob("*.py"))
        if "AwareDatetime" in path.read_text(encoding="utf-8")
    ]

    assert typed == ["schemas.py"]
