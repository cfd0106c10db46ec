"""The signer itself: five questions, two of which give a signature."""

from __future__ import annotations

import json
import logging
import signal
import socket
import threading
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from anlan.ledger.checkpoints import BadNote, Note, Statement, public_bytes, sign
from anlan.ledger.signer import keys, revocations, wire
from anlan.ledger.signer.memory import Memory, Refused
from anlan.ledger.signer.seals import sealable
from anlan.ledger.tree import MOST_HASHES

log = logging.getLogger(__name__)

MOST_AT_ONCE = 16  # questions; more wait in the socket's queue


class Signer:
    """Answers questions; one at a time where something is signed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory = Memory(folder / keys.STATE)
        self._turn = threading.Lock()
        keys.load(folder)  # a signer without its key does not even start

    def answer(self, question: object) -> dict[str, Any]:
        """What goes back for one question, whatever it is."""
        try:
            match question:
                case {"do": "sign"}:
                    return self._sign(*_read_statement(question))
                case {"do": "seal", "listed": str(listed), "note": str(note)}:
                    return self._seal(listed, note)
                case {"do": "last", "origin": str(origin)}:
                    return _told(self._memory.last(origin))
                case {"do": "key"}:
                    return self._key()
                case {"do": "revocations", "origin": str(origin)}:
                    return self._revocations(origin)
        except Refused as refusal:
            log.warning("refused: %s", refusal.reason)
            return {"refused": refusal.reason, **_told(refusal.last)}
        except BadNote:
            pass
        except keys.KeyTrouble as trouble:
            log.error("%s", trouble)  # noqa: TRY400 -- a sentence for the operator
            return {"refused": "key"}
        except OSError as error:
            log.error("the disk: %s", error.strerror)  # noqa: TRY400
            return {"refused": "disk"}
        return {"refused": "malformed"}

    def _sign(self, statement: Statement, proof: list[bytes]) -> dict[str, Any]:
        with self._turn, keys.locked(self._folder):
            key = keys.load(self._folder)  # each time: it may have been rotated
            self._memory.advance(statement, proof)
            return {"note": Note(statement, (sign(statement, key),)).text}

    def _seal(self, listed: str, note: str) -> dict[str, Any]:
        with self._turn, keys.locked(self._folder):
            key = keys.load(self._folder)
            checkpoint = sealable(listed, note, public_key=public_bytes(key))
            said = checkpoint.statement
            digest = sha256(listed.encode()).hexdigest()
            log.info("sealed %s for %s at %d", digest, said.origin, said.size)
            return {"signature": key.sign(listed.encode()).hex()}

    def _key(self) -> dict[str, Any]:
        key = keys.load(self._folder)
        handovers = [one.as_hex() for one in keys.rotations(self._folder)]
        return {"public_key": public_bytes(key).hex(), "rotations": handovers[-8:]}

    def _revocations(self, origin: str) -> dict[str, Any]:
        said = revocations.revocations(self._folder)
        rows = [one.as_json() for one in said if one.last.origin == origin]
        return {"revocations": rows[-8:]}


def serve(
    folder: Path, path: Path, *, mode: int = 0o600, stop: threading.Event
) -> None:
    """Answer until ``stop`` is set.

    Args:
        folder: of the key and of what was signed.
        path: of the socket.
        mode: who may ask.
        stop: looked at twice a second.

    Raises:
        KeyTrouble: there is no key to sign with.
    """
    keys.make_if_new(folder)
    signer = Signer(folder)
    room = threading.BoundedSemaphore(MOST_AT_ONCE)
    with closing(wire.listen(path, mode=mode)) as listener:
        listener.settimeout(0.5)
        while not stop.is_set():
            with suppress(TimeoutError):
                connection, _peer = listener.accept()
                room.acquire()
                threading.Thread(
                    target=_attend, args=(signer, connection, room), daemon=True
                ).start()
    path.unlink(missing_ok=True)


def run(folder: Path, path: Path, *, mode: int = 0o600) -> None:
    """Serve in this process until a signal asks it to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    serve(folder, path, mode=mode, stop=stop)


def _attend(
    signer: Signer, connection: socket.socket, room: threading.BoundedSemaphore
) -> None:
    try:
        with closing(connection), suppress(OSError):
            connection.settimeout(wire.SECONDS)
            try:
                question = json.loads(wire.read_line(connection))
            except (ValueError, RecursionError):
                question = None
            answer = json.dumps(signer.answer(question))
            connection.sendall(answer.encode() + b"\n")
    finally:
        room.release()


def _read_statement(said: object) -> tuple[Statement, list[bytes]]:
    """What is to be signed, and the proof that it continues the last.

    Raises:
        BadNote: it is not so written.
    """
    match said:
        case {
            "origin": str(origin),
            "size": int(size),
            "root": str(root),
            "proof": list(proof),
        } if type(size) is int and len(proof) <= MOST_HASHES:
            try:
                steps = [bytes.fromhex(step) for step in proof]
                return Statement(origin, size, bytes.fromhex(root)), steps
            except (TypeError, ValueError):
                pass
    raise BadNote("not a statement and a proof")


def _told(last: Statement | None) -> dict[str, Any]:
    return {"size": last.size, "root": last.root.hex()} if last else {}
