"""Findings on paper: all that was found, masked, the same bytes, and on the record."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import typst
from django.test import Client
from PIL import Image

from anlan.base.errors import Conflict, NotAllowed
from anlan.evidence import services as evidence
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.services import findings_paper
from anlan.investigation.services.findings_paper import page_of
from anlan.play.pictures import picture
from tests.accounts.browsing import sign_in
from tests.evidence.footage import filmed
from tests.evidence.test_seams import still_of
from tests.evidence.told import party
from tests.incidents.story import facts
from tests.investigation.asked import (
    HAPPENED,
    decided,
    drafted,
    investigator,
    photo,
    submitted,
)
from tests.investigation.test_scene import drawn, looked, pinned

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


@pytest.fixture
def finding(scene, case):
    """Approved, with a look at the light and a sketch of who stood where."""
    looked(scene, case, exhibit=photo(scene, case))
    sketch = drawn(scene, case)
    pinned(scene, sketch)
    pinned(
        scene,
        sketch,
        kind=PinKind.PERSON,
        label="",
        party=party(scene, case, "孟大海"),
        x=1000,
        y=0,
    )
    return decided(scene, submitted(scene, case))


def printed(scene, finding, **more) -> bytes:
    said = {"by": investigator(scene), "at": scene.at, **more}
    return investigation.print_finding(finding=finding, **said)


@pytest.mark.parametrize("is_submitted", [True, False])
def test_what_was_withdrawn_was_not_approved(scene, case, is_submitted) -> None:
    finding = (submitted if is_submitted else drafted)(scene, case)
    investigation.withdraw_finding(
        finding=finding, reason="换人写", by=finding.author, at=scene.at
    )
    finding.refresh_from_db()

    rows = dict(page_of(finding, investigator(scene))["facts"])
    client = Client()
    sign_in(client, investigator(scene))
    address = f"/cases/{case.number}/investigation/findings/{finding.uid}/paper/"
    paper = " ".join(client.get(address).content.decode().split())

    assert "审批" not in rows
    assert rows["撤回"].startswith(f"{finding.author.name} · ")
    assert rows["起草"] == (rows["撤回"] if is_submitted else finding.author.name)
    assert "<dt> 撤回 </dt>" in paper
    assert "审批" not in paper
    assert " · </dd>" not in paper


def test_everything_stands_on_it_and_names_are_masked(scene, case, finding) -> None:
    page = page_of(finding, investigator(scene))

    (part,) = page["parts"]
    assert part["lines"] == [{"text": HAPPENED, "cites": "[S-01]"}]
    assert page["looks"] == [
        [
            SceneAspect.LIGHT.label,
            SceneRating.PART.label,
            "两盏灯不亮",
            "E-0001",
        ]
    ]
    (sketch,) = page["sketches"]
    assert [pin["words"] for pin in sketch["pins"]] == [
        f"{PinKind.OBJECT.label} · 雨伞",
        f"{PinKind.PERSON.label} · 孟*海",
    ]
    assert "孟大海" not in str(page)


def test_the_same_bytes_each_time_and_each_on_the_record(scene, case, finding) -> None:
    one, two = printed(scene, finding), printed(scene, finding)

    assert one == two
    assert one.startswith(b"%PDF")
    told = facts(case, "investigation.finding_printed")
    assert [fact["code"] for fact in told] == ["F-01", "F-01"]


def test_a_draft_is_not_exported(scene, case) -> None:
    with pytest.raises(Conflict, match="提交以后"):
        printed(scene, drafted(scene, case))


def test_who_may_not_read_it_gets_none(scene, finding) -> None:
    with pytest.raises(NotAllowed):
        printed(scene, finding, by=scene.guard)


def test_the_page_offers_the_file(client: Client, scene, case, finding) -> None:
    sign_in(client, investigator(scene))
    address = f"/cases/{case.number}/investigation/findings/{finding.uid}/"

    assert f"{address}pdf/" in client.get(address).content.decode()
    answer = client.get(f"{address}pdf/")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{case.number}-F-01.pdf"'
    )
    assert answer.content.startswith(b"%PDF")


class TestPhotoUnderASketch:
    @pytest.fixture
    def finding(self, scene, case):
        wall = photo(scene, case, picture(1))
        pinned(scene, drawn(scene, case, exhibit=wall))
        return decided(scene, submitted(scene, case))

    def test_lies_beneath_the_pins(self, scene, case, finding, monkeypatch) -> None:
        """Looked at as a picture: the colour of the photo is on the page, and the pin."""
        compiled: Any = typst.compile
        pages: list[Image.Image] = []

        def draw(*source, **more) -> bytes:
            made = compiled(*source, format="png", ppi=60, **more)
            every = made if isinstance(made, list) else [made]
            pages.extend(Image.open(BytesIO(page)).convert("RGB") for page in every)
            return b"%PDF"

        monkeypatch.setattr(typst, "compile", draw)
        printed(scene, finding)
        colours = {
            colour
            for page in pages
            for _count, colour in page.getcolors(page.width * page.height) or []
        }
        assert any(_is_colourful(colour) for colour in colours)
        opened = facts(case, "evidence.opened")
        assert opened[-1]["way"] == "downloaded"

    def test_the_same_bytes_each_time(self, scene, finding) -> None:
        one = printed(scene, finding)
        assert one == printed(scene, finding)
        assert b"/DCTDecode" in one  # the photo itself, as a JPEG

    @pytest.mark.parametrize("error", [Conflict, NotAllowed])
    def test_that_cannot_be_drawn_leaves_the_grid(
        self, scene, finding, monkeypatch, error
    ) -> None:
        def refuse(*_path, **_more) -> bytes:
            raise error("no")

        monkeypatch.setattr(findings_paper, "viewing_copy", refuse)
        assert b"/DCTDecode" not in printed(scene, finding)


@pytest.mark.parametrize("has_said_why", [True, False])
def test_a_picture_out_of_footage_stays_in_the_program(
    scene, tmp_path, settings, has_said_why
) -> None:
    """Whether or not its reader said why: what leaves is as it was recorded (G10, G11)."""
    settings.RECORDINGS_ROOTS = [tmp_path]
    film = filmed(scene, tmp_path)
    still = still_of(film, picture(1))
    reason = {"recording": film.recording, "reason": "画现场图", "at": scene.at}
    evidence.ask_for_footage(**reason, by=scene.officer)
    pinned(scene, drawn(scene, film.case, exhibit=still, by=scene.officer))
    finding = decided(scene, submitted(scene, film.case))
    if has_said_why:
        evidence.ask_for_footage(**reason, by=investigator(scene))

    assert b"/DCTDecode" not in printed(scene, finding)
    assert not facts(film.case, "evidence.opened")
    (sketch,) = page_of(finding, investigator(scene))["sketches"]
    assert "照片另附" in sketch["drawn_on"]


def _is_colourful(colour) -> bool:
    return bool(max(colour) - min(colour) > 60)
