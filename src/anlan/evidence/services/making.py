"""Making packages: bytes are read outside of every transaction, and once more if killed.

What a package holds was fixed when it was asked for, so whoever makes it again makes the
same bytes. A worker holds a package for a minute and asks for more while it writes.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F, Q
from django.utils import translation

from anlan.base import disk_space, stores
from anlan.base.clock import local_day
from anlan.base.durable import sync_folder
from anlan.base.errors import DomainError
from anlan.base.stores import DamagedCopy
from anlan.cases import services as cases
from anlan.evidence.enums import Failure, Masking, PackageState
from anlan.evidence.events import PackageFailed, PackageMade
from anlan.evidence.models import Blob, Package
from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging.bag import Bag, Payload
from anlan.evidence.packaging.facts import PackageFacts
from anlan.evidence.packaging.papers import papers
from anlan.evidence.packaging.record import (
    EVENTS,
    KEYS,
    PROOFS,
    TOKEN,
    TSA,
    events_text,
    keys_text,
    proofs_text,
)
from anlan.evidence.selectors.exhibits import every_exhibit_of
from anlan.evidence.selectors.packages import (
    asked_seq,
    facts_of,
    file_name,
    links_of,
    recorder_files,
    signature_name,
    signatures_of,
    signed_steps,
    stamp_words,
)
from anlan.evidence.services.opening import good_path
from anlan.evidence.services.packages import folder, path_of
from anlan.evidence.services.sealing import Seal, seal_for
from anlan.evidence.services.watching import ask_to_judge
from anlan.evidence.verifier import SOURCE
from anlan.ledger import services as ledger
from anlan.ledger.checkpointing import CheckpointWaits
from anlan.ledger.checkpoints import parse
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import TimeStamp
from anlan.ledger.signer.client import Away
from anlan.ledger.signer.memory import Refused
from anlan.ledger.tiles import TreeBroken

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
TELL_SECONDS = 2.0
MOST_TRIES = 5
AGAIN_AFTER = timedelta(seconds=10)  # a package whose signer is away
PATIENCE = timedelta(minutes=10)
MENDED_AFTER = (1, 5, 15, 60)  # minutes: the copies of a large file are read first


class HeldByAnother(Exception):
    """The lease ran out while this worker was held up, and another has the package."""


def make_packages(*, at: datetime) -> int:
    """Make the next package that waits; returns how many that was."""
    held = _taken(at)
    if held is None:
        return 0
    try:
        _make_or_wait(held, at=at)
    except HeldByAnother:
        log.warning("another worker makes the package")
    return 1


def _make_or_wait(held: _Held, *, at: datetime) -> None:
    try:
        if held.package.tries > MOST_TRIES:
            _fail(held, Failure.BROKEN, at=at)
        else:
            _make(held, at=at)
    except (Away, CheckpointWaits):
        _put_off(held, at=at)
    except (Refused, TreeBroken) as error:
        log.error("no seal for a package: %s", type(error).__name__)  # noqa: TRY400
        _fail(held, Failure.NO_SEAL, at=at)
    except DamagedCopy as error:
        ask_to_judge(digest=str(error), at=at)
        _wait_for_good_copy(held, at=at)
    except DomainError:
        ask_to_judge(at=at)
        if stores.second().is_written_later:  # the worker brings it back from there
            _wait_for_good_copy(held, at=at)
        else:
            _fail(held, Failure.DAMAGED, at=at)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        _fail(held, Failure.NO_ROOM, at=at)


@dataclass
class _Held:
    """A package that this worker makes; says now and then how far it is."""

    package: Package
    holder: str
    at: datetime
    _began: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)
    _bytes: int = 0

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)

    def tell(self, count: int) -> None:
        self._bytes += count
        if time.monotonic() - self._told > TELL_SECONDS:
            self._told = time.monotonic()
            self.update(held_until=self.now + LEASE, done_bytes=self._bytes)

    def update(self, **changes: object) -> None:
        mine = Package.objects.filter(
            pk=self.package.pk, holder=self.holder, state=PackageState.MAKING
        )
        if not mine.update(**changes):
            raise HeldByAnother


def _taken(at: datetime) -> _Held | None:
    free = Package.objects.filter(
        Q(held_until=None) | Q(held_until__lte=at), state=PackageState.MAKING
    )
    key = free.order_by("asked_at", "pk").values_list("pk", flat=True).first()
    holder = secrets.token_hex(8)
    if key is None or not free.filter(pk=key).update(
        holder=holder, held_until=at + LEASE, tries=F("tries") + 1, done_bytes=0
    ):
        return None
    package = Package.objects.select_related(
        "case__site__organisation", "asked_by"
    ).get(pk=key)
    return _Held(package, holder, at)


def _make(held: _Held, *, at: datetime) -> None:
    package = held.package
    seal = seal_for(package.case.site, at=at, note=package.checkpoint)
    held.update(checkpoint=seal.note.text)
    stamp = seal.stamp(at=at)
    with translation.override("zh-hans"):  # it is read by Chinese authorities
        bag = _bag(package, seal, stamp)
    held.update(all_bytes=bag.size)
    target, draft = path_of(package), folder() / f"{package.uid}.{held.holder}.part"
    for left in folder().glob(f"{package.uid}.*.part"):  # by one that was killed
        left.unlink(missing_ok=True)
    try:
        size, digest = _write(bag, draft, held)
        held.update(done_bytes=bag.size)  # nobody else has it
        _publish(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    with ledger.recording():
        case = cases.lock_case(package.case)
        held.update(
            state=PackageState.READY,
            made_at=at,
            size=size,
            sha256=digest,
            fingerprint=seal.fingerprint,
            holder="",
            held_until=None,
            done_bytes=bag.size,
        )
        cases.record(
            PackageMade(
                code=package.code,
                sha256=digest,
                bytes_count=size,
                checkpoint_size=seal.size,
                fingerprint=seal.fingerprint,
            ),
            case,
            thing=package.key,
            by=SYSTEM,
            at=at,
        )


def _bag(package: Package, seal: Seal, stamp: TimeStamp | None) -> Bag:
    facts = replace(facts_of(package), stamp=stamp_words(stamp))
    links = links_of(package, upto=asked_seq(package))
    tags = {
        **papers(facts),
        EVENTS: events_text(links),
        PROOFS: proofs_text(seal.size, seal.paths(link.seq for link in links)),
        "ledger/checkpoint.txt": seal.note.text.encode(),
        "signature/site.pub.pem": seal.pem,
        "verify.py": SOURCE.read_bytes(),
        **_stamp_files(stamp),
        **_keys_file(package, seal),
    }
    top = f"{facts.number}-{facts.code}"
    bag = Bag(top=top, payload=_payload(package), tags=tags)
    return bags.sealed(bag, info=_info(facts, seal), sign=seal.sign)


def _keys_file(package: Package, seal: Seal) -> dict[str, bytes]:
    if not seal.handovers and not seal.revocations:
        return {}
    earlier = package.case.packages.filter(number__lt=package.number)
    notes = earlier.exclude(checkpoint="").values_list("checkpoint", flat=True)
    sizes = {parse(note).statement.size for note in notes}
    said = [
        {**one.as_json(), "paths": seal.continued(sizes, one.last.size)}
        for one in seal.revocations
    ]
    return {KEYS: keys_text((step.as_hex() for step in seal.handovers), said)}


def _stamp_files(stamp: TimeStamp | None) -> dict[str, bytes]:
    if stamp is None:
        return {}
    return {TOKEN: bytes(stamp.token), TSA: bytes(stamp.certificates)}


def _info(facts: PackageFacts, seal: Seal) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", facts.organisation),
        ("Bagging-Date", local_day(facts.made_at).isoformat()),
        ("External-Identifier", f"{facts.number} {facts.code}"),
        ("External-Description", facts.restriction),
        ("Contact-Name", facts.made_by),
        ("Anlan-Format", "1"),
        ("Anlan-Origin", seal.origin),
        ("Anlan-Package", facts.uid),
        ("Anlan-Recipient", f"{facts.recipient} {facts.identity}"),
        ("Anlan-Document", facts.document_number or "-"),
        ("Anlan-Expires", facts.expires_at),
    ]


def _payload(package: Package) -> list[Payload]:
    """Originals, files of recorders and signatures, unless the package only lists them."""
    if not Masking(package.masking).has_files:
        return []
    payload = []
    upto = asked_seq(package)
    chosen = every_exhibit_of(package.case).filter(pk__in=package.exhibits.values("pk"))
    for exhibit in chosen:
        if exhibit.blob is not None:
            payload.append(_file(file_name(exhibit), exhibit.blob))
            continue
        for place, step in signed_steps(exhibit, upto=upto):
            payload += [
                _file(signature_name(exhibit, place, side, blob.media_type), blob)
                for side, blob in signatures_of(step)
            ]
    payload += [_file(name, row.segment.blob) for row, name in recorder_files(package)]
    return payload


def _file(name: str, blob: Blob) -> Payload:
    path = good_path(blob)
    return Payload(name=name, path=path, sha256=blob.sha256, size=blob.size)


def _write(bag: Bag, draft: Path, held: _Held) -> tuple[int, str]:
    """The file beside its place, on the disk; its size and digest."""
    stores.make_folder(folder())
    usage = os.statvfs(folder())
    if usage.f_bavail * usage.f_frsize < bag.size + disk_space.RESERVE_BYTES:
        raise OSError(errno.ENOSPC, "no room for a package")
    with draft.open("xb") as file:
        bags.write(bag, file, at=held.package.asked_at, tell=held.tell)
        file.flush()
        os.fsync(file.fileno())
    whole = hashlib.sha256()
    for block in stores.blocks_of(draft):
        whole.update(block)
        held.tell(0)
    return draft.stat().st_size, whole.hexdigest()


def _publish(draft: Path, target: Path) -> None:
    draft.chmod(0o440)
    draft.replace(target)
    sync_folder(target.parent)


def _put_off(held: _Held, *, at: datetime) -> None:
    """The signer starts, or is started anew: wait for it, but not for ever.

    What was waited for a copy that is whole is not its fault.
    """
    mended = timedelta(minutes=sum(MENDED_AFTER[: held.package.tries - 1]))
    if at - held.package.asked_at > mended + PATIENCE:
        _fail(held, Failure.NO_SEAL, at=at)
        return
    log.warning("a package waits for the signer")
    held.update(holder="", held_until=at + AGAIN_AFTER, tries=F("tries") - 1)


def _wait_for_good_copy(held: _Held, *, at: datetime) -> None:
    """The damage is judged and mended meanwhile; then a copy that is whole is taken."""
    tries = held.package.tries
    if tries > len(MENDED_AFTER):
        _fail(held, Failure.DAMAGED, at=at)
        return
    log.warning("a package waits for a copy that is whole")
    wait = timedelta(minutes=MENDED_AFTER[tries - 1])
    held.update(holder="", held_until=held.now + wait)


def _fail(held: _Held, failure: Failure, *, at: datetime) -> None:
    package = held.package
    with ledger.recording():
        case = cases.lock_case(package.case)
        held.update(
            state=PackageState.FAILED, failure=failure, holder="", held_until=None
        )
        cases.record(
            PackageFailed(code=package.code, reason=failure),
            case,
            thing=package.key,
            by=SYSTEM,
            at=at,
        )
