"""A key that others may know: what it signs from then on is named by whoever looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from anlan.ledger import checkpointing, witnessing
from anlan.ledger.checkpointing import (
    CheckpointWaits,
    checkpoint_now,
    take_revocations,
)
from anlan.ledger.checkpoints import Note, Statement, public_bytes, sign
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Checkpoint, Entry, RevokedKey, Tree
from anlan.ledger.signer import keys
from anlan.ledger.signer.client import Client
from anlan.ledger.signer.keys import KeyTrouble
from anlan.ledger.signer.memory import Refused
from anlan.ledger.signer.revocations import (
    Revocation,
    counts,
    revocation_of,
    revocations,
    revoke,
)
from anlan.ledger.tiles import StoredNodes, forget, grow
from anlan.ledger.tree import consistency_proof, root_at
from anlan.ledger.verify import verify
from anlan.ledger.verify.held import Held, compare_held
from anlan.ledger.witness import (
    Request,
    Witness,
    main,
    read_revocations,
    write_requests,
)
from tests.ledger import attacks, signers
from tests.ledger.chains import Chain, problems, unprotected

pytestmark = [pytest.mark.both_deep]
SECONDS = 1_795_400_000
WHY = "备份盘失窃"
ORIGIN = "anlan/1/7"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(db, at, named_chains, signer) -> Chain:
    """Ten entries that the key signed which leaks, two that nobody signed yet."""
    chain = Chain()
    chain.grow(10, at=at)
    checkpoint_now(chain, at=at)
    chain.grow(2, at=at)
    return chain


@pytest.fixture
def leaked(chain: Chain, signer_folder: Path) -> Ed25519PrivateKey:
    """What the thief has."""
    return keys.load(signer_folder)


@pytest.fixture
def witness(tmp_path: Path, leaked: Ed25519PrivateKey) -> Witness:
    witness = Witness(tmp_path / "witness")
    witness.begin("police", [public_bytes(leaked)])
    return witness


@pytest.fixture
def revoked(leaked: Ed25519PrivateKey, signer_folder: Path, at) -> list[Revocation]:
    made = revoke(signer_folder, reason=WHY, seconds=SECONDS)
    take_revocations(by=SYSTEM, at=at)
    return made


def forged(size: int, key: Ed25519PrivateKey) -> Note:
    """Of the entries as they are, whatever they are."""
    said = Statement(ORIGIN, size, root_at(StoredNodes(1, 7), size))
    return Note(said, (sign(said, key),))


def put(note: Note, at) -> None:
    said = note.statement
    Checkpoint.objects.filter(site_id=7, size=said.size).delete()
    Checkpoint.objects.create(
        organisation_id=1,
        site_id=7,
        size=said.size,
        root=said.root,
        note=note.text,
        signed_at=at,
    )


def found() -> list[str]:
    return [problem.sentence for problem in verify().problems]


def request(at) -> Request:
    [one] = [r for r in witnessing.requests(at=at) if r.note.statement.origin == ORIGIN]
    return one


class TestSigner:
    @pytest.fixture
    def folder(self, leaked, signer_folder: Path) -> Path:
        return signer_folder

    def test_both_keys_say_up_to_where_the_old_one_counts(
        self, leaked, folder, signer
    ) -> None:
        made = revoke(folder, reason=WHY, seconds=SECONDS)

        assert signer.revocations(ORIGIN) == [
            one for one in made if one.last.origin == ORIGIN
        ]
        [one] = signer.revocations(ORIGIN)
        assert (one.last.size, one.reason, one.seconds) == (10, WHY, SECONDS)
        assert (one.key, one.by) == (public_bytes(leaked), signer.key().public_key)
        assert one.is_sound
        assert one.by_old
        assert signer.key().rotations[-1].old == one.key

    @pytest.mark.parametrize("name", ["key", "by", "size", "root", "seconds", "reason"])
    def test_nothing_of_it_can_be_changed(self, folder, name) -> None:
        said = revoke(folder, reason=WHY, seconds=SECONDS)[0].as_json()
        said[name] = said[name] + 1 if isinstance(said[name], int) else said[name][::-1]

        assert not revocation_of(said).is_sound

    def test_earlier_key(self, leaked, folder) -> None:
        keys.rotate(folder)

        made = revoke(folder, reason=WHY, seconds=SECONDS, key=public_bytes(leaked))

        assert {one.by for one in made} == {public_bytes(keys.load(folder))}
        assert all(one.is_sound and not one.by_old for one in made)
        assert len(keys.rotations(folder)) == 1
        with pytest.raises(KeyTrouble, match="already"):
            revoke(folder, reason=WHY, seconds=SECONDS, key=public_bytes(leaked))

    def test_killed_before_the_new_key_was_there(
        self, leaked, folder, monkeypatch
    ) -> None:
        """Then nothing was said, and it can be said again."""

        def killed(*_said: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(keys, "write_key", killed)
            with pytest.raises(KeyboardInterrupt):
                revoke(folder, reason=WHY, seconds=SECONDS)
        assert revocations(folder) == []
        assert public_bytes(keys.load(folder)) == public_bytes(leaked)

        made = revoke(folder, reason=WHY, seconds=SECONDS)

        assert revocations(folder) == made

    def test_killed_and_then_rotated_it_can_still_be_revoked(
        self, leaked, folder, monkeypatch
    ) -> None:
        def killed(*_said: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(keys, "write_key", killed)
            with pytest.raises(KeyboardInterrupt):
                revoke(folder, reason=WHY, seconds=SECONDS)
        keys.rotate(folder)
        assert revocations(folder) == []

        made = revoke(folder, reason=WHY, seconds=SECONDS, key=public_bytes(leaked))

        assert revocations(folder) == made
        keys.rotate(folder)  # who said so went, and it still counts
        assert revocations(folder) == made

    @pytest.mark.parametrize("reason", ["", "a\nb", "x" * 121])
    def test_a_reason_is_a_line(self, folder, reason) -> None:
        before = (folder / "key").read_text()

        with pytest.raises(KeyTrouble, match="one line"):
            revoke(folder, reason=reason, seconds=SECONDS)

        assert (folder / "key").read_text() == before

    def test_a_key_that_signed_nothing(self, tmp_path) -> None:
        keys.make_if_new(tmp_path / "new")

        with pytest.raises(KeyTrouble, match="nothing to revoke"):
            revoke(tmp_path / "new", reason=WHY, seconds=SECONDS)

    def test_counts(self, folder) -> None:
        [one] = [
            r
            for r in revoke(folder, reason=WHY, seconds=SECONDS)
            if r.last.origin == ORIGIN
        ]

        def good(size: int, origin: str = ORIGIN, key: bytes = one.key) -> bool:
            return counts(Statement(origin, size, bytes(32)), key, [one])

        assert [good(size) for size in (9, 10, 11)] == [True, True, False]
        assert not good(1, origin="anlan/1/8")  # nothing was said of it
        assert good(99, key=one.by)


class TestRecord:
    def test_it_is_entered_once_and_the_record_holds(self, revoked, chain, at) -> None:
        assert take_revocations(by=SYSTEM, at=at) == 0

        entries = Entry.objects.filter(kind="ledger.log_key_revoked")
        said = [json.loads(bytes(entry.data or b"")) for entry in entries]
        assert [one["size"] for one in said if one["origin"] == ORIGIN] == [10]
        assert {one["reason"] for one in said} == {WHY}
        checkpoint_now(chain, at=at)
        assert verify().is_sound

    def test_the_next_checkpoint_enters_it_by_itself(
        self, leaked, signer_folder, chain, at
    ) -> None:
        revoke(signer_folder, reason=WHY, seconds=SECONDS)

        checkpoint_now(chain, at=at)

        assert RevokedKey.objects.filter(site_id=7).count() == 1
        assert verify().is_sound

    def test_only_its_own_organisation_reads_of_it(
        self, leaked, signer_folder, at
    ) -> None:
        Chain(pk=9, organisation_id=2).grow(1, at=at)

        revoke(signer_folder, reason=WHY, seconds=SECONDS)
        take_revocations(by=SYSTEM, at=at)

        rows = Entry.objects.filter(kind="ledger.log_key_revoked")
        assert set(rows.values_list("organisation_id", flat=True)) == {1}

    def test_the_key_does_not_come_back_from_paper(
        self, revoked, leaked, signer_folder, chain, at
    ) -> None:
        keys.write_key(signer_folder, leaked.private_bytes_raw())

        with pytest.raises(CheckpointWaits):
            checkpoint_now(chain, at=at)

        assert Tree.objects.get(site_id=7).refusal == "other_key"

    def test_it_hands_over_to_nobody_any_more(
        self, revoked, leaked, signer_folder, chain, at
    ) -> None:
        keys.write_key(signer_folder, leaked.private_bytes_raw())
        keys.rotate(signer_folder)  # to a key of the thief's

        with pytest.raises(CheckpointWaits):
            checkpoint_now(chain, at=at)

        assert Tree.objects.get(site_id=7).refusal == "other_key"

    def test_row_that_was_taken_away_is_named(self, revoked, chain) -> None:
        RevokedKey.objects.all().delete()

        assert "an entry speaks of a revocation that is not there" in found()[0]

    @pytest.mark.parametrize("change", ["size", "all"])
    def test_row_that_was_changed_is_named(self, revoked, chain, change) -> None:
        row = RevokedKey.objects.get(site_id=7)
        row.said = {**row.said, "size": 99} if change == "size" else "nonsense"
        row.save()

        assert any("no entry speaks of the revocation" in said for said in found())

    def test_row_that_was_made_up_is_named(self, chain, leaked, at) -> None:
        new = Ed25519PrivateKey.generate()
        one = Revocation(
            public_bytes(leaked),
            public_bytes(new),
            Statement(ORIGIN, 1, bytes(32)),
            SECONDS,
            WHY,
            bytes(64),
        )
        RevokedKey.objects.create(
            organisation_id=1,
            site_id=7,
            public_key=one.key,
            said=one.as_json(),
            revoked_at=at,
        )

        said = found()

        assert any("no entry speaks of the revocation" in one for one in said)
        assert "a revocation is not signed as it says" in said


class TestForgeries:
    """The thief has the database, and the key that was revoked."""

    def test_after_the_size(self, revoked, leaked, chain, at) -> None:
        checkpoint_now(chain, at=at)
        put(forged(12, leaked), at)

        assert problems() == [(12, "checkpoint")]
        assert found() == ["it is signed with a revoked key"]

    def test_before_it_where_the_record_is_the_same(
        self, revoked, leaked, chain, at
    ) -> None:
        """It says nothing that is not so."""
        put(forged(6, leaked), at)

        assert found() == []

    def test_before_it_over_another_history(self, revoked, leaked, chain, at) -> None:
        attacks.relink(chain, 4)
        forget(1, 7)
        grow(1, 7, upto=12)
        put(forged(6, leaked), at)
        put(forged(10, leaked), at)

        said = found()

        assert "a revocation has another root than the checkpoint" in said
        assert "it remembers another root than the checkpoint has" in said

    def test_second_one_after_it(self, revoked, leaked, chain, at) -> None:
        checkpoint_now(chain, at=at)
        attacks.relink(chain, 11)
        forget(1, 7)
        grow(1, 7, upto=12)
        put(forged(11, leaked), at)
        put(forged(12, leaked), at)

        assert found().count("it is signed with a revoked key") == 2

    def test_one_that_somebody_was_mailed(self, revoked, leaked, chain, at) -> None:
        checkpoint_now(chain, at=at)
        texts = forged(10, leaked).text + "\n" + forged(12, leaked).text

        held = {one.size: one.held for one in compare_held(texts)}

        assert held == {10: Held.FITS, 12: Held.UNSIGNED}


class TestWitness:
    def learn(self, witness: Witness, made: list[Revocation]) -> list[Revocation]:
        """Somebody typed the new key off the sheet, and brought the file."""
        witness.begin("police", [made[0].by])
        return witness.take(read_revocations(write_requests([], made)))

    def test_forgery_that_continues_what_it_saw_is_refused(
        self, witness, revoked, leaked, chain, at
    ) -> None:
        assert self.learn(witness, revoked) == revoked
        grow(1, 7, upto=12)
        note = forged(12, leaked)
        proof = {10: consistency_proof(StoredNodes(1, 7), 10, 12)}

        with pytest.raises(Refused, match="revoked"):
            witness.cosign(Request(note, proof), seconds=SECONDS)
        assert witness.seen() == []

    @pytest.mark.parametrize("size", [6, 10])
    def test_before_it_only_what_the_new_key_signed_too(
        self, witness, revoked, leaked, chain, size
    ) -> None:
        self.learn(witness, revoked)
        asked = Request(forged(size, leaked), {})

        if size == 10:
            assert witness.cosign(asked, seconds=SECONDS)
        else:
            with pytest.raises(Refused, match="revoked"):
                witness.cosign(asked, seconds=SECONDS)

    def test_it_goes_on_with_the_new_key(
        self, witness, revoked, leaked, chain, at
    ) -> None:
        witness.cosign(Request(forged(10, leaked), {}), seconds=SECONDS)
        self.learn(witness, revoked)
        checkpoint_now(chain, at=at)

        assert witness.cosign(request(at), seconds=SECONDS)
        assert witness.seen() == [(ORIGIN, 12)]

    def test_the_thief_ends_no_key(self, witness, revoked, leaked, chain) -> None:
        self.learn(witness, revoked)
        [mine] = [one for one in revoked if one.last.origin == ORIGIN]
        said = Revocation(mine.by, mine.key, mine.last, SECONDS, "x", b"", b"")
        lie = Revocation(
            said.key, said.by, said.last, SECONDS, "x", leaked.sign(said.text)
        )
        assert lie.is_sound

        assert witness.take([lie]) == []

    def test_a_key_that_nobody_typed_ends_none(self, witness, revoked) -> None:
        assert witness.take(revoked) == []

    def test_the_file_of_a_visit(
        self, witness, revoked, chain, tmp_path, at, capsys
    ) -> None:
        witness.begin("police", [revoked[0].by])
        checkpoint_now(chain, at=at)
        call_command("witness_request", tmp_path / "there.json", stdout=StringIO())
        back = ["cosign", str(tmp_path / "there.json"), str(tmp_path / "back.json")]

        main(["--folder", str(tmp_path / "witness"), *back])

        assert f"  {ORIGIN} after 10: " in capsys.readouterr().out
        assert witness.revocations == checkpointing.revocations()


class TestManagement:
    @pytest.fixture
    def call(self, leaked, settings) -> Callable[..., tuple[str, str]]:
        def call(*words: str) -> tuple[str, str]:
            out, said = StringIO(), StringIO()
            call_command("signer_key", *words, stdout=out, stderr=said)
            return out.getvalue(), said.getvalue()

        return call

    def test_at_once_and_with_a_new_paper(self, call, signer_folder) -> None:
        out, said = call("--revoke", "--reason", WHY)

        paper = " ".join(out.splitlines()[1:])
        assert keys.off_paper(paper) == keys.load(signer_folder).private_bytes_raw()
        assert "On the record" in said
        assert RevokedKey.objects.filter(site_id=7).exists()
        assert verify().is_sound

    def test_refusals(self, call, leaked) -> None:
        for words in ((), ("--reason", WHY, "--key", "xyz")):
            with pytest.raises(CommandError):
                call("--revoke", *words)

    def test_where_the_signer_does_not_run(self, call, settings, tmp_path) -> None:
        settings.SIGNER_SOCKET = tmp_path / "nobody"

        out, said = call("--revoke", "--reason", WHY)

        assert len(out.splitlines()) == 3
        assert "signer_key --accept" in said

    @pytest.mark.parametrize("is_apart", [True, False])
    def test_entered_afterwards_it_is_a_handover(
        self, call, chain, signer_folder, settings, at, is_apart
    ) -> None:
        """Of a signer with a user of its own, or of one that was down when it was said."""
        settings.SIGNER_IS_APART = is_apart
        revoke(signer_folder, reason=WHY, seconds=SECONDS)

        call("--accept")

        own = Entry.objects.filter(site_id=0)
        assert own.filter(kind="ledger.log_key_rotated").count() == 1
        assert own.filter(kind="ledger.log_key_revoked").exists()
        assert not own.filter(kind="ledger.log_key_replaced").exists()
        assert checkpoint_now(chain, at=at).size == 12
        assert verify().is_sound

    def test_one_that_came_back_from_paper_is_named(
        self, call, revoked, leaked, signer_folder
    ) -> None:
        keys.write_key(signer_folder, leaked.private_bytes_raw())

        with pytest.raises(CommandError, match="a key that was revoked"):
            call("--accept")

        assert not Entry.objects.filter(kind="ledger.log_key_replaced").exists()

    def test_a_lost_key_can_be_ended_too(
        self, chain, leaked, tmp_path, settings, at
    ) -> None:
        """The old one is gone without paper: nobody handed over, all is signed anew."""
        folder = tmp_path / "another"
        settings.SIGNER, settings.SIGNER_SOCKET = folder, signers.socket_of(folder)
        with signers.running(folder) as client:
            call_command("signer_key", "--accept", stdout=StringIO())
            digits = public_bytes(leaked).hex()
            call_command(
                "signer_key",
                *("--revoke", "--reason", WHY, "--key", digits),
                stdout=StringIO(),
            )
            [one] = client.revocations(ORIGIN)
            assert (one.last.size, one.by_old) == (12, b"")
            assert verify().is_sound
            chain.grow(1, at=at)
            checkpoint_now(chain, at=at + MINUTE)
            put(forged(13, leaked), at)
            assert "it is signed with a revoked key" in found()


def test_signers_without_revocations_answer_nothing(leaked, signer: Client) -> None:
    assert signer.revocations(ORIGIN) == []
    with unprotected():
        assert RevokedKey.objects.count() == 0
