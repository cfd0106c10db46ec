"""Many histories, each benign and then attacked once, all following from a seed.

What is counted: a benign history that raised an alarm, an attack that nobody noticed, and
how near to the place the alarm was. Every trial is rolled back, so one empty database
serves thousands.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

from django.db import connection, transaction

from anlan.base.digest import sha256
from anlan.ledger import checkpointing, triggers
from anlan.ledger import services as ledger
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.checkpoints import Note, Statement, sign
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Checkpoint, Tile
from anlan.ledger.signer import keys, wire
from anlan.ledger.signer.server import Signer
from anlan.ledger.tiles import forget, grow
from anlan.ledger.verify import Problem, verify
from tests.ledger import attacks
from tests.ledger.chains import Chain

Attack = Callable[[Chain, int], None]
ATTACKS: dict[str, Attack] = {
    "alter": attacks.alter,
    "alter, relink": attacks.relink,
    "delete": attacks.delete,
    "delete, renumber": attacks.delete_and_renumber,
    "swap": attacks.swap,
    "cut": attacks.cut,
    "duplicate": attacks.duplicate,
    "rewrite all": lambda chain, _seq: attacks.rewrite_all(chain),
}
# On what is kept beside the entries: what it does, and the field that must be named.
BESIDE = {
    "drop trigger": "",
    "root of a checkpoint": "checkpoint",
    "note of a checkpoint": "checkpoint",
    "checkpoint signed by another": "checkpoint",
    "checkpoint gone": "checkpoint",  # missing, as the signer remembers
    "leaf of the tree": "tile",
    "tree gone": "tile",
    "memory of the signer": "signer",
}


@dataclass
class Tally:
    """What became of the trials."""

    tried: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    exact: int = 0  # the very entry, its neighbour, or the thing itself is named
    near: int = 0  # the stretch between two checkpoints
    astray: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.tried.values())

    @property
    def found(self) -> int:
        return self.count - len(self.missed)

    def add(self, part: Tally) -> None:
        """Take in what became of others."""
        self.tried.update(part.tried)
        self.missed += part.missed
        self.exact += part.exact
        self.near += part.near
        self.astray += part.astray
        self.false_alarms += part.false_alarms
        self.cpu_seconds += part.cpu_seconds


def run_trials(
    count: int, *, seed: int, at: datetime, folder: Path, first: int = 0
) -> Tally:
    """Trials ``first`` to ``first + count`` of a seed.

    Args:
        folder: for a signer that is asked in this process: thousands need no socket.
    """
    keys.make_if_new(folder)
    tally, began = Tally(), time.process_time()
    with _signer_here(Signer(folder)):
        for number in range(first, first + count):
            chance = random.Random(f"{seed}/{number}")  # noqa: S311 -- the same every time
            for file in (folder / keys.STATE).glob("*.last"):
                file.unlink()
            with transaction.atomic():
                _try(chance, at, folder, tally)
                transaction.set_rollback(True)
    tally.cpu_seconds = time.process_time() - began
    return tally


@contextmanager
def _signer_here(signer: Signer) -> Iterator[None]:
    """Instead of over its socket; all else is as in production."""
    before = wire.ask
    wire.ask = lambda path, question: signer.answer(question)
    try:
        yield
    finally:
        wire.ask = before


def _history(chance: random.Random, at: datetime) -> tuple[Chain, list[int]]:
    """A short chain, with checkpoints where chance puts them, and something benign."""
    chain, size, marks = Chain(), 0, []
    for _ in range(chance.randrange(1, 4)):
        more = chance.randrange(2, 7)
        chain.grow(more, at=at)
        size += more
        checkpoint_now(chain, at=at)
        marks.append(size)
        match chance.randrange(6):
            case 0:
                forget(1, 7)  # made again by the next one
                grow(1, 7, upto=size)
            case 1:
                checkpoint_now(chain, at=at)
            case 2:
                # Killed between the signature and the row: it is asked for again.
                Checkpoint.objects.filter(site_id=7, size=size).delete()
                checkpoint_now(chain, at=at)
            case 3:
                facts = [
                    e for e in attacks.entries(chain) if e.kind == "ledger.text_erased"
                ]
                entry = chance.choice(facts)
                ledger.erase_entry(entry=entry, reason="申请", by=SYSTEM, at=at)
                size += 1
    return chain, marks


def _try(chance: random.Random, at: datetime, folder: Path, tally: Tally) -> None:
    chain, marks = _history(chance, at)
    alarms = verify().problems
    if alarms:
        tally.false_alarms += [str(alarm) for alarm in alarms]
    name = chance.choice([*ATTACKS, *BESIDE])
    tally.tried[name] += 1
    if name in BESIDE:
        _attack_beside(name, chance, folder, tally)
        return
    seq = 1 if name == "rewrite all" else chance.randrange(1, marks[-1])
    before = len(attacks.entries(chain))
    ATTACKS[name](chain, seq)
    if chance.random() < 0.5 and name not in {"delete", "alter"}:
        forget(1, 7)  # whoever owns the database makes the tree follow, too
        grow(1, 7, upto=min(len(attacks.entries(chain)), marks[-1]))
    places = {problem.seq for problem in verify().problems}
    what = f"{name} at {seq} of {before}: {sorted(places)}"
    good = max([0, *(mark for mark in marks if mark < seq)])
    bad = min(mark for mark in marks if mark >= seq)
    if not places:
        tally.missed.append(what)
    elif places & {seq, seq + 1}:
        tally.exact += 1
    elif any(good < place <= bad + 1 for place in places):
        tally.near += 1
    else:
        tally.astray.append(what)


def _attack_beside(
    name: str, chance: random.Random, folder: Path, tally: Tally
) -> None:
    wanted, dropped = BESIDE[name], ""
    if name == "drop trigger":
        dropped = wanted = chance.choice(sorted(triggers.wanted(connection)))
        on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {dropped}{on}")
    else:
        _damage(name, chance, folder)
    found = verify().problems
    if dropped:
        triggers.create(None, SimpleNamespace(connection=connection))
    if not found:
        tally.missed.append(name)
    elif _names(found, wanted):
        tally.exact += 1
    else:
        tally.astray.append(f"{name}: {found[0]}")


def _names(found: list[Problem], wanted: str) -> bool:
    return wanted in {problem.field for problem in found}


def _damage(name: str, chance: random.Random, folder: Path) -> None:
    rows = list(Checkpoint.objects.filter(site_id=7).order_by("size"))
    row = chance.choice(rows)
    match name:
        case "root of a checkpoint":
            row.root = sha256(bytes(row.root))
            row.save()
        case "note of a checkpoint":
            at = chance.randrange(len(row.note))
            other = "y" if row.note[at] != "y" else "z"
            row.note = row.note[:at] + other + row.note[at + 1 :]
            row.save()
        case "checkpoint signed by another":
            thief = folder.with_name("thief")
            keys.make_if_new(thief)
            said = Statement("anlan/1/7", row.size, bytes(row.root))
            row.note = Note(said, (sign(said, keys.load(thief)),)).text
            row.save()
        case "checkpoint gone":
            # The newest alone: what is below is covered by those above it.
            rows[-1].delete()
            attacks.cut(Chain(), rows[-1].size)
        case "leaf of the tree":
            tile = Tile.objects.get(level=0, index=0)
            place = chance.randrange(len(bytes(tile.hashes)))
            hashes = bytearray(tile.hashes)
            hashes[place] ^= 1 << chance.randrange(8)
            tile.hashes = bytes(hashes)
            tile.save()
        case "tree gone":
            Tile.objects.all().delete()
        case "memory of the signer":
            for file in (folder / keys.STATE).glob("*.last"):
                file.write_text("nonsense")


def add_origins() -> None:
    """Chains of trials have no site that names them; their numbers will do."""
    checkpointing.install_origins(lambda org, site: f"anlan/{org}/{site}")
