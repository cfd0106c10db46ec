"""Packages: how long one of 500 exhibits takes, and ``verify.py`` beside plain hashing.

The large file is hashed by ``hashlib`` in this process and checked by ``verify.py`` in one of
its own, in turn; both find it in the cache of the machine, or neither does. Then the two
checkers are shown changed packages, and a tree of a million entries says how long a proof is.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.utils import timezone

from anlan.accounts.models import User
from anlan.base import stores, vault
from anlan.base.vault import Kept
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import Masking, PackageState, Purpose, Reading, Source
from anlan.evidence.models import Package
from anlan.evidence.packaging.record import proofs_text
from anlan.evidence.selectors import every_exhibit_of
from anlan.evidence.services import Recipient
from anlan.evidence.services.packages import path_of
from anlan.evidence.services.receiving import add_exhibit
from anlan.evidence.verifier import SOURCE, verify
from anlan.ledger.tree import Leaves, inclusion_proof
from anlan.play.signing import signer_at_hand
from bench.deadlines import open_case
from bench.figures import Figure, answer
from tests.evidence.mutations import MUTATIONS
from tests.evidence.packages import small_bag, zipped
from tests.evidence.second_checker import is_intact

MB = 1024 * 1024
ITEMS, QUICK_ITEMS = 500, 100
QUICK = 512 * MB
FULL = int(os.environ.get("BENCH_GB", "10")) * 1024 * MB
ROUNDS, QUICK_ROUNDS = 3, 3
CHANGED, QUICK_CHANGED = 5_008, 160
ENTRIES = 1_000_000
GOAL_SECONDS, GOAL_RATIO, GOAL_PROOF = 10.0, 1.3, 2048
_RANDOM = os.urandom(MB)


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    room = shutil.disk_usage(settings.DATA).free
    size = QUICK if quick or room < 4 * FULL else FULL
    with signer_at_hand():
        making = of_many(QUICK_ITEMS if quick else ITEMS)
        ratio = beside_hashing(size, QUICK_ROUNDS if quick else ROUNDS)
    return [
        *making,
        ratio,
        changed(QUICK_CHANGED if quick else CHANGED),
        length_of_proof(),
    ]


def of_many(count: int) -> list[Figure]:
    """Everything but media: papers, record, proofs, seal."""
    case = open_case()
    at, by = timezone.now(), User.objects.get(username="zhoumin")
    for number in range(count):
        page = b"%%PDF-1.4\n%d\n%%%%EOF" % number
        evidence.add_file(
            case=case,
            chunks=[page],
            title=f"材料 {number}",
            how="当面提交",
            by=by,
            at=at,
        )
    wall, busy = time.perf_counter(), time.process_time()
    package = made(case)
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    return [
        Figure(
            name=f"a package of {count} exhibits, media aside",
            value=busy,
            unit="s (cpu)",
            goal=GOAL_SECONDS,
            beside=f"{wall:.1f} s by the clock, {(package.size or 0) / MB:.1f} MB",
        )
    ]


def made(case: Case) -> Package:
    at = timezone.now()
    package = evidence.ask_package(
        case=case,
        exhibits=every_exhibit_of(case),
        purpose=Purpose.INTERNAL,
        masking=Masking.NONE,
        recipient=Recipient(name="总部督导"),
        by=User.objects.get(username="hetao"),
        at=at,
    )
    jobs.make_packages(at=at)
    package.refresh_from_db()
    if package.state != PackageState.READY:
        raise RuntimeError(f"the package was not made: {package.failure}")
    return package


def beside_hashing(size: int, rounds: int) -> Figure:
    case = open_case()
    add_exhibit(
        case=case,
        kept=kept(size),
        source=Source.UPLOAD,
        reading=Reading.READABLE,
        by=User.objects.get(username="zhoumin"),
        at=timezone.now(),
    )
    path = path_of(made(case))
    plain, checked = [], []
    plain_hash(path)  # into the cache, as far as it goes
    for _ in range(rounds):
        plain.append(timed(lambda: plain_hash(path)))
        checked.append(timed(lambda: run_verifier(path)))
    return Figure(
        name=f"verify.py on {size // MB:,} MB, to plain SHA-256",
        value=min(checked) / min(plain),
        unit="times",
        goal=GOAL_RATIO,
        beside=f"{min(checked):.2f} s beside {min(plain):.2f} s",
    )


def kept(size: int) -> Kept:
    """A film of no kind in particular, in the vault as an upload leaves it."""
    whole = hashlib.sha256()
    draft = stores.primary().draft()
    with draft.open("xb") as file:
        for number in range(size // MB):
            block = number.to_bytes(8, "big") + _RANDOM[8:]
            whole.update(block)
            file.write(block)
    stores.primary().take(draft, whole.hexdigest())
    draft.unlink()
    vault.keep_second_copy(whole.hexdigest())
    return Kept(sha256=whole.hexdigest(), size=size, media_type="video/mp4")


def plain_hash(path: Path) -> None:
    stores.digest_of(path)


def run_verifier(path: Path) -> None:
    command = [sys.executable, "-I", str(SOURCE), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def timed(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def changed(count: int) -> Figure:
    """How often the two checkers do not agree."""
    differ = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        content, path = zipped(small_bag(folder)), folder / "changed.zip"
        for seed in range(10_000, 10_000 + count):
            change = MUTATIONS[seed % len(MUTATIONS)]
            text = change(content, random.Random(seed), folder)
            path.write_bytes(text)
            differ += (verify.check(str(path)).exit == 0) != is_intact(text)
    return Figure(
        name=f"changed packages of {count:,} on which two checkers differ",
        value=differ,
        unit="packages",
        goal=0,
    )


def length_of_proof() -> Figure:
    """In the words in which it stands in a package."""
    leaves = Leaves([n.to_bytes(32, "big") for n in range(ENTRIES)])
    places = [0, ENTRIES // 3, ENTRIES - 1]
    longest = max(
        len(proofs_text(ENTRIES, {n + 1: inclusion_proof(leaves, n, ENTRIES)}))
        for n in places
    )
    return Figure(
        name=f"proof of an entry among {ENTRIES:,}",
        value=longest,
        unit="bytes",
        goal=GOAL_PROOF,
    )


if __name__ == "__main__":
    answer(measure)
