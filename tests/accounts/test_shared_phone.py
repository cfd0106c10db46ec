"""The guards' shared phone, from the office's code to the next shift's confirmation."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.accounts import services
from anlan.accounts.models import Handover, Pin, SharedPhone
from anlan.accounts.services.pins import LOCKED_FOR, TRIES_OF_PERSON, TRIES_ON_PHONE
from anlan.accounts.signed_in import PHONE_COOKIE, acting_user_of
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from anlan.cases.models import Task
from anlan.incidents.models import Report
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify

OPENED = ("/m/", "/static/")
BY_SCRIPT = {"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty"}
PIN, OTHER_PIN, WRONG = "481526", "935207", "170964"


def kinds(site) -> list[str]:
    return list(
        Entry.objects.filter(site_id=site.pk, kind__startswith="accounts.")
        .order_by("seq")
        .values_list("kind", flat=True)
    )


@pytest.fixture
def phone(scene) -> SharedPhone:
    made, code = services.add_shared_phone(
        site=scene.site, name="保安室 1", by=scene.manager, at=scene.at
    )
    enrolled, _token = services.enrol_phone(code=code, at=scene.at)
    assert enrolled.pk == made.pk
    services.set_pin(user=scene.guard, pin=PIN, by=scene.guard, at=scene.at)
    services.set_pin(
        user=scene.next_guard, pin=OTHER_PIN, by=scene.next_guard, at=scene.at
    )
    return enrolled


def attempt(phone, user, pin, at) -> type[Exception] | None:
    try:
        services.open_phone(phone=phone, user=user, pin=pin, at=at)
    except DomainError as error:
        return type(error)
    return None


class TestEnrolment:
    def test_a_code_works_once(self, scene):
        _phone, code = services.add_shared_phone(
            site=scene.site, name="保安室", by=scene.manager, at=scene.at
        )
        services.enrol_phone(code=code.lower().replace("-", " "), at=scene.at)

        with pytest.raises(NotFound):
            services.enrol_phone(code=code, at=scene.at)

    def test_a_code_runs_out(self, scene):
        _phone, code = services.add_shared_phone(
            site=scene.site, name="保安室", by=scene.manager, at=scene.at
        )

        with pytest.raises(NotFound):
            services.enrol_phone(code=code, at=scene.at + timedelta(minutes=30))

    def test_neither_code_nor_token_nor_pin_is_kept(self, scene, phone):
        _phone, code = services.add_shared_phone(
            site=scene.site, name="备用", by=scene.manager, at=scene.at
        )
        row = SharedPhone.objects.filter(name="备用").values().get()

        assert bytes(row["code_digest"] or b"").hex() not in code
        assert code not in str(row)
        assert PIN not in Pin.objects.get(user=scene.guard).secret

    def test_a_phone_is_revoked_once(self, scene, phone):
        seen_by_another = SharedPhone.objects.get(pk=phone.pk)
        for one in (phone, seen_by_another):
            services.revoke_shared_phone(phone=one, by=scene.manager, at=scene.at)
        revoked = Entry.objects.filter(kind="accounts.shared_phone_revoked")
        assert revoked.count() == 1

    def test_a_revoked_phone_opens_for_nobody(self, scene, phone):
        services.revoke_shared_phone(phone=phone, by=scene.manager, at=scene.at)

        assert (
            attempt(SharedPhone.objects.get(), scene.guard, PIN, scene.at) is NotAllowed
        )


class TestPin:
    @pytest.mark.parametrize(
        "pin", ["12345", "abcdef", "111111", "123456", "987654", "121212", ""]
    )
    def test_what_everybody_tries_first_is_refused(self, scene, pin):
        with pytest.raises(InvalidInput):
            services.set_pin(user=scene.guard, pin=pin, by=scene.guard, at=scene.at)

    def test_nobody_sets_the_pin_of_another(self, scene):
        with pytest.raises(NotAllowed):
            services.set_pin(user=scene.guard, pin=PIN, by=scene.manager, at=scene.at)

    def test_the_right_one_opens_and_says_who_holds_it(self, scene, phone):
        assert attempt(phone, scene.guard, PIN, scene.at) is None
        phone.refresh_from_db()
        assert phone.holder == scene.guard
        assert kinds(scene.site)[-1] == "accounts.shared_phone_opened"

    def test_a_person_of_another_site_does_not_open_it(self, scene, phone):
        services.set_pin(user=scene.stranger, pin=PIN, by=scene.stranger, at=scene.at)

        assert attempt(phone, scene.stranger, PIN, scene.at) is NotAllowed

    @pytest.mark.both
    def test_five_wrong_ones_lock_the_person_and_are_on_the_record(self, scene, phone):
        for _try in range(TRIES_OF_PERSON - 1):
            assert attempt(phone, scene.guard, WRONG, scene.at) is NotAllowed
        assert attempt(phone, scene.guard, WRONG, scene.at) is Conflict
        assert attempt(phone, scene.guard, PIN, scene.at) is Conflict
        with pytest.raises(Conflict, match="您的 PIN 已锁定"):
            services.open_phone(phone=phone, user=scene.guard, pin=PIN, at=scene.at)
        assert attempt(phone, scene.next_guard, OTHER_PIN, scene.at) is None
        found = kinds(scene.site)
        assert found.count("accounts.pin_refused") == TRIES_OF_PERSON - 1
        assert found.count("accounts.pin_locked") == 1

        just_before = scene.at + LOCKED_FOR - timedelta(seconds=1)
        assert attempt(phone, scene.guard, PIN, just_before) is Conflict
        assert attempt(phone, scene.guard, PIN, scene.at + LOCKED_FOR) is None

    def test_wrong_ones_for_many_people_lock_the_phone(self, scene, phone):
        people = [
            scene.guard,
            scene.next_guard,
            scene.person("sunlei"),
            scene.person("zhoumin"),
        ]
        for user in people[2:]:
            services.set_pin(user=user, pin=PIN, by=user, at=scene.at)
        tries = 0
        for user in people:
            for _try in range(TRIES_OF_PERSON - 1):
                attempt(phone, user, WRONG, scene.at)
                tries += 1
                if tries == TRIES_ON_PHONE:
                    break
        assert attempt(phone, scene.person("sunlei"), PIN, scene.at) is Conflict
        with pytest.raises(Conflict, match="这部手机已锁定"):
            services.open_phone(
                phone=phone, user=scene.person("sunlei"), pin=PIN, at=scene.at
            )

    def test_a_right_one_forgets_the_wrong_ones(self, scene, phone):
        for _try in range(3):
            for _wrong in range(TRIES_OF_PERSON - 1):
                assert attempt(phone, scene.guard, WRONG, scene.at) is NotAllowed
            assert attempt(phone, scene.guard, PIN, scene.at) is None


class TestHelpByWhoCommands:
    """At night there is a duty officer, and nobody who manages people."""

    def locked(self, scene, phone):
        for _try in range(TRIES_OF_PERSON):
            attempt(phone, scene.guard, WRONG, scene.at)
        assert attempt(phone, scene.guard, PIN, scene.at) is Conflict

    def test_a_lock_is_lifted_and_on_the_record(self, scene, phone):
        self.locked(scene, phone)
        said = {"user": scene.guard, "site": scene.site, "at": scene.at}

        for _twice in range(2):
            services.unlock_pin(**said, by=scene.officer)

        assert attempt(phone, scene.guard, PIN, scene.at) is None
        assert kinds(scene.site).count("accounts.pin_unlocked") == 1
        assert not verify().problems

    def test_one_phone_is_unlocked_and_no_other(self, scene, phone):
        other, _code = services.add_shared_phone(
            site=scene.site, name="备用", post=None, by=scene.manager, at=scene.at
        )
        until = scene.at + timedelta(minutes=15)
        SharedPhone.objects.update(locked_until=until)

        services.unlock_pin(
            user=scene.guard, site=scene.site, by=scene.officer, at=scene.at
        )
        assert attempt(phone, scene.guard, PIN, scene.at) is Conflict
        with pytest.raises(NotAllowed):
            services.unlock_phone(phone=phone, by=scene.guard, at=scene.at)
        for _twice in range(2):
            services.unlock_phone(phone=phone, by=scene.officer, at=scene.at)

        assert attempt(phone, scene.guard, PIN, scene.at) is None
        other.refresh_from_db()
        assert other.locked_until == until
        assert kinds(scene.site).count("accounts.shared_phone_unlocked") == 1

    def test_a_locked_phone_is_unlocked_by_the_page(self, scene, phone, client):
        client.force_login(scene.officer)
        with time_machine.travel(scene.at):
            SharedPhone.objects.update(locked_until=scene.at + timedelta(minutes=15))
            address = f"/admin/sites/{scene.site.code}/pins/"
            unlocking = f"{address}phones/{phone.uid}/unlock/"
            page = client.get(address).content.decode()
            assert page.index(unlocking) < page.index(scene.guard.name)

            client.post(unlocking)

            assert unlocking not in client.get(address).content.decode()

    def test_a_pin_that_others_know_is_cleared(self, scene, phone):
        attempt(phone, scene.guard, PIN, scene.at)

        services.clear_pin(
            user=scene.guard, site=scene.site, by=scene.officer, at=scene.at
        )

        phone.refresh_from_db()
        assert phone.holder is None
        assert attempt(phone, scene.guard, PIN, scene.at) is NotAllowed
        assert kinds(scene.site)[-1] == "accounts.pin_cleared"

    @pytest.mark.parametrize("username", ["zhoumin", "admin"])
    def test_never_of_who_has_as_much_or_more(self, scene, username):
        for change in (services.unlock_pin, services.clear_pin):
            with pytest.raises(NotAllowed):
                change(
                    user=scene.person(username),
                    site=scene.site,
                    by=scene.officer,
                    at=scene.at,
                )

    def test_by_the_page(self, scene, phone, client):
        self.locked(scene, phone)
        client.force_login(scene.officer)
        with time_machine.travel(scene.at):
            address = f"/admin/sites/{scene.site.code}/pins/"
            page = client.get(address).content.decode()
            assert "锁定至" in page
            assert scene.manager.name not in page
            client.post(f"{address}{scene.guard.uid}/unlock/")
            client.post(f"{address}{scene.guard.uid}/clear/")

        assert not Pin.objects.filter(user=scene.guard).exists()
        client.force_login(scene.guard)
        assert client.get(address).status_code in {403, 404}

    def test_the_page_reads_the_roles_of_all_at_once(self, scene, client):
        client.force_login(scene.officer)
        with time_machine.travel(scene.at), CaptureQueriesContext(connection) as asked:
            client.get(f"/admin/sites/{scene.site.code}/pins/")

        roles = [
            one
            for one in asked
            if one["sql"].startswith('SELECT "accounts_membership"')
        ]
        assert len(roles) <= 2  # of who asks, and of everybody there


class TestHandover:
    def give(self, scene, phone, note="电梯坏了，已报修"):
        return services.give_handover(
            phone=phone,
            note=note,
            open_incidents=1,
            open_tasks=2,
            unacknowledged=0,
            by=scene.guard,
            at=scene.at,
        )

    @pytest.mark.both
    def test_both_confirm_and_both_are_on_the_record(self, scene, phone):
        attempt(phone, scene.guard, PIN, scene.at)
        given = self.give(scene, phone)
        attempt(phone, scene.next_guard, OTHER_PIN, scene.at)
        services.take_handover(handover=given, by=scene.next_guard, at=scene.at)
        services.take_handover(handover=given, by=scene.next_guard, at=scene.at)

        given.refresh_from_db()
        assert (given.giver, given.taker) == (scene.guard, scene.next_guard)
        assert kinds(scene.site)[-3:] == [
            "accounts.handover_given",
            "accounts.shared_phone_opened",
            "accounts.handover_taken",
        ]
        assert not verify().problems

    def test_the_note_is_covered_by_the_record(self, scene, phone):
        attempt(phone, scene.guard, PIN, scene.at)
        given = self.give(scene, phone)
        Handover.objects.filter(pk=given.pk).update(note="没有什么")

        assert any("Handover" in str(wrong) for wrong in verify().problems)

    def test_who_gave_takes_it_back(self, scene, phone):
        attempt(phone, scene.guard, PIN, scene.at)
        given = self.give(scene, phone)
        attempt(phone, scene.guard, PIN, scene.at)
        services.take_handover(handover=given, by=scene.guard, at=scene.at)

        assert kinds(scene.site)[-1] == "accounts.handover_withdrawn"

    def test_only_who_holds_the_phone_gives_and_takes(self, scene, phone):
        with pytest.raises(NotAllowed):
            self.give(scene, phone)
        attempt(phone, scene.guard, PIN, scene.at)
        given = self.give(scene, phone)
        with pytest.raises(NotAllowed):
            services.take_handover(handover=given, by=scene.next_guard, at=scene.at)


class TestPages:
    """The real pages, in the browser of the phone."""

    @pytest.fixture
    def clock(self, scene):
        with time_machine.travel(scene.at, tick=False) as traveller:
            yield traveller

    @pytest.fixture
    def browser(self, scene, phone, client, clock):
        code = services.renew_enrolment(phone=phone, by=scene.manager, at=scene.at)
        response = client.post("/m/shared/enrolment/", {"code": code})
        assert response.status_code == 302
        cookie = response.cookies["anlan_phone"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        return client

    def open(self, browser, user, pin=PIN):
        return browser.post(f"/m/shared/people/{user.uid}/", {"pin": pin})

    def test_a_browser_without_the_cookie_is_not_the_phone(self, scene, client):
        assert client.get("/m/shared/").status_code == 404

    def test_that_nobody_holds_it_leads_to_who_may_open_it(self, scene, browser):
        for address in ("/m/", "/m/report/", "/m/tasks/"):
            assert browser.get(address)["Location"] == "/m/shared/"

        assert Client().get("/m/")["Location"].startswith("/accounts/login")
        assert browser.get("/m/sw.js").status_code == 200
        script = {"Sec-Fetch-Mode": "cors"}
        assert "/m/shared/" not in browser.get("/m/", headers=script)["Location"]

    def test_the_locked_phone_shows_who_is_on_duty_first(self, scene, browser):
        page = browser.get("/m/shared/").content.decode()

        assert page.index("王建国") < page.index("马亮")
        assert "tel:110" in page
        assert "<c-" not in page

    def test_a_pin_opens_the_guards_pages_and_no_others(self, scene, browser):
        assert self.open(browser, scene.guard)["Location"] == "/m/"
        assert browser.get("/m/").status_code == 200
        assert browser.get("/admin/people/")["Location"] == "/m/"
        assert browser.get("/")["Location"] == "/m/"

    def test_its_pages_offer_nothing_that_the_pin_does_not_open(self, scene, browser):
        number = scene.incident().case.number
        task = Task.objects.filter(role_key="guard").earliest("pk")
        addresses = [f"/m/cases/{number}/", f"/m/tasks/{task.uid}/", "/m/me/"]
        self.open(browser, scene.guard)

        for address in addresses:
            page = browser.get(address).content.decode()
            links = set(re.findall(r'href="(/[^"]*)"', page))
            assert not [one for one in links if not one.startswith(OPENED)]
        assert "请用自己的手机或电脑登录" in browser.get(addresses[0]).content.decode()

        own = Client()
        own.force_login(scene.guard)
        page = own.get(addresses[0]).content.decode()
        assert f"/cases/{number}/evidence/statements/" in page
        assert "请用自己的手机或电脑登录" not in page

    def test_a_password_opens_the_page_of_the_pin_and_no_other(self, scene, browser):
        """It would lie open for hours under a name, with all that the password opens."""
        number = scene.incident().case.number
        guard = scene.guard
        guard.set_password("一个长一点的密码 7")
        guard.save()
        browser.force_login(guard)

        for address in ("/", "/m/", f"/m/cases/{number}/", f"/cases/{number}/"):
            assert browser.get(address)["Location"] == "/accounts/pin/"
        assert browser.get("/m/token/", headers=BY_SCRIPT).status_code == 401
        assert "这是公用手机" in browser.get("/accounts/pin/").content.decode()
        said = {"password": "一个长一点的密码 7", "pin": "604817"}
        answer = browser.post("/accounts/pin/", said)

        assert answer["Location"] == "/m/shared/"
        assert "_auth_user_id" not in browser.session
        assert self.open(browser, scene.guard, "604817")["Location"] == "/m/"

    def test_who_left_a_password_signed_in_is_signed_out(self, scene, browser):
        browser.force_login(scene.guard)

        assert browser.get("/m/shared/").status_code == 200
        assert "_auth_user_id" not in browser.session

    def test_nothing_is_uploaded_by_a_password(self, scene, browser):
        browser.force_login(scene.guard)
        key, phone = (
            browser.cookies[name].value for name in ("sessionid", PHONE_COOKIE)
        )

        assert acting_user_of(key, phone=phone, at=scene.at) is None
        assert acting_user_of(key, phone="", at=scene.at) == scene.guard

    def test_a_wrong_pin_says_how_many_are_left(self, scene, browser):
        response = self.open(browser, scene.guard, WRONG)

        assert response.status_code == 403
        assert "还可以试 4 次" in response.content.decode()
        assert browser.get("/m/")["Location"] == "/m/shared/"

    def test_it_locks_itself_when_nobody_touches_it(self, scene, browser, clock):
        self.open(browser, scene.guard)
        clock.shift(timedelta(minutes=4))
        assert browser.get("/m/").status_code == 200
        clock.shift(timedelta(minutes=4))
        assert browser.get("/m/token/").status_code == 200
        clock.shift(timedelta(minutes=2))
        assert browser.get("/m/")["Location"] == "/m/shared/"
        assert "_auth_user_id" not in browser.session

    def test_what_scripts_ask_for_does_not_keep_it_open(self, scene, browser, clock):
        self.open(browser, scene.guard)
        clock.shift(timedelta(minutes=4))
        assert browser.get("/m/", headers=BY_SCRIPT).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert browser.get("/m/")["Location"] == "/m/shared/"

    def test_touches_without_a_request_keep_it_open(self, scene, browser, clock):
        self.open(browser, scene.guard)
        for _minute in range(6):
            clock.shift(timedelta(minutes=1))
            told = browser.post("/m/shared/touch/", headers=BY_SCRIPT)
            assert told.status_code == 204

        given = browser.post(
            "/m/shared/handover/", {"act": "give", "note": "写了六分钟"}
        )

        assert given["Location"] == "/m/shared/"
        assert Handover.objects.get().note == "写了六分钟"

    def test_locked_it_still_sends_what_was_written_and_shows_nothing(
        self, scene, browser, clock
    ):
        self.open(browser, scene.guard)
        clock.shift(timedelta(minutes=20))
        words = {"request_id": str(uuid4()), "place": scene.garage.code}
        as_outbox = {**BY_SCRIPT, "Accept": "application/json"}

        told = browser.get("/m/token/", headers=BY_SCRIPT)
        sent = browser.post("/m/report/", words, headers=as_outbox)

        assert told.json()["user"] == str(scene.guard.uid)
        assert sent.status_code == 201
        assert Report.objects.get().reporter == scene.guard
        for address in ("/m/", "/m/tasks/", sent.json()["url"]):
            assert browser.get(address, headers=BY_SCRIPT).status_code == 401
        assert browser.post("/m/shared/touch/", headers=BY_SCRIPT).status_code == 401
        assert browser.get("/m/")["Location"] == "/m/shared/"
        assert browser.get("/m/token/").status_code == 302

    def test_locked_it_sends_the_call_that_was_made(self, scene, browser, clock):
        incident = scene.incident()
        self.open(browser, scene.guard)
        clock.shift(timedelta(minutes=20))
        call = f"/m/cases/{incident.case.number}/call/110/"
        as_outbox = {**BY_SCRIPT, "Accept": "application/json"}

        sent = browser.post(call, {"outcome": "connected"}, headers=as_outbox)

        assert sent.status_code == 201
        assert incident.calls.get().called_by == scene.guard

    def test_locked_it_takes_no_form(self, scene, browser, clock):
        self.open(browser, scene.guard)
        clock.shift(timedelta(minutes=20))

        words = {"request_id": str(uuid4()), "place": scene.garage.code}
        assert browser.post("/m/report/", words)["Location"] == "/m/shared/"
        assert not Report.objects.exists()

    def test_put_down_it_sends_nothing(self, scene, browser):
        self.open(browser, scene.guard)
        browser.post("/m/shared/lock/")

        assert browser.get("/m/token/").status_code == 302

    def test_it_locks_when_the_office_takes_it_out_of_use(self, scene, browser, phone):
        self.open(browser, scene.guard)
        phone.refresh_from_db()
        services.revoke_shared_phone(phone=phone, by=scene.manager, at=scene.at)

        assert browser.get("/m/")["Location"] == "/m/shared/"
        assert browser.get("/m/shared/").status_code == 404

    def test_a_whole_change_of_shift(self, scene, browser, phone):
        scene.incident()
        self.open(browser, scene.guard)
        page = browser.get("/m/shared/handover/").content.decode()
        assert "未接警" in page
        assert "<c-" not in page
        given = browser.post(
            "/m/shared/handover/", {"act": "give", "note": "南门道闸坏了"}
        )
        assert given["Location"] == "/m/shared/"
        assert "已交班" in browser.get("/m/shared/").content.decode()

        taken = self.open(browser, scene.next_guard, OTHER_PIN)
        assert taken["Location"] == "/m/shared/handover/"
        assert "南门道闸坏了" in browser.get(taken["Location"]).content.decode()
        waiting = Handover.objects.get()
        for _twice in range(2):  # the second tap hands nothing over again
            taken = browser.post(
                "/m/shared/handover/", {"act": "take", "handover": waiting.uid}
            )
            assert taken["Location"] == "/m/"
            assert "已接班" in browser.get("/m/").content.decode()

        handover = Handover.objects.get()
        assert handover.taker == scene.next_guard
        assert handover.open_incidents == 1
        assert handover.unacknowledged >= 1

    def test_guessing_enrolment_codes_is_counted(self, scene, client, clock):
        answers = [
            client.post("/m/shared/enrolment/", {"code": f"WRONG{n}"}).status_code
            for n in range(13)
        ]

        assert answers[0] == 404
        assert answers[-1] == 429


def test_only_who_manages_devices_adds_a_phone(scene):
    for username in ("wangjianguo", "sunlei", "zhoumin", "chenwen"):
        user = scene.person(username)
        with pytest.raises(NotAllowed):
            services.add_shared_phone(site=scene.site, name="x", by=user, at=scene.at)
    assert not SharedPhone.objects.exists()
