"""What the app asks the signer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anlan.ledger.checkpoints import BadNote, Note, Statement, parse
from anlan.ledger.signer import wire
from anlan.ledger.signer.keys import Rotation, rotation_of
from anlan.ledger.signer.memory import Refused
from anlan.ledger.signer.revocations import Revocation, revocation_of


class Away(Exception):
    """The signer does not run, does not answer in time, or not as it should."""


@dataclass(frozen=True)
class Key:
    """The key in use, and the handovers that led to it."""

    public_key: bytes
    rotations: tuple[Rotation, ...]


class Client:
    """Asks over the socket at ``path``; each question is a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, statement: Statement, proof: Sequence[bytes]) -> Note:
        """Have a statement signed that continues the last one.

        Raises:
            Refused: it does not, and ``last`` says what was signed last.
            Away: nobody answers.
        """
        answer = self._ask(
            do="sign",
            origin=statement.origin,
            size=statement.size,
            root=statement.root.hex(),
            proof=[step.hex() for step in proof],
        )
        try:
            note = parse(answer["note"])
        except (KeyError, TypeError, BadNote):
            raise Away("its answer is no checkpoint") from None
        if note.statement != statement:
            raise Away("it signed something else")
        return note

    def seal(self, listed: bytes, note: str) -> bytes:
        """Sign the list of the files of a package, sealed with a checkpoint of this key.

        Raises:
            Refused: it is no such list, or its checkpoint is not of the key in use.
            Away: nobody answers.
        """
        answer = self._ask(do="seal", listed=listed.decode(), note=note)
        try:
            return bytes.fromhex(answer["signature"])
        except (KeyError, TypeError, ValueError):
            raise Away("its answer is no signature") from None

    def last(self, origin: str) -> Statement | None:
        """What was last signed for a chain."""
        answer = self._ask(do="last", origin=origin)
        return _statement(origin, answer)

    def key(self) -> Key:
        """The public key in use."""
        answer = self._ask(do="key")
        try:
            handovers = tuple(rotation_of(parts) for parts in answer["rotations"])
            return Key(bytes.fromhex(answer["public_key"]), handovers)
        except (KeyError, TypeError, ValueError):
            raise Away("its answer is no key") from None

    def revocations(self, origin: str) -> list[Revocation]:
        """Up to where earlier keys count in a chain; nothing of them is verified yet."""
        answer = self._ask(do="revocations", origin=origin)
        try:
            return [revocation_of(said) for said in answer["revocations"]]
        except (KeyError, TypeError, ValueError):
            raise Away("its answer is no revocation") from None

    def _ask(self, **question: Any) -> dict[str, Any]:
        try:
            answer = wire.ask(self._path, question)
        except (OSError, ValueError) as error:
            raise Away(type(error).__name__) from None
        if "refused" in answer:
            last = _statement(str(question.get("origin", "")), answer)
            raise Refused(str(answer["refused"]), last)
        return answer


def _statement(origin: str, answer: dict[str, Any]) -> Statement | None:
    if "size" not in answer:
        return None
    try:
        return Statement(origin, int(answer["size"]), bytes.fromhex(answer["root"]))
    except (KeyError, TypeError, ValueError):
        raise Away("its answer is no statement") from None
