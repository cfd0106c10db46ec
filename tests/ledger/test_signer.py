"""The signer: its own process, that signs the truth and never two histories."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from anlan.ledger.checkpoints import Statement, fits, is_signed, public_bytes
from anlan.ledger.signer import keys, wire
from anlan.ledger.signer.__main__ import recover, told
from anlan.ledger.signer.client import Away, Client
from anlan.ledger.signer.keys import BadPaper, KeyTrouble
from anlan.ledger.signer.memory import Memory, Refused
from anlan.ledger.signer.server import Signer, run
from anlan.ledger.tree import Leaves, consistency_proof, leaf_hash, root_at
from tests.ledger import signers

ORIGIN = "anlan/x"
TRUE = Leaves([leaf_hash(b"%d" % number) for number in range(64)])
FORK = Leaves(
    [leaf_hash(b"%d" % (number if number != 7 else -1)) for number in range(64)]
)


def stand(size: int, nodes: Leaves = TRUE, origin: str = ORIGIN) -> Statement:
    return Statement(origin, size, root_at(nodes, size))


def question(statement: Statement, proof: list[bytes]) -> dict[str, object]:
    return {
        "do": "sign",
        "origin": statement.origin,
        "size": statement.size,
        "root": statement.root.hex(),
        "proof": [step.hex() for step in proof],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.make_if_new(tmp_path / "signer")
    return tmp_path / "signer"


class TestSigning:
    @pytest.fixture
    def client(self, folder: Path) -> Iterator[Client]:
        with signers.running(folder) as client:
            yield client

    def test_a_chain_that_grows(self, client) -> None:
        key = client.key()
        assert client.last(ORIGIN) is None
        old = 0
        for new in (1, 1, 5, 8, 64):
            note = client.sign(stand(new), consistency_proof(TRUE, old, new))
            assert is_signed(note, key.public_key)
            assert client.last(ORIGIN) == stand(new)
            old = new

    def test_the_same_again_is_the_same_signature(self, client) -> None:
        first = client.sign(stand(10), [])

        assert client.sign(stand(10), []) == first

    def test_rollback(self, client) -> None:
        client.sign(stand(20), [])

        with pytest.raises(Refused) as refusal:
            client.sign(stand(10), [])

        assert (refusal.value.reason, refusal.value.last) == ("rollback", stand(20))

    def test_fork_of_the_same_size(self, client) -> None:
        client.sign(stand(20), [])

        with pytest.raises(Refused, match="fork"):
            client.sign(stand(20, FORK), [])

    def test_fork_that_has_grown(self, client) -> None:
        client.sign(stand(20), [])

        for proof in (
            consistency_proof(FORK, 20, 40),
            consistency_proof(TRUE, 20, 40),
            [],
        ):
            with pytest.raises(Refused, match="unproven"):
                client.sign(stand(40, FORK), proof)
        assert client.last(ORIGIN) == stand(20)

    def test_chains_do_not_know_each_other(self, client) -> None:
        client.sign(stand(20), [])

        assert client.sign(stand(3, FORK, "anlan/y"), [])
        assert client.last("anlan/y") == stand(3, FORK, "anlan/y")

    def test_many_ask_at_once(self, client) -> None:
        """Whoever comes late is refused or repeated; the memory never goes back."""
        client.sign(stand(1), [])
        outcomes: list[str] = []

        def ask(size: int) -> None:
            try:
                client.sign(stand(size), consistency_proof(TRUE, 1, size))
            except Refused as refusal:
                outcomes.append(refusal.reason)
            else:
                outcomes.append("signed")

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(2, 34)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(outcomes) == 32
        assert outcomes.count("signed") == 1
        assert set(outcomes) <= {"signed", "rollback", "unproven"}

    def test_a_silent_caller_blocks_nobody(self, client, folder) -> None:
        with socket.socket(socket.AF_UNIX) as silent:
            with wire.address(signers.socket_of(folder)) as name:
                silent.connect(name)

            assert client.sign(stand(1), [])

    @pytest.mark.parametrize(
        "line",
        [
            b"",
            b"\n",
            b"{}\n",
            b"[]\n",
            b"null\n",
            b"\xff\n",
            b"[" * 9000 + b"\n",
            b'{"do": "sign"}\n',
            b'{"do": "key of it"}\n',
            b'{"do": "last", "origin": 7}\n',
            b"x" * 20_000,
        ],
        ids=range(11),
    )
    def test_nonsense(self, client, folder, line) -> None:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(5)
            with wire.address(signers.socket_of(folder)) as name:
                caller.connect(name)
            caller.sendall(line)
            caller.shutdown(socket.SHUT_WR)
            answer = json.loads(wire.read_line(caller))

        assert answer == {"refused": "malformed"}
        assert client.key()


class TestQuestions:
    @pytest.mark.parametrize(
        "change",
        [
            {"origin": ""},
            {"origin": "a b"},
            {"origin": 7},
            {"size": -1},
            {"size": 2**63},
            {"size": "10"},
            {"size": True},
            {"size": 1.0},
            {"root": "00"},
            {"root": "zz" * 32},
            {"root": None},
            {"proof": None},
            {"proof": [7]},
            {"proof": ["zz"]},
            {"proof": ["00" * 32] * 65},
        ],
        ids=str,
    )
    def test_malformed(self, folder, change) -> None:
        asked = {**question(stand(10), []), **change}

        assert Signer(folder).answer(asked) == {"refused": "malformed"}
        assert Memory(folder / keys.STATE).origins() == []

    def test_random_histories(self, folder) -> None:
        """Whatever is asked, all that is ever signed is one history."""
        chance = random.Random(1)  # noqa: S311 -- the same every time
        signer = Signer(folder)
        signed: list[int] = []
        for _ in range(400):
            nodes = chance.choice([TRUE, FORK])
            proven = chance.choice([TRUE, FORK])
            size = chance.randrange(65)
            last = chance.choice([0, *signed[-1:], chance.randrange(65)])
            proof = consistency_proof(proven, last, size) if last <= size else []
            answer = signer.answer(question(stand(size, nodes), proof))
            if "note" in answer:
                signed.append(size)
                # The leaf in which they differ decides, once it is in the tree.
                if size >= 8:
                    kept = nodes
                    break
        assert signed == sorted(signed)
        for size in range(signed[-1], 65):
            other = FORK if kept is TRUE else TRUE
            for prover in (TRUE, FORK):
                proof = consistency_proof(prover, signed[-1], size)
                asked = question(stand(size, other), proof)
                assert "note" not in signer.answer(asked)

    def test_too_many_chains(self, folder, monkeypatch) -> None:
        monkeypatch.setattr("anlan.ledger.signer.memory.MOST_ORIGINS", 2)
        signer = Signer(folder)
        for name in ("anlan/a", "anlan/b"):
            assert "note" in signer.answer(question(stand(1, TRUE, name), []))

        answer = signer.answer(question(stand(1, TRUE, "anlan/c"), []))

        assert answer == {"refused": "full"}

    def test_damaged_memory(self, folder) -> None:
        signer = Signer(folder)
        signer.answer(question(stand(10), []))
        [file] = (folder / keys.STATE).glob("*.last")
        file.chmod(0o600)
        file.write_text("anlan/x\n0\n")

        answer = signer.answer(question(stand(11), []))

        assert answer == {"refused": "damaged"}

    def test_disk_that_is_full(self, folder, monkeypatch) -> None:
        """Nothing is signed that is not remembered."""

        def full(*args: object, **more: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("anlan.ledger.signer.memory.write_whole", full)

        answer = Signer(folder).answer(question(stand(10), []))

        assert answer == {"refused": "disk"}


def test_memory_is_written_before_the_signature_is_made(folder, monkeypatch) -> None:
    """A signer that dies while it signs has promised more than it said, never less."""

    def die(*args: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("anlan.ledger.signer.server.sign", die)
    with pytest.raises(RuntimeError, match="killed"):
        Signer(folder).answer(question(stand(10), []))

    assert Memory(folder / keys.STATE).last(ORIGIN) == stand(10)


@pytest.mark.slow
def test_killed_again_and_again(folder) -> None:
    """After each ``kill -9`` all that was ever signed is still one history."""
    chance = random.Random(9)  # noqa: S311 -- the same every time
    biggest, last = 0, 0
    for _ in range(5):
        process = signers.start(folder)
        client = Client(signers.socket_of(folder))
        remembered = client.last(ORIGIN)
        assert (remembered.size if remembered else 0) >= biggest
        last = remembered.size if remembered else 0

        def grow(begin: int = last, client: Client = client) -> None:
            nonlocal biggest
            for size in range(begin, 65):
                try:
                    proof = consistency_proof(TRUE, max(begin, size - 1), size)
                    client.sign(stand(size), proof)
                except Away:
                    return
                biggest = size

        thread = threading.Thread(target=grow)
        thread.start()
        thread.join(timeout=chance.random() / 20)
        process.kill()
        process.wait()
        thread.join()
    assert biggest > 0
    with signers.running(folder) as client, pytest.raises(Refused):
        client.sign(stand(biggest, FORK) if biggest > 7 else stand(0), [])


class TestAway:
    def test_nobody_answers(self, tmp_path) -> None:
        with pytest.raises(Away):
            Client(tmp_path / "socket").key()

    def test_no_folder(self, tmp_path) -> None:
        with pytest.raises(Away):
            Client(tmp_path / "no" / "socket").key()

    def test_a_deep_folder(self, tmp_path) -> None:
        """The kernel takes 107 bytes for a socket's path; folders may be deeper."""
        folder = tmp_path / ("d" * 100) / "signer"
        keys.make_if_new(folder)

        with signers.running(folder) as client:
            assert client.key().public_key

    @pytest.mark.parametrize(
        "answer", [b"", b"nonsense\n", b"[]\n", b"{}\n", b'{"note": "x"}\n']
    )
    def test_something_else_answers(self, tmp_path, answer) -> None:
        listener = wire.listen(tmp_path / "socket", mode=0o600)

        def reply() -> None:
            connection, _ = listener.accept()
            wire.read_line(connection)
            connection.sendall(answer)
            connection.close()

        thread = threading.Thread(target=reply)
        thread.start()
        with pytest.raises(Away):
            Client(tmp_path / "socket").sign(stand(1), [])
        thread.join()
        listener.close()


