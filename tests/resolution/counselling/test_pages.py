"""The pages of support: open to the counsellor, absent for everybody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from anlan import worker
from anlan.base.errors import NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Deadline
from anlan.desk.selectors.board import open_incidents
from anlan.incidents.models import Incident
from anlan.notify.models import Message
from anlan.resolution.counselling import opened
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import FollowUpResult, SessionState
from anlan.resolution.counselling.models import (
    Care,
    CounsellorKey,
    SealedNote,
    UrgentCall,
)
from anlan.resolution.counselling.selectors import key_of
from tests.api.conftest import Api, give_token
from tests.evidence.told import party as victim
from tests.moment import forget_counts
from tests.resolution.counselling.cared import (
    PASSPHRASE,
    SECRET,
    agreed,
    another_counsellor,
    keyed,
    linan,
    noted,
    offered,
    referred,
    registered,
)

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


@pytest.fixture
def care(scene, case) -> Care:
    keyed(scene)
    return agreed(scene, case)


def address(care: Care, tail: str = "") -> str:
    return f"/counselling/people/{care.uid}/{tail}"


def unlock(client: Client, **more: Any) -> Any:
    return client.post("/counselling/opening/", {"passphrase": PASSPHRASE, **more})


def written(page: Any) -> str:
    return str(page.content.decode())


class TestSettingUp:
    def typed(self, scene, **more: Any) -> dict[str, Any]:
        return {
            "passphrase": PASSPHRASE,
            "again": PASSPHRASE,
            "first": scene.manager.pk,
            "second": scene.person("guoxin").pk,
            **more,
        }

    def test_both_sheets_once_and_then_typed_off_the_paper(
        self, scene, sign_in
    ) -> None:
        client = sign_in("linan")
        assert "永远没有了" in written(client.get("/counselling/key/"))

        page = client.post("/counselling/key/", self.typed(scene))
        assert "no-store" in page["Cache-Control"]
        sheets = [
            " ".join(re.findall(r"<code>(\w{5})</code>", part))
            for part in written(page).split("data-sheet")[1:]
        ]
        assert [len(one.split()) for one in sheets] == [14, 14]
        assert sheets[0] not in written(client.get("/counselling/key/"))

        wrong = client.post(
            "/counselling/key/confirmation/", {"first": sheets[0], "second": "x"}
        )
        assert wrong.status_code == 422
        assert sheets[0] not in written(wrong)
        done = client.post(
            "/counselling/key/confirmation/",
            dict(zip(("first", "second"), sheets, strict=True)),
        )
        assert (done.status_code, key_of(linan(scene)) is not None) == (302, True)

    def test_two_passphrases_that_differ(self, scene, sign_in) -> None:
        page = sign_in("linan").post(
            "/counselling/key/", self.typed(scene, again="另一句话，不一样的话")
        )

        assert page.status_code == 422
        assert PASSPHRASE not in written(page)
        assert not CounsellorKey.objects.exists()

    def test_long_after_signing_in_one_proves_oneself_again(
        self, scene, sign_in
    ) -> None:
        user = linan(scene)
        user.set_password("a-password-of-2026")
        user.save()
        client = sign_in("linan")
        with time_machine.travel(scene.at + timedelta(hours=2), tick=False):
            page = client.post("/counselling/key/", self.typed(scene))

        assert (page.status_code, "reauth" in page["Location"]) == (302, True)
        assert not CounsellorKey.objects.exists()


class TestNotes:
    def test_written_opened_read_and_closed(self, scene, care, sign_in) -> None:
        client = sign_in("linan")
        once = {"request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d4e", "text": SECRET}
        assert client.post(address(care), once).status_code == 302
        assert SECRET not in written(client.get(address(care)))

        wrong = unlock(client, passphrase="猜一猜猜一猜猜一猜")
        assert (wrong.status_code, opened.COOKIE in wrong.cookies) == (422, False)
        done = unlock(client)
        cookie = done.cookies[opened.COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
            True,
            "Strict",
            "/counselling/",
        )
        page = client.get(address(care))
        assert SECRET in written(page)
        assert "no-store" in page["Cache-Control"]

        client.post("/counselling/closing/")
        assert SECRET not in written(client.get(address(care)))

    def test_neither_session_nor_cookie_alone_opens_anything(
        self, scene, care, sign_in
    ) -> None:
        noted(scene, care)
        client = sign_in("linan")
        unlock(client)
        cookie = client.cookies.pop(opened.COOKIE)

        assert SECRET not in written(client.get(address(care)))
        client.cookies[opened.COOKIE] = cookie.value
        assert SECRET not in written(client.get(address(care)))  # the session forgot

    def test_a_quarter_of_an_hour_of_nothing_closes_it(
        self, scene, care, sign_in
    ) -> None:
        noted(scene, care)
        client = sign_in("linan")
        unlock(client)
        begun = scene.at + timedelta(minutes=1)
        for minutes, is_open in ((14, True), (28, True), (43, False), (44, False)):
            with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
                page = client.get(address(care))
                assert (SECRET in written(page)) == is_open, minutes

    def test_another_password_closes_it(self, scene, care, sign_in) -> None:
        noted(scene, care)
        client = sign_in("linan")
        unlock(client)
        kept = dict(client.session[opened._SESSION])
        user = linan(scene)
        user.set_password("a-new-password-2026")
        user.save()
        again = sign_in("linan")
        session = again.session
        session[opened._SESSION] = kept
        session.save()
        again.cookies[opened.COOKIE] = client.cookies[opened.COOKIE].value

        assert SECRET not in written(again.get(address(care)))

    def test_signing_out_closes_it(self, scene, care, sign_in) -> None:
        noted(scene, care)
        client = sign_in("linan")
        unlock(client)
        cookie = client.cookies[opened.COOKIE].value
        client.logout()
        again = sign_in("linan")
        again.cookies[opened.COOKIE] = cookie

        assert SECRET not in written(again.get(address(care)))

    def test_the_session_in_the_database_has_no_part_of_the_key(
        self, scene, care, sign_in
    ) -> None:
        client = sign_in("linan")
        unlock(client)

        kept = [row.get_decoded() for row in Session.objects.all()]
        (said,) = [row[opened._SESSION] for row in kept if opened._SESSION in row]
        assert set(said) == {"key", "once", "until"}

    def test_corrected(self, scene, care, sign_in) -> None:
        note = noted(scene, care)
        client = sign_in("linan")
        where = address(care, f"notes/{note.uid}/")
        assert "/opening/" in client.get(where)["Location"]
        unlock(client)
        assert SECRET in written(client.get(where))

        once = {
            "request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d4f",
            "text": "她好些了",
        }
        assert client.post(where, once).status_code == 302
        page = written(client.get(address(care)))
        assert "她好些了" in page
        assert SECRET not in page

    def test_refused_what_was_typed_stays(self, scene, case, sign_in) -> None:
        keyed(scene)
        care = referred(scene, case)
        once = {"request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d40", "text": SECRET}
        page = sign_in("linan").post(address(care), once)

        assert page.status_code == 409
        assert not SealedNote.objects.exists()

    def test_the_way_back_stays_within(self, scene, care, sign_in) -> None:
        client = sign_in("linan")
        for there in (
            "https://example.com/",
            "//example.com/",
            "/cases/",
            "/counselling//x",
        ):
            page = client.post(
                f"/counselling/opening/?next={there}", {"passphrase": PASSPHRASE}
            )
            assert page["Location"] == "/counselling/"


PAGES = ("", "consents/", "sessions/", "ending/", "scales/phq9/")


@pytest.mark.parametrize(
    "username", ["admin", "hetao", "guoxin", "zhoumin", "lifang", "wangjianguo"]
)
def test_for_everybody_else_there_is_no_such_page(
    scene, care, sign_in, username
) -> None:
    note = noted(scene, care)
    client = sign_in(username)

    for tail in (*PAGES, f"notes/{note.uid}/"):
        assert client.get(address(care, tail)).status_code == 404, tail
        assert client.post(address(care, tail), {}).status_code == 404, tail
    for path in ("", "key/", "opening/"):
        assert client.get(f"/counselling/{path}").status_code == 404, path


def test_for_another_counsellor_neither(scene, care) -> None:
    note = noted(scene, care)
    other = another_counsellor(scene)
    keyed(scene, other)
    client = Client()
    client.force_login(other)
    with time_machine.travel(scene.at + timedelta(minutes=1), tick=False):
        unlock(client)
        for tail in (*PAGES, f"notes/{note.uid}/", "call/"):
            assert client.post(address(care, tail), {}).status_code == 404, tail
        assert client.get("/counselling/").status_code == 200


class TestWhoWasBefore:
    """Somebody else counsels now: of what is later the one before sees nothing."""

    @pytest.fixture
    def passed_on(self, scene, care: Care) -> Care:
        noted(scene, care)
        said: dict[str, Any] = {"by": linan(scene), "at": scene.at}
        for days in (1, 2):
            support.plan_session(
                care=care, planned_at=scene.at + timedelta(days=days), **said
            )
        later = another_counsellor(scene)
        row = registered(scene, later)
        arranged = {"by": scene.person("lifang"), "at": scene.at}
        care = support.refer(care=care, counsellor=row, **arranged)
        keyed(scene, later)
        theirs: dict[str, Any] = {"by": later, "at": scene.at}
        support.end_session(
            session=care.sessions.get(number=1), state=SessionState.HELD, **theirs
        )
        support.plan_session(
            care=care, planned_at=scene.at + timedelta(days=9), **theirs
        )
        follow_up = care.follow_ups.get(step="first")
        follow_up.care = care
        support.record_follow_up(
            follow_up=follow_up, result=FollowUpResult.REACHED, **theirs
        )
        support.raise_call(care=care, **theirs)
        return care

    def test_only_their_own_time(self, scene, passed_on, sign_in) -> None:
        client = sign_in("linan")
        page = client.get(address(passed_on))
        context = page.context

        assert [one.number for one in context["sessions"]] == [2]
        assert not context["calls"]
        assert not context["follow_ups"]
        assert not any(is_given for _use, is_given in context["uses"])
        assert "已随访" not in written(page)
        assert "已转给别人" in written(page)
        unlock(client)
        assert SECRET in written(client.get(address(passed_on)))  # their own words stay

    def test_and_changes_nothing(self, scene, passed_on, sign_in) -> None:
        client = sign_in("linan")
        session = passed_on.sessions.get(number=2)
        one = passed_on.follow_ups.get(step="week")
        tails = (
            *("consents/", "consents/withdrawal/", "sessions/", "ending/"),
            *("scales/phq9/", f"sessions/{session.uid}/", f"follow-ups/{one.uid}/"),
        )
        for tail in tails:
            assert client.post(address(passed_on, tail), {}).status_code == 404, tail
        # Neither does the program tell them when somebody is to be asked again.
        assert "一周" not in written(client.get("/counselling/"))

    def test_over_the_api_there_is_nothing_for_them(self, scene, passed_on) -> None:
        far = timedelta(days=30)
        api = Api(give_token(linan(scene), scene.at, expires=far))

        assert api.get(f"/cases/{passed_on.case.number}/support").status in {403, 404}


class TestCare:
    def test_from_the_question_to_the_referral(self, scene, case, sign_in) -> None:
        party = victim(scene, case)
        counsellor = registered(scene)
        client = sign_in("lifang")
        where = f"/cases/{case.number}/counselling/"
        assert "还没有问" in written(client.get(where))

        said = {
            "request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d41",
            "way": "in_person",
            "answer": "accepted",
        }
        assert client.post(f"{where}people/{party.uid}/offer/", said).status_code == 302
        care = Care.objects.get()
        page = client.get(f"{where}{care.uid}/referral/")
        assert "林安" in written(page)
        assert "12356" in written(page)
        done = client.post(f"{where}{care.uid}/referral/", {"to": counsellor.uid})
        assert done.status_code == 302
        page = written(client.get(where))
        assert "已转介" in page
        assert "林安" not in page

    @pytest.mark.parametrize("username", ["wangjianguo", "xuqing", "chenlu", "linan"])
    def test_who_does_not_offer_sees_no_status(
        self, scene, case, sign_in, username
    ) -> None:
        page = sign_in(username).get(f"/cases/{case.number}/counselling/")

        assert page.status_code == 404

    def test_of_a_number_outside_who_offers_asks_again(
        self, scene, case, sign_in
    ) -> None:
        care = referred(scene, case, hotline="12356")
        client = sign_in("lifang")
        where = f"/cases/{case.number}/counselling/"
        first = care.follow_ups.get(step="first")
        done = client.post(
            f"{where}{care.uid}/follow-ups/{first.uid}/", {"result": "reached"}
        )
        assert done.status_code == 302
        assert "已随访" in written(client.get(where))
        assert (
            client.post(f"{where}{care.uid}/ending/", {"ending": "done"}).status_code
            == 302
        )

    def test_agreed_talked_followed_and_ended(self, scene, case, sign_in) -> None:
        keyed(scene)
        care = referred(scene, case)
        client = sign_in("linan")
        said = {"use": "talk", "way": "paper", "guardian": ""}
        assert client.post(address(care, "consents/"), said).status_code == 302
        planned = {"planned_at": "2026-11-24T10:00"}
        assert client.post(address(care, "sessions/"), planned).status_code == 302
        session = care.sessions.get()
        client.post(address(care, f"sessions/{session.uid}/"), {"state": "held"})
        first = care.follow_ups.get(step="first")
        client.post(address(care, f"follow-ups/{first.uid}/"), {"result": "reached"})
        client.post(address(care, "consents/withdrawal/"), {"use": "talk"})
        client.post(address(care, "ending/"), {"ending": "wish"})

        session.refresh_from_db()
        care.refresh_from_db()
        assert (session.state, care.state) == ("held", "closed")
        assert not care.consents.filter(withdrawn_at=None).exists()
        assert client.get("/counselling/").status_code == 200

    def test_a_scale_is_shown_only_to_who_has_the_key(
        self, scene, care, sign_in
    ) -> None:
        client = sign_in("linan")
        said = {f"item_{number}": "1" for number in range(1, 10)}
        once = {"request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d42"}
        assert client.get(address(care, "scales/phq9/")).status_code == 200
        done = client.post(address(care, "scales/phq9/"), {**said, **once})
        assert done.status_code == 302
        assert "合计" not in written(client.get(address(care)))
        unlock(client)
        page = written(client.get(address(care)))
        assert "9 分" in re.sub(r"\s+", " ", page)
        assert UrgentCall.objects.count() == 1  # of the ninth item
        assert client.get(address(care, "scales/mmpi/")).status_code == 404

    @pytest.mark.parametrize(
        ("tail", "said"),
        [
            ("", {"text": "", "is_risk": "on"}),
            ("", {"text": "x" * 10_001, "is_risk": "on"}),
            ("scales/phq9/", {"item_9": "1"}),
            ("scales/gad7/", {"item_1": "0", "is_risk": "on"}),
        ],
    )
    def test_a_risk_calls_a_human_whatever_else_is_wrong(
        self, scene, care, sign_in, tail, said
    ) -> None:
        client = sign_in("linan")
        once = {"request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d43"}
        for _twice in range(2):
            page = client.post(address(care, tail), {**said, **once})
            assert page.status_code == 422
            assert "已请管理人员立即来电" in written(page)
            call = UrgentCall.objects.get()
            support.answer_call(call=call, by=scene.manager, at=scene.at)

        assert not SealedNote.objects.exists()
        assert Message.objects.filter(kind="counselling.call").count() == 1

    def test_a_correction_calls_too_when_the_key_has_closed(
        self, scene, care, sign_in
    ) -> None:
        note = noted(scene, care)
        said = {"text": "", "is_risk": "on"}
        page = sign_in("linan").post(address(care, f"notes/{note.uid}/"), said)

        assert "/opening/" in page["Location"]
        assert UrgentCall.objects.count() == 1

    def test_another_form_after_the_answer_calls_anew(
        self, scene, care, sign_in
    ) -> None:
        client = sign_in("linan")
        for digit in "12":
            once = f"6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d5{digit}"
            said = {"request_id": once, "text": SECRET, "is_risk": "on"}
            assert client.post(address(care), said).status_code == 302
            call = UrgentCall.objects.latest("pk")
            support.answer_call(call=call, by=scene.manager, at=scene.at)

        assert UrgentCall.objects.count() == 2

    def test_the_one_who_is_told_to_call_sees_whom_and_no_more(
        self, scene, care, case, sign_in
    ) -> None:
        client = sign_in("linan")
        assert client.post(address(care, "call/")).status_code == 302
        call = UrgentCall.objects.get()
        manager = sign_in("hetao")
        where = f"/counselling/calls/{call.uid}/"
        page = written(manager.get(where))
        assert "请立即给林安打电话" in page
        assert case.number not in page
        assert manager.post(where).status_code == 302
        assert "已通话" in written(manager.get(where))
        for username in ("admin", "lifang", "wangjianguo"):
            assert sign_in(username).get(where).status_code == 404


class TestWhoIsAParty:
    """They arrange nobody's support in their own matter, and see none of it."""

    @pytest.fixture(params=["here", "in a joined case"])
    def care_of_other(self, request, scene, case, other) -> Care:
        where = case if request.param == "here" else other
        cases.add_party(
            case=where,
            roles=["aggressor"],
            user=scene.person("lifang"),
            by=scene.officer,
            at=scene.at,
        )
        care = offered(scene, case, by=scene.officer)
        if where is other:
            cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        return care

    def test_not_by_page(self, case, care_of_other, sign_in) -> None:
        client = sign_in("lifang")
        where = f"/cases/{case.number}/counselling/"
        party = care_of_other.party

        assert client.get(where).status_code == 404
        for tail in (f"people/{party.uid}/offer/", f"{care_of_other.uid}/referral/"):
            assert client.post(f"{where}{tail}", {}).status_code == 404, tail

    def test_not_over_the_api(self, scene, case, care_of_other) -> None:
        far = timedelta(days=30)
        api = Api(give_token(scene.person("lifang"), scene.at, expires=far))
        said = {"way": "phone", "answer": "declined", "request_id": str(uuid4())}

        assert api.get(f"/cases/{case.number}/support").status == 403
        uid = care_of_other.party.uid
        assert api.post(f"/parties/{uid}/support", said).status == 403

    def test_not_by_service(self, scene, case, care_of_other) -> None:
        with pytest.raises(NotAllowed, match="另一位同事"):
            support.refer(
                care=care_of_other,
                counsellor=registered(scene),
                by=scene.person("lifang"),
                at=scene.at,
            )
        with pytest.raises(NotAllowed, match="另一位同事"):
            offered(scene, case, victim(scene, case, "白露"))


