"""What a drill brought back, as the package that it would leave in, read by ``verify.py``.

That bytes have their digests is not yet that they could be shown to anybody: the proofs,
the checkpoint and the signature must be there as well, and a program that knows nothing
of us must agree.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.evidence.enums import DrillProof
from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging.bag import Bag, Payload
from anlan.evidence.packaging.record import (
    EVENTS,
    PROOFS,
    Link,
    events_text,
    proofs_text,
)
from anlan.evidence.services.sealing import Seal, seal_for
from anlan.evidence.verifier import SOURCE
from anlan.ledger.checkpointing import CheckpointWaits
from anlan.ledger.signer.client import Away
from anlan.ledger.signer.memory import Refused
from anlan.ledger.tiles import TreeBroken

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0  # how often the drill says that somebody is there


@dataclass(frozen=True)
class Named:
    """A file that the record says was received, with the entry that says so."""

    code: str
    sha256: str
    size: int
    link: Link

    @property
    def name(self) -> str:
        """Where it lies in the package."""
        return f"data/{self.code}.bin"


def proof_of(
    case: Case,
    files: Sequence[Named],
    folder: Path,
    *,
    at: datetime,
    keep: Callable[[], None],
) -> DrillProof:
    """Lay the tags of a package around what was restored, and let ``verify.py`` read it.

    Args:
        folder: has the files under their names; what is missing there is found missing.
        keep: called now and then; it may raise, which ends the reading.
    """
    try:
        seal = seal_for(case.site, at=at)
        bag = _bag(case, files, folder, seal, at=at)
    except (Away, CheckpointWaits):
        return DrillProof.UNSIGNED
    except (Refused, TreeBroken) as error:
        log.error("a drill has no seal: %s", type(error).__name__)  # noqa: TRY400
        return DrillProof.ALTERED
    for name, tag in bag.tags.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tag)
    code = _verified(folder, keep)
    if code:
        log.error("a drill: verify.py ended with %s", code)
    return DrillProof.ALTERED if code else DrillProof.INTACT


def _bag(
    case: Case, files: Sequence[Named], folder: Path, seal: Seal, *, at: datetime
) -> Bag:
    links = [file.link for file in files]
    tags = {
        EVENTS: events_text(links),
        PROOFS: proofs_text(seal.size, seal.paths(link.seq for link in links)),
        "ledger/checkpoint.txt": seal.note.text.encode(),
        "meta/exhibits.json": _list(case, files),
        "signature/site.pub.pem": seal.pem,
    }
    payload = [
        Payload(
            name=file.name, path=folder / file.name, sha256=file.sha256, size=file.size
        )
        for file in files
    ]
    info = [
        ("Bagging-Date", f"{local_day(at)}"),
        ("External-Identifier", case.number),
        ("Anlan-Format", "1"),
        ("Anlan-Origin", seal.origin),
    ]
    bag = Bag(top=case.number, payload=payload, tags=tags)
    return bags.sealed(bag, info=info, sign=seal.sign)


def _list(case: Case, files: Sequence[Named]) -> bytes:
    rows = [
        {
            "code": file.code,
            "sha256": file.sha256,
            "files": [file.name],
            "salt": "",
            "words": {},
            "steps": [],
        }
        for file in files
    ]
    return orjson.dumps({"format": 1, "case": case.number, "exhibits": rows}) + b"\n"


def _verified(folder: Path, keep: Callable[[], None]) -> int:
    """The exit code of ``verify.py``, run as a stranger would: from its file alone."""
    command = [sys.executable, "-I", str(SOURCE), str(folder), "--json"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 -- our own program
        command, stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        while True:
            keep()
            try:
                return process.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.kill()
        process.wait()
