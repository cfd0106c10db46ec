"""Pages of evidence: the list, one exhibit, looking, taking parts, the receipt."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from anlan.base import stores
from anlan.base.errors import Conflict
from anlan.base.pictures import LONGEST_SIDE, viewing_copy
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import Way
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors import story_of
from anlan.ledger.models import Entry
from tests.incidents.story import entries, facts
from tests.pictures import CUT, JPEG, PDF, encoded
from tests.scene import Scene
from tests.signed_in import SignIn


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def exhibit(scene: Scene, case: Case) -> Exhibit:
    return evidence.add_file(
        case=case,
        chunks=[JPEG],
        title="额头的伤",
        how="王建国手机",
        by=scene.guard,
        at=scene.at,
    )


@pytest.fixture
def officer(scene: Scene, sign_in: SignIn) -> Client:
    return sign_in("zhoumin")


def below(exhibit: Exhibit, name: str = "") -> str:
    return f"/cases/{exhibit.case.number}/evidence/{exhibit.uid}/{name}"


def with_things(case: Case, scene: Scene, count: int) -> None:
    """That many rows of the list; nobody asks what is behind them."""
    Exhibit.objects.bulk_create(
        Exhibit(
            case=case,
            number=number,
            kind=Exhibit.Kind.OBJECT,
            title=f"雨伞 {number}",
            source=Exhibit.Source.PHYSICAL,
            received_at=scene.at,
            received_from=scene.guard.actor_key,
        )
        for number in range(1, count + 1)
    )


def story_entries(exhibit: Exhibit) -> list[Entry]:
    return list(Entry.objects.filter(object=exhibit.key).order_by("seq"))


def codes_in(page: str) -> list[str]:
    return re.findall(r">(E-\d{4})</a>", page)


class TestTheList:
    def test_names_each_with_digest_and_copies(self, officer, exhibit) -> None:
        page = officer.get(f"/cases/{exhibit.case.number}/evidence/").text

        assert "E-0001" in page
        assert "额头的伤" in page
        assert exhibit.file.sha256[:12] in page
        assert "两份完好" in page
        assert "同一块硬盘" in page

    def test_says_when_a_copy_is_missing(self, officer, exhibit) -> None:
        exhibit.file.copies.filter(store="backup").update(state="missing")

        page = officer.get(f"/cases/{exhibit.case.number}/evidence/").text

        assert "不足两份" in page
        assert "两份完好" not in page

    def test_of_nothing_says_what_belongs_there(self, officer, case) -> None:
        assert "还没有证据" in officer.get(f"/cases/{case.number}/evidence/").text

    def test_shows_one_kind_and_counts_each(self, officer, exhibit, scene) -> None:
        evidence.add_file(
            case=exhibit.case, chunks=[PDF], title="病历", by=scene.officer, at=scene.at
        )
        address = f"/cases/{exhibit.case.number}/evidence/"

        papers = officer.get(f"{address}?kind=document").text
        nonsense = officer.get(f"{address}?kind=nonsense&after=x").text

        assert "病历" in papers
        assert "额头的伤" not in papers
        assert "病历" in nonsense
        assert "额头的伤" in nonsense

    def test_comes_in_pages_that_leave_nothing_out(self, officer, case, scene) -> None:
        with_things(case, scene, 205)
        address = f"/cases/{case.number}/evidence/"
        seen: list[str] = []
        query = "?kind=object"
        for _page in range(3):
            page = officer.get(f"{address}{query}").text
            seen += codes_in(page)
            more = re.search(r'after=(\d+)"\s+rel="next"', page)
            query = f"?after={more[1]}" if more else ""

        assert seen == [f"E-{number:04}" for number in range(1, 206)]
        assert not query
        assert facts(case, "evidence.page_printed") == []
        assert len(codes_in(officer.get(f"{address}?whole=1").text)) == 205
        assert facts(case, "evidence.page_printed") == [
            {"page": "list", "code": case.number, "way": "printed"}
        ]

    def test_costs_no_query_for_each(
        self, officer, exhibit, case, scene, django_assert_max_num_queries
    ) -> None:
        for number in range(20):
            evidence.add_file(
                case=case,
                chunks=[JPEG + bytes([number])],
                by=scene.guard,
                at=scene.at,
            )

        with django_assert_max_num_queries(10):
            answer = officer.get(f"/cases/{case.number}/evidence/")

        assert answer.status_code == 200
        assert len(codes_in(answer.text)) == 21

    def test_in_the_room(self, officer, exhibit) -> None:
        number = exhibit.case.number
        room = officer.get(f"/cases/{number}/").text

        assert f'hx-get="/cases/{number}/evidence/panel/"' in room
        assert "额头的伤" in officer.get(f"/cases/{number}/evidence/panel/").text


class TestOne:
    def test_tells_where_it_comes_from_and_who_looked(self, officer, exhibit) -> None:
        officer.get(below(exhibit, "picture/"))

        page = officer.get(below(exhibit)).text

        assert exhibit.file.sha256 in page
        assert "王建国手机" in page
        assert "周敏查看了证据 E-0001" in page

    def test_tells_a_copy_that_was_taken_from_a_look(self, officer, exhibit) -> None:
        officer.get(below(exhibit, "original/"))

        page = officer.get(below(exhibit)).text

        assert "周敏下载了证据 E-0001" in page
        assert "查看了" not in page

    def test_arrival_stands_first_however_much_was_played(
        self, officer, exhibit, scene
    ) -> None:
        for number in range(4):
            for way in (Way.VIEWED, Way.DOWNLOADED):
                evidence.open_exhibit(
                    exhibit=exhibit,
                    way=way,
                    by=scene.officer,
                    at=scene.at + timedelta(hours=number),
                )

        newest = story_of(exhibit, page=3)
        older = story_of(exhibit, page=5, before=newest.before)

        assert "入库" in newest.lines[0].line.sentence
        assert (len(newest.lines), newest.hidden) == (4, 5)
        assert (len(older.lines), older.hidden, older.before) == (6, 0, None)
        seqs = [one.line.seq for one in [*older.lines, *newest.lines[1:]]]
        assert seqs == [entry.seq for entry in story_entries(exhibit)]
        page = officer.get(below(exhibit, f"?before={newest.before}")).text
        assert page.count("下载了") == 2

    def test_ranges_of_one_sitting_are_one_line(self, officer, exhibit, scene) -> None:
        for minutes in (1, 2, 20, 45, 90):
            evidence.open_exhibit(
                exhibit=exhibit,
                way=Way.VIEWED,
                by=scene.officer,
                at=scene.at + timedelta(minutes=minutes),
            )

        told = story_of(exhibit).lines

        assert [one.sitting.count for one in told] == [1, 4, 1]
        assert told[1].sitting.until == scene.at + timedelta(minutes=45)
        assert "共 4 次" in officer.get(below(exhibit)).text

    def test_title_of_what_is_protected_is_on_no_timeline(
        self, officer, exhibit
    ) -> None:
        room = f"/cases/{exhibit.case.number}/"
        assert "额头的伤" in officer.get(room).text

        exhibit.protection = "injury"
        exhibit.save(update_fields=["protection"])

        assert "额头的伤" not in officer.get(room).text

    def test_page_alone_opens_nothing(self, officer, exhibit) -> None:
        assert "picture/" not in officer.get(below(exhibit)).text
        assert not entries(exhibit.case, "evidence.opened")
        assert "picture/" in officer.get(below(exhibit, "?look")).text

    def test_guard_of_the_site_sees_the_entry_and_not_the_bytes(
        self, scene, sign_in, exhibit
    ) -> None:
        other = sign_in("zhangqiang")

        assert other.get(below(exhibit)).status_code == 200
        assert "下载原件" not in other.get(below(exhibit)).text
        for name in ("picture/", "original/", "receipt/"):
            assert other.get(below(exhibit, name)).status_code == 403
        assert not entries(exhibit.case, "evidence.opened")

    @pytest.mark.parametrize("name", ["", "picture/", "original/", "receipt/"])
    def test_another_site_finds_nothing(self, scene, sign_in, exhibit, name) -> None:
        stranger = sign_in("dingyi")

        assert stranger.get(below(exhibit, name)).status_code == 404

    def test_of_another_case_is_not_found(self, officer, scene, exhibit) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case

        wrong = f"/cases/{other.number}/evidence/{exhibit.uid}/"
        assert officer.get(wrong).status_code == 404


class TestLooking:
    def test_is_at_a_copy_drawn_anew(self, officer, exhibit) -> None:
        answer = officer.get(below(exhibit, "picture/"))

        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer.content != JPEG
        assert facts(exhibit.case, "evidence.opened")[0]["way"] == "viewed"

    def test_paper_is_not_shown(self, officer, scene, case) -> None:
        paper = evidence.add_file(case=case, chunks=[PDF], by=scene.guard, at=scene.at)

        assert officer.get(below(paper, "picture/")).status_code == 404

    def test_copy_holds_no_place_no_camera_and_no_thumbnail(self, tmp_path) -> None:
        with Image.open(BytesIO(encoded("JPEG", size=(4000, 1000)))) as image:
            exif = image.getexif()
            exif[0x0110] = "SecretCamera"
            exif.get_ifd(0x8825)[1] = "N"
            exif[0x0112] = 6  # lies on its side
            image.save(tmp_path / "photo", "JPEG", exif=exif)

        drawn = viewing_copy(tmp_path / "photo")

        assert b"SecretCamera" not in drawn
        with Image.open(BytesIO(drawn)) as shown:
            assert not dict(shown.getexif())
            assert shown.size == (LONGEST_SIDE // 4, LONGEST_SIDE)

    def test_what_cannot_be_drawn_is_a_sentence(self, tmp_path) -> None:
        (tmp_path / "cut").write_bytes(CUT)

        with pytest.raises(Conflict, match="不能在这里查看"):
            viewing_copy(tmp_path / "cut")

    def test_neither_copy_whole_is_a_sentence(self, officer, exhibit) -> None:
        for store in stores.folders():
            path = store.path_of(exhibit.file.sha256)
            path.chmod(0o640)
            path.write_bytes(JPEG[::-1])

        answer = officer.get(below(exhibit, "picture/"))

        assert answer.status_code == 409
        assert "与入库时的校验值不符" in answer.text
        assert not entries(exhibit.case, "evidence.opened")


class TestTheOriginal:
    def taken(
        self, client: Client, exhibit: Exhibit, part: str = ""
    ) -> tuple[Any, bytes]:
        headers = {"Range": part} if part else {}
        answer = client.get(below(exhibit, "original/"), headers=headers)
        body = answer.getvalue()
        return answer, body

    def test_comes_as_it_was_and_is_saved(self, officer, exhibit) -> None:
        answer, body = self.taken(officer, exhibit)

        assert body == JPEG
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        ("part", "first", "last"),
        [
            ("bytes=0-9", 0, 9),
            ("bytes=10-", 10, len(JPEG) - 1),
            ("bytes=-5", len(JPEG) - 5, len(JPEG) - 1),
            ("bytes=5-99999999", 5, len(JPEG) - 1),
        ],
    )
    def test_bytes_served_are_bytes_accounted_for(
        self, officer, exhibit, part, first, last
    ) -> None:
        answer, body = self.taken(officer, exhibit, part)

        assert answer.status_code == 206
        assert body == JPEG[first : last + 1]
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(JPEG)}"
        (fact,) = facts(exhibit.case, "evidence.opened")
        assert (fact["first"], fact["last"]) == (first, last)

    @pytest.mark.parametrize("part", ["bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "-"])
    def test_what_cannot_be_read_gives_the_whole(self, officer, exhibit, part) -> None:
        assert self.taken(officer, exhibit, part)[1] == JPEG

    @pytest.mark.parametrize("part", [f"bytes={len(JPEG)}-", "bytes=-0"])
    def test_behind_the_end_is_nothing_and_no_entry(
        self, officer, exhibit, part
    ) -> None:
        answer, _body = self.taken(officer, exhibit, part)

        assert answer.status_code == 416
        assert not entries(exhibit.case, "evidence.opened")


class TestAdding:
    def test_by_form_leads_to_the_receipt(self, officer, case) -> None:
        file = SimpleUploadedFile("伤.jpg", JPEG)

        answer = officer.post(
            f"/cases/{case.number}/evidence/upload/", {"file": file, "title": "伤"}
        )

        exhibit = Exhibit.objects.get()
        assert answer.url == below(exhibit, "receipt/")
        assert exhibit.file_name == "伤.jpg"

    def test_a_program_is_refused_and_what_was_typed_stays(self, officer, case) -> None:
        file = SimpleUploadedFile("a.jpg", b"MZ" + bytes(100))

        answer = officer.post(
            f"/cases/{case.number}/evidence/upload/",
            {"file": file, "title": "我写的"},
        )

        assert answer.status_code == 422
        assert "我写的" in answer.text
        assert "只能附照片" in answer.text
        assert not Exhibit.objects.exists()

    def test_who_may_not(self, scene, sign_in, case) -> None:
        client = sign_in("dingyi")

        assert client.get(f"/cases/{case.number}/evidence/upload/").status_code == 404


class TestTheReceipt:
    def test_says_what_makes_its_holder_a_witness(self, officer, exhibit) -> None:
        page = officer.get(below(exhibit, "receipt/")).text

        (entry,) = entries(exhibit.case, "evidence.received")
        assert exhibit.file.sha256 in page
        assert bytes(entry.digest).hex() in page
        assert "两份，在同一块硬盘上" in page
        assert "<svg" in page
        assert facts(exhibit.case, "evidence.receipt_shown")

    def test_whoever_brought_it_has_it(self, scene, sign_in, exhibit) -> None:
        assert sign_in("wangjianguo").get(below(exhibit, "receipt/")).status_code == 200
