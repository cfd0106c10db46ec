"""Where parts meet: no way around a reason, a protection or a deletion through another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anlan.base.errors import InvalidInput, NotAllowed, NotFound
from anlan.cases.enums import Protection
from anlan.evidence import jobs, policies, services
from anlan.evidence.enums import FootageWay, Reading, RedactionState, Scan, Source
from anlan.evidence.models import (
    Blob,
    Exhibit,
    FootageApplication,
    Recording,
    Redaction,
    Still,
)
from anlan.evidence.selectors import exhibit_for
from anlan.evidence.selectors.applications import scope_of
from anlan.evidence.services import receiving
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.scanning import _to_do
from anlan.incidents import services as incidents
from anlan.incidents.models import Attachment
from anlan.ledger import services as ledger
from anlan.ledger.models import Entry
from anlan.play.signing import signer_at_hand
from tests.evidence import keeping, masks
from tests.evidence.footage import MINUTE, Filmed, filmed
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

BOX = {
    "label": "face",
    "fill": "solid",
    "begin": 0,
    "end": 0,
    "keys": [[0, 10, 10, 40, 40]],
}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]
    with signer_at_hand():
        yield


@pytest.fixture
def film(scene: Scene, tmp_path: Path) -> Filmed:
    return filmed(scene, tmp_path)


def still_of(film: Filmed, content: bytes = JPEG) -> Exhibit:
    exhibit = services.add_exhibit(
        case=film.case,
        kept=keep_bytes(name=uuid4(), chunks=[content]),
        source=Source.STILL,
        reading=Reading.READABLE,
        derived_from=film.recording.exhibit,
        by=film.scene.officer,
        at=film.at,
    )
    Still.objects.create(
        exhibit=exhibit,
        recording=film.recording,
        segment=film.recording.segments.get(),
        moment=film.begin,
        recipe={},
    )
    return exhibit


class TestMasking:
    def test_of_a_file_of_a_recorder_asks_why_as_well(self, film: Filmed) -> None:
        found = exhibit_for(film.scene.officer, film.case.number, film.exhibit.uid)

        with pytest.raises(NotAllowed):
            services.begin_redaction(exhibit=found, by=film.scene.officer, at=film.at)

        services.ask_for_footage(
            recording=film.recording, reason="打码", by=film.scene.officer, at=film.at
        )
        services.begin_redaction(exhibit=found, by=film.scene.officer, at=film.at)

    def test_a_picture_out_of_footage_can_be_masked(self, film: Filmed) -> None:
        assert policies.can_be_masked(still_of(film))

    def test_without_a_box_hides_nobody(self, scene: Scene) -> None:
        photo = masks.add(scene, scene.incident().case, masks.photo())
        draft = masks.begun(scene, photo)
        with pytest.raises(InvalidInput, match="先画框"):
            services.ask_masked_copy(
                redaction=draft, version=draft.version, by=scene.officer, at=scene.at
            )

    def test_nothing_is_made_of_what_was_deleted_meanwhile(self, scene: Scene) -> None:
        photo = masks.add(scene, scene.incident().case, masks.photo())
        draft = masks.begun(scene, photo)
        draft = services.save_plan(
            redaction=draft,
            version=draft.version,
            said={"boxes": [BOX], "spans": []},
            by=scene.officer,
            at=scene.at,
        )
        services.ask_masked_copy(
            redaction=draft, version=draft.version, by=scene.officer, at=scene.at
        )
        Exhibit.objects.filter(pk=photo.pk).update(state=Exhibit.State.DELETED)

        while jobs.make_masked_copies(at=scene.at):
            pass

        assert Redaction.objects.get(pk=draft.pk).state == RedactionState.FAILED
        assert not Exhibit.objects.filter(source=Source.MASKED).exists()


class TestProtection:
    def test_reaches_what_was_made_of_it_before(self, film: Filmed) -> None:
        masked, still = film.masked(OTHER_JPEG), still_of(film)

        with ledger.recording():
            receiving.protect(
                film.exhibit,
                Protection.INJURY,
                film.case,
                by=film.scene.officer,
                at=film.at,
            )

        for made in (masked, still, film.exhibit):
            made.refresh_from_db()
            assert made.protection == Protection.INJURY
        assert Entry.objects.filter(kind="evidence.protected").count() == 3

    def test_of_a_file_is_that_of_a_picture_out_of_it(
        self, film: Filmed, tmp_path: Path
    ) -> None:
        Exhibit.objects.filter(pk=film.exhibit.pk).update(protection=Protection.INJURY)
        lifang = film.scene.officer
        services.ask_for_footage(
            recording=film.recording, reason="截图", by=lifang, at=film.at
        )
        recording = Recording.objects.prefetch_related("segments__blob__copies").get(
            pk=film.recording.pk
        )
        still = services.take_still(
            recording=recording,
            moment=recording.as_true(film.begin) + timedelta(seconds=2),
            by=lifang,
            at=film.at,
        )
        assert still.protection == Protection.INJURY


class TestDeletion:
    def test_closes_the_way_through_the_report(self, scene: Scene) -> None:
        report = scene.report()
        row = incidents.attach(
            report=report, chunks=[JPEG], by=scene.guard, at=scene.at
        )
        case = keeping.ended(report.incident.case, at=scene.at)
        keeping.review(scene.at + keeping.ORDINARY - keeping.NOTICE)
        keeping.review(scene.at + keeping.ORDINARY)  # decided; the bytes lie there yet

        row = Attachment.objects.get(pk=row.pk)
        assert row.protection == Protection.DELETED
        with pytest.raises(NotFound, match="已按保存期限删除"):
            incidents.open_attachment(attachment=row, by=scene.officer, at=scene.at)
        assert case.exhibits.get().is_deleted

    def test_leaves_nothing_for_the_scanner(self, scene: Scene) -> None:
        new = keeping.photo(scene, scene.incident().case).file
        case = scene.incident(place=scene.place("园区 南门")).case
        old = keeping.photo(scene, case, OTHER_JPEG).file
        Blob.objects.filter(pk=old.pk).update(
            scan=Scan.REFUSED, scanned_at=scene.at - timedelta(days=3)
        )
        assert list(_to_do(scene.at)) == [new, old]

        keeping.ended(case, at=scene.at)
        later = keeping.pass_period(scene.at, keeping.ORDINARY)
        assert Blob.objects.get(pk=old.pk).is_deleted
        assert list(_to_do(later)) == [new]


class TestAnApplication:
    def test_gives_no_file_beside_its_windows(self, film: Filmed) -> None:
        film.recording.segments.update(end=film.begin + MINUTE)
        asked = film.police(
            windows=[(film.begin + 3 * MINUTE, film.begin + 5 * MINUTE)]
        )
        row = film.approved(asked)
        assert film.exhibit not in scope_of(row)

        asked = film.police()
        assert film.exhibit in scope_of(film.approved(asked))

    def test_a_deleted_exhibit_does_not_stop_the_rest(self, film: Filmed) -> None:
        row = film.approved(film.police())
        Exhibit.objects.filter(pk=film.exhibit.pk).update(state=Exhibit.State.DELETED)
        assert film.exhibit not in scope_of(row)

    def test_shows_its_paper_to_who_may_and_on_the_record(self, film: Filmed) -> None:
        row = film.applied(film.police(document=[JPEG], wanted=FootageWay.COPY))
        assert FootageApplication.objects.get(pk=row.pk).document is not None
        client = Client()
        client.force_login(film.scene.next_guard)

        address = reverse("footage:document", args=[row.uid])
        assert client.get(address).status_code == 403
        assert not Entry.objects.filter(
            kind="evidence.footage_document_opened"
        ).exists()
        for reader in (film.scene.guard, film.scene.manager):
            client.force_login(reader)
            assert client.get(address).status_code == 200
        opened = Entry.objects.filter(kind="evidence.footage_document_opened")
        assert opened.count() == 2
