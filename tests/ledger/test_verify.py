"""Whatever is changed behind the program's back is found, and its place is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from anlan.base.digest import sha256
from anlan.cases import services as cases
from anlan.cases.models import Note
from anlan.ledger import models
from anlan.ledger import services as ledger
from anlan.ledger.events import (
    KINDS,
    SYSTEM,
    EntryErased,
    LedgerBroken,
    Queued,
    System,
)
from anlan.ledger.models import LEAF, Entry, EntryRef
from anlan.ledger.verify import stretches, verify
from anlan.ledger.verify.entries import Row
from anlan.ledger.verify.findings import Stretch
from anlan.play.company import found_company
from anlan.play.player import play
from anlan.play.scenario import read_scenario
from tests.evidence.told import unguarded
from tests.ledger.chains import Chain, fact, problems, tamper, unprotected

pytestmark = [pytest.mark.both]
SCENARIO = Path(__file__).parents[2] / "scenarios" / "garage-dispute.yaml"


@pytest.fixture
def chain(db, at) -> Chain:
    """Ten entries, nothing wrong with them."""
    chain = Chain()
    chain.grow(10, at=at)
    return chain


def test_sound_chain(chain) -> None:
    report = verify()

    assert report.is_sound
    assert (report.chains, report.entries) == (1, 10)


class TestColumns:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("kind", "ledger.entry_erased"),
            ("subject", "case:other"),
            ("object", "note:other"),
            ("actor", "user:other"),
            ("exercise", True),
        ],
    )
    def test_changed_column(self, chain, column, value) -> None:
        tamper({"seq": 4}, **{column: value})

        assert problems() == [(4, column)]

    @pytest.mark.parametrize("column", ["happened_at", "recorded_at"])
    @pytest.mark.parametrize("by", [timedelta(microseconds=1), timedelta(days=1)])
    def test_changed_time(self, chain, column, by) -> None:
        tamper({"seq": 4}, **{column: F(column) + by})

        assert problems() == [(4, column)]

    @pytest.mark.parametrize("column", ["organisation_id", "site_id"])
    def test_moved_to_another_chain(self, chain, column) -> None:
        tamper({"seq": 4}, **{column: 99})

        found = problems()

        assert (4, "seq") in found  # missing here
        assert (5, "prev") in found
        assert (0, "head") in found  # the other chain has no head

    def test_renumbered(self, chain) -> None:
        tamper({"seq": 10}, seq=12)

        assert {(10, "seq"), (12, "seq")} <= set(problems())

    @pytest.mark.parametrize("seq", [0, -5])
    def test_number_before_the_first(self, chain, seq) -> None:
        forged = chain.entry(10)
        forged.pk, forged.seq = None, seq
        forged.save()  # an INSERT: no trigger refuses it

        assert problems() == [(seq, "seq")]


class TestUnusualEntries:
    """Those that are not compared by writing them anew, but field by field."""

    @pytest.fixture
    def put(self, chain, at) -> Callable[..., None]:
        """Append entry 11."""

        def put(**more) -> None:
            said = {"subject": "case:x", "by": SYSTEM, "at": at} | more
            with ledger.recording():
                ledger.append(fact(11), site=chain, **said)

        return put

    @pytest.mark.parametrize(
        "more",
        [
            {"on_behalf_of": System("user:radio")},
            {"on_behalf_of": System("user:radio"), "via": "radio", "exercise": True},
            {"subject": 'case:"x"'},
            {"object": "note:back\\slash"},
            {"via": 'a"b'},
        ],
        ids=repr,
    )
    def test_sound_and_its_actor_changed(self, put, more) -> None:
        put(**more)
        assert problems() == []

        tamper({"seq": 11}, actor="user:x")

        assert problems() == [(11, "actor")]

    def test_column_that_swallows_the_next_field(self, put) -> None:
        put(object="note:x")

        tamper({"seq": 11}, kind='ledger.text_erased","object":"note:x', object="")

        assert problems() == [(11, "kind"), (11, "object")]

    def test_column_that_is_written_as_the_body_escapes_it(self, put) -> None:
        put(object="note:back\\slash")

        tamper({"seq": 11}, object="note:back\\\\slash")

        assert problems() == [(11, "object")]

    def test_another_version(self, chain) -> None:
        body = bytes(chain.entry(10).body).replace(b'"v":1', b'"v":2')
        tamper({"seq": 10}, body=body, digest=sha256(LEAF, body))

        assert problems() == [(10, "body"), (10, "head")]

    def test_another_way_to_write_the_same_body(self, chain) -> None:
        body = bytes(chain.entry(10).body).replace(b'"v":1', b'"v": 1')
        tamper({"seq": 10}, body=body, digest=sha256(LEAF, body))

        assert problems() == [(10, "body"), (10, "head")]


class TestContents:
    def test_changed_body(self, chain) -> None:
        body = bytes(chain.entry(4).body).replace(b'"system"', b'"user:x"')
        tamper({"seq": 4}, body=body)

        assert {(4, "digest"), (4, "actor")} <= set(problems())

    def test_changed_body_with_its_digest(self, chain) -> None:
        body = bytes(chain.entry(4).body).replace(b'"system"', b'"user:x"')
        digest = sha256(LEAF, body)
        tamper({"seq": 4}, body=body, digest=digest, actor="user:x")

        assert problems() == [(5, "prev")]

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"{}", b'{"prev": 1}', b"\xff\xfe"],
        ids=["nothing", "broken", "a list", "empty", "short", "not text"],
    )
    def test_unreadable_body(self, chain, body) -> None:
        tamper({"seq": 4}, body=body)

        assert problems() == [(4, "body"), (4, "digest")]

    @pytest.mark.parametrize("moment", [7, "yesterday", "2026-99-99T99:99:99.999999Z"])
    def test_body_whose_time_is_none(self, chain, moment) -> None:
        said = json.loads(bytes(chain.entry(4).body)) | {"happened": moment}
        tamper({"seq": 4}, body=json.dumps(said).encode())

        found = problems()

        assert (4, "digest") in found
        assert (4, "body") in found or (4, "happened_at") in found

    def test_changed_digest(self, chain) -> None:
        tamper({"seq": 4}, digest=bytes(32))

        assert problems() == [(4, "digest"), (5, "prev")]

    def test_changed_data(self, chain) -> None:
        data = bytes(chain.entry(4).data).replace(b"test", b"rest")
        tamper({"seq": 4}, data=data)

        assert problems() == [(4, "data")]

    @pytest.mark.parametrize("salt", [None, bytes(16)])
    def test_changed_salt(self, chain, salt) -> None:
        tamper({"seq": 4}, salt=salt)

        assert problems() == [(4, "data")]

    def test_blank_without_an_entry(self, chain) -> None:
        # The trigger lets this through: erasing is allowed, if it is on the record.
        Entry.objects.filter(seq=4).update(data=None, salt=None)

        assert problems() == [(4, "data")]


class TestOrder:
    def test_deleted(self, chain) -> None:
        with unprotected():
            Entry.objects.filter(seq=4).delete()

        assert problems() == [(4, "seq"), (5, "prev")]

    def test_first_deleted(self, chain) -> None:
        with unprotected():
            Entry.objects.filter(seq=1).delete()

        assert problems() == [(1, "seq"), (2, "prev")]

    def test_tail_cut(self, chain) -> None:
        with unprotected():
            Entry.objects.filter(seq__gt=7).delete()

        assert problems() == [(8, "seq")]

    def test_all_deleted(self, chain) -> None:
        with unprotected():
            Entry.objects.all().delete()

        assert problems() == [(1, "seq")]

    def test_two_swapped(self, chain) -> None:
        with unprotected():
            Entry.objects.filter(seq=4).update(seq=1000)
            Entry.objects.filter(seq=5).update(seq=4)
            Entry.objects.filter(seq=1000).update(seq=5)

        found = problems()

        assert {(4, "seq"), (4, "prev"), (5, "seq"), (5, "prev"), (6, "prev")} == set(
            found
        )

    def test_forged_at_the_end(self, chain, at) -> None:
        last = chain.entry(10)
        queued = Queued(
            event=EntryErased(seq=4, reason="forged"),
            organisation_id=1,
            site_id=7,
            subject="case:x",
            object="",
            actor="user:x",
            on_behalf_of="",
            via="",
            happened_at=at,
            recorded_at=at,
            exercise=False,
        )
        ledger.link(queued, seq=11, prev=bytes(last.digest)).save()

        assert problems() == [(11, "seq")]  # the head knows of ten

    def test_forged_in_the_middle(self, chain) -> None:
        with unprotected():
            for seq in range(10, 4, -1):
                Entry.objects.filter(seq=seq).update(seq=seq + 1)
            forged = chain.entry(4)
            forged.pk, forged.seq = None, 5
            forged.save()

        found = problems()

        assert {(5, "seq"), (5, "prev"), (6, "seq")} <= set(found)


def test_a_chain_that_grows_meanwhile(chain, at, monkeypatch) -> None:
    read = stretches._pages

    def read_and_grow(stretch: Stretch) -> Iterator[list[Row]]:
        yield from read(stretch)
        chain.grow(2, at=at)
        EntryRef.objects.create(organisation_id=1, site_id=7, seq=12, ref="case:y")

    monkeypatch.setattr(stretches, "_pages", read_and_grow)

    assert verify().problems == []


class TestHeads:
    def test_forged_digest(self, chain) -> None:
        models.Chain.objects.update(digest=bytes(32))

        assert problems() == [(10, "head")]

    @pytest.mark.parametrize(("seq", "place"), [(9, 10), (500, 11)])
    def test_forged_number(self, chain, seq, place) -> None:
        models.Chain.objects.update(seq=seq)

        assert problems() == [(place, "seq")]

    def test_deleted(self, chain) -> None:
        models.Chain.objects.all().delete()

        assert problems() == [(0, "head")]

    def test_nothing_is_written_after_a_broken_head(self, chain, at) -> None:
        models.Chain.objects.update(digest=b"short")

        with pytest.raises(LedgerBroken):
            chain.grow(1, at=at)


class TestWords:
    @pytest.fixture
    def note(self, scene) -> Note:
        case = scene.incident().case
        return cases.write_note(
            case=case, text="保安拉开了两人", by=scene.guard, at=scene.at
        )

    @pytest.fixture
    def place(self, note) -> tuple[int, str]:
        seq = Entry.objects.get(object=f"note:{note.uid}").seq
        return seq, f"cases.Note.text of {note.uid}"

    @pytest.mark.parametrize(
        "change",
        [
            {"text": "保安打了两人"},
            {"text": ""},
            {"text_salt": b""},
            {"text_salt": bytes(16)},
            {"text": "", "text_salt": b""},
        ],
        ids="+".join,
    )
    def test_changed_words(self, note, place, change) -> None:
        Note.objects.filter(pk=note.pk).update(**change)

        assert problems() == [place]

    def test_deleted_row(self, note, place) -> None:
        Note.objects.filter(pk=note.pk).delete()

        assert problems() == [place]

    def test_erased_words_are_sound_until_somebody_writes_again(
        self, scene, note, place
    ) -> None:
        ledger.erase_text(
            row=note,
            field="text",
            site=scene.site,
            subject=note.case.subject,
            reason="申请删除",
            by=SYSTEM,
            at=scene.at,
        )
        assert problems() == []

        Note.objects.filter(pk=note.pk).update(text="别的话")

        assert problems() == [place]

    def test_erased_entry_is_sound(self, scene, note, place) -> None:
        entry = Entry.objects.get(site_id=scene.site.pk, seq=place[0])

        ledger.erase_entry(entry=entry, reason="申请删除", by=SYSTEM, at=scene.at)

        entry.refresh_from_db()
        assert (entry.data, entry.salt) == (None, None)
        assert problems() == []


# In the story every one of these stands where the database lets nothing be written.
REFUSED = {("evidence.MedicalPaper", "level")}


def forge(rows: Any, field: str) -> set[str]:
    """Write something else where the database takes it; the uids of those rows."""
    forged = set()
    for row in rows:
        with suppress(IntegrityError), transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{field: "改过"})
            forged.add(str(row.uid))
    return forged


@pytest.mark.slow
@pytest.mark.deep
def test_every_kind_of_words_is_covered(db) -> None:
    """After a whole assault: change each covered field of each row, one at a time."""
    scenario = read_scenario(SCENARIO)
    found_company(at=scenario.start - timedelta(days=1))
    play(scenario, say=lambda line: None)
    assert verify().is_sound
    promises = {
        (covered.model, covered.field, entry.object.partition(":")[2])
        for entry in Entry.objects.all()
        for covered in KINDS[entry.kind].covers
        if json.loads(bytes(entry.data or b"{}")).get(covered.digest_field)
    }
    tables = {(model, field) for model, field, _uid in promises}
    assert {("cases.Note", "text"), ("incidents.Report", "words")} <= tables

    for model, field in sorted(tables):
        uids = {uid for m, f, uid in promises if (m, f) == (model, field)}
        rows = apps.get_model(model)._default_manager.filter(uid__in=uids)
        before = {row.pk: getattr(row, field) for row in rows}
        with unguarded():  # as who owns the database, of what triggers protect
            forged = forge(rows, field)
        assert forged or (model, field) in REFUSED
        named = {place for _seq, place in problems()}
        assert named == {f"{model}.{field} of {uid}" for uid in forged}
        with unguarded():
            for pk, words in before.items():
                rows.filter(pk=pk).update(**{field: words})
    assert verify().is_sound


class TestManyProcesses:
    @pytest.fixture
    def long_chain(self, committing_db, at, monkeypatch) -> Chain:
        """Stretches so short that two processes share a chain of a hundred entries."""
        monkeypatch.setattr(stretches, "_STRETCH", 50)
        monkeypatch.setattr(stretches, "_PAGE", 25)
        chain = Chain()
        chain.grow(100, at=at)
        Chain(pk=8).grow(3, at=at)
        return chain

    def test_sound(self, long_chain) -> None:
        report = verify(processes=2)

        assert report.is_sound
        assert (report.chains, report.entries) == (2, 103)

    @pytest.mark.parametrize("seq", [1, 49, 50, 51, 75, 100])
    def test_deleted_anywhere(self, long_chain, seq) -> None:
        with unprotected():
            Entry.objects.filter(site_id=7, seq=seq).delete()

        found = problems(processes=2)

        assert (seq, "seq") in found
        assert seq == 100 or (seq + 1, "prev") in found

    def test_a_stretch_deleted(self, long_chain) -> None:
        with unprotected():
            Entry.objects.filter(site_id=7, seq__range=(40, 60)).delete()

        assert {(40, "seq"), (51, "seq"), (61, "prev")} <= set(problems(processes=2))

    @pytest.mark.parametrize("seq", [1, 50, 51, 100])
    def test_changed_anywhere(self, long_chain, seq) -> None:
        tamper({"site_id": 7, "seq": seq}, actor="user:x")

        assert problems(processes=2) == [(seq, "actor")]

    @pytest.mark.parametrize("seq", [-1, 0, 1, 50, 51, 101])
    def test_reference_that_no_entry_makes(self, long_chain, seq) -> None:
        EntryRef.objects.create(organisation_id=1, site_id=7, seq=seq, ref="a:b")

        assert problems(processes=2) == [(seq, "reference")]

    def test_erased_in_one_stretch_and_said_in_another(self, long_chain, at) -> None:
        ledger.erase_entry(entry=long_chain.entry(4), reason="申请", by=SYSTEM, at=at)
        assert problems(processes=2) == []

        Entry.objects.filter(site_id=7, seq=5).update(data=None, salt=None)

        assert problems(processes=2) == [(5, "data")]

    @pytest.mark.parametrize("seq", [-1, 0, 101, 1_000_000, 2**62])
    def test_forged_head(self, long_chain, seq) -> None:
        models.Chain.objects.filter(site_id=7).update(seq=seq)

        place = min(max(seq, -1), 100) + 1
        assert problems(processes=2) == [(place, "seq")]

    def test_entry_numbered_far_ahead(self, long_chain) -> None:
        with unprotected():
            Entry.objects.filter(site_id=7, seq=100).update(seq=2**62)
        models.Chain.objects.filter(site_id=7).update(seq=2**62)

        assert {(100, "seq"), (2**62, "seq")} <= set(problems(processes=2))


class TestCommand:
    def test_sound(self, chain) -> None:
        out = StringIO()

        call_command("verify", "--processes", "1", stdout=out)

        assert "1 chains, 10 entries" in out.getvalue()

    def test_says_what_and_where(self, chain) -> None:
        tamper({"seq": 4}, actor="user:x")
        out = StringIO()

        with pytest.raises(SystemExit) as end:
            call_command("verify", "--processes", "1", "--json", stdout=out)

        assert end.value.code == 1
        [problem] = json.loads(out.getvalue())["problems"]
        assert (problem["seq"], problem["field"]) == (4, "actor")

    def test_missing_trigger(self, chain) -> None:
        with connection.cursor() as cursor:
            on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER ledger_entry_no_delete{on}")

        assert problems() == [(0, "ledger_entry_no_delete")]
