"""The poster on the wall: anybody reports, follows, takes back; nobody else reads it."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django import Settings

from anlan.accounts.models import Place, Site
from anlan.cases import services as cases
from anlan.cases.models import AccessLink, Case, Note
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, EmergencyService
from anlan.incidents.models import Attachment, Report
from anlan.incidents.policies import SAME_FIGHT_WITHIN
from anlan.ledger.verify import verify
from anlan.portal import visitors
from anlan.worker import run_due
from tests.incidents.story import alerted, entries, pass_time
from tests.moment import forget_counts
from tests.phone.test_views import PNG
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _data_folder_and_clock(settings: Settings, tmp_path, at) -> Iterator[None]:
    """Views read the clock: let it stand at the afternoon of the scene, and tick."""
    settings.DATA = tmp_path
    with time_machine.travel(at):
        forget_counts()  # the counts of the rate limits
        yield


@pytest.fixture
def poster(scene: Scene) -> str:
    return f"/q/{scene.garage.code}"


def said(number: int = 1, **more: object) -> dict[str, object]:
    return {
        "request_id": str(UUID(int=number, version=4)),
        "flags": ["ongoing"],
        "words": "有人打人",
        **more,
    }


def report(client: Client, poster: str, number: int = 1, **more: object) -> str:
    """Report, and return the address for following."""
    answer = client.post(poster, said(number, **more))
    assert answer.status_code == 302
    return str(answer["Location"])


def called_from(page: str) -> list[str]:
    """The numbers behind the large buttons."""
    return re.findall(r'<a class="call" href="(tel:[^"]+)"', page)


def offered_in(page: str) -> list[str]:
    """The codes of the places from which one may report instead."""
    return re.findall(r'href="/q/(\w+)"', page)


def progress(client: Client, address: str) -> str:
    """The list of what was done, as the page shows it now."""
    page = client.get(address).content.decode()
    return page.partition("data-follow=")[2].partition("</ol>")[0]


def say_coming(scene: Scene, at: datetime) -> None:
    """The nearest guard says "I am coming", and never comes."""
    incident = Report.objects.get().incident
    incidents.acknowledge(
        assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
    )


def use_up_network(client: Client, poster: str) -> None:
    """Report until this network may no more from this place."""
    for number in range(visitors.MOST_FROM_NETWORK):
        client.post(poster, said(number + 1))


class TestReporting:
    def test_poster_shows_the_place(self, scene, client, poster) -> None:
        page = client.get(poster)

        assert page.status_code == 200
        assert scene.garage.label in page.content.decode()

    def test_code_typed_in_small_letters(self, scene, client) -> None:
        assert client.get(f"/q/{scene.garage.code.lower()}").status_code == 200

    @pytest.mark.parametrize("code", ["NOSUCHCODE", "x", "%00"])
    def test_unknown_code(self, scene, client, code) -> None:
        answer = client.get(f"/q/{code}")

        assert answer.status_code == 404
        assert called_from(answer.content.decode()) == ["tel:110", "tel:120"]
        assert "没有这个点位码" in answer.content.decode()

    def test_the_only_office_is_called_from_an_unknown_code(
        self, scene, client
    ) -> None:
        Site.objects.exclude(pk=scene.site.pk).update(closed_at=scene.at)

        page = client.get("/q/NOSUCHCODE").content.decode()

        assert called_from(page)[2:] == [f"tel:{scene.site.control_room_phone}"]

    def test_place_out_of_use_names_its_open_neighbours(
        self, scene, client, poster
    ) -> None:
        scene.garage.children.update(is_active=False)
        Place.objects.filter(pk=scene.garage.pk).update(is_active=False)
        there = Place.objects.filter(parent=scene.garage.parent, is_active=True)

        answer = client.get(poster)

        assert answer.status_code == 404
        page = answer.content.decode()
        assert called_from(page) == [
            "tel:110",
            "tel:120",
            f"tel:{scene.site.control_room_phone}",
        ]
        offered = offered_in(page)
        assert len(offered) == 6
        assert offered[0] == scene.garage.parent.code
        assert set(there.values_list("code", flat=True)) <= set(offered)
        assert scene.garage.code not in offered
        assert client.get(f"/q/{offered[0]}").status_code == 200
        assert client.post(poster, said()).status_code == 404

    def test_nothing_open_around_a_closed_place(self, scene, client, poster) -> None:
        Place.objects.filter(site=scene.site).update(is_active=False)

        page = client.get(poster).content.decode()

        assert "tel:110" in called_from(page)
        assert offered_in(page) == []
        assert "附近的地点" not in page

    def test_staff_are_taken_to_their_phone(self, scene, client, poster) -> None:
        client.force_login(scene.guard)

        answer = client.get(poster)

        address, _, at = answer["Location"].partition("&at=")
        assert address == f"/m/?place={scene.garage.code}"
        assert abs(int(at) - time.time()) < 60

    @pytest.mark.parametrize("username", ["dingyi", "admin"])
    def test_staff_of_elsewhere_report_as_anybody(
        self, scene, client, poster, username
    ) -> None:
        """Their phone knows no place here, so it would be a form without any."""
        client.force_login(scene.person(username))

        page = client.get(poster)

        assert page.status_code == 200
        assert scene.garage.label in page.content.decode()
        assert client.get(report(client, poster)).status_code == 200
        assert Report.objects.get().reporter is None

    def test_report_alerts_guard_and_officer(self, scene, client, poster) -> None:
        report(client, poster)

        made = Report.objects.get()
        assert (made.channel, made.reporter) == (Channel.PUBLIC, None)
        assert not made.incident.is_confirmed
        assert alerted(made.incident) == ["wangjianguo", "zhoumin"]

    def test_works_without_cookies(self, scene, poster) -> None:
        strict = Client(enforce_csrf_checks=True)

        report(strict, poster)

        assert Report.objects.count() == 1

    def test_twice_is_once(self, client, poster) -> None:
        report(client, poster)
        again = report(client, poster)

        assert Report.objects.count() == 1
        assert client.get(again).status_code == 200

    def test_words_added_after_a_lost_answer_are_a_further_report(
        self, client, poster
    ) -> None:
        report(client, poster)

        address = report(client, poster, words="有人打人，他有刀")
        same = report(client, poster, words="有人打人，他有刀")
        armed = report(client, poster, words="有人打人", flags=["ongoing", "weapon"])

        made = Report.objects.order_by("pk")
        assert [(one.words, one.flags) for one in made] == [
            ("有人打人", ["ongoing"]),
            ("有人打人，他有刀", ["ongoing"]),
            ("有人打人", ["ongoing", "weapon"]),
        ]
        assert len({one.incident_id for one in made}) == 1
        assert len({one.reporter_key for one in made}) == 1
        for path in (address, same, armed):
            assert client.get(path).status_code == 200

    def test_a_form_sent_very_often_is_still_taken(
        self, client, poster, monkeypatch
    ) -> None:
        monkeypatch.setattr(visitors, "VERSIONS", 2)
        for number in range(4):
            report(client, poster, words=f"第 {number} 次")

        assert Report.objects.count() == 4

    @pytest.mark.parametrize(
        "more", [{"request_id": "x"}, {"flags": ["dragon"]}, {"words": "字" * 1001}]
    )
    def test_wrong_fields(self, client, poster, more) -> None:
        assert client.post(poster, said() | more).status_code == 422
        assert not Report.objects.exists()

    def test_visitors_cannot_claim_a_member_of_staff_was_struck(
        self, client, poster
    ) -> None:
        """Flags that only staff judge are not offered, and not taken."""
        assert client.post(poster, said(flags=["staff"])).status_code == 422


class TestLimits:
    def test_per_network(self, client, poster) -> None:
        for number in range(visitors.MOST_FROM_NETWORK):
            report(client, poster, number + 1)

        answer = client.post(poster, said(99))

        assert answer.status_code == 429
        assert "这一次没有收下" in answer.content.decode()
        assert "tel:110" in called_from(answer.content.decode())
        assert Report.objects.count() == visitors.MOST_FROM_NETWORK
        other = client.post(poster, said(99), REMOTE_ADDR="203.0.113.9")
        assert other.status_code == 302

    def test_a_full_network_keeps_nobody_out_who_is_the_first(
        self, scene, client, poster, at: datetime
    ) -> None:
        """Next door, and at another site: whoever shares a network knows nothing of it."""
        use_up_network(client, poster)

        for place in (scene.place("园区 南门"), scene.other_site.places.first()):
            report(client, f"/q/{place.code}", 200 + place.site_id)

        assert client.post(poster, said(99)).status_code == 429

    def test_what_is_over_is_reported_anew(
        self, scene, client, poster, at: datetime
    ) -> None:
        use_up_network(client, poster)
        Report.objects.update(received_at=at - SAME_FIGHT_WITHIN - timedelta(minutes=1))

        assert client.post(poster, said(99)).status_code == 302

    def test_the_same_again_is_not_counted(self, client, poster) -> None:
        for _many in range(1 + visitors.MOST_AGAIN):
            report(client, poster, 1)
        report(client, poster, 2)
        use_up_network(client, poster)

        again = report(client, poster, 2)  # its answer got lost

        assert client.get(again).status_code == 200
        assert client.post(poster, said(2, words="他有刀")).status_code == 429

    def test_the_same_again_makes_links_within_bounds(self, client, poster) -> None:
        for _time in range(1 + visitors.MOST_AGAIN):
            report(client, poster)
        made = AccessLink.objects.count()

        answers = {client.post(poster, said()).status_code for _time in range(3)}

        assert answers == {429}
        assert AccessLink.objects.count() == made
        report(client, poster, 2)  # another report is another count

    def test_one_network_is_one_whatever_the_last_number(self, client, poster) -> None:
        for number in range(visitors.MOST_FROM_NETWORK):
            client.post(
                poster, said(number + 1), REMOTE_ADDR=f"198.51.100.{number + 1}"
            )

        answer = client.post(poster, said(99), REMOTE_ADDR="198.51.100.200")

        assert answer.status_code == 429

    def test_per_code(self, client, poster) -> None:
        for number in range(visitors.MOST_FROM_CODE):
            report_from = f"203.0.{number}.1"
            typed = poster.lower() if number % 2 else poster
            client.post(typed, said(number + 1), REMOTE_ADDR=report_from)

        answer = client.post(poster, said(99), REMOTE_ADDR="203.1.1.1")

        assert answer.status_code == 429

    def test_words_added_to_one_report(self, client, poster) -> None:
        address = report(client, poster)
        for number in range(visitors.MOST_WORDS):
            client.post(f"{address}/words", {"words": f"第 {number} 句"})

        answer = client.post(f"{address}/words", {"words": "还有"})

        assert answer.status_code == 429
        assert Note.objects.count() == visitors.MOST_WORDS

    def test_reading_is_not_limited(self, client, poster) -> None:
        for _many in range(visitors.MOST_FROM_CODE + 5):
            assert client.get(poster).status_code == 200


class TestFollowing:
    def test_shows_progress_and_no_names(self, scene, client, poster) -> None:
        address = report(client, poster)
        incident = Report.objects.get().incident
        incidents.acknowledge(
            assignment=scene.assignment(incident, scene.guard),
            by=scene.guard,
            at=timezone.now(),
        )

        page = client.get(address).content.decode()

        assert incident.case.number in page
        for person in scene.organisation.user_set.all():
            assert person.name not in page

    def test_the_page_goes_on_by_itself_until_it_is_over(
        self, scene, client, poster, at: datetime
    ) -> None:
        address = report(client, poster)
        page = client.get(address).content.decode()
        assert f'data-follow="{address}"' in page
        assert "portal/follow" in page
        assert "刷新" in page
        assert "data-ended" not in page
        scene.call_off(Report.objects.get().incident, reason="误报", at=at)

        page = client.get(address).content.decode()

        assert "data-ended" in page
        assert "刷新" not in page

    def test_who_let_it_lapse_is_not_coming(
        self, scene, client, poster, at: datetime
    ) -> None:
        """Each page is read by the words that a frightened person would trust."""
        address = report(client, poster)
        assert "正在通知最近的保安和值班主任" in progress(client, address)
        say_coming(scene, at)
        assert "正在赶来" in progress(client, address)

        pass_time(at, 3600)

        shown = progress(client, address)
        assert "正在赶来" not in shown
        assert "正在通知" not in shown
        assert "还没有人应答" in shown
        assert "请直接拨打 110，或者打管理处的电话" in shown

    def test_who_is_there_is_shown_and_nobody_is_missed(
        self, scene, client, poster, at: datetime
    ) -> None:
        address = report(client, poster)
        incident = Report.objects.get().incident
        incidents.arrive(
            assignment=scene.assignment(incident, scene.guard), by=scene.guard, at=at
        )
        assert "已到现场" in progress(client, address)
        incidents.control_scene(incident=incident, by=scene.guard, at=at)

        shown = progress(client, address)

        assert "已到现场" in shown
        assert "现场已控制" in shown
        for gone in ("正在通知", "还没有人应答", "正在赶来"):
            assert gone not in shown

    def test_a_joined_report_follows_the_host(
        self, scene, client, poster, at: datetime
    ) -> None:
        host = scene.incident(place=scene.place("园区 南门"), at=at)
        address = report(client, poster)
        own = Report.objects.get(channel=Channel.PUBLIC).incident
        cases.join_cases(case=own.case, host=host.case, by=scene.officer, at=at)
        run_due(at=at)
        assert own.assignments.count() == 0  # its responders went on with the host

        assert "正在通知最近的保安和值班主任" in progress(client, address)
        incidents.arrive(
            assignment=scene.assignment(host, scene.guard), by=scene.guard, at=at
        )

        assert "已到现场" in progress(client, address)
        page = client.get(address).content.decode()
        assert own.case.number in page  # the number that this person wrote down
        assert host.case.number not in page
        assert "撤回这份报告" in page

    def test_a_joined_report_keeps_its_call_to_the_police(
        self, scene, client, poster, at: datetime
    ) -> None:
        host = scene.incident(place=scene.place("园区 南门"), at=at)
        address = report(client, poster)
        own = Report.objects.get(channel=Channel.PUBLIC).incident
        incidents.record_emergency_call(
            incident=own, service=EmergencyService.POLICE, by=scene.officer, at=at
        )
        assert "已报警" in progress(client, address)

        cases.join_cases(case=own.case, host=host.case, by=scene.officer, at=at)

        assert "已报警" in progress(client, address)

    def test_secret_is_kept_nowhere(self, client, poster) -> None:
        secret = report(client, poster).rpartition("/")[2]

        assert len(secret) >= 22  # 128 bits
        link = AccessLink.objects.get()
        assert secret.encode() not in bytes(link.digest)

    @pytest.mark.parametrize("change", ["expired", "revoked", "unknown"])
    def test_dead_links_answer_alike(self, scene, client, poster, change) -> None:
        address = report(client, poster)
        if change == "expired":
            long_ago = timezone.now() - timedelta(days=31)
            Case.objects.update(state=Case.State.CLOSED, closed_at=long_ago)
            AccessLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        elif change == "revoked":
            incidents.revoke_report_links(
                report=Report.objects.get(), by=scene.officer, at=timezone.now()
            )
        else:
            address += "x"

        for path, method in (
            ("", "get"),
            ("/words", "post"),
            ("/files", "post"),
            ("/withdrawal", "post"),
        ):
            answer = getattr(client, method)(address + path)
            assert answer.status_code == 404
            assert called_from(answer.content.decode()) == ["tel:110", "tel:120"]
            assert "这个链接已经失效" in answer.content.decode()
        assert Report.objects.get().withdrawn_at is None

    def test_page_is_not_kept_by_caches(self, client, poster) -> None:
        assert "no-store" in client.get(report(client, poster))["Cache-Control"]

    def test_address_does_not_leak_to_other_sites(self, client, poster) -> None:
        page = client.get(report(client, poster))

        assert page["Referrer-Policy"] in {"same-origin", "no-referrer"}


class TestAddingAndWithdrawing:
    def test_words(self, client, poster) -> None:
        address = report(client, poster)

        client.post(f"{address}/words", {"words": "他往南门走了"})
        client.post(f"{address}/words", {"words": ""})

        assert Note.objects.get().text == "他往南门走了"
        [entry] = entries(Report.objects.get().incident.case, "case.note_written")
        assert entry.actor == f"public:{AccessLink.objects.get().uid}"
        assert verify().is_sound

    def test_words_sent_twice_are_one_note_and_others_another(
        self, client, poster
    ) -> None:
        address = report(client, poster)
        page = client.get(address).content.decode()
        [form] = re.findall(r'name="request_id" value="([^"]+)"', page)
        for text in ("他往南门走了", "他往南门走了", "他往东门走了"):
            sent = {"request_id": form, "words": text}
            assert client.post(f"{address}/words", sent).status_code == 302

        assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == [
            "他往南门走了",
            "他往东门走了",
        ]

    @pytest.mark.parametrize(
        ("text", "status", "why"),
        [("字" * 1001, 422, "1000"), ("还有", 429, "这一次没有收下")],
    )
    def test_words_that_are_refused_stay_typed(
        self, client, poster, monkeypatch, text, status, why
    ) -> None:
        address = report(client, poster)
        if status == 429:
            monkeypatch.setattr(visitors, "MOST_WORDS", 0)

        answer = client.post(f"{address}/words", {"words": text})

        assert answer.status_code == status
        typed = answer.content.decode().partition("<textarea")[2]
        assert text in typed.partition("</textarea>")[0]
        assert why in typed.partition("</form>")[0]
        assert not Note.objects.exists()
        assert client.get(f"{address}/words")["Location"] == address

    def test_a_line_break_is_one_letter(self, client, poster) -> None:
        address = report(client, poster)
        lines = "\r\n".join(["字" * 9] * 100)

        client.post(f"{address}/words", {"words": lines})

        assert Note.objects.get().text == lines.replace("\r\n", "\n")

    def test_no_file_is_answered(self, client, poster) -> None:
        address = report(client, poster)

        page = client.post(f"{address}/files", follow=True).content.decode()

        assert "没有选文件" in page

    def test_files(self, client, poster) -> None:
        address = report(client, poster)
        for content in (PNG, PNG, b"MZ no picture"):
            client.post(
                f"{address}/files", {"files": SimpleUploadedFile("a.png", content)}
            )

        assert Attachment.objects.count() == 1

    def test_whoever_uploads_gets_a_receipt(self, client, poster) -> None:
        address = report(client, poster)
        assert "回执" not in client.get(address).content.decode()
        client.post(f"{address}/files", {"files": SimpleUploadedFile("a.png", PNG)})

        page = client.get(address).content.decode()

        assert hashlib.sha256(PNG).hexdigest() in page
        assert "certutil -hashfile" in page

    def test_withdrawal_never_stops_anybody(self, client, poster) -> None:
        address = report(client, poster)
        before = alerted(Report.objects.get().incident)
        for _twice in range(2):
            assert client.post(f"{address}/withdrawal").status_code == 302

        made = Report.objects.get()
        assert made.withdrawn_at is not None
        assert made.incident.case.is_open
        assert alerted(made.incident) == before
        assert len(entries(made.incident.case, "incident.report_withdrawn")) == 1

    def test_a_link_serves_its_own_report_only(self, client, poster) -> None:
        first = report(client, poster, 1)
        report(client, poster, 2)

        client.post(f"{first}/withdrawal")

        withdrawn = Report.objects.order_by("pk").values_list("withdrawn_at", flat=True)
        assert [moment is not None for moment in withdrawn] == [True, False]


def test_every_page_in_both_languages(client: Client, poster: str) -> None:
    address = report(client, poster)
    closed = Place.objects.exclude(code=poster.rpartition("/")[2]).first()
    assert closed is not None
    closed.is_active = False
    closed.save()
    for language in ("zh-hans", "en"):
        for path, status in (
            (poster, 200),
            (address, 200),
            (f"/q/{closed.code}", 404),
            ("/f/unknown", 404),
        ):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            page = client.get(path)
            assert page.status_code == status
            said = re.search(r'<html\s+lang="([\w-]+)"', page.content.decode())
            assert said is not None
            assert said[1].lower() == language
            assert "<c-" not in page.content.decode()
            assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/m/", "phone:alarm"),
        ("/m/sw.js", "phone:service_worker"),
        ("/m/manifest.webmanifest", "phone:manifest"),
        ("/m/report/", "phone:report"),
    ],
)
def test_no_secret_stands_where_guards_work(address: str, name: str):
    """A secret address that takes any word would answer for the program of the phones."""
    assert resolve(address).view_name == name
