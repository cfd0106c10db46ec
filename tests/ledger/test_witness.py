"""The witness: a second machine that no history gets past but the one it has seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from anlan.ledger import witnessing
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.checkpoints import (
    Note,
    Statement,
    cosigned_at,
    fingerprint,
    parse,
    public_bytes,
    sign,
)
from anlan.ledger.models import Checkpoint, Departure
from anlan.ledger.models import Witness as WitnessRow
from anlan.ledger.selectors import exposure
from anlan.ledger.signer import keys
from anlan.ledger.signer.client import Client
from anlan.ledger.signer.memory import Refused
from anlan.ledger.tiles import StoredNodes, forget, grow
from anlan.ledger.tree import consistency_proof, root_at
from anlan.ledger.verify import verify
from anlan.ledger.witness import (
    Answer,
    BadFile,
    Request,
    Witness,
    main,
    read_answer,
    read_requests,
    write_answer,
    write_requests,
)
from tests.ledger import attacks
from tests.ledger.chains import Chain, problems

pytestmark = [pytest.mark.both_deep]
SECONDS = 1_795_400_000
MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(db, at, named_chains, signer) -> Chain:
    chain = Chain()
    chain.grow(10, at=at)
    checkpoint_now(chain, at=at)
    return chain


@pytest.fixture
def witness(tmp_path: Path, signer: Client) -> Witness:
    witness = Witness(tmp_path / "witness")
    witness.begin("police", [signer.key().public_key])
    return witness


def request(at: datetime) -> Request:
    """Of chain 1/7, through a file as on a USB stick."""
    found = read_requests(write_requests(witnessing.requests(at=at)))
    [one] = [r for r in found if r.note.statement.origin == "anlan/1/7"]
    return one


def visit(witness: Witness, at: datetime) -> Answer:
    asked = request(at)
    line = witness.cosign(asked, seconds=int(at.timestamp()))
    answer = Answer(witness.name, public_bytes(witness.key), [(asked.note, line)])
    return read_answer(write_answer(answer))


def trusted(witness: Witness, at: datetime) -> int:
    trust = fingerprint(public_bytes(witness.key))
    return witnessing.take_answer(visit(witness, at), trust=trust, at=at)


class TestVisits:
    def test_there_and_back(self, chain, witness, at) -> None:
        assert trusted(witness, at) == 1

        [departure] = Departure.objects.all()
        assert (departure.way, departure.name) == ("witness", "police")
        assert departure.checkpoint.size == 10
        assert verify().is_sound

    def test_a_second_visit(self, chain, witness, at) -> None:
        trusted(witness, at)
        chain.grow(30, at=at)

        assert trusted(witness, at + MINUTE) == 1
        assert witness.seen() == [("anlan/1/7", 40)]

    def test_the_same_again(self, chain, witness, at) -> None:
        trusted(witness, at)

        assert trusted(witness, at) == 0

    def test_a_witness_that_missed_visits(self, chain, witness, at) -> None:
        """Its last size is far behind the newest forty checkpoints."""
        trusted(witness, at)
        for _ in range(witnessing.OLDER + 5):
            chain.grow(1, at=at)
            checkpoint_now(chain, at=at)

        assert trusted(witness, at) == 1

    def test_a_lost_answer(self, chain, witness, at) -> None:
        """The stick was lost on the way back: the next visit proves from there."""
        visit(witness, at)
        chain.grow(5, at=at)

        assert trusted(witness, at) == 1

    def test_its_clock_is_ahead(self, chain, witness, at) -> None:
        answer = visit(witness, at + timedelta(days=365))
        trust = fingerprint(answer.public_key)

        witnessing.take_answer(answer, trust=trust, at=at)

        assert Departure.objects.get().left_at == at


class TestForks:
    def test_rewritten_and_signed_with_the_true_key(
        self, chain, witness, signer_folder, at
    ) -> None:
        """Somebody has the database, the disks and the key; the witness has its memory."""
        trusted(witness, at)
        attacks.relink(chain, 4)
        chain.grow(10, at=at)
        forget(1, 7)
        grow(1, 7, upto=20)
        nodes = StoredNodes(1, 7)
        said = Statement("anlan/1/7", 20, root_at(nodes, 20))
        note = Note(said, (sign(said, keys.load(signer_folder)),))
        tries: list[dict[int, list[bytes]]] = [
            {},
            {10: []},
            {10: consistency_proof(nodes, 10, 20)},
        ]
        for proof in tries:
            with pytest.raises(Refused, match="unproven"):
                witness.cosign(Request(note, proof), seconds=SECONDS)
        assert witness.seen() == [("anlan/1/7", 10)]

    def test_of_the_same_size(self, chain, witness, signer_folder, at) -> None:
        trusted(witness, at)
        said = Statement("anlan/1/7", 10, bytes(32))
        note = Note(said, (sign(said, keys.load(signer_folder)),))

        with pytest.raises(Refused, match="fork"):
            witness.cosign(Request(note, {}), seconds=SECONDS)

    def test_rollback(self, chain, witness, at) -> None:
        early = request(at)
        chain.grow(1, at=at)
        trusted(witness, at)

        with pytest.raises(Refused, match="rollback"):
            witness.cosign(early, seconds=SECONDS)

    def test_not_signed_by_the_log(self, chain, witness, tmp_path, at) -> None:
        keys.make_if_new(tmp_path / "thief")
        said = request(at).note.statement
        note = Note(said, (sign(said, keys.load(tmp_path / "thief")),))

        with pytest.raises(Refused, match="unsigned"):
            witness.cosign(Request(note, {}), seconds=SECONDS)


class TestAnswers:
    def test_nobody_trusted_it(self, chain, witness, at) -> None:
        with pytest.raises(BadFile, match="--trust"):
            witnessing.take_answer(visit(witness, at), at=at)
        assert not WitnessRow.objects.exists()

    def test_another_machine_of_its_name(self, chain, witness, tmp_path, at) -> None:
        trusted(witness, at)
        other = Witness(tmp_path / "other")
        other.begin("police", witness.log_keys)

        with pytest.raises(BadFile, match="another machine"):
            trusted(other, at)

    def test_forged_line(self, chain, witness, at) -> None:
        answer = visit(witness, at)
        [(note, line)] = answer.notes
        forged = Note(Statement("anlan/1/7", 10, bytes(32)), note.signatures)
        made = Answer(answer.name, answer.public_key, [(forged, line)])

        with pytest.raises(BadFile, match="not of police"):
            witnessing.take_answer(made, trust=fingerprint(answer.public_key), at=at)

    def test_checkpoint_that_is_not_ours(self, chain, witness, at) -> None:
        answer = visit(witness, at)
        Checkpoint.objects.all().delete()

        with pytest.raises(BadFile, match="no checkpoint"):
            witnessing.take_answer(answer, trust=fingerprint(answer.public_key), at=at)

    def test_changed_in_the_database(self, chain, witness, at) -> None:
        trusted(witness, at)
        Departure.objects.update(line=Departure.objects.get().line.replace("A", "B"))

        assert problems() == [(10, "witness")]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{}",
            "[]",
            "null",
            "[" * 100_000,
            '{"anlan": "checkpoints", "v": 2, "chains": []}',
            '{"anlan": "checkpoints", "v": 1, "chains": {}}',
            '{"anlan": "checkpoints", "v": 1, "chains": [7]}',
            '{"anlan": "checkpoints", "v": 1, "chains": [{"note": "x", "proofs": {}}]}',
            '{"anlan": "cosignatures", "v": 1, "chains": [{}]}',
            '{"anlan": "cosignatures", "v": 1, "name": 7, "public_key": "zz", "chains": []}',
        ],
        ids=range(11),
    )
    def test_nonsense(self, text) -> None:
        with pytest.raises(BadFile):
            read_requests(text)
        with pytest.raises(BadFile):
            read_answer(text)


class TestFolder:
    def test_one_name(self, witness) -> None:
        with pytest.raises(BadFile):
            witness.begin("other", [])

    def test_a_new_key_of_the_log(self, chain, witness, signer_folder, at) -> None:
        trusted(witness, at)
        made = keys.rotate(signer_folder)
        chain.grow(1, at=at)
        with pytest.raises(Refused, match="unsigned"):
            trusted(witness, at)

        witness.begin("police", [made.new])

        assert trusted(witness, at) == 1


class TestExposure:
    def test_never(self, chain, at) -> None:
        found = exposure(1, 7, at=at)

        assert (found.is_never, found.is_safe, found.unseen) == (True, False, 10)

    def test_nothing_since(self, chain, witness, at) -> None:
        trusted(witness, at)

        found = exposure(1, 7, at=at + timedelta(days=30))

        assert (found.unseen, found.age, found.is_safe) == (0, timedelta(), True)

    def test_grows_with_time(self, chain, witness, at) -> None:
        trusted(witness, at)
        chain.grow(1, at=at)

        found = exposure(1, 7, at=at + timedelta(hours=6))
        assert (found.age, found.is_safe) == (timedelta(hours=6), True)
        assert not exposure(1, 7, at=at + timedelta(hours=25)).is_safe

    def test_no_entries(self, db, at) -> None:
        assert exposure(5, 5, at=at).is_safe


def test_commands(chain, signer, tmp_path, capsys, at) -> None:
    """As people do it: sheet, stick, second machine, stick."""
    there, back = tmp_path / "there.json", tmp_path / "back.json"
    folder = ["--folder", str(tmp_path / "w")]
    public = signer.key().public_key.hex()
    call_command("witness_request", str(there), stdout=StringIO())

    assert main([*folder, "init", "police", public]) == 0
    assert main([*folder, "cosign", str(there), str(back)]) == 0
    told = capsys.readouterr().out
    with pytest.raises(CommandError, match="--trust"):
        call_command("witness_answer", str(back))
    trust = told.partition("fingerprint ")[2].partition("\n")[0]
    call_command("witness_answer", str(back), "--trust", trust, stdout=StringIO())

    assert Departure.objects.count() == 2  # the organisation's own chain too
    assert main([*folder, "status"]) == 0
    assert "anlan/1/7 10" in capsys.readouterr().out
    # Rewritten, with all that stands in the database made anew, and shown again.
    asked = json.loads(there.read_text())
    said = Statement("anlan/1/7", 10, bytes(32))
    key = keys.load(tmp_path / "signer")
    asked["chains"][1]["note"] = Note(said, (sign(said, key),)).text
    there.write_text(json.dumps(asked))
    assert main([*folder, "cosign", str(there), str(back)]) == 1
    assert "REFUSED anlan/1/7 at 10: fork" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["init", "a b", "00" * 32], ["init", "w", "00"], ["init", "w", "zz"]]
)
def test_command_that_cannot_be(tmp_path, words, capsys) -> None:
    assert main(["--folder", str(tmp_path / "w"), *words]) == 1
    assert capsys.readouterr().err.startswith("witness: ")


def test_times_are_its_own(chain, witness, at) -> None:
    asked = request(at)
    line = witness.cosign(asked, seconds=SECONDS)

    note = parse(asked.note.with_signature(line).text)

    when = cosigned_at(note, public_bytes(witness.key), name="police")
    assert when == SECONDS
    assert datetime.fromtimestamp(SECONDS, UTC).year == 2026