class TestKey:
    def test_made_once(self, folder) -> None:
        before = (folder / "key").read_text()

        keys.make_if_new(folder)

        assert (folder / "key").read_text() == before
        assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o400
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_a_lost_key_is_not_replaced(self, folder) -> None:
        (folder / "key").unlink()

        keys.make_if_new(folder)

        with pytest.raises(KeyTrouble, match="paper"):
            Signer(folder)

    def test_lost_while_it_runs(self, folder) -> None:
        signer = Signer(folder)
        (folder / "key").unlink()

        assert signer.answer(question(stand(1), [])) == {"refused": "key"}
        assert signer.answer({"do": "key"}) == {"refused": "key"}

    def test_open_to_others(self, folder) -> None:
        (folder / "key").chmod(0o444)

        with pytest.raises(KeyTrouble, match="chmod"):
            keys.load(folder)

    @pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"\xff"])
    def test_malformed(self, folder, content) -> None:
        (folder / "key").chmod(0o600)
        (folder / "key").write_bytes(content)

        with pytest.raises(KeyTrouble):
            keys.load(folder)


class TestPaper:
    def test_recovery_on_a_new_machine(self, folder, tmp_path) -> None:
        """The drill: the machine is gone, the paper is in the safe."""
        [print_, *paper] = told(folder, "paper")

        recover(tmp_path / "new", "\n".join(paper))

        assert told(tmp_path / "new", "fingerprint") == [print_]
        old, new = keys.load(folder), keys.load(tmp_path / "new")
        assert public_bytes(old) == public_bytes(new)

    def test_as_people_type_it(self, folder) -> None:
        groups = keys.on_paper(keys.load(folder))
        typed = "-".join(groups).lower().replace("0", "o").replace("1", "l")

        assert keys.off_paper(typed) == keys.load(folder).private_bytes_raw()

    def test_each_misread_group_is_named(self, folder) -> None:
        groups = keys.on_paper(keys.load(folder))
        missed = 0
        for place, group in enumerate(groups):
            for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
                if wrong == group[0]:
                    continue
                typed = [*groups]
                typed[place] = wrong + group[1:]
                with pytest.raises(BadPaper) as fault:
                    keys.off_paper(" ".join(typed))
                missed += f"group {place + 1} " not in str(fault.value)
        # One in 32 wrong groups has the right fifth character by chance; then the
        # whole does not fit, and nothing else is said.
        assert missed < 14 * 31 / 10

    def test_groups_in_another_order(self, folder) -> None:
        groups = keys.on_paper(keys.load(folder))
        groups[2], groups[5] = groups[5], groups[2]

        with pytest.raises(BadPaper):
            keys.off_paper(" ".join(groups))

    @pytest.mark.parametrize("text", ["", "0", "钥匙", "U" * 70])
    def test_something_else(self, text) -> None:
        with pytest.raises(BadPaper):
            keys.off_paper(text)

    def test_never_over_another_key(self, folder) -> None:
        before = (folder / "key").read_text()

        with pytest.raises(KeyTrouble, match="already"):
            recover(folder, " ".join(keys.on_paper(keys.load(folder))))

        assert (folder / "key").read_text() == before


