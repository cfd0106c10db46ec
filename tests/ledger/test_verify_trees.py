"""Histories that hold in themselves are found out by what was signed, and named."""

from __future__ import annotations

import pytest

from anlan.base.digest import sha256
from anlan.ledger import models
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.checkpoints import Note, Statement, sign
from anlan.ledger.models import Checkpoint, Entry, LogKey, Tile, Tree
from anlan.ledger.signer import keys
from anlan.ledger.tiles import forget, grow
from anlan.ledger.tree import root
from anlan.ledger.verify import Problem, verify
from tests.ledger import attacks
from tests.ledger.chains import Chain, problems, tamper
from tests.ledger.trials import ATTACKS, BESIDE, run_trials

pytestmark = [pytest.mark.both_deep]
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


@pytest.mark.slow
def test_attacks(db, at, tmp_path, named_chains) -> None:
    """Each is found and placed; histories without one raise no alarm."""
    tally = run_trials(100, seed=1, at=at, folder=tmp_path / "signer")

    assert (tally.missed, tally.astray, tally.false_alarms) == ([], [], [])
    assert set(tally.tried) == {*ATTACKS, *BESIDE}
    assert tally.exact + tally.near == tally.count == 100


@pytest.mark.deep
def test_ten_thousand_attacks(db, at, tmp_path, named_chains) -> None:
    tally = run_trials(10_000, seed=2, at=at, folder=tmp_path / "signer")

    assert (tally.missed, tally.astray, tally.false_alarms) == ([], [], [])
    assert tally.exact + tally.near == tally.count == 10_000


def test_an_attack_that_is_not_made_is_not_found(chain) -> None:
    """The trial can fail: an entry written as it was changes nothing."""
    tamper({"site_id": 7, "seq": 5}, actor="system")

    assert problems() == []
    assert Entry.objects.filter(site_id=7).count() == HEIGHTS[-1] + MORE
