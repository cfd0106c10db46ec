"""What was last signed for each chain; nothing is signed that does not continue it.

The signer and the witness keep the same memory: a file for each origin, on the disk
before the signature is given away. A machine that stops between the two has promised
more than it said, which a repeated question mends, and never less.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from anlan.ledger.checkpoints import BadNote, Statement
from anlan.ledger.signer.keys import write_whole
from anlan.ledger.tree import verify_consistency

MOST_ORIGINS = 10_000


class Refused(Exception):
    """The statement does not continue what was signed before."""

    def __init__(self, reason: str, last: Statement | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.last = last


class Memory:
    """The last statement for each origin, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, origin: str) -> Statement | None:
        """What was last signed for a chain; nothing if it is not known.

        Raises:
            Refused: the file is not what was written; nothing is signed after it.
        """
        try:
            text = self._path(origin).read_text("ascii")
        except FileNotFoundError:
            return None
        try:
            named, size, root = text.splitlines()
            statement = Statement(named, int(size), bytes.fromhex(root))
        except (ValueError, BadNote):
            statement = None
        if statement is None or statement.origin != origin:
            raise Refused("damaged")
        return statement

    def origins(self) -> list[str]:
        files = sorted(self._folder.glob("*.last"))
        return [file.read_text("ascii").split("\n", 1)[0] for file in files]

    def advance(self, statement: Statement, proof: Sequence[bytes]) -> None:
        """Remember ``statement`` as the last; the same one again is no advance.

        Raises:
            Refused: ``rollback`` for a smaller tree, ``fork`` for another history of the
                same size, ``unproven`` for a greater one whose proof does not hold,
                ``full`` when there are too many chains.
        """
        last = self.last(statement.origin)
        if last is None:
            self._check_room()
        elif statement == last:
            return
        elif statement.size < last.size:
            raise Refused("rollback", last)
        elif statement.size == last.size:
            raise Refused("fork", last)
        elif not verify_consistency(
            last.size, statement.size, last.root, statement.root, proof
        ):
            raise Refused("unproven", last)
        write_whole(
            self._path(statement.origin),
            f"{statement.origin}\n{statement.size}\n{statement.root.hex()}\n",
            mode=0o600,
        )

    def _check_room(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sum(1 for _ in self._folder.glob("*.last")) >= MOST_ORIGINS:
            raise Refused("full")

    def _path(self, origin: str) -> Path:
        # A digest as name: an origin has slashes, and comes from outside.
        return self._folder / f"{sha256(origin.encode()).hexdigest()}.last"