class TestClocks:
    """That one runs would say that somebody accepted, or worse."""

    @pytest.fixture
    def running(self, scene, care: Care) -> Care:
        support.raise_call(care=care, by=linan(scene), at=scene.at)
        cases.start_contact_clock(case=care.case, at=scene.at)
        return care

    @pytest.mark.parametrize("username", ["wangjianguo", "lifang", "hetao"])
    def test_not_in_the_api_of_the_room(self, scene, running, username) -> None:
        far = timedelta(days=30)
        api = Api(give_token(scene.person(username), scene.at, expires=far))
        room = api.get(f"/cases/{running.case.number}/incident").body

        keys = {clock["key"] for clock in room["clocks"]}
        assert "case.victim_contact" in keys
        assert not any(key.startswith("support.") for key in keys)

    def test_missed_it_has_no_name_on_the_timeline(
        self, scene, running, sign_in
    ) -> None:
        with time_machine.travel(scene.at + timedelta(days=4), tick=False):
            worker.run_due(at=scene.at + timedelta(days=4))
            page = written(sign_in("wangjianguo").get(f"/cases/{running.case.number}/"))

        assert "超时：一项约定的时限" in page
        assert "随访" not in page
        assert "确认已经联系" not in page

    def test_on_no_card_of_the_desk(self, scene, running) -> None:
        Deadline.objects.exclude(key__startswith="support.").update(met_at=scene.at)
        Incident.objects.update(controlled_at=scene.at)
        (card,) = open_incidents(scene.manager)

        assert card.clock is None


