"""What the statement of provenance says of a file is what was found out about it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from pytest_django import Settings

from anlan.base import vault
from anlan.base.stores import DamagedCopy, Store
from anlan.base.typeset import typeset
from anlan.cases.models import Case
from anlan.evidence import services
from anlan.evidence.enums import (
    CopyState,
    ExhibitKind,
    Masking,
    Purpose,
    Reading,
)
from anlan.evidence.models import Copy, Exhibit
from anlan.evidence.packaging import papers
from anlan.evidence.selectors import packages as selectors
from anlan.incidents import services as incidents
from anlan.play.pictures import picture
from tests.evidence.packages import package_facts
from tests.evidence.sounds import film, voice
from tests.evidence.test_other_ways import with_a_task
from tests.evidence.test_packages import POLICE
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def cut_film(tmp_path: Path) -> bytes:
    whole = film(tmp_path / "film.mp4")
    return whole[: len(whole) * 2 // 3]


class TestReading:
    def test_cut_film_of_a_report_is_not_called_whole(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        incidents.attach(
            report=case.incident.reports.get(),
            chunks=[cut_film(tmp_path)],
            by=scene.guard,
            at=scene.at,
        )

        assert Exhibit.objects.get().reading != Reading.READABLE

    def test_cut_film_of_the_plain_form_is_not_called_whole(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        content = cut_film(tmp_path)

        made = services.add_file(
            case=case, chunks=[content], by=scene.guard, at=scene.at
        )

        assert made.reading != Reading.READABLE

    def test_whole_film_and_photo_are_called_whole(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        content = film(tmp_path / "film.mp4")
        services.add_file(case=case, chunks=[content], by=scene.guard, at=scene.at)
        with_a_task(scene, case)

        readings = Exhibit.objects.values_list("reading", flat=True)
        assert set(readings) == {Reading.READABLE}


class TestBoxes:
    @pytest.mark.parametrize(
        ("codec", "media_type", "kind"),
        [
            (b"\x86\x85V_VP8", "video/webm", ExhibitKind.VIDEO),
            (b"\x86\x86A_OPUS", "audio/webm", ExhibitKind.AUDIO),
        ],
    )
    def test_webm_is_a_film_if_it_has_pictures(
        self, codec: bytes, media_type: str, kind: ExhibitKind
    ) -> None:
        head = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(64)

        kept = vault.keep_file([head + codec + bytes(64)], path="file")

        assert kept.media_type == media_type
        assert ExhibitKind.of(kept.media_type) == kind


class TestSentences:
    def test_copies_are_those_of_the_moment(
        self, scene: Scene, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(self: Store, source: Path, digest: str) -> None:
            raise DamagedCopy

        with monkeypatch.context() as patch:
            patch.setattr(Store, "copy_from", away)
            one = services.add_file(
                case=case,
                chunks=[voice(tmp_path / "voice.wav")],
                by=scene.guard,
                at=scene.at,
            )
        arrivals = selectors._arrivals(case, [one])

        assert selectors._first_copies(arrivals[one.key]) == 1

    def test_paper_says_another_thing_of_one_copy_and_of_a_signer_apart(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compiled: Any = typst.compile
        drawn: list[Any] = []

        def draw(*source: Any, **more: Any) -> bytes:
            drawn.append(compiled(*source, format="svg", **more))
            return b""

        monkeypatch.setattr(typst, "compile", draw)
        facts = package_facts()
        for copies, is_apart in ((1, False), (2, False), (2, True)):
            said = papers._printed(facts)
            said["exhibits"][0]["first_copies"] = copies
            said["system"]["is_signer_apart"] = is_apart
            typeset(papers._FOLDER / "provenance.typ", said, at=facts.made_at)

        one, two, apart = drawn
        assert one != two
        assert two != apart

    def test_paper_claims_nothing_of_files_that_were_not_read_or_have_one_copy(
        self, scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compiled: Any = typst.compile
        drawn: list[Any] = []

        def draw(*source: Any, **more: Any) -> bytes:
            drawn.append(compiled(*source, format="svg", **more))
            return b""

        monkeypatch.setattr(typst, "compile", draw)
        facts = package_facts()
        codes = [one.code for one in facts.exhibits if one.size is not None]
        for has_files, single in (
            *((True, []), (False, []), (True, codes[:1]), (True, codes)),
        ):
            said = papers._printed(replace(facts, has_files=has_files))
            said["system"]["one_copy"] = single
            typeset(papers._FOLDER / "provenance.typ", said, at=facts.made_at)

        assert len({str(one) for one in drawn}) == 4

    def test_paper_tells_one_disk_two_disks_and_not_known_apart(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compiled: Any = typst.compile
        drawn: list[Any] = []

        def draw(*source: Any, **more: Any) -> bytes:
            drawn.append(compiled(*source, format="svg", **more))
            return b""

        monkeypatch.setattr(typst, "compile", draw)
        facts = package_facts()
        for share_a_disk, are_known in ((True, True), (False, True), (False, False)):
            said = papers._printed(facts)
            said["system"]["share_a_disk"] = share_a_disk
            said["system"]["are_disks_known"] = are_known
            typeset(papers._FOLDER / "provenance.typ", said, at=facts.made_at)

        assert len({str(one) for one in drawn}) == 3

    def test_facts_name_what_lacks_a_second_copy_and_whether_files_go_along(
        self, scene: Scene, case: Case
    ) -> None:
        one = services.add_file(
            case=case, chunks=[picture(1)], by=scene.officer, at=scene.at
        )
        Copy.objects.filter(blob=one.blob, store="backup").update(
            state=CopyState.MISSING
        )

        package = services.ask_package(
            case=case,
            exhibits=[one],
            purpose=Purpose.POLICE,
            masking=Masking.LIST,
            recipient=POLICE,
            acknowledged="第二块硬盘正在采购",
            by=scene.manager,
            at=scene.at,
        )

        facts = selectors.facts_of(package)
        assert (facts.has_files, facts.system.one_copy) == (False, [one.code])

    def test_signer_is_apart_if_its_socket_is_anothers(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.SIGNER_SOCKET = tmp_path / "socket"
        assert not selectors.is_signer_apart()
        settings.SIGNER_SOCKET.touch()
        monkeypatch.setattr(os, "getuid", lambda: 501)
        assert selectors.is_signer_apart() is (
            settings.SIGNER_SOCKET.stat().st_uid != 501
        )