class TestRotation:
    def test_both_sign(self, folder) -> None:
        old = public_bytes(keys.load(folder))

        made = keys.rotate(folder)

        assert made.is_sound
        assert (made.old, made.new) == (old, public_bytes(keys.load(folder)))
        assert keys.rotations(folder) == [made]

    def test_forged(self, folder) -> None:
        made = keys.rotate(folder)
        other = keys.rotate(folder)

        forged = keys.Rotation(made.old, other.new, made.by_old, other.by_new)

        assert not forged.is_sound

    def test_a_running_signer_uses_the_new_one(self, folder) -> None:
        with signers.running(folder) as client:
            client.sign(stand(10), [])

            made = keys.rotate(folder)

            assert client.key().public_key == made.new
            assert client.key().rotations == (made,)
            note = client.sign(stand(11), consistency_proof(TRUE, 10, 11))
            assert is_signed(note, made.new)
            assert not is_signed(note, made.old)

    def test_a_handover_is_no_checkpoint(self, folder) -> None:
        made = keys.rotate(folder)

        assert not fits(made.old, made.by_old, stand(1).text.encode())


def test_command_line(tmp_path) -> None:
    def call(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "anlan.ledger.signer", *words],
            env={**os.environ, "PYTHONPATH": str(signers.ROOT / "src")},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    paper = call("--folder", here, "paper").stdout.splitlines()

    back = call("--folder", there, "recover", typed="\n".join(paper[1:]))

    assert back.stdout.splitlines() == paper[:1]
    again = call("--folder", there, "recover", typed="nonsense")
    assert (again.returncode, again.stderr[:7]) == (1, "signer:")