class TestPaper:
    def test_who_holds_a_sheet_finds_it(self, scene, case, sign_in) -> None:
        lost = keyed(scene)
        noted(scene, agreed(scene, case))
        keyed(scene, passphrase="新的一句话，更长也更好记")
        client = sign_in("hetao")
        assert "第 1 把" in re.sub(
            r"\s+", " ", written(client.get("/counselling/recovery/"))
        )
        where = f"/counselling/recovery/{lost.key.uid}/"
        assert client.get(where).status_code == 200
        done = client.post(where, {"to": linan(scene).pk, **lost.typed})
        assert done.status_code == 302
        assert SealedNote.objects.filter(origin__isnull=False).count() == 1
        for username in ("admin", "zhoumin", "linan"):
            assert sign_in(username).get(where).status_code == 404

    def test_who_knows_the_passphrase_needs_none(self, scene, case, sign_in) -> None:
        lost = keyed(scene)
        noted(scene, agreed(scene, case))
        keyed(scene, passphrase="新的一句话，更长也更好记")
        client = sign_in("linan")
        where = f"/counselling/key/{lost.key.uid}/notes/"
        assert where in written(client.get("/counselling/key/"))
        assert client.get(where).status_code == 200

        wrong = client.post(where, {"passphrase": "新的一句话，更长也更好记"})
        assert wrong.status_code == 422
        done = client.post(where, {"passphrase": PASSPHRASE})

        assert done.status_code == 302
        assert SealedNote.objects.filter(origin__isnull=False).count() == 1
        assert where not in written(client.get("/counselling/key/"))
        for username in ("linan", "admin", "hetao"):
            assert sign_in(username).get(where).status_code == 404


