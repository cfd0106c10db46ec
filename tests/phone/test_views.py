"""The guard's phone: three taps, no network, twice the same, nothing of other sites."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from anlan import phone as phone_app
from anlan.accounts import services as accounts
from anlan.accounts.models import Place, User
from anlan.base import vault
from anlan.cases import services as cases
from anlan.cases.enums import Phase
from anlan.cases.selectors import my_tasks
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    AssignmentState,
    Discarded,
    EmergencyService,
    HappenedSource,
)
from anlan.incidents.models import Assignment, Attachment, Incident, Report
from anlan.incidents.script import scripts_of, words_to_say
from anlan.law.selectors import guardrail
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from tests.incidents.story import entries
from tests.pictures import JPEG
from tests.scene import Scene

ID = "6f2d3c1e-0000-4000-8000-000000000001"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


NOW = timezone.now()
WORKED = {"result": "worked"}
OUTBOX = {"Accept": "application/json"}
STAMPS: dict[str, dict[str, object]] = {
    "stood_down": {"ended_at": NOW},
    "expired": {"ended_at": NOW},
    "acknowledged": {"acknowledged_at": NOW},
    "arrived": {"acknowledged_at": NOW, "arrived_at": NOW},
}


@pytest.fixture(autouse=True)
def _data_folder_and_clock(settings: Settings, tmp_path, at) -> Iterator[None]:
    """Views read the clock: let it stand at the afternoon of the scene, and tick."""
    settings.DATA = tmp_path
    with time_machine.travel(at):
        yield


@pytest.fixture
def phone(scene: Scene, client: Client) -> Client:
    """The phone in the hand of 王建国."""
    client.force_login(scene.guard)
    return client


@pytest.fixture
def stranger(scene: Scene) -> Client:
    other = Client()
    other.force_login(scene.stranger)
    return other


def said(scene: Scene, **more: object) -> dict[str, object]:
    return {
        "request_id": ID,
        "place": scene.garage.code,
        "flags": ["ongoing", "weapon"],
        "people_count": 2,
        "words": "两个人在打",
        **more,
    }


def post_as_outbox(phone: Client, data: dict[str, object]):
    return phone.post("/m/report/", data, headers={"Accept": "application/json"})


def test_what_the_service_worker_fetched_nobody_has_read(scene, phone) -> None:
    scene.incident()
    unseen = Delivery.objects.filter(user=scene.guard, kind="inapp", seen_at=None)

    phone.get("/m/", headers={"sec-fetch-dest": "empty"})
    assert unseen.exists()

    phone.get("/m/", headers={"sec-fetch-dest": "document"})
    assert not unseen.exists()


class TestReporting:
    def test_sent(self, scene, phone) -> None:
        answer = phone.post("/m/report/", said(scene))

        report = Report.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == f"/m/reports/{report.uid}/"
        assert (report.reporter, report.place, report.words) == (
            scene.guard,
            scene.garage,
            "两个人在打",
        )
        assert report.happened_source == HappenedSource.SERVER
        page = phone.get(answer["Location"])
        assert report.incident.case.number in page.content.decode()

    def test_from_the_outbox(self, scene, phone) -> None:
        answer = post_as_outbox(phone, said(scene))

        assert answer.status_code == 201
        body = answer.json()
        assert body["request_id"] == ID
        assert body["number"] == Incident.objects.get().case.number

    def test_twice_is_once(self, scene, phone) -> None:
        first = post_as_outbox(phone, said(scene)).json()
        again = post_as_outbox(phone, said(scene, age=40))

        assert again.status_code == 201
        assert again.json() == first
        assert Report.objects.count() == 1

    def test_whoever_commands_sends_what_another_left(self, scene, client) -> None:
        data = said(scene, on_behalf_of=str(scene.guard.uid), age=600)
        client.force_login(scene.next_guard)
        assert post_as_outbox(client, data).status_code == 403
        assert not Report.objects.exists()
        User.objects.filter(pk=scene.guard.pk).update(is_active=False)
        client.force_login(scene.officer)

        for _twice in range(2):
            assert post_as_outbox(client, data).status_code == 201

        report = Report.objects.get()
        assert report.reporter == scene.guard
        (entry,) = entries(report.incident.case, "incident.reported")
        assert entry.actor == scene.officer.actor_key
        assert json.loads(bytes(entry.body))["for"] == scene.guard.actor_key
        assert (entry.recorded_at - entry.happened_at).total_seconds() == 600

    def test_same_request_with_other_content_is_refused(self, scene, phone) -> None:
        post_as_outbox(phone, said(scene))

        answer = post_as_outbox(phone, said(scene, words="另一件事"))

        assert answer.status_code == 409
        assert Report.objects.count() == 1

    def test_written_without_a_network(self, scene, phone) -> None:
        before = timezone.now()

        post_as_outbox(phone, said(scene, age=2400))

        report = Report.objects.get()
        assert report.happened_source == HappenedSource.PHONE
        assert abs(report.happened_at - (before - timedelta(seconds=2400))) < timedelta(
            seconds=30
        )
        assert report.received_at >= before  # the ladder starts on arrival
        assert Assignment.objects.get().alerted_at == report.received_at

    @pytest.mark.parametrize("age", [-1, 8 * 24 * 3600, 57 * 365 * 24 * 3600])
    def test_clock_that_was_set_meanwhile_holds_no_alarm_back(
        self, scene, phone, age
    ) -> None:
        assert post_as_outbox(phone, said(scene, age=age)).status_code == 201

        report = Report.objects.get()
        assert report.happened_source == HappenedSource.SERVER
        assert report.happened_at == report.received_at

    def test_age_that_is_no_number(self, scene, phone) -> None:
        assert post_as_outbox(phone, said(scene, age="soon")).status_code == 422
        assert not Report.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("place", ""),
            ("place", "NOSUCHCODE"),
            ("flags", ["dragon"]),
            ("people_count", 0),
            ("people_count", 1000),
            ("words", "字" * 1001),
            ("request_id", "7"),
        ],
    )
    def test_wrong_fields_are_named_and_what_was_typed_is_kept(
        self, scene, phone, field, value
    ) -> None:
        data = said(scene) | {field: value}

        answer = post_as_outbox(phone, data)
        page = phone.post("/m/report/", data)

        assert answer.status_code == page.status_code == 422
        assert list(answer.json()["errors"]) == [field]
        if field != "words":
            assert "两个人在打" in page.content.decode()
        assert not Report.objects.exists()

    def test_what_was_chosen_stays_chosen_after_a_refusal(self, scene, phone) -> None:
        """A place that is folded away otherwise: the next press reports from it, too."""
        place = scene.place("6 号楼 1 层 大堂")
        phone.get("/m/", {"place": scene.garage.code})  # the poster scanned last
        data = said(scene, place=place.code, people_count=3, words="字" * 1001)

        page = phone.post("/m/report/", data).content.decode()

        checked = re.findall(
            r'<input\s+type="radio"\s+name="(\w+)"\s+value="(\w+)"\s+checked', page
        )
        assert checked == [("place", place.code), ("people_count", "3")]

    def test_place_that_is_none_chooses_no_other(self, scene, phone) -> None:
        page = phone.post("/m/report/", said(scene, place="NOSUCHCODE"))

        assert not re.search(
            r'name="place"\s+value="\w+"\s+checked', page.content.decode()
        )

    def test_place_of_another_site(self, scene, phone) -> None:
        foreign = scene.place("海棠中心 1 层 中庭")

        answer = post_as_outbox(phone, said(scene, place=foreign.code))

        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == ["place"]
        assert not Report.objects.exists()

    def test_scanned_place_is_remembered(self, scene, phone) -> None:
        page = phone.get("/m/", {"place": scene.garage.code}).content.decode()

        assert scene.garage.label in page

    def test_the_place_of_long_ago_is_offered_and_not_chosen(
        self, scene, phone
    ) -> None:
        post = scene.guard.shifts.get(
            starts_at__lte=timezone.now(), ends_at__gt=timezone.now()
        ).post.place
        assert self.chosen(phone) == post.code
        phone.get("/m/", {"place": scene.garage.code})
        assert self.chosen(phone) == scene.garage.code
        seen = timezone.localtime().strftime("%H:%M")

        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            page = " ".join(phone.get("/m/report/").content.decode().split())
            assert self.chosen(phone) == post.code
            assert f"{seen} 在这里" in page
            assert scene.garage.label not in phone.get("/m/").content.decode()

    def test_a_page_that_stays_open_scans_its_poster_no_second_time(
        self, scene, phone
    ) -> None:
        """Its live parts are fetched from its own address, hours later too."""
        scene.guard.shifts.all().delete()
        at = int(timezone.now().timestamp())
        scanned = {"place": scene.garage.code, "at": at}
        phone.get("/m/", scanned)
        assert self.chosen(phone) == scene.garage.code

        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            phone.get("/m/", scanned)
            assert self.chosen(phone) is None

    @pytest.mark.parametrize("said_at", ["", "soon", "²", "9" * 40])
    def test_poster_whose_time_is_nonsense_was_scanned_now(
        self, scene, phone, said_at
    ) -> None:
        phone.get("/m/", {"place": scene.garage.code, "at": said_at})

        assert self.chosen(phone) == scene.garage.code

    def test_an_alarm_that_comes_late_names_no_place_of_now(self, scene, phone) -> None:
        phone.get("/m/", {"place": scene.garage.code})
        late = said(scene, place=scene.place("园区 南门").code, age=600)

        assert post_as_outbox(phone, late).status_code == 201

        assert self.chosen(phone) == scene.garage.code

    def test_off_shift_the_place_of_long_ago_is_not_chosen_either(
        self, scene, phone
    ) -> None:
        scene.guard.shifts.all().delete()
        phone.get("/m/", {"place": scene.garage.code})

        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert self.chosen(phone) is None

    def chosen(self, phone: Client) -> str | None:
        page = phone.get("/m/report/").content.decode()
        found = re.search(r'name="place"\s+value="(\w+)"\s+checked', page)
        return found and found[1]

    def test_scanned_place_of_another_site_is_not_offered(self, scene, phone) -> None:
        foreign = scene.place("海棠中心 1 层 中庭")

        page = phone.get("/m/", {"place": foreign.code}).content.decode()

        assert foreign.label not in page

    def test_without_a_network_the_page_says_whom_to_call_and_text(
        self, scene, phone
    ) -> None:
        page = phone.get("/m/report/").content.decode()

        card = page.partition("data-offline-card")[2].partition("</template>")[0]
        for link in (f"tel:{scene.site.control_room_phone}", "sms:12110", "tel:110"):
            assert f'href="{link}"' in card

    def test_place_out_of_use_is_neither_offered_nor_chosen(self, scene, phone) -> None:
        phone.post("/m/report/", said(scene))
        assert (
            f'value="{scene.garage.code}"' in phone.get("/m/report/").content.decode()
        )
        chosen = f"<b>{scene.garage.label}</b>"
        assert chosen in phone.get("/m/").content.decode()
        Place.objects.filter(pk=scene.garage.pk).update(is_active=False)

        page = phone.get("/m/report/").content.decode()

        assert f'value="{scene.garage.code}"' not in page
        assert page.count("checked") == 1  # another one is chosen
        assert chosen not in phone.get("/m/").content.decode()

    def test_place_of_a_site_left_is_not_offered(self, scene, phone) -> None:
        phone.post("/m/report/", said(scene))
        foreign = scene.place("海棠中心 1 层 中庭")
        Report.objects.update(place=foreign)
        scene.guard.shifts.first().post.__class__.objects.update(place=foreign)

        page = phone.get("/m/report/").content.decode()

        assert f'value="{foreign.code}"' not in page

    def test_two_sites_are_both_listed_and_the_shift_says_whom_to_call(
        self, scene, phone, at
    ) -> None:
        """On shift at one, while the other comes first by its code."""
        accounts.grant_role(
            user=scene.guard,
            role_key="guard",
            node=scene.other_site,
            by=SYSTEM,
            at=at,
        )
        lobby, own = scene.place("海棠中心 1 层 中庭"), scene.place("园区 南门")

        start = phone.get("/m/").content.decode()
        form = phone.get("/m/report/").content.decode()

        assert f"tel:{scene.site.control_room_phone}" in start
        assert f"tel:{scene.other_site.control_room_phone}" not in start
        assert form.count(f'value="{lobby.code}"') == 1
        assert form.count(f'value="{own.code}"') == 1
        assert f"{scene.other_site.name} · 海棠中心" in form
        assert post_as_outbox(phone, said(scene, place=lobby.code)).status_code == 201

    def test_off_shift_the_scanned_place_says_whom_to_call(
        self, scene, phone, at
    ) -> None:
        accounts.grant_role(
            user=scene.guard,
            role_key="guard",
            node=scene.other_site,
            by=SYSTEM,
            at=at,
        )
        scene.guard.shifts.all().delete()
        assert (
            f"tel:{scene.other_site.control_room_phone}"
            in phone.get("/m/").content.decode()
        )

        page = phone.get("/m/", {"place": scene.garage.code}).content.decode()

        assert f"tel:{scene.site.control_room_phone}" in page
        assert f"tel:{scene.other_site.control_room_phone}" not in page

    def test_signed_out(self, scene, client) -> None:
        answer = client.post("/m/report/", said(scene))

        assert answer.status_code == 302
        assert "login" in answer["Location"]
        assert not Report.objects.exists()


class TestFiles:
    def test_photo_comes_along(self, scene, phone) -> None:
        phone.post("/m/report/", said(scene, files=SimpleUploadedFile("a.png", PNG)))

        kept = Attachment.objects.get()
        assert (kept.media_type, kept.size) == ("image/png", len(PNG))
        assert vault.path_of(kept.sha256).read_bytes() == PNG
        assert verify().is_sound

    def test_same_photo_twice_is_one(self, scene, phone) -> None:
        for _twice in range(2):
            phone.post(
                "/m/report/", said(scene, files=SimpleUploadedFile("a.png", PNG))
            )

        assert Attachment.objects.count() == 1

    @pytest.mark.parametrize(
        "content", [b"", b"MZ not a picture"], ids=["empty", "exe"]
    )
    def test_a_wrong_file_never_stops_the_alarm(self, scene, phone, content) -> None:
        answer = phone.post(
            "/m/report/",
            said(scene, files=SimpleUploadedFile("a.png", content)),
            follow=True,
        )

        assert Report.objects.count() == 1
        assert not Attachment.objects.exists()
        assert "a.png" in answer.content.decode()

    def test_too_large(self, scene, phone, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(vault, "MOST_BYTES", len(PNG) - 1)

        phone.post("/m/report/", said(scene, files=SimpleUploadedFile("a.png", PNG)))

        assert Report.objects.count() == 1
        assert not Attachment.objects.exists()
        assert not list((tmp_path / "vault" / "incoming").iterdir())

    def test_added_afterwards(self, scene, phone) -> None:
        phone.post("/m/report/", said(scene))
        report = Report.objects.get()

        phone.post(
            f"/m/reports/{report.uid}/files/",
            {"files": SimpleUploadedFile("a.png", PNG)},
        )

        assert report.attachments.count() == 1

    @pytest.fixture
    def address(self, scene, phone) -> str:
        phone.post("/m/report/", said(scene))
        return f"/m/reports/{Report.objects.get().uid}/files/"

    def add_as_outbox(self, client: Client, address: str, content: bytes):
        return client.post(
            address,
            {"files": SimpleUploadedFile("a.png", content)},
            headers={"Accept": "application/json"},
        )

    def test_outbox_hears_why_a_file_is_refused(
        self, phone, address, monkeypatch
    ) -> None:
        assert self.add_as_outbox(phone, address, PNG).status_code == 201
        wrong = self.add_as_outbox(phone, address, b"MZ no")
        monkeypatch.setattr(vault, "MOST_BYTES", len(PNG) - 1)
        large = self.add_as_outbox(phone, address, PNG)

        assert (wrong.status_code, large.status_code) == (422, 413)
        assert wrong.json() == {"errors": {"files": ["只能附照片、录音、录像或 PDF"]}}
        assert "附件最大" in large.json()["errors"]["files"][0]
        assert Attachment.objects.count() == 1

    def test_outbox_hears_that_there_are_too_many(self, phone, address) -> None:
        for number in range(6):
            content = PNG + bytes([number])  # the same picture with another end
            assert self.add_as_outbox(phone, address, content).status_code == 201

        answer = self.add_as_outbox(phone, address, PNG)

        assert answer.status_code == 422
        assert "最多 6 个" in answer.json()["errors"]["files"][0]

        again = self.add_as_outbox(phone, address, PNG + bytes([5]))  # answer was lost
        assert again.status_code == 201
        assert Attachment.objects.count() == 6

    def test_outbox_hears_that_a_report_is_none_of_its_own(
        self, address, stranger
    ) -> None:
        answer = self.add_as_outbox(stranger, address, PNG)

        assert answer.status_code == 404
        assert answer.json()["errors"]


class TestAnswering:
    @pytest.fixture
    def incident(self, scene: Scene) -> Incident:
        return scene.incident(at=timezone.now())

    def test_acknowledge_arrive_control(self, scene, phone, incident) -> None:
        mine = scene.assignment(incident, scene.guard)
        number = incident.case.number
        for address in (
            f"/m/assignments/{mine.uid}/acknowledgement/",
            f"/m/assignments/{mine.uid}/arrival/",
            f"/m/cases/{number}/control/",
        ):
            assert phone.post(address)["Location"] == f"/m/cases/{number}/"

        incident.refresh_from_db()
        assert incident.controlled_by == scene.guard
        assert phone.get(f"/m/cases/{number}/").status_code == 200

    def test_a_tap_too_early_is_taken_back(self, scene, phone, incident) -> None:
        mine = scene.assignment(incident, scene.guard)
        number = incident.case.number
        phone.post(f"/m/assignments/{mine.uid}/arrival/")
        phone.post(f"/m/cases/{number}/control/")
        page = phone.get(f"/m/cases/{number}/").content.decode()
        assert f"/m/cases/{number}/control/withdrawal/" in page

        phone.post(f"/m/cases/{number}/control/withdrawal/")
        page = phone.get(f"/m/cases/{number}/").content.decode()
        assert f"/m/assignments/{mine.uid}/arrival/withdrawal/" in page
        phone.post(f"/m/assignments/{mine.uid}/arrival/withdrawal/")

        incident.refresh_from_db()
        mine.refresh_from_db()
        assert (incident.controlled_at, mine.state) == (None, "acknowledged")

    def test_calling_with_the_words_filled_in(self, phone, incident) -> None:
        """Dialled by one tap, on a page that lies in the phone when there is no network."""
        number = incident.case.number
        address = f"/m/cases/{number}/call/110/"
        for page in (f"/m/cases/{number}/", "/m/"):
            shown = phone.get(page).content.decode()
            assert address in shown
            assert f'href="tel:110" data-dials="dialled-110-{number}"' in shown
            for sentence in words_to_say(incident, EmergencyService.POLICE):
                assert sentence in shown

        made = phone.post(address, {"outcome": "connected"})
        call = incident.calls.get()
        answer = f"/m/cases/{number}/calls/{call.uid}/answer/"
        assert made["Location"] == f"/m/cases/{number}/"
        assert answer in phone.get(made["Location"]).content.decode()
        answered = phone.post(answer, {"answer": "已派警", "receipt": "A-17"})

        call.refresh_from_db()
        assert answered["Location"] == f"/m/cases/{number}/"
        assert (call.answer, call.receipt) == ("已派警", "A-17")
        page = phone.get(f"/m/cases/{number}/").content.decode()
        assert "已派警" in page
        assert answer not in page

    def test_each_call_is_on_the_record_though_the_page_is_an_old_one(
        self, phone, incident
    ) -> None:
        address = f"/m/cases/{incident.case.number}/call/110/"
        page = phone.get(f"/m/cases/{incident.case.number}/").content.decode()
        form = page[page.index(f'action="{address}"') :].partition("</form>")[0]
        assert "request_id" not in form  # the outbox makes one for each tap

        for outcome in ("missed", "connected"):
            sent = phone.post(
                address, {"outcome": outcome, "request_id": uuid4()}, headers=OUTBOX
            )
            assert sent.status_code == 201

        outcomes = incident.calls.order_by("pk").values_list("outcome", flat=True)
        assert list(outcomes) == ["missed", "connected"]
        incident.refresh_from_db()
        assert incident.police == "called"

    def test_a_call_that_the_phone_kept_has_both_clocks(self, phone, incident) -> None:
        data = {"outcome": "connected", "request_id": ID, "age": 600}
        address = f"/m/cases/{incident.case.number}/call/120/"
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            for _twice in range(2):
                assert phone.post(address, data, headers=OUTBOX).status_code == 201

        (entry,) = entries(incident.case, "incident.emergency_called")
        assert entry.recorded_at - entry.happened_at == timedelta(minutes=10)
        assert incident.calls.get().called_at == entry.happened_at

    @pytest.mark.parametrize(("age", "is_kept"), [(0, False), (600, True)])
    def test_a_kept_call_has_no_words_of_now(
        self, phone, incident, age, is_kept
    ) -> None:
        """What became known since was not said then."""
        address = f"/m/cases/{incident.case.number}/call/120/"
        data = {"outcome": "connected", "request_id": ID, "age": age}
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            assert phone.post(address, data, headers=OUTBOX).status_code == 201

        assert (incident.calls.get().words == "") == is_kept

    def test_the_link_to_a_call_on_a_page_of_before_leads_to_the_scene(
        self, phone, incident
    ) -> None:
        number = incident.case.number

        answer = phone.get(f"/m/cases/{number}/call/110/")

        assert answer["Location"] == f"/m/cases/{number}/"
        assert not incident.calls.exists()

    def test_the_record_is_asked_once_for_the_words_to_both_numbers(
        self, incident, django_assert_num_queries
    ) -> None:
        incident = Incident.objects.select_related("place", "case__site").get(
            pk=incident.pk
        )
        with django_assert_num_queries(3), override("en"):
            scripts = scripts_of(incident)

        assert [len(one.translation) for one in scripts] == [
            len(one.words) for one in scripts
        ]

    @pytest.mark.parametrize("service", ["119", "x"])
    def test_there_are_two_numbers(self, phone, incident, service) -> None:
        address = f"/m/cases/{incident.case.number}/call/{service}/"

        assert phone.post(address, headers=OUTBOX).status_code == 404

    def test_a_call_that_nobody_took_up_is_not_one_to_answer(
        self, phone, incident
    ) -> None:
        number = incident.case.number
        phone.post(f"/m/cases/{number}/call/110/", {"outcome": "missed"})

        page = phone.get(f"/m/cases/{number}/").content.decode()

        made = page[page.index("已拨打的电话") :].partition("</ul>")[0]
        assert "没有接通" in made
        assert "登记答复" not in made
        assert "<a" not in made

    def test_what_was_struck_and_what_came_late_looks_so(
        self, scene, phone, incident
    ) -> None:
        number = incident.case.number
        data = {"request_id": ID, "age": 600, **WORKED}
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            phone.post(f"/m/cases/{number}/dissuasion/", data, headers=OUTBOX)
            (late,) = entries(incident.case, "incident.dissuasion_tried")
            cases.strike_entry(
                case=incident.case,
                seq=late.seq,
                reason="点错了",
                by=scene.manager,
                at=timezone.now(),
            )

        page = phone.get(f"/m/cases/{number}/").content.decode()

        assert "<s>口头劝阻：劝阻有效</s>" in page
        assert f"已划去：点错了（{scene.manager.name}）" in page
        recorded = timezone.localtime(late.recorded_at)
        assert f"记录于 {recorded:%H:%M:%S}" in page

    def test_the_phases_are_those_of_the_room(self, scene, phone, incident) -> None:
        page = phone.get(f"/m/cases/{incident.case.number}/").content.decode()

        phases = page[page.index('class="phases compact"') :].partition("</nav>")[0]
        names = re.findall(r"<b>(.*?)</b>", phases)
        assert names == [str(phase.label) for phase in Phase]
        assert phases.count('aria-current="step"') == 1

    @pytest.mark.parametrize("tab", ["/m/tasks/", "/m/cases/", "/m/me/", "/m/report/"])
    def test_whichever_tab_is_open_shows_that_one_is_called(
        self, scene, phone, incident, tab
    ) -> None:
        mine = scene.assignment(incident, scene.guard)
        page = phone.get(tab).content.decode()
        assert f'data-called="{mine.uid}"' in page
        assert f"/m/assignments/{mine.uid}/acknowledgement/" in page
        assert 'data-live="/live/"' in page
        assert "data-unsaid-act" in page  # what is said if it cannot be sent

        phone.post(f"/m/assignments/{mine.uid}/acknowledgement/")

        assert "data-called" not in phone.get(tab).content.decode()

    def test_who_is_called_to_what_they_reported_is_called_there_too(
        self, scene, phone, incident
    ) -> None:
        mine = scene.assignment(incident, scene.guard)
        made = scene.report(by=scene.guard)
        assert made.incident == incident
        number = incident.case.number
        button = f'action="/m/assignments/{mine.uid}/acknowledgement/"'

        for address in (
            f"/m/reports/{made.uid}/",
            f"/m/cases/{number}/upload/",
            f"/m/cases/{number}/",  # the scene has a button of its own
        ):
            assert phone.get(address).content.decode().count(button) == 1

    def test_each_part_that_is_fetched_again_is_found_by_its_id(
        self, phone, incident
    ) -> None:
        """Several stand on one page; without an id the first is taken for any."""
        made = Report.objects.get()
        scene, report = f"/m/cases/{incident.case.number}/", f"/m/reports/{made.uid}/"
        for address, count in ((scene, 1), (report, 2)):
            page = phone.get(address).content.decode()
            parts = re.findall(r"<\w+[^>]*\bdata-live-page\b[^>]*>", page)
            assert len(parts) == count
            assert all(" id=" in part.replace("\n", " ") for part in parts)
            for part in ("called", "tabs"):  # which are on every page
                tag = re.search(rf'<\w+[^>]*\bid="{part}"[^>]*>', page)
                assert tag is not None
                assert f'data-live-refresh="/m/waiting/?at={address}"' in tag[0]

    def test_what_waits_is_asked_for_without_the_page(
        self, scene, phone, incident
    ) -> None:
        here = f"/m/cases/{incident.case.number}/"
        mine = scene.assignment(incident, scene.guard)

        answer = phone.get("/m/waiting/", {"at": "/m/tasks/"})

        part = answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert "<main" not in part
        assert f'data-called="{mine.uid}"' in part
        assert f"/m/assignments/{mine.uid}/acknowledgement/" in part
        assert re.search(r'href="/m/tasks/" aria-current="page"', part)
        assert part.count("aria-current") == 1
        assert 'data-live-refresh="/m/waiting/?at=/m/tasks/"' in part
        # The scene has a button of its own.
        part = phone.get("/m/waiting/", {"at": here}).content.decode()
        assert f"/m/assignments/{mine.uid}/acknowledgement/" not in part

    def test_the_tabs_say_what_waits(self, phone, incident) -> None:
        waiting = my_tasks(User.objects.get(username="wangjianguo")).count()
        page = phone.get("/m/me/").content.decode()

        counts = re.findall(r'class="count">(\d+)<', page)

        assert counts == ["1", str(waiting)]

    def test_who_commands_finds_the_room(self, scene, client, incident) -> None:
        number = incident.case.number
        room = f'href="/cases/{number}/"'
        client.force_login(scene.officer)
        assert room in client.get(f"/m/cases/{number}/").content.decode()

        client.force_login(scene.guard)
        assert room not in client.get(f"/m/cases/{number}/").content.decode()

    def test_double_tap(self, scene, phone, incident) -> None:
        mine = scene.assignment(incident, scene.guard)
        for _twice in range(2):
            phone.post(f"/m/assignments/{mine.uid}/acknowledgement/")

        assert len(entries(incident.case, "incident.responder_acknowledged")) == 1

    def test_what_the_phone_kept_has_both_clocks(self, scene, phone, incident) -> None:
        mine = scene.assignment(incident, scene.guard)
        number = incident.case.number
        for minutes, address in enumerate(
            (
                f"/m/assignments/{mine.uid}/acknowledgement/",
                f"/m/assignments/{mine.uid}/arrival/",
                f"/m/cases/{number}/dissuasion/",
                f"/m/cases/{number}/control/",
            )
        ):
            data = {"request_id": str(uuid4()), "age": 600 - 60 * minutes, **WORKED}
            with time_machine.travel(timezone.now() + timedelta(minutes=20)):
                for _twice in range(2):
                    answer = phone.post(address, data, headers=OUTBOX)
                    assert answer.status_code == 201
                    assert answer.json()["request_id"] == data["request_id"]

        incident.refresh_from_db()
        for kind, minutes, column in (
            ("incident.responder_acknowledged", 10, incident.acknowledged_at),
            ("incident.responder_arrived", 11, incident.arrived_at),
            ("incident.dissuasion_tried", 12, None),
            ("incident.controlled", 13, incident.controlled_at),
        ):
            (entry,) = entries(incident.case, kind)
            assert entry.recorded_at - entry.happened_at == timedelta(
                minutes=20 - minutes
            )
            assert column in {None, entry.happened_at}

    @pytest.mark.parametrize(
        ("days", "status", "state"), [(6, 201, "arrived"), (8, 409, "alerted")]
    )
    def test_a_tap_of_another_week_is_none_of_now(
        self, scene, phone, incident, days, status, state
    ) -> None:
        mine = scene.assignment(incident, scene.guard)
        data = {"request_id": str(uuid4()), "age": days * 24 * 3600}

        answer = phone.post(f"/m/assignments/{mine.uid}/arrival/", data, headers=OUTBOX)

        assert answer.status_code == status
        mine.refresh_from_db()
        assert mine.state == state

    def test_what_was_refused_to_the_outbox_has_a_reason(
        self, scene, client, incident
    ) -> None:
        client.force_login(scene.next_guard)

        answer = client.post(
            f"/m/cases/{incident.case.number}/control/", headers=OUTBOX
        )

        assert answer.status_code == 403
        assert answer.json()["errors"]

    def test_not_alerted_but_going(self, scene, client, incident) -> None:
        client.force_login(scene.next_guard)

        client.post(f"/m/cases/{incident.case.number}/response/")

        assert (
            scene.assignment(incident, scene.next_guard).state
            == AssignmentState.ACKNOWLEDGED
        )

    @pytest.mark.parametrize(
        ("state", "offered"),
        [("stood_down", 1), ("expired", 0), ("acknowledged", 0), ("arrived", 0)],
    )
    def test_who_was_called_off_may_come_after_all(
        self, scene, phone, incident, state, offered
    ) -> None:
        mine = Assignment.objects.filter(incident=incident, user=scene.guard)
        mine.update(**STAMPS[state], state=state)

        page = phone.get(f"/m/cases/{incident.case.number}/").content.decode()

        assert page.count(f"/m/cases/{incident.case.number}/response/") == offered

    def test_a_joined_case_leads_to_its_host(self, scene, phone, incident) -> None:
        """Whoever was called for it answers there, and its reporter sees who comes."""
        made = Report.objects.get()
        assert scene.guard.name in phone.get(f"/m/reports/{made.uid}/").content.decode()
        host = scene.incident(place=scene.place("园区 南门"), at=timezone.now())
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=timezone.now()
        )
        mine = scene.assignment(host, scene.guard)
        number = host.case.number

        answer = phone.get(f"/m/cases/{incident.case.number}/", follow=True)
        sent = phone.get(f"/m/reports/{made.uid}/").content.decode()

        assert answer.redirect_chain == [(f"/m/cases/{number}/", 302)]
        page = answer.content.decode()
        assert f"{incident.case.number} 已并入 {number}" in page
        assert f"/m/assignments/{mine.uid}/acknowledgement/" in page
        assert scene.guard.name in sent
        assert f"/m/cases/{number}/" in sent
        assert host.case.subject in sent  # what happens there is shown at once

    def test_a_page_opened_before_the_joining_still_answers(
        self, scene, phone, client, incident
    ) -> None:
        host = scene.incident(place=scene.place("园区 南门"), at=timezone.now())
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=timezone.now()
        )
        incidents.arrive(
            assignment=scene.assignment(host, scene.guard),
            by=scene.guard,
            at=timezone.now(),
        )

        answer = phone.post(f"/m/cases/{incident.case.number}/dissuasion/", WORKED)
        phone.post(f"/m/cases/{incident.case.number}/control/")

        host.refresh_from_db()
        assert answer.status_code == 302
        assert host.dissuasion == "worked"
        assert host.controlled_by == scene.guard

    def test_what_guards_may_not_do_is_on_the_screen(self, phone, incident) -> None:
        page = phone.get(f"/m/cases/{incident.case.number}/").content.decode()

        points = guardrail("G07").points
        assert points
        for point in points:
            assert str(point.words) in page

    @pytest.mark.parametrize("result", ["worked", "failed", "impossible"])
    def test_dissuasion(self, phone, incident, result) -> None:
        phone.post(f"/m/cases/{incident.case.number}/dissuasion/", {"result": result})

        incident.refresh_from_db()
        assert incident.dissuasion == result

    def test_dissuasion_without_a_result(self, phone, incident) -> None:
        answer = phone.post(
            f"/m/cases/{incident.case.number}/dissuasion/", {"result": "x"}, follow=True
        )

        assert "请选一个结果" in answer.content.decode()

    def test_control_without_being_there(self, scene, client, incident) -> None:
        client.force_login(scene.next_guard)

        answer = client.post(f"/m/cases/{incident.case.number}/control/", follow=True)

        # On the page of the scene, where the guard is needed.
        assert answer.redirect_chain == [(f"/m/cases/{incident.case.number}/", 302)]
        assert "只有到场的人或值班主任可以确认现场已控制" in answer.content.decode()
        incident.refresh_from_db()
        assert incident.controlled_at is None

    def test_binding_task_needs_words(self, phone, incident) -> None:
        task = incident.case.tasks.get(key="separate")

        refused = phone.post(f"/m/tasks/{task.uid}/", {"words": ""})
        done = phone.post(f"/m/tasks/{task.uid}/", {"words": "分开了"})

        assert refused.status_code == 422
        assert "请写明做了什么" in refused.content.decode()
        assert done.status_code == 302
        task.refresh_from_db()
        assert (task.state, task.words) == ("done", "分开了")

    def test_photo_task_from_a_page(self, phone, incident) -> None:
        task = incident.case.tasks.get(key="scene_photos")
        url = f"/m/tasks/{task.uid}/"
        assert "这项任务以照片为证" in phone.get(url).content.decode()

        refused = phone.post(url, {"words": "拍了"})
        done = phone.post(url, {"photos": [SimpleUploadedFile("a.jpg", JPEG)]})

        assert refused.status_code == 422
        assert "请至少附一张照片" in refused.content.decode()
        assert done["Location"] == "/m/tasks/"
        shown = phone.get(url).content.decode()
        assert f"/photos/{task.photos.get().uid}/" in shown
        assert (
            f"/photos/{task.photos.get().uid}/"
            in phone.get(f"/m/cases/{incident.case.number}/").content.decode()
        )

    def test_what_was_uploaded_has_a_receipt_on_the_phone(
        self, scene, phone, stranger, incident
    ) -> None:
        upload = f"/m/cases/{incident.case.number}/upload/"
        file = SimpleUploadedFile("a.jpg", JPEG)

        answer = phone.post(upload, {"file": file})

        exhibit = incident.case.exhibits.get()
        address = f"/m/exhibits/{exhibit.uid}/receipt/"
        assert answer["Location"] == address
        page = phone.get(address).content.decode()
        assert exhibit.blob.sha256 in page
        assert f'class="back" href="{upload[:-7]}"' in " ".join(page.split())
        empty = f"/m/exhibits/{UUID(int=0)}/receipt/"
        assert f'data-receipt="{empty}"' in phone.get(upload).content.decode()
        for page in (address, empty):
            assert stranger.get(page).status_code == 404

    def test_what_came_with_a_task_or_a_report_has_one_too(
        self, scene, phone, incident
    ) -> None:
        task = incident.case.tasks.get(key="scene_photos")
        photos = {"photos": [SimpleUploadedFile("a.jpg", JPEG)]}
        phone.post(f"/m/tasks/{task.uid}/", photos)
        made = scene.report(by=scene.guard)
        files = {"files": [SimpleUploadedFile("a.png", PNG)]}
        phone.post(f"/m/reports/{made.uid}/files/", files)
        exhibits = {one.source: one for one in incident.case.exhibits.all()}

        for source, address in (
            ("task", f"/m/tasks/{task.uid}/"),
            ("report", f"/m/reports/{made.uid}/"),
        ):
            page = phone.get(address).content.decode()
            receipt = f"/m/exhibits/{exhibits[source].uid}/receipt/"
            assert page.count(f'href="{receipt}"') == 1
            assert phone.get(receipt).status_code == 200

    def test_photo_task_from_the_outbox_comes_in_two_parts_any_times(
        self, phone, incident
    ) -> None:
        task = incident.case.tasks.get(key="scene_photos")
        words = {"request_id": ID, "words": "全景"}
        headers = {"Accept": "application/json"}

        for _twice in range(2):
            photo = {"files": SimpleUploadedFile("a.jpg", JPEG)}
            assert phone.post(f"/m/tasks/{task.uid}/photos/", photo).status_code == 201
            answer = phone.post(f"/m/tasks/{task.uid}/", words, headers=headers)
            assert answer.status_code == 201
            assert answer.json() == {"request_id": ID, "url": "/m/tasks/"}

        assert task.photos.count() == 1
        assert len(entries(incident.case, "case.task_done")) == 1

    @pytest.mark.parametrize("content", [b"", b"MZ no", JPEG[:200]])
    def test_outbox_hears_why_a_photo_is_refused(
        self, phone, incident, content
    ) -> None:
        task = incident.case.tasks.get(key="scene_photos")

        answer = phone.post(
            f"/m/tasks/{task.uid}/photos/",
            {"files": SimpleUploadedFile("a.jpg", content)},
        )

        assert answer.status_code == 422
        assert answer.json()["errors"]["photos"][0]
        assert not task.photos.exists()

    def test_outbox_hears_that_a_task_is_none_of_its_own(
        self, scene, incident, stranger
    ) -> None:
        task = incident.case.tasks.get(key="scene_photos")
        headers = {"Accept": "application/json"}
        photo = {"files": SimpleUploadedFile("a.jpg", JPEG)}

        for url, data in (
            (f"/m/tasks/{task.uid}/photos/", photo),
            (f"/m/tasks/{task.uid}/", {}),
        ):
            answer = stranger.post(url, data, headers=headers)
            assert answer.status_code == 404
            assert answer.json()["errors"]

    def test_withdrawal_is_the_reporters(self, scene, phone, client) -> None:
        phone.post("/m/report/", said(scene))
        report = Report.objects.get()
        other = Client()
        other.force_login(scene.next_guard)

        refused = other.post(f"/m/reports/{report.uid}/withdrawal/", follow=True)
        assert refused.redirect_chain == [(f"/m/reports/{report.uid}/", 302)]
        assert "只有报告人自己可以撤回" in refused.content.decode()
        report.refresh_from_db()
        assert report.withdrawn_at is None
        phone.post(f"/m/reports/{report.uid}/withdrawal/")

        fresh = Report.objects.get()
        assert fresh.withdrawn_at is not None
        assert fresh.incident.case.is_open


class TestOtherSites:
    """Unknown and not-yours answer alike."""

    def addresses(self, scene: Scene) -> dict[str, str]:
        incident = scene.incident(at=timezone.now())
        number, case = incident.case.number, incident.case
        mine = scene.assignment(incident, scene.guard)
        return {
            f"/m/cases/{number}/": "get",
            f"/m/cases/{number}/response/": "post",
            f"/m/cases/{number}/control/": "post",
            f"/m/cases/{number}/dissuasion/": "post",
            f"/m/assignments/{mine.uid}/acknowledgement/": "post",
            f"/m/assignments/{mine.uid}/arrival/": "post",
            f"/m/reports/{incident.reports.get().uid}/": "get",
            f"/m/reports/{incident.reports.get().uid}/files/": "post",
            f"/m/reports/{incident.reports.get().uid}/withdrawal/": "post",
            f"/m/tasks/{case.tasks.all()[0].uid}/": "get",
            f"/m/tasks/{case.tasks.all()[0].uid}/photos/": "post",
        }

    def test_nothing_is_shown_or_done(self, scene, stranger) -> None:
        addresses = self.addresses(scene)
        before = verify().entries
        for address, method in addresses.items():
            data = {"result": "worked"} if "dissuasion" in address else {}
            assert getattr(stranger, method)(address, data).status_code == 404, address

        assert verify().entries == before

    def test_lists_are_ones_own(self, scene, stranger) -> None:
        number = scene.incident(at=timezone.now()).case.number

        for address in ("/m/", "/m/cases/", "/m/tasks/", "/m/me/"):
            page = stranger.get(address)
            assert page.status_code == 200
            assert number not in page.content.decode()

    def test_unknown_things(self, phone) -> None:
        for address in (
            f"/m/reports/{UUID(int=1)}/",
            f"/m/tasks/{UUID(int=1)}/",
            "/m/cases/YQ-IN-20200101-001/",
        ):
            assert phone.get(address).status_code == 404


class TestDiscarding:
    """What a guard left on a shared phone who cannot open it any more."""

    def discard(self, client: Client, scene: Scene, **more: object):
        data = {
            "request_id": ID,
            "writer": str(scene.guard.uid),
            "what": "act",
            "reason": "settled",
            "age": 3600,
            **more,
        }
        return client.post("/m/discards/", data, headers=OUTBOX)

    def test_it_is_on_the_record_once_with_its_reason(self, scene, client) -> None:
        client.force_login(scene.officer)

        for _twice in range(2):
            assert self.discard(client, scene).status_code == 201

        entry = Entry.objects.get(kind="incident.unsent_discarded")
        assert json.loads(bytes(entry.data or b"")) == {
            "writer": scene.guard.actor_key,
            "what": "act",
            "reason": "settled",
        }
        assert entry.actor == scene.officer.actor_key
        assert entry.recorded_at - entry.happened_at == timedelta(hours=1)
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("age", "is_believed"),
        [(30 * 24 * 3600, True), (20 * 366 * 24 * 3600, False), ("", False)],
    )
    def test_it_may_have_lain_there_for_long(
        self, scene, client, age, is_believed
    ) -> None:
        """Of nonsense nothing is claimed: it counts from when it came."""
        client.force_login(scene.officer)

        assert self.discard(client, scene, age=age).status_code == 201

        entry = Entry.objects.get(kind="incident.unsent_discarded")
        waited = entry.recorded_at - entry.happened_at
        assert waited == timedelta(seconds=age if is_believed else 0)

    def test_whoever_heard_no_answer_may_give_another_reason(
        self, scene, client
    ) -> None:
        client.force_login(scene.officer)
        reasons = [one.value for one in Discarded]

        for reason in reasons[:2]:
            assert self.discard(client, scene, reason=reason).status_code == 201

        entry = Entry.objects.get(kind="incident.unsent_discarded")
        assert json.loads(bytes(entry.data or b""))["reason"] == reasons[0]

    @pytest.mark.parametrize("who", ["guard", "next_guard", "stranger"])
    def test_only_who_commands_there(self, scene, client, who) -> None:
        client.force_login(getattr(scene, who))
        assert "data-for-another" not in client.get("/m/").content.decode()

        answer = self.discard(client, scene)

        assert answer.status_code == 403
        assert not Entry.objects.filter(kind="incident.unsent_discarded").exists()

    def test_what_was_refused_whoever_holds_the_phone_and_says_why(
        self, scene, client
    ) -> None:
        client.force_login(scene.next_guard)
        assert "data-discard hidden" in client.get("/m/").content.decode()

        answer = self.discard(client, scene, refused="yes", what="file")

        assert answer.status_code == 201
        entry = Entry.objects.get(kind="incident.unsent_discarded")
        assert json.loads(bytes(entry.data or b"")) == {
            "writer": scene.guard.actor_key,
            "what": "file",
            "reason": "settled",
            "refused": 1,
        }

    @pytest.mark.parametrize(
        "said", [{"reason": ""}, {"reason": "x"}, {"what": "x"}, {"writer": ID}]
    )
    def test_nothing_without_a_reason(self, scene, client, said) -> None:
        client.force_login(scene.officer)
        assert "data-discard hidden" in client.get("/m/").content.decode()

        assert self.discard(client, scene, **said).status_code == 422

        assert not Entry.objects.filter(kind="incident.unsent_discarded").exists()


class TestShell:
    def test_a_script_asks_no_new_name_of_a_module_that_an_older_shell_keeps(
        self,
    ) -> None:
        """Imports have the same address in every version: an older service worker may
        answer with its own copy, and then nothing that imports it would run.
        """
        folder = Path(phone_app.__file__).parent / "static/phone"
        names: dict[str, set[str]] = {}
        for script in folder.glob("*.js"):
            for asked, module in re.findall(
                r'import \{([^}]*)\} from "\./(\w+)\.js"', script.read_text()
            ):
                names.setdefault(module, set()).update(
                    asked.replace(" ", "").split(",")
                )

        assert names == {
            "asking": {"ask", "askPatiently", "askToken", "parsed", "Unreached"},
            "holder": {"holder", "isHeldBy"},
            "store": {"all", "drop", "keep"},
        }

    def test_every_page_in_both_languages(self, scene, phone) -> None:
        incident = scene.incident(at=timezone.now())
        cases.write_note(
            case=incident.case, text="看到了", by=scene.guard, at=timezone.now()
        )
        task = incident.case.tasks.all()[0]
        for language in ("zh-hans", "en"):
            User.objects.filter(pk=scene.guard.pk).update(language=language)
            for address in (
                "/m/",
                "/m/report/",
                "/m/cases/",
                f"/m/cases/{incident.case.number}/",
                "/m/tasks/",
                f"/m/tasks/{task.uid}/",
                "/m/me/",
            ):
                page = phone.get(address)
                assert page.status_code == 200, address
                assert "<c-" not in page.content.decode()

    def test_service_worker_may_serve_the_phone(self, client) -> None:
        answer = client.get("/m/sw.js")

        assert answer["Service-Worker-Allowed"] == "/m/"
        assert answer["Content-Type"].startswith("text/javascript")

    def test_manifest(self, client) -> None:
        assert client.get("/m/manifest.webmanifest").json()["start_url"] == "/m/"

    def test_token_says_whose_it_is(self, scene, phone) -> None:
        assert phone.get("/m/token/").json()["user"] == str(scene.guard.uid)

    def test_forms_are_guarded_against_forgery(self, scene) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(scene.guard)

        assert strict.post("/m/report/", said(scene)).status_code == 403
        assert not Report.objects.exists()


def test_a_case_closed_meanwhile_says_so(scene: Scene, client: Client) -> None:
    incident = scene.incident(at=timezone.now())
    mine = scene.assignment(incident, scene.guard)
    scene.call_off(incident, reason="误报", at=timezone.now())
    client.force_login(scene.guard)

    answer = client.post(f"/m/assignments/{mine.uid}/acknowledgement/", follow=True)

    assert answer.redirect_chain == [(f"/m/cases/{incident.case.number}/", 302)]
    assert "已经办结" in answer.content.decode()
