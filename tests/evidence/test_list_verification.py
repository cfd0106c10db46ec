"""``verify`` compares the list of evidence with what the record took in."""

from __future__ import annotations

import errno
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.list_verification import (
    OTHER_FILE,
    OTHER_NUMBER,
    TWICE,
    UNLISTED,
    UNRECORDED,
    verify_list,
)
from anlan.evidence.management.commands import verify
from anlan.evidence.models import Exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from tests.evidence.keeping import photo
from tests.pictures import OTHER_JPEG
from tests.scene import Scene


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.report().incident.case


@pytest.fixture
def pair(scene: Scene, case: Case) -> tuple[Exhibit, Exhibit]:
    return photo(scene, case), photo(scene, case, OTHER_JPEG)


def problems() -> list[str]:
    return [str(problem) for problem in verify_list()]


def test_a_list_as_the_record_took_it_in(
    scene: Scene, case: Case, pair: tuple[Exhibit, Exhibit]
) -> None:
    evidence.register_object(
        case=case,
        title="雨伞",
        how="在电梯口捡到",
        seal_number="F-001",
        kept_where="保安室",
        by=scene.officer,
        at=scene.at,
    )
    assert problems() == []


def test_two_rows_that_show_each_others_file(
    case: Case, pair: tuple[Exhibit, Exhibit]
) -> None:
    one, other = pair
    Exhibit.objects.filter(pk=one.pk).update(blob=other.blob_id)

    assert problems() == [f"{case.number} {one.code}: {OTHER_FILE}"]
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify", "--processes", "1", stdout=out)
    assert f"{case.number} {one.code}: {OTHER_FILE}" in out.getvalue()


def test_another_number(case: Case, pair: tuple[Exhibit, Exhibit]) -> None:
    Exhibit.objects.filter(pk=pair[0].pk).update(number=77)
    assert problems() == [f"{case.number} E-0077: {OTHER_NUMBER}"]


def test_another_case(scene: Scene, pair: tuple[Exhibit, Exhibit]) -> None:
    elsewhere = scene.report(place=scene.place("园区 南门")).incident.case
    Exhibit.objects.filter(pk=pair[0].pk).update(case=elsewhere)
    assert problems() == [f"{elsewhere.number} {pair[0].code}: {OTHER_NUMBER}"]


def test_one_that_nobody_took_in(pair: tuple[Exhibit, Exhibit]) -> None:
    made_up = Exhibit.objects.get(pk=pair[0].pk)
    made_up.pk, made_up.uid, made_up.number = None, made_up.case.uid, 3
    made_up._state.adding = True
    made_up.save()
    assert problems() == [f"{made_up.case.number} E-0003: {UNRECORDED}"]


def test_one_that_was_taken_off(case: Case, pair: tuple[Exhibit, Exhibit]) -> None:
    Exhibit.objects.filter(pk=pair[1].pk)._raw_delete("default")
    assert problems() == [f"{case.number} {pair[1].code}: {UNLISTED}"]


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_one_that_was_taken_in_twice(
    scene: Scene, pair: tuple[Exhibit, Exhibit], *, is_elsewhere: bool
) -> None:
    entry = Entry.objects.get(object=pair[0].key, kind="evidence.received")
    last = Entry.objects.filter(site_id=entry.site_id).order_by("seq").last()
    assert last is not None
    entry.pk, entry.seq = None, last.seq + 1
    if is_elsewhere:
        case = scene.report(place=scene.place("园区 南门")).incident.case
        entry.subject, entry.seq = case.subject, entry.seq + 1_000
    entry.save()

    assert problems() == [f"{pair[0].key}: {TWICE}"]


def test_pages_that_are_shorter_than_the_list(
    scene: Scene,
    case: Case,
    pair: tuple[Exhibit, Exhibit],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anlan.evidence.list_verification.PAGE", 1)
    elsewhere = scene.report(place=scene.place("园区 南门")).incident.case
    third = photo(scene, elsewhere)
    assert problems() == []

    Exhibit.objects.filter(pk=pair[0].pk).update(blob=pair[1].blob_id)
    Exhibit.objects.filter(pk=pair[1].pk)._raw_delete("default")
    Exhibit.objects.filter(pk=third.pk).update(case=case, number=99)

    assert sorted(problems()) == sorted(
        [
            f"{case.number} {pair[0].code}: {OTHER_FILE}",
            f"{case.number} {pair[1].code}: {UNLISTED}",
            f"{case.number} E-0099: {OTHER_NUMBER}",
        ]
    )


def test_an_entry_that_was_erased_still_says_in_which_case(
    scene: Scene, pair: tuple[Exhibit, Exhibit]
) -> None:
    entry = Entry.objects.get(object=pair[0].key, kind="evidence.received")
    ledger.erase_entry(entry=entry, reason="申请", by=SYSTEM, at=scene.at)
    assert problems() == []

    elsewhere = scene.report(place=scene.place("园区 南门")).incident.case
    Exhibit.objects.filter(pk=pair[0].pk).update(case=elsewhere)
    assert len(problems()) == 1


@pytest.mark.django_db
def test_a_disk_that_cannot_be_read_is_nothing_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_options: object) -> None:
        raise OSError(errno.EIO, "I/O error", "/srv/vault")

    monkeypatch.setattr(verify, "verify_files", fail)

    with pytest.raises(
        CommandError, match="nothing is verified: /srv/vault: I/O error"
    ) as refused:
        call_command("verify", "--processes", "1", stdout=StringIO(), stderr=StringIO())

    assert refused.value.returncode == 2