class TestRegister:
    def test_entered_and_ended(self, scene, sign_in) -> None:
        client = sign_in("admin")
        said = {"name": "李心", "hours": "周二、周四", "telephone": "19900000066"}
        assert client.get("/counselling/register/?new").status_code == 200
        assert client.post("/counselling/register/", said).status_code == 302
        page = client.get("/counselling/register/")
        assert "李心" in written(page)
        found = re.search(r"register/([0-9a-f-]{36})/ending", written(page))
        assert found
        client.post(f"/counselling/register/{found[1]}/ending/")
        assert "李心" not in written(client.get("/counselling/register/"))

    def test_a_manager_looks_and_changes_nothing(self, scene, sign_in) -> None:
        client = sign_in("hetao")
        assert client.get("/counselling/register/").status_code == 200
        assert client.post("/counselling/register/", {}).status_code == 403
        assert sign_in("lifang").get("/counselling/register/").status_code == 403


def test_the_navigation_of_a_counsellor_and_of_nobody_else(scene, sign_in) -> None:
    assert "/counselling/" in written(sign_in("linan").get("/tasks/"))
    assert 'href="/counselling/"' not in written(sign_in("hetao").get("/tasks/"))


def test_offered_is_in_no_panel_of_who_does_not_offer(scene, case, sign_in) -> None:
    offered(scene, case)
    where = f"/cases/{case.number}/handling/panel/"

    assert "/counselling/" in written(sign_in("zhoumin").get(where))
    assert "/counselling/" not in written(sign_in("wangjianguo").get(where))
