"""The witness: a second machine that signs checkpoints which continue the last it saw.

It gets a file with checkpoints and proofs, on a USB stick or by mail, and gives one back
with its signatures. It needs no database and no network, and what it remembers nobody on
the first machine can change. A fork it refuses even if the true key signed it.

``python -m anlan.ledger.witness init|cosign|status``, or ``./anlan witness``.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.ledger.checkpoints import (
    KEY_BYTES,
    BadNote,
    Note,
    Signature,
    Statement,
    cosign,
    fingerprint,
    is_signed,
    parse,
    public_bytes,
)
from anlan.ledger.signer import keys
from anlan.ledger.signer.memory import Memory, Refused
from anlan.ledger.signer.revocations import Revocation, revocation_of

VERSION = 1
MOST_CHAINS = 1_000  # in a file
LONGEST_FILE = 16_000_000  # bytes
NAME, LOG_KEYS, REVOKED = "name", "log-keys", "revoked"


class BadFile(Exception):
    """The file is not one of ours, or not for this witness; the text says why."""


@dataclass(frozen=True)
class Request:
    """One chain's newest checkpoint, and proofs from sizes a witness may have seen."""

    note: Note
    proofs: dict[int, list[bytes]]  # by the older size

    def as_json(self) -> dict[str, object]:
        proofs = {
            str(size): [step.hex() for step in proof]
            for size, proof in self.proofs.items()
        }
        return {"note": self.note.text, "proofs": proofs}


def write_requests(
    requests: list[Request], revocations: Iterable[Revocation] = ()
) -> str:
    """What the first machine gives to the witness."""
    said = {
        "anlan": "checkpoints",
        "v": VERSION,
        "chains": [request.as_json() for request in requests],
        "revocations": [one.as_json() for one in revocations],
    }
    return json.dumps(said)


def read_requests(text: str) -> list[Request]:
    """Read it back.

    Raises:
        BadFile: it is something else.
    """
    found = []
    for chain in _chains(text, "checkpoints"):
        try:
            proofs = {
                int(size): [bytes.fromhex(step) for step in proof]
                for size, proof in chain["proofs"].items()
            }
            found.append(Request(parse(chain["note"]), proofs))
        except (AttributeError, KeyError, TypeError, ValueError) as fault:
            raise BadFile(f"a chain cannot be read: {fault}") from None
    return found


def read_revocations(text: str) -> list[Revocation]:
    """What the same file says of keys; files of older versions say nothing.

    Raises:
        BadFile: it is something else.
    """
    list(_chains(text, "checkpoints"))
    try:
        return [revocation_of(one) for one in json.loads(text).get("revocations", [])]
    except (TypeError, ValueError) as fault:
        raise BadFile(f"a revocation cannot be read: {fault}") from None


@dataclass(frozen=True)
class Answer:
    """What a witness gives back: who it is, and its line under each note."""

    name: str
    public_key: bytes
    notes: list[tuple[Note, Signature]]


def write_answer(answer: Answer) -> str:
    chains = [{"note": note.with_signature(line).text} for note, line in answer.notes]
    said = {
        "anlan": "cosignatures",
        "v": VERSION,
        "name": answer.name,
        "public_key": answer.public_key.hex(),
        "chains": chains,
    }
    return json.dumps(said)


def read_answer(text: str) -> Answer:
    """Read what a witness gave; its signatures are not verified yet.

    Raises:
        BadFile: it is something else.
    """
    chains = list(_chains(text, "cosignatures"))
    said = json.loads(text)
    notes = []
    try:
        name, public_key = str(said["name"]), bytes.fromhex(said["public_key"])
        for chain in chains:
            note = parse(chain["note"])
            lines = [line for line in note.signatures if line.name == name]
            notes += [(note, line) for line in lines]
    except (KeyError, TypeError, ValueError) as fault:
        raise BadFile(f"it cannot be read: {fault}") from None
    return Answer(name, public_key, notes)