def test_without_django() -> None:
    """Fewer lines that hold the key, and a user that may read nothing of ours."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, anlan.ledger.signer.__main__; print('django' in sys.modules)",
        ],
        env={**os.environ, "PYTHONPATH": str(signers.ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.strip() == "False"


def test_another_user_cannot_read_the_key() -> None:
    """The signer as user 65534, the web process as user 65533 of a shared group.

    Where the tests are not root, what the kernel would decide by is compared instead.
    """
    # Not below pytest's folder: only its owner may pass through that.
    with tempfile.TemporaryDirectory(prefix="anlan-apart-") as home:
        folder = Path(home) / "signer"
        keys.make_if_new(folder)
        assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o400
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        if os.geteuid() == 0:
            _try_as_others(Path(home), folder)


def _try_as_others(home: Path, folder: Path) -> None:
    home.chmod(0o755)
    os.chown(home, SIGNER, SHARED)
    for path in (folder, *folder.iterdir()):
        os.chown(path, SIGNER, SIGNER)
    process = multiprocessing.get_context("fork").Process(
        target=_as, args=(SIGNER, _serve_for_a_while, folder)
    )
    process.start()
    try:
        assert _outcome(WEB, _reads_key, folder) == 13  # permission denied
        assert _outcome(WEB, _asks, folder) == 0
        assert _outcome(STRANGER, _asks, folder) == 1
    finally:
        process.terminate()
        process.join()


SIGNER, WEB, STRANGER, SHARED = 65534, 65533, 65532, 65531


def _outcome(user: int, do: Callable[[Path], int], folder: Path) -> int | None:
    process = multiprocessing.get_context("fork").Process(
        target=_as, args=(user, do, folder)
    )
    process.start()
    process.join()
    return process.exitcode


def _as(user: int, do: Callable[[Path], int], folder: Path) -> None:
    os.setgroups([] if user == STRANGER else [SHARED])
    os.setgid(SHARED if user == SIGNER else user)
    os.setuid(user)
    raise SystemExit(do(folder))


def _serve_for_a_while(folder: Path) -> int:
    run(folder, signers.socket_of(folder), mode=0o660)
    return 0


def _reads_key(folder: Path) -> int:
    try:
        (folder / "key").read_text()
    except OSError as error:
        return error.errno or 1
    return 0


def _asks(folder: Path) -> int:
    for _ in range(200):
        try:
            Client(signers.socket_of(folder)).key()
        except Away as away:
            if str(away) == "PermissionError":
                return 1
            time.sleep(0.02)
        else:
            return 0
    return 2


def test_unit_for_systemd(tmp_path) -> None:
    """What the example starts is a signer that answers."""
    folder = tmp_path / "signer"
    unit = (signers.ROOT / "docs" / "deploy" / "anlan-signer.service").read_text()
    [line] = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    places = {
        "/opt/anlan/.venv/bin/python": sys.executable,
        "/var/lib/anlan-signer": str(folder),
        "/run/anlan-signer/socket": str(signers.socket_of(folder)),
    }
    command = [places.get(word, word) for word in line.partition("=")[2].split()]

    process = signers.start(folder, command)

    mode = stat.S_IMODE(signers.socket_of(folder).stat().st_mode)
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert mode == 0o660


class TestManagement:
    """The commands an operator calls; the key is in ANLAN_DATA."""

    @pytest.fixture(autouse=True)
    def here(self, settings, tmp_path) -> None:
        settings.SIGNER = tmp_path / "signer"
        settings.SIGNER_SOCKET = tmp_path / "signer.sock"

    def call(self, *words: str) -> list[str]:
        out = StringIO()
        call_command("signer_key", *words, stdout=out)
        return out.getvalue().splitlines()

    def test_fingerprint_and_paper(self, tmp_path) -> None:
        keys.make_if_new(tmp_path / "signer")
        [line] = self.call()
        paper = self.call("--paper")

        assert paper[0] == line
        assert (
            keys.off_paper(" ".join(paper[1:]))
            == keys.load(tmp_path / "signer").private_bytes_raw()
        )

    def test_drill(self, settings, tmp_path, monkeypatch) -> None:
        keys.make_if_new(tmp_path / "signer")
        first, *paper = self.call("--paper")
        settings.SIGNER = tmp_path / "new machine"
        monkeypatch.setattr("sys.stdin", StringIO("\n".join(paper)))

        assert self.call("--recover") == [first]

    def test_refusals(self, monkeypatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO("nonsense"))
        with pytest.raises(CommandError, match="misread"):
            self.call("--recover")
        with pytest.raises(CommandError, match="does not answer"):
            self.call("--accept")

    def test_rotate(self, tmp_path) -> None:
        keys.make_if_new(tmp_path / "signer")
        before = self.call()

        assert self.call("--rotate")[0] != before[0]

    def test_it_names_the_folder_before_anything_else(self, settings) -> None:
        said = StringIO()

        with pytest.raises(CommandError):
            call_command("signer_key", "--paper", stderr=said)

        assert f"Data: {settings.DATA}" in said.getvalue()

    @pytest.mark.parametrize("words", [(), ("--paper",), ("--rotate",)])
    def test_no_key_is_made_by_asking_for_it(self, words, tmp_path) -> None:
        with pytest.raises(CommandError, match="there is no key in"):
            self.call(*words)

        assert not (tmp_path / "signer" / "key").exists()

    @pytest.mark.parametrize("todo", ["paper", "recover", "rotate"])
    def test_the_key_of_another_user_is_left_to_them(
        self, todo, settings, tmp_path
    ) -> None:
        settings.SIGNER_IS_APART = True

        with pytest.raises(
            CommandError, match=rf"anlan.ledger.signer --folder FOLDER {todo}"
        ):
            self.call(f"--{todo}")

        assert not (tmp_path / "signer").exists()

    def test_the_fingerprint_of_another_user_is_the_one_that_signs(
        self, settings, tmp_path
    ) -> None:
        apart = tmp_path / "apart"
        keys.make_if_new(apart)
        settings.SIGNER_IS_APART = True
        settings.SIGNER_SOCKET = signers.socket_of(apart)

        with signers.running(apart):
            assert self.call() == told(apart, "fingerprint")

    def test_no_paper_of_a_key_that_signs_nothing(self, settings, tmp_path) -> None:
        keys.make_if_new(tmp_path / "signer")
        other = tmp_path / "other"
        keys.make_if_new(other)
        settings.SIGNER_SOCKET = signers.socket_of(other)

        with signers.running(other), pytest.raises(CommandError, match="another key"):
            self.call("--paper")
