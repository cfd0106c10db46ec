"""Checkpoints: when they are taken, and that whatever is wrong only makes them wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan import worker
from anlan.accounts.selectors import chain_origin
from anlan.ledger import checkpointing, models
from anlan.ledger.checkpointing import (
    CheckpointWaits,
    accept_new_key,
    checkpoint_now,
    covering,
    note_departure,
    take_due,
    wish,
)
from anlan.ledger.checkpoints import is_signed, parse
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Checkpoint, Departure, Entry, LogKey, Tree
from anlan.ledger.signer import keys
from anlan.ledger.tiles import forget
from anlan.ledger.tree import root
from anlan.ledger.verify import verify
from tests.ledger import signers
from tests.ledger.attacks import relink
from tests.ledger.chains import Chain, unprotected

pytestmark = [pytest.mark.both]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(db, at, named_chains) -> Chain:
    chain = Chain()
    chain.grow(10, at=at)
    return chain


def sizes() -> list[int]:
    rows = Checkpoint.objects.filter(site_id=7).order_by("size")
    return list(rows.values_list("size", flat=True))


def refusals() -> list[str]:
    return list(Tree.objects.filter(site_id=7).values_list("refusal", flat=True))


class TestWhen:
    def test_first(self, chain, signer, at) -> None:
        assert take_due(at=at) == 1
        assert sizes() == [10]

    def test_nothing_new(self, chain, signer, at) -> None:
        take_due(at=at)
        take_due(at=at + timedelta(days=1))
        take_due(at=at + timedelta(days=2))

        assert sizes() == [10]

    def test_after_ten_minutes(self, chain, signer, at) -> None:
        take_due(at=at)
        chain.grow(1, at=at)

        take_due(at=at + 9 * MINUTE)
        assert sizes() == [10]

        take_due(at=at + 10 * MINUTE)
        assert sizes() == [10, 11]

    def test_after_a_hundred_entries(self, chain, signer, at) -> None:
        take_due(at=at)
        chain.grow(99, at=at)
        take_due(at=at)
        assert sizes() == [10]

        chain.grow(1, at=at)
        take_due(at=at)
        assert sizes() == [10, 110]

    def test_when_wished(self, chain, signer, at) -> None:
        take_due(at=at)
        chain.grow(1, at=at)

        wish(1, 7)
        take_due(at=at)

        assert sizes() == [10, 11]
        assert not Tree.objects.get(site_id=7).is_wished

    def test_on_demand(self, chain, signer, at) -> None:
        first = checkpoint_now(chain, at=at)

        assert first.size == 10
        assert checkpoint_now(chain, at=at) == first
        chain.grow(1, at=at)
        assert checkpoint_now(chain, at=at).size == 11


class TestWhat:
    def test_the_note(self, chain, signer, at) -> None:
        checkpoint = checkpoint_now(chain, at=at)

        note = parse(checkpoint.note)
        digests = Entry.objects.filter(site_id=7).order_by("seq")
        leaves = [bytes(digest) for digest in digests.values_list("digest", flat=True)]
        assert note.statement.origin == "anlan/1/7"
        assert (note.statement.size, note.statement.root) == (10, root(leaves))
        assert bytes(checkpoint.root) == root(leaves)
        assert is_signed(note, signer.key().public_key)

    def test_the_key_is_on_the_record(self, chain, signer, at) -> None:
        checkpoint_now(chain, at=at)

        [entry] = Entry.objects.filter(site_id=0)
        assert entry.kind == "ledger.log_key_began"
        assert signer.key().public_key.hex() in bytes(entry.data or b"").decode()
        assert verify().is_sound

    def test_names_of_chains(self, scene) -> None:
        organisation, site = scene.organisation, scene.site

        assert chain_origin(organisation.pk, 0) == f"anlan/{organisation.uid}"
        assert (
            chain_origin(organisation.pk, site.pk)
            == f"anlan/{organisation.uid}/{site.uid}"
        )
        assert chain_origin(organisation.pk, 999) is None
        assert chain_origin(organisation.pk + 1, site.pk) is None

    def test_covering(self, chain, signer, at) -> None:
        first = checkpoint_now(chain, at=at)
        chain.grow(5, at=at)
        second = checkpoint_now(chain, at=at)

        assert [covering(1, 7, seq) for seq in (1, 10, 11, 15, 16)] == [
            first,
            first,
            second,
            second,
            None,
        ]

    def test_departure_once(self, chain, signer, at) -> None:
        checkpoint = checkpoint_now(chain, at=at)

        note_departure(checkpoint, way=Departure.Way.EXPORT, at=at)
        note_departure(checkpoint, way=Departure.Way.EXPORT, at=at + MINUTE)

        assert [d.left_at for d in Departure.objects.all()] == [at]


class TestTrouble:
    def test_signer_away(self, chain, signer_folder, at) -> None:
        assert take_due(at=at) == 0
        with pytest.raises(CheckpointWaits):
            checkpoint_now(chain, at=at)
        assert refusals() == ["away"]

        with signers.running(signer_folder):
            assert take_due(at=at + timedelta(seconds=9)) == 0  # not asked each second
            assert take_due(at=at + timedelta(seconds=10)) == 1
        assert (sizes(), refusals()) == ([10], [""])

    def test_nothing_else_waits(self, scene, signer_folder, at) -> None:
        scene.incident()

        assert worker.run_due(at=at) > 0

    def test_crash_after_the_signature(self, chain, signer, at) -> None:
        """The signer remembers more than the database: the proof begins there."""
        checkpoint_now(chain, at=at)
        chain.grow(5, at=at)
        checkpoint_now(chain, at=at)
        Checkpoint.objects.filter(size=15).delete()
        Tree.objects.update(signed_size=10)

        assert checkpoint_now(chain, at=at).size == 15
        Checkpoint.objects.filter(size=15).delete()
        chain.grow(1, at=at)
        assert checkpoint_now(chain, at=at).size == 16

    def test_an_older_database(self, chain, signer, at) -> None:
        """Restored from a copy, or its tail cut: the signer has signed more."""
        checkpoint_now(chain, at=at)
        with unprotected():
            Entry.objects.filter(site_id=7, seq__gt=8).delete()
        last = chain.entry(8)
        models.Chain.objects.filter(site_id=7).update(seq=8, digest=last.digest)
        Checkpoint.objects.all().delete()
        forget(1, 7)

        with pytest.raises(CheckpointWaits):
            checkpoint_now(chain, at=at)

        assert refusals() == ["rollback"]

    def test_another_history(self, chain, signer, at) -> None:
        checkpoint_now(chain, at=at)
        relink(chain, 4)
        forget(1, 7)
        chain.grow(5, at=at)

        with pytest.raises(CheckpointWaits):
            checkpoint_now(chain, at=at)

        assert (refusals(), sizes()) == (["unproven"], [10])

    def test_an_entry_is_gone(self, chain, signer, at) -> None:
        with unprotected():
            Entry.objects.filter(site_id=7, seq=4).delete()

        assert take_due(at=at) == 0

        assert refusals() == ["broken"]

    def test_a_chain_without_a_site(self, chain, signer, at) -> None:
        checkpointing.install_origins(lambda org, site: None)

        assert take_due(at=at) == 0

        assert refusals() == ["broken"]


class TestKeys:
    def test_rotated(self, chain, signer, signer_folder, at) -> None:
        checkpoint_now(chain, at=at)
        for _ in range(2):
            keys.rotate(signer_folder)
        chain.grow(1, at=at)

        checkpoint = checkpoint_now(chain, at=at)

        assert is_signed(parse(checkpoint.note), signer.key().public_key)
        assert LogKey.objects.count() == 3
        kinds = Entry.objects.filter(site_id=0).values_list("kind", flat=True)
        assert sorted(kinds) == ["ledger.log_key_began"] + 2 * [
            "ledger.log_key_rotated"
        ]
        assert verify().is_sound

    def test_another_key_is_not_believed(self, chain, tmp_path, settings, at) -> None:
        """Somebody put a signer of his own in its place."""
        for name in ("first", "second"):
            settings.SIGNER_SOCKET = signers.socket_of(tmp_path / name)
            with signers.running(tmp_path / name):
                take_due(at=at)
            chain.grow(1, at=at)
            at += 10 * MINUTE

        assert (sizes(), refusals()) == ([10], ["other_key"])

        with signers.running(tmp_path / "second"):
            key = accept_new_key(by=SYSTEM, at=at)
            assert checkpoint_now(chain, at=at).size == 12
        newest = Entry.objects.filter(site_id=0).order_by("-seq")[0]
        assert newest.kind == "ledger.log_key_replaced"
        assert key.public_key.hex() in bytes(newest.data or b"").decode()
