"""Many attacks on a vault: on its files, on their second copies, on the rows that list them.

The counterpart of ``tests.ledger.trials``, which attacks the chain. Whoever owns the
machine changes what lies on either disk, and rows of the database as they like, but not
entries. Each trial follows from a seed; the database is rolled back after it, and the files
are put back.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import QuerySet

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.stores import Store
from anlan.cases.models import Case
from anlan.evidence import deletion_triggers
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitState, Way
from anlan.evidence.file_verification import verify_files
from anlan.evidence.list_verification import verify_list
from anlan.evidence.models import Blob, Copy, Exhibit
from anlan.evidence.services.checking import check_deep, check_quick
from anlan.ledger.verify import verify
from tests.ledger.trials import Tally

FILES = 5


@dataclass(frozen=True)
class Vault:
    """A case with a few files in two copies, and what they are when nobody did anything."""

    case: Case
    by: User
    at: datetime
    files: dict[str, bytes]  # by digest

    @classmethod
    def filled(cls, case: Case, *, by: User, at: datetime, picture: bytes) -> Vault:
        for number in range(FILES):
            content = picture + bytes([number]) * (40 * (number + 1))
            evidence.add_file(
                case=case, chunks=[content], title=f"照片 {number}", by=by, at=at
            )
        blobs = Blob.objects.filter(exhibits__case=case)
        main = stores.folders()[0]
        files = {b.sha256: main.path_of(b.sha256).read_bytes() for b in blobs}
        return cls(case, by, at, files)

    @property
    def exhibits(self) -> QuerySet[Exhibit]:
        return self.case.exhibits.filter(blob__isnull=False).order_by("number")

    def put_back(self) -> None:
        for store in stores.folders():
            paths = {store.path_of(digest): digest for digest in self.files}
            for path in (store.root / "objects").rglob("*"):
                if not path.is_dir() and path not in paths:
                    path.unlink()
            for path, digest in paths.items():
                _write(path, self.files[digest])


@dataclass(frozen=True)
class Trial:
    """One attack: the vault, chance, and the exhibit that it is about."""

    vault: Vault
    chance: random.Random
    exhibit: Exhibit

    @property
    def digest(self) -> str:
        return self.exhibit.file.sha256

    @property
    def content(self) -> bytes:
        return self.vault.files[self.digest]

    def another(self) -> Exhibit:
        return self.chance.choice(list(self.vault.exhibits.exclude(pk=self.exhibit.pk)))

    def store(self) -> Store:
        return self.chance.choice(stores.folders())

    def changed(self) -> bytes:
        """The same number of bytes, one of them another."""
        place = self.chance.randrange(len(self.content))
        content = bytearray(self.content)
        content[place] ^= 1 << self.chance.randrange(8)
        return bytes(content)


Attack = Callable[[Trial], None]


def _on_one_disk(change: Callable[[Trial], bytes | None]) -> Attack:
    """What lies on one of the two disks becomes that; nothing: it is gone."""

    def attack(trial: Trial) -> None:
        _write(trial.store().path_of(trial.digest), change(trial))

    return attack


def _on_both(change: Callable[[Trial], bytes | None]) -> Attack:
    def attack(trial: Trial) -> None:
        content = change(trial)
        for store in stores.folders():
            _write(store.path_of(trial.digest), content)

    return attack


def _exchange_files(trial: Trial) -> None:
    store, other = trial.store(), trial.another().file.sha256
    _write(store.path_of(trial.digest), trial.vault.files[other])
    _write(store.path_of(other), trial.content)


def _folder_in_its_place(trial: Trial) -> None:
    path = trial.store().path_of(trial.digest)
    path.unlink()
    path.symlink_to(path.parent)


def _say_it_is_another(trial: Trial) -> None:
    """Both copies and the row agree on bytes that nobody brought."""
    content = trial.changed()
    digest = sha256(content).hexdigest()
    for store in stores.folders():
        _write(store.path_of(digest), content)
        if trial.chance.random() < 0.5:
            store.path_of(trial.digest).unlink()
    Blob.objects.filter(sha256=trial.digest).update(sha256=digest)


def _exchange_rows(trial: Trial) -> None:
    other = trial.another()
    Exhibit.objects.filter(pk=trial.exhibit.pk).update(blob=other.blob_id)
    Exhibit.objects.filter(pk=other.pk).update(blob=trial.exhibit.blob_id)


def _exchange_numbers(trial: Trial) -> None:
    other = trial.another()
    Exhibit.objects.filter(pk=trial.exhibit.pk).update(number=900)
    Exhibit.objects.filter(pk=other.pk).update(number=trial.exhibit.number)
    Exhibit.objects.filter(pk=trial.exhibit.pk).update(number=other.number)


def _make_up(trial: Trial) -> None:
    """One more on the list, of bytes that are there."""
    row = Exhibit.objects.get(pk=trial.exhibit.pk)
    row.pk, row.uid, row.number = None, uuid4(), 900
    row._state.adding = True
    row.save()


def _take_off_the_list(trial: Trial) -> None:
    rows: Any = Exhibit.objects.filter(pk=trial.exhibit.pk)
    rows._raw_delete("default")


def _retitle(trial: Trial) -> None:
    title = f"照片 {trial.chance.randrange(100, 10**6)}"
    Exhibit.objects.filter(pk=trial.exhibit.pk).update(title=title)


def _say_it_was_deleted(trial: Trial) -> None:
    """Gone from both disks, and every row says that its period was over.

    The database refuses it; whoever owns it takes its guards away, and puts them back.
    """
    _on_both(lambda _trial: None)(trial)
    at, editor = trial.vault.at, SimpleNamespace(connection=connection)
    deletion_triggers.drop(None, editor)
    Blob.objects.filter(sha256=trial.digest).update(deleted_at=at)
    Copy.objects.filter(blob__sha256=trial.digest).delete()
    Exhibit.objects.filter(pk=trial.exhibit.pk).update(state=ExhibitState.DELETED)
    deletion_triggers.create(None, editor)


ATTACKS: dict[str, Attack] = {
    "a bit of one copy": _on_one_disk(Trial.changed),
    "a bit of both copies": _on_both(Trial.changed),
    "one copy cut": _on_one_disk(
        lambda trial: trial.content[: trial.chance.randrange(len(trial.content))]
    ),
    "one copy longer": _on_one_disk(lambda trial: trial.content + b"\0"),
    "one copy gone": _on_one_disk(lambda trial: None),
    "both copies gone": _on_both(lambda trial: None),
    "two files exchanged": _exchange_files,
    "a folder in its place": _folder_in_its_place,
    "row and copies say another": _say_it_is_another,
    "two rows exchanged": _exchange_rows,
    "two numbers exchanged": _exchange_numbers,
    "one more on the list": _make_up,
    "off the list": _take_off_the_list,
    "another title": _retitle,
    "said to be deleted": _say_it_was_deleted,
}


def run_trials(vault: Vault, count: int, *, seed: int, first: int = 0) -> Tally:
    """Trials ``first`` to ``first + count`` of a seed, each after something benign.

    The vault is as it was when they end.
    """
    tally, began = Tally(), time.process_time()
    for number in range(first, first + count):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 -- the same every time
        with transaction.atomic():
            try:
                _try(vault, chance, tally)
            finally:
                transaction.set_rollback(True)
                vault.put_back()
    tally.cpu_seconds = time.process_time() - began
    return tally


def _try(vault: Vault, chance: random.Random, tally: Tally) -> None:
    _live(vault, chance)
    tally.false_alarms += _alarms()
    exhibit = chance.choice(list(vault.exhibits))
    name = chance.choice(list(ATTACKS))
    tally.tried[name] += 1
    ATTACKS[name](Trial(vault, chance, exhibit))
    found = _alarms()
    what = f"{name}, {exhibit.code}: {found}"
    if not found:
        tally.missed.append(what)
    elif any(f"{vault.case.number} {exhibit.code}" in alarm for alarm in found):
        tally.exact += 1
    elif any(vault.case.number in alarm for alarm in found) or "seq" in found[0]:
        tally.near += 1
    else:
        tally.astray.append(what)


def _alarms() -> list[str]:
    """All that ``./anlan verify --deep`` would print."""
    return [
        *(f"seq {problem}" for problem in verify().problems),
        *map(str, verify_files(deep=True).problems),
        *map(str, verify_list()),
    ]


def _live(vault: Vault, chance: random.Random) -> None:
    """What happens to a vault in its life, of which none may raise an alarm."""
    exhibit = chance.choice(list(vault.exhibits))
    path = chance.choice(stores.folders()).path_of(exhibit.file.sha256)
    match chance.randrange(6):
        case 0:
            os.utime(path, (0, 0))
        case 1:  # brought back from a backup
            path.unlink()
            _write(path, vault.files[exhibit.file.sha256])
        case 2:
            path.with_name("lost+found").write_bytes(b"of the disk")
        case 3:
            later = vault.at + timedelta(days=chance.randrange(1, 400))
            check_quick(at=later)
            check_deep(at=later)
        case 4:
            evidence.open_exhibit(
                exhibit=exhibit, way=Way.VIEWED, by=vault.by, at=vault.at
            )


def _write(path: Path, content: bytes | None) -> None:
    """Files of the vault may not be written to; the owner of the machine replaces them."""
    if path.is_symlink() or path.exists():
        if content is not None and path.is_file() and path.read_bytes() == content:
            return
        path.unlink()
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
