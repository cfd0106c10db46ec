"""Masked copies on screens: begun, drawn by rows and by the script, made, linked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import Settings

from anlan.base.errors import Conflict
from anlan.cases.models import Case
from anlan.evidence import services
from anlan.evidence.enums import (
    Masking,
    Purpose,
    Reading,
    RedactionState,
    Source,
)
from anlan.evidence.models import Exhibit, Redaction
from anlan.evidence.services.keeping import keep_bytes
from tests.evidence import masks
from tests.evidence.masks import box, fresh
from tests.evidence.recorders import watched
from tests.incidents.story import entries, facts
from tests.scene import Scene

SCRIPT = "application/json"
ROW = {
    "boxes": "0",
    "spans": "0",
    "box-0-label": "face",
    "box-0-fill": "solid",
    "box-0-keys": "0",
    "box-0-key-0-x": "90",
    "box-0-key-0-y": "70",
    "box-0-key-0-width": "100",
    "box-0-key-0-height": "100",
}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def photo(scene: Scene, case: Case) -> Exhibit:
    return masks.add(scene, case, masks.photo())


def page_of(redaction: Redaction, name: str = "redaction") -> str:
    return reverse(f"evidence:{name}", args=[redaction.case.number, redaction.uid])


def words(response: Any) -> str:
    return str(response.content.decode())


class TestAPhoto:
    def test_from_the_button_to_the_copy_without_a_script(
        self, scene, case, photo, sign_in
    ) -> None:
        client = sign_in("zhoumin")
        there = reverse("evidence:exhibit", args=[case.number, photo.uid])
        start = reverse("evidence:mask", args=[case.number, photo.uid])
        assert start in words(client.get(there))
        assert client.get(start).status_code == 200
        response = client.post(start)
        redaction = Redaction.objects.get()
        assert response.url == page_of(redaction)
        assert "正在准备画面" in words(client.get(response.url))
        masks.work(scene)

        page = words(client.get(response.url))
        assert 'name="box-0-key-0-x"' in page
        saved = client.post(page_of(redaction, "redaction_plan"), {"version": 0, **ROW})
        assert saved.status_code == 302
        assert fresh(redaction).plan["boxes"][0]["keys"] == [[0, 90, 70, 100, 100]]
        page = words(client.get(response.url))
        assert 'name="box-1-key-0-x"' in page
        assert 'value="90"' in page
        asked = {"version": 1, "request_id": uuid4()}
        for _press in range(2):
            assert client.post(page_of(redaction, "redaction_making"), asked).url
        assert "正在制作打码副本" in words(client.get(response.url))
        masks.work(scene)
        redaction = fresh(redaction)
        assert redaction.result is not None
        assert redaction.result.code in words(client.get(response.url))
        assert redaction.result.code in words(client.get(there))
        copy = reverse("evidence:exhibit", args=[case.number, redaction.result.uid])
        assert f">{photo.code}</a>" in words(client.get(copy))
        listed = words(client.get(reverse("evidence:exhibits", args=[case.number])))
        assert f"打码副本 {photo.code}" in " ".join(listed.split())

    def test_page_alone_opens_nothing_and_bytes_served_are_accounted_for(
        self, scene, case, photo, sign_in
    ) -> None:
        redaction = masks.begun(scene, photo)
        client = sign_in("zhoumin")
        client.get(page_of(redaction))
        assert entries(case, "evidence.opened") == []

        response = client.get(
            page_of(redaction, "redaction_copy"), headers={"range": "bytes=0-99"}
        )
        assert len(b"".join(response.streaming_content)) == 100
        (opened,) = facts(case, "evidence.opened")
        assert (opened["first"], opened["last"]) == (0, 99)
        assert entries(case, "evidence.opened")[0].object == photo.key

    def test_rows_can_be_deleted_and_what_is_no_number_is_refused(
        self, scene, photo, sign_in
    ) -> None:
        redaction = masks.drawn(
            scene, masks.begun(scene, photo), {"boxes": [box((0, 1, 1, 9, 9))]}
        )
        client = sign_in("zhoumin")
        bad = client.post(
            page_of(redaction, "redaction_plan"),
            {"version": 1, **ROW, "box-0-key-0-x": "-5"},
        )
        assert bad.status_code == 422
        gone = client.post(
            page_of(redaction, "redaction_plan"),
            {"version": 1, **ROW, "box-0-gone": "on"},
        )
        assert gone.status_code == 302
        assert fresh(redaction).plan["boxes"] == []


class TestHeic:
    """What phones take and nothing here decodes: kept, and said so, with what to do."""

    @pytest.fixture
    def photo(self, scene: Scene, case: Case) -> Exhibit:
        content = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\1\xf4mdat" + b"x" * 492
        kept = keep_bytes(name=uuid4(), chunks=[content])
        assert kept.media_type == "image/heic"
        return services.add_exhibit(
            case=case,
            kept=kept,
            source=Source.UPLOAD,
            reading=Reading.UNREAD,
            by=scene.officer,
            at=scene.at,
        )

    def test_page_says_what_to_do_and_offers_neither_look_nor_mask(
        self, case, photo, sign_in
    ) -> None:
        client = sign_in("zhoumin")
        where = [case.number, photo.uid]

        page = words(client.get(reverse("evidence:exhibit", args=where)))

        assert "HEIC 格式的照片" in page
        assert "另存为 JPEG" in page
        assert reverse("evidence:original", args=where) in page
        assert "?look" not in page
        assert reverse("evidence:mask", args=where) not in page

    def test_whoever_asks_all_the_same_is_told_before_anything_is_opened(
        self, scene, case, photo, sign_in
    ) -> None:
        client = sign_in("zhoumin")
        picture = reverse("evidence:picture", args=[case.number, photo.uid])

        answer = client.get(picture)

        assert answer.status_code == 409
        assert "另存为 JPEG" in words(answer)
        assert facts(case, "evidence.opened") == []
        with pytest.raises(Conflict, match=r"苹果手机.*HEIC 原件照样保管"):
            services.begin_redaction(exhibit=photo, by=scene.officer, at=scene.at)


class TestAFilm:
    def test_part_without_a_script(self, scene, case, tmp_path, sign_in) -> None:
        exhibit = masks.bring(scene, case, masks.film(tmp_path / "clip.mp4"))
        draft = masks.begun(scene, exhibit)
        client = sign_in("zhoumin")
        row = {**ROW, "version": draft.version, "box-0-end": "4"}
        page = words(client.get(page_of(draft)))
        assert 'name="part-begin"' in page
        assert "data-part" in page

        client.post(
            page_of(draft, "redaction_plan"),
            {**row, "part-begin": "1", "part-end": "2.5"},
        )

        draft = fresh(draft)
        assert draft.plan["part"] == [1000, 2500]
        assert 'value="2.500"' in words(client.get(page_of(draft)))
        wrong = {**row, "version": draft.version, "part-begin": "3", "part-end": ""}
        assert client.post(page_of(draft, "redaction_plan"), wrong).status_code == 422
        client.post(page_of(draft, "redaction_plan"), {**row, "version": draft.version})
        assert "part" not in fresh(draft).plan


class TestTheScript:
    def test_saves_and_hears_of_a_clash(self, scene, photo, sign_in) -> None:
        redaction = masks.begun(scene, photo)
        here = page_of(redaction, "redaction_plan")
        first = {"version": 0, "plan": {"boxes": [box((0, 1, 1, 9, 9))]}}
        assert sign_in("hetao").post(here, first, content_type=SCRIPT).json() == {
            "version": 1
        }
        other = {"version": 0, "plan": {"boxes": []}}
        clash = sign_in("zhoumin").post(here, other, content_type=SCRIPT)
        assert clash.status_code == 409
        assert clash.json()["clash"] is True
        assert "何涛" in clash.json()["error"]

    @pytest.mark.parametrize(
        "body",
        [
            " ",
            "[]",
            "{}",
            '{"version":"0","plan":{}}',
            '{"version":true,"plan":{}}',
            '{"version":0,"plan":NaN}',
            '{"version":0,"plan":{"boxes":[{"keys":[[0,NaN,0,9,9]]}]}}',
            '{"version":0,"plan":' + '{"boxes":' * 2000 + "[]" + "}" * 2001,
        ],
    )
    def test_what_is_no_plan_is_a_sentence(self, scene, photo, sign_in, body) -> None:
        redaction = masks.begun(scene, photo)
        answer = sign_in("zhoumin").post(
            page_of(redaction, "redaction_plan"), body, content_type=SCRIPT
        )
        assert answer.status_code == 422
        assert "读不懂" in answer.json()["error"]


@pytest.mark.parametrize(
    ("username", "may"),
    [
        ("zhoumin", True),
        ("hetao", True),
        ("sunlei", False),
        ("lifang", False),
        ("wangjianguo", False),
    ],
)
def test_who_may(scene, case, photo, sign_in, username, may) -> None:
    redaction = masks.begun(scene, photo)
    client = sign_in(username)
    for address in (
        reverse("evidence:mask", args=[case.number, photo.uid]),
        page_of(redaction),
        page_of(redaction, "redaction_copy"),
    ):
        assert client.get(address).status_code == (200 if may else 403), address
    assert sign_in("dingyi").get(page_of(redaction)).status_code == 404


def test_a_film_of_a_recording_needs_a_reason(scene, case, tmp_path, sign_in) -> None:
    cameras = watched(scene, tmp_path)
    begin = scene.at.replace(second=0)
    cameras.films.record("garage", begin, begin + timedelta(seconds=50))
    recording = cameras.ask(case, begin, begin + timedelta(seconds=30))
    cameras.pull(begin + timedelta(minutes=3))
    cameras.view(begin + timedelta(minutes=3))
    recording.refresh_from_db()
    (film,) = recording.derivatives.filter(kind="viewing")
    address = reverse("evidence:mask_film", args=[case.number, recording.uid, film.uid])
    client = sign_in("zhoumin")
    assert client.post(address).status_code == 403

    services.ask_for_footage(
        recording=recording, reason="打码", by=scene.officer, at=scene.at
    )
    there = reverse("evidence:recording", args=[case.number, recording.uid])
    assert address in words(client.get(there))
    assert client.post(address).status_code == 302
    masks.work(scene)
    redaction = fresh(Redaction.objects.get())
    assert redaction.state == RedactionState.DRAFT
    client.get(page_of(redaction, "redaction_copy"))
    assert entries(case, "evidence.footage_opened")[-1].object == recording.key
    plan = {"boxes": [box((0, 0, 0, 64, 64), end=redaction.duration_ms)]}
    redaction = masks.drawn(scene, redaction, plan)
    services.ask_masked_copy(
        redaction=redaction, version=1, by=scene.officer, at=scene.at
    )
    masks.work(scene)
    redaction = fresh(redaction)
    assert redaction.result is not None
    assert redaction.result.derived_from == recording.exhibit
    assert recording.exhibit is not None
    package = services.ask_package(
        case=case,
        exhibits=[recording.exhibit],
        purpose=Purpose.INTERNAL,
        masking=Masking.NONE,
        recipient=services.Recipient(name="总部督导"),
        by=scene.manager,
        at=scene.at,
    )
    assert list(package.exhibits.all()) == [redaction.result]
