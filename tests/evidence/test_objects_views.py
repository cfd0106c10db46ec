"""The pages about things: sheets that ask, the story on paper, the label, signatures."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from anlan.cases.models import Case
from anlan.cases.selectors import lines_of
from anlan.evidence import services as evidence
from anlan.evidence.models import CustodyStep, Exhibit, PhysicalItem
from anlan.ledger.models import Entry
from anlan.play.company import PASSWORD
from anlan.play.pictures import signature
from tests.evidence.objects import umbrella
from tests.evidence.test_custody import asked, checked, handed, party_of
from tests.incidents.story import entries, facts
from tests.pictures import JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
HTMX = {"HX-Request": "true"}
SHEETS = [
    "sealing",
    "seal-check",
    "move",
    "hand-over",
    "return",
    "disposal",
    "disposal/decision",
]


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    settings.PUBLIC_URL = "https://anlan.example.cn"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def thing(scene: Scene, case: Case) -> Exhibit:
    return umbrella(scene, case)


def address(thing: Exhibit, page: str) -> str:
    return f"/cases/{thing.case.number}/evidence/{thing.uid}/{page}/"


def signed(**more: Any) -> dict[str, Any]:
    return {
        "request_id": str(uuid4()),
        "giver_signature": as_text(signature(1)),
        "receiver_signature": as_text(signature(2)),
        **more,
    }


def as_text(content: bytes) -> str:
    return f"data:image/png;base64,{b64encode(content).decode()}"


class TestSheets:
    def test_register_and_read_the_story(self, scene, case, sign_in) -> None:
        client = sign_in("zhoumin")
        owner = party_of(scene, case)
        body = {
            "request_id": str(uuid4()),
            "title": "黑色长柄伞",
            "how": "12 号车位旁",
            "party": str(owner.uid),
            "seal_number": "yq-0001",
            "kept_where": "值班室保险柜",
            "photos": SimpleUploadedFile("IMG_1.jpg", JPEG),
        }

        answer = client.post(f"/cases/{case.number}/evidence/objects/", body)

        thing = Exhibit.objects.get(kind="object")
        assert (
            answer.headers["Location"]
            == f"/cases/{thing.case.number}/evidence/{thing.uid}/"
        )
        page = client.get(answer.headers["Location"]).content.decode()
        for words in (case.number, "E-0001", "黑色长柄伞", "YQ-0001", "罗*明", "周敏"):
            assert words in page
        assert "罗启明" not in page
        assert Exhibit.objects.filter(kind="photo").count() == 1

    def test_a_refusal_keeps_what_was_typed_and_signed(
        self, scene, thing, sign_in
    ) -> None:
        client = sign_in("zhoumin")
        blank = signed(
            receiver=str(scene.person("sunlei").uid),
            words="换班",
            receiver_signature="",
        )

        answer = client.post(address(thing, "hand-over"), blank, headers=HTMX)

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "交出人和接收人都要签" in page
        assert blank["giver_signature"] in page
        assert "换班" in page
        assert CustodyStep.objects.count() == 1

    def test_hand_over(self, scene, thing, sign_in) -> None:
        client = sign_in("zhoumin")
        body = signed(receiver=str(scene.person("sunlei").uid))

        answer = client.post(address(thing, "hand-over"), body, headers=HTMX)
        again = client.post(address(thing, "hand-over"), body)

        assert (
            answer.headers["HX-Redirect"]
            == again.headers["Location"]
            == f"/cases/{thing.case.number}/evidence/{thing.uid}/"
        )
        assert CustodyStep.objects.count() == 2
        assert PhysicalItem.objects.get().holder == scene.person("sunlei")

    def test_hand_over_on_paper(self, scene, thing, sign_in) -> None:
        body = signed(
            receiver=str(scene.person("sunlei").uid),
            giver_signature="",
            receiver_signature="",
            paper=SimpleUploadedFile("IMG_2.jpg", JPEG),
        )

        client = sign_in("zhoumin")
        client.post(address(thing, "hand-over"), body)

        assert (
            "双方在纸上签字" in client.get(address(thing, "custody")).content.decode()
        )
        step = CustodyStep.objects.exclude(giver_signature=None).get()
        shown = client.get(f"{address(thing, 'custody')}{step.uid}/giver/")
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert shown.content != JPEG  # drawn anew

    @pytest.mark.parametrize(
        "wrong", ["周敏", "data:image/svg+xml,<svg/>", "data:image/png;base64,%%%"]
    )
    def test_a_typed_name_is_no_signature(self, scene, thing, sign_in, wrong) -> None:
        body = signed(receiver=str(scene.person("sunlei").uid), giver_signature=wrong)

        answer = sign_in("zhoumin").post(address(thing, "hand-over"), body)

        assert answer.status_code == 422
        assert CustodyStep.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "body", "kind"),
        [
            ("sealing", {"seal_number": "YQ-2", "words": "拆开拍照"}, "sealed"),
            ("seal-check", {"seal": "whole"}, "checked"),
            ("seal-check", {"seal": "broken", "words": "撕开"}, "checked"),
            ("move", {"kept_where": "铁柜"}, "moved"),
            ("disposal", {"words": "移交派出所"}, "disposal_asked"),
        ],
    )
    def test_each_small_step(self, scene, thing, sign_in, name, body, kind) -> None:
        client = sign_in("zhoumin")
        answer = client.post(address(thing, name), {"request_id": str(uuid4()), **body})

        assert answer.status_code == 302
        assert CustodyStep.objects.latest("pk").kind == kind
        assert client.get(answer.headers["Location"]).status_code == 200

    @pytest.mark.parametrize(
        ("said", "state"),
        [({"decision": "yes"}, "disposed"), ({"decision": "no"}, "kept")],
    )
    def test_the_second_person_decides(
        self, scene, thing, sign_in, said, state
    ) -> None:
        asked(scene, thing)
        client = sign_in("hetao")
        assert (
            "移交派出所"
            in client.get(address(thing, "disposal/decision")).content.decode()
        )

        answer = client.post(
            address(thing, "disposal/decision"),
            {"request_id": str(uuid4()), "words": "案件未结", **said},
        )

        assert answer.status_code == 302
        thing.refresh_from_db()
        assert thing.state == state

    def test_is_decided_after_a_fresh_proof_alone(self, scene, thing, sign_in) -> None:
        asked(scene, thing)
        who = scene.person("hetao")
        who.set_password(PASSWORD)
        who.save()
        client = sign_in("hetao")
        page = address(thing, "disposal/decision")
        said = {"request_id": str(uuid4()), "words": "同意", "decision": "yes"}

        with time_machine.travel(scene.at + timedelta(minutes=17), tick=False):
            for answer in (client.get(page), client.post(page, said)):
                assert answer.headers["Location"].endswith(
                    f"?next={quote(page, safe='')}"
                )
        thing.refresh_from_db()
        assert thing.state == "kept"

    def test_return(self, scene, case, thing, sign_in) -> None:
        body = signed(party=str(party_of(scene, case).uid), words="周敏休假")
        client = sign_in("hetao")

        answer = client.post(address(thing, "return"), body)

        page = client.get(answer.headers["Location"]).content.decode()
        assert "已退还" in page
        assert "罗*明" in page

    @pytest.mark.parametrize("name", SHEETS)
    def test_who_may_not_gets_the_sentence(self, scene, thing, sign_in, name) -> None:
        client = sign_in("wangjianguo")
        before = Entry.objects.count()

        assert client.get(address(thing, name)).status_code == 200
        body = signed(
            seal_number="YQ-3",
            words="撕",
            seal="broken",
            kept_where="铁柜",
            receiver=str(scene.person("sunlei").uid),
            party=str(party_of(scene, thing.case).uid),
            decision="yes",
        )
        answer = client.post(address(thing, name), body)

        assert answer.status_code == 403
        assert "您在这个项目没有" in answer.content.decode()
        kinds = Entry.objects.order_by("-pk")[: Entry.objects.count() - before]
        assert not any(entry.kind.startswith("evidence.") for entry in kinds)


class TestPaper:
    def test_every_step_with_signatures_and_digests(
        self, scene, thing, sign_in
    ) -> None:
        step = handed(scene, thing)
        checked(scene, thing, is_whole=False, words="撕开三厘米", by=step.receiver)

        page = sign_in("zhoumin").get(address(thing, "custody")).content.decode()

        entries = Entry.objects.filter(kind="evidence.custody_stepped")
        assert entries.count() == 3
        for entry in entries:
            assert bytes(entry.digest).hex() in page
        assert step.giver_signature is not None
        assert step.giver_signature.sha256 in page
        assert page.count("<img") == 2
        assert "封条已破损" in page
        assert "撕开三厘米" in page

    def test_signatures_are_seen_by_who_sees_the_case(
        self, scene, thing, sign_in
    ) -> None:
        step = handed(scene, thing)
        url = f"{address(thing, 'custody')}{step.uid}/giver/"
        before = Entry.objects.count()

        answer = sign_in("wangjianguo").get(url)

        assert b"".join(answer.streaming_content) == signature(1)
        assert answer.headers["Content-Type"] == "image/png"
        assert Entry.objects.count() == before  # no evidence, no entry
        assert sign_in("dingyi").get(url).status_code == 404
        assert (
            sign_in("wangjianguo").get(url.replace("giver", "nobody")).status_code
            == 404
        )

    def test_the_label_has_the_address(self, scene, thing, sign_in, settings) -> None:
        client = sign_in("zhoumin")
        page = client.get(address(thing, "label")).content.decode()

        assert "<svg" in page
        for words in ("E-0001", thing.case.number, "YQ-0001"):
            assert words in page
        settings.PUBLIC_URL = ""
        assert (
            "ANLAN_PUBLIC_URL" in client.get(address(thing, "label")).content.decode()
        )

    @pytest.mark.parametrize("name", ["custody", "label"])
    def test_printing_is_on_the_record(self, thing, sign_in, name) -> None:
        sign_in("zhoumin").get(address(thing, name))

        (entry,) = entries(thing.case, "evidence.page_printed")
        assert entry.object == thing.key
        assert facts(thing.case, "evidence.page_printed") == [
            {"page": name, "code": "E-0001", "way": "printed"}
        ]
        (line,) = lines_of([entry], case=thing.case, with_quiet=True)
        assert line.sentence.startswith("周敏打印了")

    @pytest.mark.parametrize("name", [*SHEETS, "custody", "label"])
    def test_strangers_and_files_find_nothing(
        self, scene, case, thing, sign_in, name
    ) -> None:
        file = evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)

        assert sign_in("dingyi").get(address(thing, name)).status_code == 404
        assert sign_in("zhoumin").get(address(file, name)).status_code == 404

    def test_the_timeline_says_it(self, scene, case, thing, sign_in) -> None:
        handed(scene, thing)

        page = sign_in("wangjianguo").get(f"/cases/{case.number}/").content.decode()

        assert "周敏登记实物证据 E-0001，封条 YQ-0001" in page
        assert "交接 → 孙磊" in page
