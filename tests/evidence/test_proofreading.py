"""The worker reads the record every day, and tells what is not as it was written."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import Settings

from anlan import worker
from anlan.cases.models import Case, Note
from anlan.cases.services import write_note
from anlan.evidence import deletion_triggers, jobs, messages
from anlan.evidence.enums import CheckKind
from anlan.evidence.models import CheckRun, CheckTurn, Exhibit, LedgerFault
from anlan.evidence.selectors.safety import Trouble, late_checks, safety_for
from anlan.evidence.services import proofreading, watching
from anlan.ledger.models import Entry
from anlan.ledger.verify import Problem, parts
from anlan.notify.models import Message
from tests.evidence.keeping import photo
from tests.ledger.chains import tamper
from tests.pictures import OTHER_JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

DAY = timedelta(days=1)
PAGE = "/evidence/safety/"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def check(at: datetime) -> CheckRun:
    while jobs.check_ledger(at=at):
        pass
    return CheckRun.objects.filter(kind=CheckKind.LEDGER).latest("pk")


def told() -> list[Message]:
    return list(Message.objects.filter(kind=messages.LEDGER).order_by("pk"))


def forge(entry: Entry, actor: str) -> None:
    tamper({"pk": entry.pk}, actor=actor)


def test_reads_every_entry_once_a_day(scene: Scene, case: Case, at: datetime) -> None:
    run = check(at)

    assert run.copies == Entry.objects.count()
    assert run.is_clean
    assert jobs.check_ledger(at=at + DAY - timedelta(minutes=1)) == 0
    assert jobs.check_ledger(at=at + DAY) > 0
    assert Trouble.LEDGER not in safety_for(scene.manager, at=at).troubles


def test_row_changed_by_sql_is_told_once_and_the_page_is_red_until_it_is_mended(
    scene: Scene, case: Case, at: datetime
) -> None:
    entry = Entry.objects.filter(site_id=scene.site.pk).order_by("seq").first()
    assert entry is not None
    forge(entry, "user:forged")

    run = check(at)

    assert (run.corrupt, run.is_clean) == (1, False)
    (message,) = told()
    people = set(message.deliveries.values_list("user__username", flat=True))
    assert {"hetao", "admin"} <= people
    assert Trouble.LEDGER in safety_for(scene.manager, at=at).troubles
    client = Client()
    client.force_login(scene.manager)
    with time_machine.travel(at, tick=False):
        page = client.get(PAGE).content.decode()
    assert str(Trouble.LEDGER.advice) in page
    assert re.search(r"<code\s*>actor</code>", page)

    check(at + DAY)
    assert told() == [message]

    forge(entry, entry.actor)
    assert check(at + 2 * DAY).is_clean
    assert Trouble.LEDGER not in safety_for(scene.manager, at=at + 2 * DAY).troubles
    assert told() == [message]


def test_trigger_that_is_gone_is_told(scene: Scene, case: Case, at: datetime) -> None:
    name = "evidence_hold_stays"
    on = " ON evidence_hold" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")

    check(at)

    assert LedgerFault.objects.get().field == name
    assert len(told()) == 1
    deletion_triggers.create(None, SimpleNamespace(connection=connection))
    assert check(at + DAY).is_clean


def test_list_that_shows_another_file_is_told(
    scene: Scene, case: Case, at: datetime
) -> None:
    one, other = photo(scene, case), photo(scene, case, OTHER_JPEG)
    Exhibit.objects.filter(pk=one.pk).update(blob=other.blob_id)

    check(at)

    fault = LedgerFault.objects.get()
    assert (fault.field, fault.site_id) == (proofreading.EXHIBITS, scene.site.pk)
    assert len(told()) == 1


def test_words_changed_by_sql_are_found_and_words_changed_by_people_are_not(
    scene: Scene, case: Case, at: datetime
) -> None:
    note = write_note(case=case, text="灯灭了", by=scene.guard, at=at)
    assert check(at).is_clean
    Note.objects.filter(pk=note.pk).update(text="灯没灭")

    check(at + DAY)

    assert LedgerFault.objects.get().field.startswith("cases.Note.text of ")


@pytest.mark.parametrize("data", [b"{", b"[]", b"{}"])
def test_entry_altered_to_nonsense_is_found_and_ends_no_check(
    scene: Scene, case: Case, at: datetime, data: bytes
) -> None:
    """Where earlier words are looked for in later entries, and where the list is."""
    note = write_note(case=case, text="灯灭了", by=scene.guard, at=at)
    Note.objects.filter(pk=note.pk).update(text="灯没灭")
    later = write_note(case=case, text="灯又亮了", by=scene.guard, at=at)
    shown = photo(scene, case)
    for thing in (f"note:{later.uid}", shown.key):
        tamper({"pk": Entry.objects.get(object=thing).pk}, data=data)

    run = check(at)

    assert not run.is_clean
    fields = set(LedgerFault.objects.values_list("field", flat=True))
    assert proofreading.EXHIBITS in fields
    assert len(fields) > 1


def test_lasting_fault_is_told_once_though_its_numbers_move(
    scene: Scene, case: Case, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = itertools.count(7)
    monkeypatch.setattr(
        parts,
        "check_frame",
        lambda: [Problem(0, 0, 0, "tree", f"remembers {next(counts)} entries")],
    )

    check(at)
    check(at + DAY)

    assert LedgerFault.objects.count() == 1
    assert len(told()) == 1


def test_killed_between_two_parts_goes_on_where_it_was(
    scene: Scene, case: Case, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_ENTRIES", 1)
    monkeypatch.setattr(proofreading, "SECONDS", 0.0)  # one part in a turn
    read: list[int] = []
    part = parts.check_part

    def killed(head, *, after):
        if after == 1 and 1 not in read:
            read.append(after)
            raise KeyboardInterrupt
        read.append(after)
        return part(head, after=after)

    monkeypatch.setattr(parts, "check_part", killed)
    with pytest.raises(KeyboardInterrupt):
        check(at)
    turn = CheckTurn.objects.get(kind=CheckKind.LEDGER)
    assert turn.reached == 1

    run = check(at)

    assert run.copies == Entry.objects.count()
    assert read.count(1) == read.count(0) + 1  # once in vain, and nothing else twice


def test_that_did_not_come_is_late_and_told(
    scene: Scene, case: Case, at: datetime
) -> None:
    worker.run_due(at=at)
    later = at + 2 * DAY + timedelta(minutes=1)

    assert "ledger" in late_checks(at=later)
    assert Trouble.LEDGER_LATE in safety_for(scene.manager, at=later).troubles
    watching.tell_of_silence(at=later)
    watching.tell_of_silence(at=later + watching.PATIENCE)
    silent = Message.objects.filter(kind=messages.SILENT)
    assert "ledger" in {message.params["check"] for message in silent}


def test_tampered_chain_is_found_in_parts_as_in_whole(
    scene: Scene, case: Case, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_ENTRIES", 2)
    entry = Entry.objects.filter(site_id=scene.site.pk).order_by("seq")[2]
    tamper({"pk": entry.pk}, data=None, salt=None)

    check(at)

    faults = LedgerFault.objects.values_list("seq", "field")
    assert set(faults) == {(entry.seq, "data")}
