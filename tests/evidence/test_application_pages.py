"""Applications for footage and their register on screens, for who may and who may not."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from anlan.accounts.models import Membership, Organisation, User
from anlan.cases import services as cases
from anlan.evidence import jobs, services
from anlan.evidence.enums import ApplicationState, FootageWay
from anlan.evidence.events import PackageDownloaded
from anlan.evidence.models import FootageApplication, Package
from anlan.evidence.selectors.applications import release_of
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.ledger import services as ledger
from anlan.ledger.models import Entry
from anlan.play.pictures import picture
from anlan.play.signing import signer_at_hand
from tests.evidence.footage import MINUTE, Filmed, filmed
from tests.pictures import JPEG
from tests.scene import Scene
from tests.signed_in import SignIn

LOCAL = "%Y-%m-%dT%H:%M:%S"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> Any:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]
    with signer_at_hand():
        yield


@pytest.fixture
def film(scene: Scene, tmp_path: Path) -> Filmed:
    return filmed(scene, tmp_path)


def typed(film: Filmed, **more: Any) -> dict[str, Any]:
    begin = timezone.localtime(film.begin)
    return {
        "request_id": uuid4(),
        "name": "陈晓雯",
        "phone": "19900001234",
        "relation": "self",
        "identity_paper": "id_card",
        "identity_tail": "2468",
        "purpose": "核对被打经过",
        "begin": f"{begin:{LOCAL}}",
        "end": f"{begin + 5 * MINUTE:{LOCAL}}",
        "wanted": "view",
        **more,
    }


def taken(film: Filmed, client: Client, **more: Any) -> FootageApplication:
    answer = client.post(
        f"/footage/new/?as=person&case={film.case.number}", typed(film, **more)
    )
    assert answer.status_code == 302, answer.content.decode()
    return FootageApplication.objects.get(uid=answer.headers["Location"].split("/")[2])


def other_company(scene: Scene) -> None:
    """Its supervisor may do everything there."""
    company = Organisation.objects.create(name="别的物业")
    user = User.objects.create(
        organisation=company, username="other", name="别人", created_at=scene.at
    )
    Membership.objects.create(
        user=user, role_key="hq_supervisor", organisation=company, since_at=scene.at
    )


def test_from_the_desk_to_the_end_of_the_look(film: Filmed, sign_in: SignIn) -> None:
    """A guard takes it in, the manager approves, the officer sits beside the applicant."""
    guard, manager = sign_in("wangjianguo"), sign_in("hetao")
    officer = sign_in("zhoumin")
    kinds = guard.get(f"/footage/new/?case={film.case.number}").content.decode()
    assert "两名民警" in kinds
    row = taken(film, guard)
    where = f"/footage/{row.uid}/"

    page = guard.get(where).content.decode()
    assert "陈*雯" in page
    assert "陈晓雯" not in page
    assert "19900001234" not in page
    assert "没有分享链接" in page
    assert "批准</" not in page.partition("下一步")[2].partition("要看的")[0]
    assert f"{where}approval/" in manager.get(where).content.decode()

    form = manager.get(f"{where}approval/").content.decode()
    assert "CAM-07" in form
    answer = manager.post(
        f"{where}approval/",
        {"way": "view", "recordings": [film.recording.uid], "days": 3},
    )
    assert answer.status_code == 302
    assert officer.post(f"{where}viewing/").status_code == 302
    assert "正在现场查阅" in officer.get(where).content.decode()
    done = officer.post(f"{where}viewing/end/", {"seen": "CAM-07 全段"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert row.state == ApplicationState.VIEWED
    story = officer.get(where).content.decode()
    assert "陪同申请人现场查阅" in story
    assert "没有留下复制件" in story


def test_police_on_screen_until_the_list(film: Filmed, sign_in: SignIn) -> None:
    officer, manager = sign_in("zhoumin"), sign_in("hetao")
    begin = timezone.localtime(film.begin)
    said = {
        "request_id": uuid4(),
        "unit": "云栖派出所",
        "officer_1": "李强",
        "officer_1_number": "012345",
        "document_kind": "collect",
        "document_number": "云公调证字 12 号",
        "document": SimpleUploadedFile("paper.jpg", JPEG),
        "identity_paper": "badge",
        "identity_tail": "2345",
        "purpose": "办理殴打他人案",
        "begin": f"{begin:{LOCAL}}",
        "end": f"{begin + MINUTE / 2:{LOCAL}}",
        "wanted": "copy",
    }
    new = f"/footage/new/?as=police&case={film.case.number}"
    refused = officer.post(new, said)
    assert refused.status_code == 422  # there is no second officer
    assert "云公调证字" in refused.content.decode()
    said |= {
        "document": SimpleUploadedFile("paper.jpg", JPEG),
        "officer_2": "王刚",
        "officer_2_number": "012346",
    }
    where = officer.post(new, said).headers["Location"]
    assert officer.get(f"{where}document/").headers["Content-Type"] == "image/jpeg"
    assert officer.get(f"{where}approval/").status_code == 403
    manager.post(
        f"{where}approval/",
        {"way": "copy", "recordings": [film.recording.uid], "days": 3},
    )
    assert film.exhibit.code in manager.get(f"{where}package/").content.decode()
    made = manager.post(
        f"{where}package/", {"request_id": uuid4(), "acknowledged": "采购中"}
    )
    assert made.status_code == 302
    jobs.make_packages(at=film.scene.at + MINUTE)
    assert Package.objects.get().state == "ready"
    paper = officer.get(f"{where}list/")
    assert paper.content.startswith(b"%PDF")
    assert Entry.objects.filter(kind="evidence.footage_list_printed").exists()


def test_across_the_wall_an_applicant_has_no_telephone(
    film: Filmed, sign_in: SignIn
) -> None:
    """Whoever speaks for the other side reads it on no page, and no name in the register."""
    row = film.applied()
    about: dict[str, Any] = {
        "case": film.case,
        "by": film.scene.officer,
        "at": film.at,
    }
    cases.add_party(roles=["victim"], person=row.person, **about)
    cases.add_party(roles=["aggressor"], user=film.scene.manager, **about)
    walled, free = sign_in("hetao"), sign_in("zhoumin")
    where = f"/footage/{row.uid}/"

    assert "199****" not in walled.get(where).content.decode()
    assert "199****" in free.get(where).content.decode()
    wanted = {"field": "phone", "reason": "回电"}
    assert walled.post(f"{where}name/", wanted).status_code == 403
    register = services.take_register(
        site=film.scene.site,
        first_day=film.at.date(),
        last_day=film.at.date(),
        reason="公安机关检查",
        by=film.scene.manager,
        at=film.at,
    )
    assert "陈晓雯" not in {one.applicant for one in register.rows}


def test_name_in_full_leaves_a_look(film: Filmed, sign_in: SignIn) -> None:
    officer = sign_in("zhoumin")
    row = taken(film, officer)
    where = f"/footage/{row.uid}/name/"

    assert officer.post(where, {"field": "name", "reason": ""}).status_code == 422
    shown = officer.post(where, {"field": "name", "reason": "核对身份"})

    assert "陈晓雯" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert row.person is not None
    assert row.person.disclosures.count() == 1
    guard = sign_in("wangjianguo")
    assert guard.post(where, {"field": "name", "reason": "好奇"}).status_code == 403


def test_who_may_not_see_what_is_there(film: Filmed, sign_in: SignIn) -> None:
    row = film.applied()
    pages = (
        *("", "approval/", "refusal/", "withdrawal/", "viewing/", "viewing/end/"),
        *("package/", "list/", "document/", "name/"),
    )
    stranger, counsellor = sign_in("dingyi"), sign_in("linan")
    other_company(film.scene)
    for client in (stranger, counsellor, sign_in("admin"), sign_in("other")):
        for page in pages:
            assert client.get(f"/footage/{row.uid}/{page}").status_code == 404
    assert row.number not in stranger.get("/footage/").content.decode()
    assert counsellor.get("/footage/").status_code == 403
    assert stranger.get("/footage-register/").status_code == 403
    assert stranger.get("/footage-register/YQ/").status_code == 404
    assert sign_in("zhoumin").get("/footage-register/YQ/").status_code == 404
    number = film.case.number
    assert stranger.get(f"/footage/new/?as=person&case={number}").status_code == 404
    assert Client().get(f"/footage/{row.uid}/").status_code == 302


def test_list_by_state_and_by_page(
    film: Filmed, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = sign_in("hetao")
    empty = manager.get("/footage/").content.decode()
    assert "还没有录像申请" in empty
    rows = [film.applied() for _n in range(5)]
    film.approved()
    monkeypatch.setattr("anlan.evidence.selectors.applications.PAGE", 4)

    first = manager.get("/footage/").content.decode()
    second = manager.get(f"/footage/?after={rows[2].number}").content.decode()

    assert rows[4].number in first
    assert rows[0].number not in first
    assert rows[0].number in second
    assert rows[4].number not in second
    approved = manager.get("/footage/?state=approved").content.decode()
    assert rows[4].number not in approved
    for odd in ("?state=love", "?after=' OR 1=1", "?case=YQ-IN-19990101-001"):
        assert manager.get(f"/footage/{odd}").status_code in {200, 404}


def test_register_as_page_paper_and_csv(film: Filmed, sign_in: SignIn) -> None:
    """What people type is never run: not by a browser, not by a spreadsheet."""
    evil = '=HYPERLINK("http://x")<script>alert(1)</script>'
    row = film.approved(film.person(purpose=evil))
    services.begin_viewing(application=row, by=film.scene.officer, at=film.at)
    services.ask_for_footage(
        recording=film.recording, reason="@SUM(1)", by=film.scene.officer, at=film.at
    )
    manager = sign_in("hetao")

    page = manager.get("/footage-register/YQ/").content.decode()
    paper = manager.get("/footage-register/YQ/?as=paper").content.decode()
    sheet = manager.get("/footage-register/YQ/?as=csv").content

    for text in (page, paper):
        assert "<script>alert" not in text
        assert "陈*雯" in text
        assert "陈晓雯" not in text
        assert row.number in text
    table = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"))))
    cells = [cell for line in table for cell in line]
    assert not any(cell.startswith(("=", "@", "+", "-")) for cell in cells)
    assert any("HYPERLINK" in cell for cell in cells)
    assert len(table) == 4  # a head, the sitting, its look, the officer's own look
    narrowed = manager.get("/footage-register/YQ/?first=2026-12-01").content.decode()
    assert row.number not in narrowed
    for odd in (
        "?before=x",
        "?first=32",
        "?camera=1",
        "?as=exe",
        "?before=9" + "9" * 30,
    ):
        assert manager.get(f"/footage-register/YQ/{odd}").status_code == 200


def test_register_in_full_is_on_the_record(film: Filmed, sign_in: SignIn) -> None:
    row = film.approved()
    services.begin_viewing(application=row, by=film.scene.officer, at=film.at)
    manager = sign_in("hetao")
    where = "/footage-register/YQ/extract/"
    day = f"{timezone.localtime(film.at):%Y-%m-%d}"

    assert manager.get(where).status_code == 200
    said = {"first_day": day, "last_day": day, "reason": "公安机关检查"}
    assert manager.post(where, {**said, "reason": ""}).status_code == 422
    assert Entry.objects.filter(kind="evidence.register_taken").count() == 0
    paper = manager.post(where, said)

    assert "陈晓雯" in paper.content.decode()
    assert "no-store" in paper.headers["Cache-Control"]
    assert Entry.objects.filter(kind="evidence.register_taken").count() == 1
    assert "取用登记簿" in manager.get("/footage-register/YQ/").content.decode()


def test_application_without_a_case(film: Filmed, sign_in: SignIn) -> None:
    """Only at the recorder itself; the page says what must come before copies."""
    guard, manager = sign_in("wangjianguo"), sign_in("hetao")
    said = typed(film, place=film.scene.garage.uid)
    missing = guard.post("/footage/new/?as=person", typed(film))
    assert missing.status_code == 422
    where = guard.post("/footage/new/?as=person", said).headers["Location"]

    assert "只能在录像机上" in manager.get(f"{where}approval/").content.decode()
    refused = manager.post(f"{where}approval/", {"way": "copy", "days": 3})
    assert refused.status_code == 422
    manager.post(f"{where}approval/", {"way": "view", "days": 3})
    officer = sign_in("zhoumin")
    officer.post(f"{where}viewing/")
    officer.post(f"{where}viewing/end/", {"seen": "车库东区全段"})

    row = FootageApplication.objects.get()
    assert row.state == ApplicationState.VIEWED
    assert row.way == FootageWay.VIEW
    assert "陪同申请人现场查阅" in manager.get(where).content.decode()
    register = manager.get("/footage-register/YQ/").content.decode()
    assert row.number in register


def test_pages_ask_the_same_for_few_and_many(film: Filmed, sign_in: SignIn) -> None:
    manager = sign_in("hetao")
    counts: dict[str, list[int]] = {}
    for number in range(12):
        row = film.approved()
        viewing = services.begin_viewing(
            application=row, by=film.scene.officer, at=film.at
        )
        services.end_viewing(
            viewing=viewing,
            seen="全段",
            by=film.scene.officer,
            at=film.at + timedelta(minutes=1),
        )
        if number in {0, 11}:
            for where in ("/footage/", "/footage-register/YQ/"):
                manager.get(where)
                with CaptureQueriesContext(connection) as asked:
                    answer = manager.get(where)
                assert answer.status_code == 200
                assert row.number in answer.content.decode()
                counts.setdefault(where, []).append(len(asked))

    assert [few == many for few, many in counts.values()] == [True, True], counts


def test_application_without_a_case_is_attached_to_one(
    film: Filmed, sign_in: SignIn
) -> None:
    guard = sign_in("wangjianguo")
    place = film.scene.garage
    answer = guard.post(
        "/footage/new/?as=person",
        typed(film, place=place.uid),
    )
    assert answer.status_code == 302, answer.content.decode()
    where = answer.headers["Location"]
    assert f"{where}case/" in guard.get(where).content.decode()
    page = guard.get(f"{where}case/").content.decode()
    assert film.case.number in page

    refused = guard.post(f"{where}case/", {"case": "YQ-IN-20200101-001"})
    assert refused.status_code == 422
    assert guard.post(f"{where}case/", {"case": film.case.number}).status_code == 302

    row = FootageApplication.objects.get()
    assert row.case == film.case
    page = guard.get(where).content.decode()
    assert film.case.number in page
    assert f"{where}case/" not in page
    assert sign_in("xuqing").get(f"{where}case/").status_code in {403, 404}


class TestQueries:
    """As many questions for thirty lines as for three, on every page and in every file."""

    def asked(self, client: Client, path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        return len(queries)

    def looks(self, film: Filmed, count: int) -> None:
        """Three lines each: who sits down, what is opened for them, and a package."""
        scene = film.scene
        for number in range(count):
            asked = film.police(document_number=f"{number} 号")
            row = film.approved(asked, at=film.at)
            viewing = services.begin_viewing(
                application=row, by=scene.officer, at=film.at
            )
            services.end_viewing(
                viewing=viewing, seen="全段", by=scene.officer, at=film.at
            )
            package = services.make_release(
                application=row, acknowledged="急", by=scene.manager, at=film.at
            )
            with ledger.recording():
                cases.record(
                    PackageDownloaded(code=package.code, first=0, last=9, sha256=""),
                    film.case,
                    thing=package.key,
                    by=scene.manager,
                    at=film.at,
                )

    @pytest.mark.parametrize("shape", ["", "?as=csv", "?as=paper"])
    def test_of_the_register(self, film: Filmed, sign_in: SignIn, shape: str) -> None:
        manager, path = sign_in("hetao"), f"/footage-register/YQ/{shape}"
        self.looks(film, 1)
        self.asked(manager, path)
        few = self.asked(manager, path)
        assert len(register_page(Wanted(site=film.scene.site)).rows) == 3

        self.looks(film, 9)

        assert len(register_page(Wanted(site=film.scene.site)).rows) == 30
        assert self.asked(manager, path) == few

    @pytest.mark.parametrize("asked", ["person", "police"])
    def test_of_what_may_leave(self, film: Filmed, sign_in: SignIn, asked: str) -> None:
        manager = sign_in("hetao")

        def page(count: int) -> int:
            said = film.police() if asked == "police" else film.person()
            row = film.approved(
                replace(said, wanted=FootageWay.COPY),
                way=FootageWay.COPY,
                exhibits=files[:count],
            )
            release = release_of(row)
            assert len(release.ready) + len(release.to_mask) > count
            paths = [f"/footage/{row.uid}/", f"/footage/{row.uid}/package/"]
            return sum(self.asked(manager, path) for path in paths)

        files = [
            services.add_file(
                case=film.case,
                chunks=[picture(number)],
                by=film.scene.guard,
                at=film.at,
            )
            for number in range(29)
        ]
        page(2)

        assert page(2) == page(29)

    def test_of_names_in_full(self, film: Filmed) -> None:
        """Each person has an entry of their own; what is read for them is read at once."""
        scene = film.scene

        def taken() -> int:
            with CaptureQueriesContext(connection) as queries:
                services.take_register(
                    site=scene.site,
                    first_day=film.at.date(),
                    last_day=film.at.date(),
                    reason="公安机关检查",
                    by=scene.manager,
                    at=film.at,
                )
            return sum(q["sql"].startswith("SELECT") for q in queries)

        def people(first: int, last: int) -> None:
            for number in range(first, last):
                asked = film.person(name=f"陈晓{number}", phone=f"199{number:08}")
                row = film.approved(asked)
                viewing = services.begin_viewing(
                    application=row, by=scene.officer, at=film.at
                )
                services.end_viewing(
                    viewing=viewing, seen="全段", by=scene.officer, at=film.at
                )

        people(0, 3)
        taken()  # which is a line of its own from then on
        few = taken()
        people(3, 30)

        assert taken() == few
