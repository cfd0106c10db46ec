"""The pages of a review: without a script, refused with a sentence, and not for others."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.base.clock import local_day
from anlan.resolution.review.enums import ImprovementState, Section
from anlan.resolution.review.models import Improvement, Meeting, Report
from anlan.resolution.review.paper import address_of
from tests.pictures import encoded
from tests.resolution.reviewed import (
    LESSON,
    added,
    begun,
    decided,
    done,
    failing,
    found,
    improved,
    met,
    submitted,
)

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


def at(case, page=""):
    return f"/cases/{case.number}/{page}"


def text(answer):
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "page", ["reports/", "improvements/", "meetings/", "similar/", "improvements/new/"]
)
def test_whoever_may_not_read_it_is_told_so(sign_in, case, page: str) -> None:
    assert sign_in("chenlu").get(at(case, page)).status_code == 200
    assert sign_in("wangjianguo").get(at(case, page)).status_code == 403
    assert sign_in("dingyi").get(at(case, page)).status_code == 404


def test_a_report_from_the_first_word_to_the_decision(sign_in, scene, case) -> None:
    found(scene, case)
    client = sign_in("xuqing")
    begin = client.post(at(case, "reports/"))
    report = Report.objects.get()
    page = at(case, f"reports/{report.uid}/")
    assert begin["Location"] == page
    said = {"request_id": str(uuid4()), "section": "lessons", "text": LESSON}
    client.post(f"{page}paragraphs/new/", {**said, "tags": "标线"})
    again = client.post(f"{page}paragraphs/new/", {**said, "tags": "标线"})
    assert again.status_code == 302
    assert report.paragraphs.filter(section=Section.LESSONS).count() == 1

    early = client.post(f"{page}submission/")
    assert early.status_code == 422
    assert "主要原因" in text(early)
    assert client.post(f"{page}cause/", {"cause": "x"}).status_code == 422
    client.post(f"{page}cause/", {"cause": "environment"})
    client.post(f"{page}submission/")
    assert "批准以后" in text(client.get(f"{page}pdf/"))
    other = sign_in("hetao")
    returned = other.post(f"{page}decision/", {"return": "1", "remark": ""})
    assert returned.status_code == 422
    other.post(f"{page}decision/", {"remark": "同意"})

    report.refresh_from_db()
    assert report.state == "approved"
    pdf = other.get(f"{page}pdf/")
    assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
    assert other.get(f"{page}word/").content[:2] == b"PK"
    assert "下一版" not in text(other.get(f"{page}comparison/"))


def test_paragraphs_are_changed_and_left_out(sign_in, scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    row = report.paragraphs.get(section=Section.HANDLING)
    client = sign_in("xuqing")
    page = at(case, f"report-paragraphs/{row.uid}/")

    refused = client.post(page, {"text": "双方互殴。"})
    assert refused.status_code == 422
    assert "双方互殴。" in text(refused)  # what was typed stays
    client.post(page, {"text": "改派用了三十秒。"})
    client.post(f"{page}leaving/")
    row.refresh_from_db()
    assert (row.text, row.is_left_out) == ("改派用了三十秒。", True)
    client.post(f"{page}leaving/", {"again": "1"})
    client.post(at(case, f"reports/{report.uid}/composition/"))
    shown = text(client.get(at(case, f"reports/{report.uid}/")))
    assert "改派用了三十秒。" in shown
    assert "您写的都保留" in shown


def test_two_versions_stand_side_by_side(sign_in, scene, case) -> None:
    decided(scene, submitted(scene, case))
    report = begun(scene, case)
    added(scene, report, text="新的一条教训。")

    shown = text(sign_in("xuqing").get(at(case, f"reports/{report.uid}/comparison/")))

    assert "新的一条教训。" in shown
    assert "不同" in shown


def test_the_code_on_paper_leads_to_what_it_proves(sign_in, scene, case) -> None:
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    address = address_of(report)
    client = sign_in("chenlu")

    assert text(client.get(address)).count("不相符") == 0
    forged = address.replace("content=", "content=0")
    assert text(client.get(forged)).count("不相符") == 1
    for garbage in ("?seq=x", "?seq=٣", "?seq=9" + "9" * 30, "?content=%00", ""):
        path = address.partition("?")[0]
        assert client.get(f"{path}{garbage}").status_code == 200
    assert sign_in("wangjianguo").get(address).status_code == 403


def test_an_improvement_from_its_naming_to_its_check(sign_in, scene, case) -> None:
    found(scene, case)
    said = {
        "request_id": str(uuid4()),
        "what": "重画标线",
        "why": "标线磨损",
        "ground": failing(case).ref,
        "cause": "environment",
        "owner": str(scene.person("sunlei").uid),
        "due_on": local_day(scene.at + timedelta(days=9)).isoformat(),
    }
    client = sign_in("xuqing")
    assert client.post(at(case, "improvements/new/"), {}).status_code == 422
    client.post(at(case, "improvements/new/"), said)
    row = Improvement.objects.get()
    page = at(case, f"improvements/{row.uid}/")
    assert client.post(f"{page}done/", {"words": "画了"}).status_code == 403

    owner = sign_in("sunlei")  # reads no investigation, and has this to do
    assert "重画标线" in text(owner.get(page))
    assert "重画标线" in text(owner.get("/improvements/"))
    owner.post(f"{page}done/", {"words": "东侧标线已经重画"})
    row.refresh_from_db()
    assert row.state == ImprovementState.WATCHED
    check = at(case, f"improvement-checks/{row.checks.get(days=30).uid}/")
    body = {"is_effective": "0", "looked": "又磨掉了"}
    assert owner.post(check, body).status_code == 403
    assert client.post(check, body).status_code == 422  # until when?
    client.post(check, {**body, "due_on": said["due_on"]})
    row.refresh_from_db()
    assert (row.state, row.turn) == (ImprovementState.OPEN, 2)
    manager = sign_in("hetao")
    manager.post(f"{page}dropping/", {"reason": "车位取消"})
    row.refresh_from_db()
    assert row.state == ImprovementState.DROPPED
    assert sign_in("wangjianguo").get(page).status_code == 404


def test_a_recurrence_is_looked_at(sign_in, scene, case) -> None:
    row = done(scene, improved(scene, case))
    again = scene.incident(at=scene.at + timedelta(days=40)).case
    made = row.recurrences.create(case=again, found_at=scene.at)
    client = sign_in("zhoumin")
    assert again.number in text(client.get(at(case, f"improvements/{row.uid}/")))

    client.post(
        at(case, f"recurrences/{made.uid}/"), {"is_same": "1", "words": "标线又磨掉了"}
    )

    row.refresh_from_db()
    assert row.state == ImprovementState.OPEN


def test_a_meeting_is_written_down(sign_in, scene, case) -> None:
    client = sign_in("zhoumin")
    said = {
        "request_id": str(uuid4()),
        "held_at": "2000-01-01T10:00",
        "minutes": "耳机没有开。",
        "people": [str(scene.officer.uid), str(scene.guard.uid)],
        "guests": "社区民警",
    }
    assert client.post(at(case, "meetings/new/"), said).status_code == 422
    assert not Meeting.objects.exists()
    meeting = met(scene, case, at=scene.at + timedelta(hours=2))

    shown = text(client.get(at(case, "meetings/")))

    assert meeting.code in shown
    assert "派出所社区民警" in shown
    assert "12356" in shown


def test_the_library_and_the_lists(sign_in, scene, case) -> None:
    decided(scene, submitted(scene, case))
    client = sign_in("guoxin")

    assert LESSON in text(client.get("/lessons/?text=标线&cause=environment"))
    assert LESSON not in text(client.get("/lessons/?text=泳池&cause=x"))
    assert sign_in("wangjianguo").get("/lessons/").status_code == 403
    for which in ("open", "late", "watched", "worked", "all", "x", "<script>"):
        answer = client.get("/improvements/", {"which": which})
        assert answer.status_code == 200
        assert "<script>" not in text(answer).partition("<main")[2]


def test_done_with_a_photo_it_is_an_exhibit(sign_in, scene, case) -> None:
    row = improved(scene, case, owner=scene.guard)
    client = sign_in("wangjianguo")
    address = at(case, f"improvements/{row.uid}/done/")
    assert 'enctype="multipart/form-data"' in text(client.get(address))

    said = {"words": "东侧标线已经重画"}
    bad = SimpleUploadedFile("a.jpg", b"no photo", content_type="image/jpeg")
    assert client.post(address, {**said, "photo": bad}).status_code == 422
    assert not row.proofs.exists()
    good = SimpleUploadedFile("a.jpg", encoded("JPEG"), content_type="image/jpeg")
    assert client.post(address, {**said, "photo": good}).status_code == 302

    proof = row.proofs.get()
    assert proof.exhibit is not None
    assert proof.exhibit.case == case
    assert row.code in proof.exhibit.title
    shown = text(sign_in("zhoumin").get(at(case, f"improvements/{row.uid}/")))
    assert proof.exhibit.code in shown


def test_a_case_that_opens_shows_what_was_like_it(
    sign_in, scene, case, django_assert_max_num_queries
) -> None:
    decided(scene, submitted(scene, case))
    later = scene.incident(at=scene.at + timedelta(days=9)).case
    client = sign_in("hetao")
    panel = text(client.get(at(later, "handling/panel/")))

    assert at(later, "similar/panel/") in panel
    with django_assert_max_num_queries(40):
        shown = text(client.get(at(later, "similar/panel/")))
    assert case.number in shown
    assert "同一地点" in shown
    assert at(later, "similar/panel/") not in text(
        sign_in("wangjianguo").get(at(later, "handling/panel/"))
    )
    assert case.number not in text(
        sign_in("wangjianguo").get(at(later, "similar/panel/"))
    )
