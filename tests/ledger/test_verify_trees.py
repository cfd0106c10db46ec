"""Histories that hold in themselves are found out by what was signed, and named."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from anlan.base.digest import sha256
from anlan.ledger import models, triggers
from anlan.ledger import services as ledger
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.checkpoints import Note, Statement, sign
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Checkpoint, Entry, LogKey, Tile, Tree
from anlan.ledger.signer import keys
from anlan.ledger.signer.client import Client
from anlan.ledger.signer.server import Signer
from anlan.ledger.tiles import forget, grow
from anlan.ledger.tree import root
from anlan.ledger.verify import Problem, verify
from tests.ledger import attacks
from tests.ledger.chains import Chain, problems, tamper

pytestmark = [pytest.mark.both]
HEIGHTS = (20, 40, 60)  # of the checkpoints
MORE = 7  # entries behind the last


@pytest.fixture
def chain(db, at, signer, named_chains) -> Chain:
    chain = Chain()
    for before, upto in zip((0, *HEIGHTS), HEIGHTS, strict=False):
        chain.grow(upto - before, at=at)
        checkpoint_now(chain, at=at)
    chain.grow(MORE, at=at)
    return chain


def found(name: str) -> list[Problem]:
    return [problem for problem in verify().problems if problem.field == name]


def test_sound(chain) -> None:
    report = verify()

    assert report.problems == []
    assert (report.checkpoints, report.unasked) == (3, 0)


def test_on_many_processes(committing_db, at, signer, named_chains) -> None:
    chain = Chain()
    chain.grow(30, at=at)
    checkpoint_now(chain, at=at)
    assert verify(processes=2).is_sound

    attacks.relink(chain, 4)

    assert (4, "tile") in problems(processes=2)


def test_signer_away(chain, settings, tmp_path) -> None:
    settings.SIGNER_SOCKET = tmp_path / "nobody"

    report = verify()

    assert (report.problems, report.unasked) == ([], 1)


class TestRewritten:
    def test_the_tiles_name_the_entry(self, chain) -> None:
        attacks.relink(chain, 23)

        assert problems() == [(21, "checkpoint"), (23, "tile")]

    @pytest.mark.parametrize(
        ("seq", "interval"),
        [(1, (1, 20)), (20, (1, 20)), (21, (21, 40)), (60, (41, 60))],
    )
    def test_with_the_tiles_the_checkpoints_name_the_interval(
        self, chain, seq, interval
    ) -> None:
        attacks.relink(chain, seq)
        forget(1, 7)
        grow(1, 7, upto=60)

        [problem] = verify().problems

        assert (problem.seq, problem.field) == (interval[0], "checkpoint")
        assert problem.sentence.startswith(f"entries {interval[0]} to {interval[1]} ")

    def test_with_the_checkpoints_the_signer_remembers(self, chain) -> None:
        attacks.relink(chain, 23)
        forget(1, 7)
        grow(1, 7, upto=60)
        Checkpoint.objects.filter(size__gt=20).delete()

        [problem] = verify().problems

        assert problem.sentence.startswith("entries 21 to 60 ")

    def test_what_nobody_signed_is_not_found(self, chain) -> None:
        """The window: entries behind the last checkpoint. It is said on the page."""
        attacks.relink(chain, 61)

        assert problems() == []

    def test_signed_with_the_stolen_key(self, chain, signer_folder) -> None:
        """Everything fits but the signer's memory, and the witness's."""
        attacks.relink(chain, 23)
        forget(1, 7)
        grow(1, 7, upto=60)
        thief = keys.load(signer_folder)
        leaves = [bytes(e.digest) for e in attacks.entries(chain)]
        for row in Checkpoint.objects.all():
            said = Statement("anlan/1/7", row.size, root(leaves[: row.size]))
            row.root, row.note = said.root, Note(said, (sign(said, thief),)).text
            row.save()

        assert problems() == [(60, "signer")]


class TestCut:
    def test_below_a_checkpoint(self, chain) -> None:
        attacks.cut(chain, 50)

        assert problems() == [(50, "checkpoint"), (50, "tile")]

    def test_with_tiles_and_checkpoints(self, chain) -> None:
        """An older copy of the database was restored."""
        attacks.cut(chain, 50)
        forget(1, 7)
        grow(1, 7, upto=49)
        Checkpoint.objects.filter(size=60).delete()

        [problem] = verify().problems

        assert (problem.seq, problem.field) == (50, "checkpoint")
        assert "60 entries were signed" in problem.sentence

    def test_all(self, chain) -> None:
        attacks.cut(chain, 1)
        models.Chain.objects.filter(site_id=7).delete()

        assert (1, "checkpoint") in problems()


class TestCheckpoints:
    def test_columns(self, chain) -> None:
        Checkpoint.objects.filter(size=40).update(root=sha256(b"x"))

        assert problems() == [(21, "checkpoint"), (40, "checkpoint")]

    @pytest.mark.parametrize("note", ["", "nonsense", "anlan/1/7\n40\n"])
    def test_unreadable(self, chain, note) -> None:
        Checkpoint.objects.filter(size=40).update(note=note)

        assert problems() == [(40, "checkpoint")]

    def test_not_signed(self, chain, tmp_path) -> None:
        keys.make_if_new(tmp_path / "thief")
        row = Checkpoint.objects.get(size=40)
        said = Statement("anlan/1/7", 40, bytes(row.root))
        row.note = Note(said, (sign(said, keys.load(tmp_path / "thief")),)).text
        row.save()

        assert problems() == [(40, "checkpoint")]

    def test_of_another_chain(self, chain, signer_folder) -> None:
        row = Checkpoint.objects.get(size=40)
        said = Statement("anlan/1/8", 40, bytes(row.root))
        row.note = Note(said, (sign(said, keys.load(signer_folder)),)).text
        row.save()

        assert [p.sentence for p in found("checkpoint")] == ["it is of anlan/1/8"]

    def test_key_that_no_entry_speaks_of(self, chain, at) -> None:
        LogKey.objects.create(public_key=sha256(b"thief"), seen_at=at)

        assert problems() == [(0, "log key")]


class TestTiles:
    @pytest.fixture
    def long_chain(self, db, at, signer, named_chains) -> Chain:
        chain = Chain()
        chain.grow(600, at=at)
        checkpoint_now(chain, at=at)
        return chain

    @pytest.mark.parametrize(("level", "place"), [(0, 1), (1, 0)])
    def test_changed(self, long_chain, level, place) -> None:
        tile = Tile.objects.get(level=level, index=place)
        tile.hashes = bytes(32) + bytes(tile.hashes)[32:]
        tile.save()

        assert "tile" in {name for _seq, name in problems()}

    @pytest.mark.parametrize(("level", "place"), [(0, 0), (0, 2), (1, 0)])
    def test_gone(self, long_chain, level, place) -> None:
        Tile.objects.filter(level=level, index=place).delete()

        assert "tile" in {name for _seq, name in problems()}

    @pytest.mark.parametrize("size", [599, 601, 0])
    def test_wrong_size(self, long_chain, size) -> None:
        Tree.objects.filter(site_id=7).update(size=size)

        assert problems() == [(0, "tile")]


class TestSigner:
    def test_damaged_memory(self, chain, signer_folder) -> None:
        for file in (signer_folder / keys.STATE).glob("*.last"):
            file.write_text("nonsense")

        assert problems() == [(0, "signer")]

    def test_older_memory(self, chain, signer_folder) -> None:
        for file in (signer_folder / keys.STATE).glob("*.last"):
            file.write_text(f"anlan/1/7\n40\n{root_of(40).hex()}\n")

        assert problems() == [(41, "signer")]


def root_of(size: int) -> bytes:
    return bytes(Checkpoint.objects.get(size=size).root)


# Many histories and attacks, each with a chance of its own.

Attack = Callable[[Chain, int], None]
ATTACKS: dict[str, Attack] = {
    "alter": attacks.alter,
    "alter, relink": attacks.relink,
    "delete": attacks.delete,
    "delete, renumber": attacks.delete_and_renumber,
    "swap": attacks.swap,
    "cut": attacks.cut,
    "duplicate": attacks.duplicate,
}


def history(chance: random.Random, at: datetime) -> tuple[Chain, list[int]]:
    """A short chain, with checkpoints where chance puts them, and something benign."""
    chain, size, marks = Chain(), 0, []
    for _ in range(chance.randrange(1, 4)):
        more = chance.randrange(2, 7)
        chain.grow(more, at=at)
        size += more
        checkpoint_now(chain, at=at)
        marks.append(size)
        match chance.randrange(6):
            case 0:
                forget(1, 7)  # made again by the next one
                grow(1, 7, upto=size)
            case 1:
                checkpoint_now(chain, at=at)
            case 2:
                # Killed between the signature and the row: it is asked for again.
                Checkpoint.objects.filter(site_id=7, size=size).delete()
                checkpoint_now(chain, at=at)
            case 3:
                facts = [
                    e for e in attacks.entries(chain) if e.kind == "ledger.text_erased"
                ]
                entry = chance.choice(facts)
                ledger.erase_entry(entry=entry, reason="申请", by=SYSTEM, at=at)
                size += 1
    return chain, marks


def direct_signer(monkeypatch: pytest.MonkeyPatch, signer: Signer) -> None:
    """The signer in this process: thousands of histories need no socket."""

    def ask(_client: Client, **question: object) -> dict[str, object]:
        return signer.answer(question)

    monkeypatch.setattr(Client, "_ask", ask)


def attempt(chance: random.Random, at: datetime) -> tuple[str, list[str]]:
    """One history and one attack on it; returns what was missed or misplaced."""
    chain, marks = history(chance, at)
    if not verify().is_sound:
        return "benign", [str(p) for p in verify().problems]
    name = chance.choice([*ATTACKS, "rewrite all", "drop trigger"])
    if name == "drop trigger":
        dropped = chance.choice(sorted(triggers.wanted(connection)))
        on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {dropped}{on}")
        missed = [] if problems() == [(0, dropped)] else [dropped]
        triggers.create(None, SimpleNamespace(connection=connection))
        return name, missed
    before = len(attacks.entries(chain))
    seq = 1 if name == "rewrite all" else chance.randrange(1, marks[-1])
    ATTACKS.get(name, attacks.relink)(chain, seq)
    has_tiles = chance.random() < 0.5
    if not has_tiles and name not in {"delete", "alter"}:
        forget(1, 7)
        grow(1, 7, upto=min(len(attacks.entries(chain)), marks[-1]))
    places = problems()
    good = max([0, *(mark for mark in marks if mark < seq)])
    bad = min(mark for mark in marks if mark >= seq)
    # The very entry, its neighbour, or the interval of checkpoints that it is in.
    is_exact = any(place in {seq, seq + 1} for place, _name in places)
    is_near = any(good < place <= bad + 1 for place, _name in places)
    if not places:
        return name, [f"{name} at {seq} of {before}: missed"]
    if not (is_exact or is_near):
        return name, [f"{name} at {seq} of {before}: {places}"]
    return name, []


def trial(count: int, seed: int, at: datetime, monkeypatch, folder) -> dict[str, int]:
    keys.make_if_new(folder)
    direct_signer(monkeypatch, Signer(folder))
    counts: dict[str, int] = {}
    faults: list[str] = []
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 -- the same every time
        for file in (folder / keys.STATE).glob("*.last"):
            file.unlink()
        with transaction.atomic():
            name, missed = attempt(chance, at)
            transaction.set_rollback(True)
        counts[name] = counts.get(name, 0) + 1
        faults += [f"{number}: {fault}" for fault in missed]
    assert faults == []
    return counts


@pytest.mark.slow
def test_attacks(db, at, monkeypatch, tmp_path, named_chains) -> None:
    """Each is found and placed; histories without one raise no alarm."""
    counts = trial(200, 1, at, monkeypatch, tmp_path / "signer")

    assert set(counts) == {*ATTACKS, "rewrite all", "drop trigger"}


@pytest.mark.deep
def test_ten_thousand_attacks(db, at, monkeypatch, tmp_path, named_chains) -> None:
    assert (
        sum(trial(10_000, 2, at, monkeypatch, tmp_path / "signer").values()) == 10_000
    )


def test_an_attack_that_is_not_made_is_not_found(chain) -> None:
    """The trial can fail: an entry written as it was changes nothing."""
    tamper({"site_id": 7, "seq": 5}, actor="system")

    assert problems() == []
    assert Entry.objects.filter(site_id=7).count() == HEIGHTS[-1] + MORE