def _chains(text: str, what: str) -> Iterator[dict[str, Any]]:
    if len(text) > LONGEST_FILE:
        raise BadFile("it is too long")
    try:
        said = json.loads(text)
        is_ours = (said["anlan"], said["v"]) == (what, VERSION)
        chains = said["chains"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise BadFile(f"it has no {what}") from None
    if not is_ours or not isinstance(chains, list) or len(chains) > MOST_CHAINS:
        raise BadFile(f"it has no {what}")
    yield from chains


class Witness:
    """The second machine's folder: its name and key, the keys it trusts, its memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory = Memory(folder / keys.STATE)

    @property
    def name(self) -> str:
        return (self._folder / NAME).read_text("utf-8").strip()

    @property
    def key(self) -> Ed25519PrivateKey:
        return keys.load(self._folder)

    @property
    def log_keys(self) -> list[bytes]:
        text = (self._folder / LOG_KEYS).read_text("ascii")
        return [bytes.fromhex(line) for line in text.split()]

    def begin(self, name: str, log_keys: list[bytes]) -> None:
        """Make the folder; a second time only adds keys of the log.

        Raises:
            BadFile: it is a witness of another name.
            BadNote: the name is none.
        """
        keys.make_if_new(self._folder)
        if (self._folder / NAME).exists() and self.name != name:
            raise BadFile(f"this folder is the witness {self.name}")
        _check_name(name, self.key)
        known = self.log_keys if (self._folder / LOG_KEYS).exists() else []
        lines = "\n".join(key.hex() for key in dict.fromkeys([*known, *log_keys]))
        keys.write_whole(self._folder / LOG_KEYS, lines, mode=0o600)
        keys.write_whole(self._folder / NAME, name, mode=0o600)

    @property
    def revocations(self) -> list[Revocation]:
        path = self._folder / REVOKED
        said = json.loads(path.read_text("ascii")) if path.exists() else []
        return [revocation_of(one) for one in said]

    def take(self, revocations: Iterable[Revocation]) -> list[Revocation]:
        """Believe no more in keys that a key which is believed in ends; returns the new.

        The first word about a key in a chain stays. A revoked key says nothing any more,
        not even of the one that ended it.
        """
        found: list[Revocation] = []
        with keys.locked(self._folder):
            known = self.revocations
            for one in revocations:
                ended = {each.key for each in known}
                heard = {(each.key, each.last.origin) for each in known}
                if (
                    one.is_sound
                    and one.by in self.log_keys
                    and one.by not in ended
                    and (one.key, one.last.origin) not in heard
                ):
                    known.append(one)
                    found.append(one)
            if found:
                text = json.dumps([each.as_json() for each in known])
                keys.write_whole(self._folder / REVOKED, text, mode=0o600)
        return found

    def _is_believed(self, note: Note, key: bytes) -> bool:
        """A revoked key only in what the one that ended it has signed too."""
        said = [one for one in self.revocations if one.key == key]
        return not said or note.statement in [one.last for one in said]

    def cosign(self, request: Request, *, seconds: int) -> Signature:
        """Sign a checkpoint that continues the last one seen of its chain.

        Raises:
            Refused: ``unsigned`` by the log, signed with a ``revoked`` key, or what
                `Memory.advance` says.
        """
        note = request.note
        signing = [key for key in self.log_keys if is_signed(note, key)]
        if not signing:
            raise Refused("unsigned")
        if not any(self._is_believed(note, key) for key in signing):
            raise Refused("revoked")
        with keys.locked(self._folder):
            last = self._memory.last(note.statement.origin)
            proof = request.proofs.get(last.size, []) if last else []
            self._memory.advance(note.statement, proof)
        return cosign(note.statement, self.key, name=self.name, seconds=seconds)

    def seen(self) -> list[tuple[str, int]]:
        """Every chain with the size last signed."""
        found = []
        for origin in self._memory.origins():
            last = self._memory.last(origin)
            found.append((origin, last.size if last else 0))
        return found


def _check_name(name: str, key: Ed25519PrivateKey) -> None:
    """Sign nothing with it, to see whether it can be signed with."""
    cosign(Statement("x", 0, bytes(32)), key, name=name, seconds=0)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("./anlan witness")
    parser.add_argument(
        "--folder", type=Path, default=Path("var/witness"), help="of key and memory"
    )
    todo = parser.add_subparsers(dest="todo", required=True)
    init = todo.add_parser("init", help="make this machine a witness")
    init.add_argument("name", help="letters, digits, . _ - /")
    init.add_argument("log_key", help="the 64 digits of the public key on the sheet")
    signing = todo.add_parser("cosign", help="sign what continues what was seen")
    signing.add_argument("request", type=Path)
    signing.add_argument("answer", type=Path)
    todo.add_parser("status", help="who this is, and what it has seen")
    options = parser.parse_args(arguments)
    try:
        return _do(options)
    except (BadFile, BadNote, keys.KeyTrouble, OSError, ValueError) as fault:
        sys.stderr.write(f"witness: {fault}\n")
        return 1


def _do(options: argparse.Namespace) -> int:
    witness = Witness(options.folder)
    refused = 0
    if options.todo == "init":
        log_key = bytes.fromhex(options.log_key)
        if len(log_key) != KEY_BYTES:
            raise BadFile("a public key has 64 hexadecimal digits")
        witness.begin(options.name, [log_key])
    elif options.todo == "cosign":
        refused = _cosign_file(witness, options.request, options.answer)
    _print_status(witness)
    return 1 if refused else 0


def _cosign_file(witness: Witness, request: Path, answer: Path) -> int:
    """Sign all that can be signed; returns how many chains were refused."""
    notes, refused = [], 0
    text = request.read_text("utf-8")
    for one in witness.take(read_revocations(text)):
        sys.stdout.write(
            f"revoked {fingerprint(one.key)}\n"
            f"  {one.last.origin} after {one.last.size}: {one.reason!a}\n"
        )
    for chain in read_requests(text):
        said = chain.note.statement
        try:
            line = witness.cosign(chain, seconds=int(time.time()))
        except Refused as refusal:
            refused += 1
            seen = f", seen: {refusal.last.size}" if refusal.last else ""
            sys.stderr.write(
                f"REFUSED {said.origin} at {said.size}: {refusal.reason}{seen}\n"
            )
            continue
        notes.append((chain.note, line))
        sys.stdout.write(f"signed {said.origin} at {said.size}\n")
    made = Answer(witness.name, public_bytes(witness.key), notes)
    draft = answer.with_name(f".{answer.name}.{secrets.token_hex(4)}")
    draft.write_text(write_answer(made), "utf-8")
    draft.replace(answer)
    return refused


def _print_status(witness: Witness) -> None:
    public = public_bytes(witness.key)
    sys.stdout.write(f"witness {witness.name}\nfingerprint {fingerprint(public)}\n")
    for origin, size in witness.seen():
        sys.stdout.write(f"{origin} {size}\n")


if __name__ == "__main__":
    raise SystemExit(main())
