"""The signer signs the list of a package's files, and nothing that only looks like one."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anlan.ledger.checkpoints import Statement, parse
from anlan.ledger.signer.client import Client
from anlan.ledger.signer.memory import Refused
from tests.ledger import signers

ORIGIN = "anlan/a/b"
CHECKPOINT = "ledger/checkpoint.txt"


def listed(note: str) -> str:
    names = {
        "README.txt": "0" * 64,
        CHECKPOINT: sha256(note.encode()).hexdigest(),
        "manifest-sha256.txt": "1" * 64,
    }
    return "".join(f"{names[name]}  {name}\n" for name in sorted(names))


@pytest.fixture
def note(signer: Client) -> str:
    return signer.sign(Statement(ORIGIN, 1, bytes(32)), []).text


def test_list_of_a_package_is_signed(signer: Client, note: str) -> None:
    text = listed(note).encode()

    signature = signer.seal(text, note)

    key = Ed25519PublicKey.from_public_bytes(signer.key().public_key)
    key.verify(signature, text)
    assert signer.seal(text, note) == signature


WRONG: dict[str, Callable[[str, str], str]] = {
    "a checkpoint": lambda text, note: parse(note).statement.text,
    "a handover of keys": lambda text, note: "anlan key rotation v1\n00\n00\n\n",
    "nothing": lambda text, note: "",
    "an empty line": lambda text, note: "\n",
    "no last newline": lambda text, note: text[:-1],
    "one newline more": lambda text, note: text + "\n",
    "an unknown file": lambda text, note: text.replace("README", "PASSWORD"),
    "a path above": lambda text, note: text.replace("README", "../x"),
    "in capitals": lambda text, note: text.replace("0" * 64, "A" * 64),
    "a short digest": lambda text, note: text.replace("0" * 64, "0" * 63),
    "one space": lambda text, note: text.replace("  R", " R"),
    "twice": lambda text, note: text + text,
    "not in order": lambda text, note: "".join(
        sorted(text.splitlines(keepends=True))[::-1]
    ),
    "another checkpoint": lambda text, note: text.replace(
        sha256(note.encode()).hexdigest(), "2" * 64
    ),
    "without a checkpoint": lambda text, note: "".join(
        line for line in text.splitlines(keepends=True) if CHECKPOINT not in line
    ),
    "words": lambda text, note: text + "pay 100 to the bearer\n",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_nothing_else_is_signed(
    signer: Client, note: str, wrong: Callable[[str, str], str]
) -> None:
    with pytest.raises(Refused, match="malformed"):
        signer.seal(wrong(listed(note), note).encode(), note)


def test_checkpoint_of_another_key_is_none(
    signer: Client, note: str, tmp_path: Path
) -> None:
    with signers.running(tmp_path / "another") as another:
        foreign = another.sign(Statement(ORIGIN, 1, bytes(32)), []).text

    with pytest.raises(Refused, match="malformed"):
        signer.seal(listed(foreign).encode(), foreign)
