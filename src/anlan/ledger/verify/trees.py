"""The tree of a chain: whether what was signed is still what the entries say.

A chain that was rewritten and linked anew holds in itself. It is found here: at the exact
entry where the tiles still have the old digest, and else between two checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection

from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import BadNote, Statement, cosigned_at, is_signed, parse
from anlan.ledger.checkpoints import Note as Text
from anlan.ledger.events import (
    LogKeyBegan,
    LogKeyReplaced,
    LogKeyRevoked,
    LogKeyRotated,
)
from anlan.ledger.models import (
    Checkpoint,
    Departure,
    Entry,
    LogKey,
    RevokedKey,
    Tile,
    TimeStamp,
    Tree,
    Witness,
)
from anlan.ledger.signer.client import Away
from anlan.ledger.signer.memory import Refused
from anlan.ledger.signer.revocations import Revocation, counts
from anlan.ledger.tiles import WIDTH, split, tile_hash
from anlan.ledger.timestamping import check_stamp
from anlan.ledger.tree import Frontier
from anlan.ledger.verify.findings import Problem

_PAGE = 2_000  # digests read at once
_STAMPS = {
    "unreadable": "it cannot be read",
    "refused": "the authority refused it",
    "other": "it is of other bytes than the checkpoint",
    "untrusted": "no certificate kept with it vouches for it",
    "certificates": "the certificates kept with it cannot be read",
    "columns": "its time or signer differs from the column",
    "root": "its root is not in the file that ANLAN_TSA_CERTIFICATES names",
}


@dataclass
class TreeFinding:
    """What the tree of one chain showed."""

    organisation_id: int
    site_id: int
    checkpoints: int = 0
    is_signer_asked: bool = False
    problems: list[Problem] = field(default_factory=list)

    def say(self, seq: int, name: str, sentence: str) -> None:
        self.problems.append(
            Problem(self.organisation_id, self.site_id, seq, name, sentence)
        )

    @property
    def place(self) -> dict[str, int]:
        return {"organisation_id": self.organisation_id, "site_id": self.site_id}


def check_tree(
    place: tuple[int, int], *, keep: Callable[[], None] = lambda: None
) -> TreeFinding:
    """Check tiles, checkpoints, their signatures, and the signer's memory of one chain.

    Args:
        keep: called now and then while the entries are read.
    """
    finding = TreeFinding(*place)
    # Before the entries: what is signed meanwhile is for the next time.
    checkpoints = list(Checkpoint.objects.filter(**finding.place).order_by("size"))
    signed = _signers_last(finding)
    finding.checkpoints = len(checkpoints)
    revoked = checkpointing.revocations()
    _check_notes(checkpoints, revoked, finding)
    _check_stamps(finding)
    wanted = {row.size: bytes(row.root) for row in checkpoints}
    _compare_revoked(revoked, wanted, finding)
    if signed is not None:
        _compare_signer(signed, wanted, finding)
    _check_roots(wanted, finding, keep)
    _check_upper_tiles(finding)
    return finding


def keys_off_the_record() -> Iterator[Problem]:
    """Keys that somebody put into the table, but that no entry speaks of."""
    kinds = [event.kind for event in (LogKeyBegan, LogKeyReplaced, LogKeyRotated)]
    said = "\n".join(
        bytes(data).decode(errors="replace")
        for data in Entry.objects.filter(kind__in=kinds).values_list("data", flat=True)
        if data is not None
    )
    for public_key in LogKey.objects.order_by("pk").values_list(
        "public_key", flat=True
    ):
        digits = bytes(public_key).hex()
        if digits not in said:
            yield Problem(0, 0, 0, "log key", f"no entry speaks of {digits[:16]}…")
    yield from _revocations_off_the_record()


def _revocations_off_the_record() -> Iterator[Problem]:
    """Revocations that no entry speaks of, and those that somebody took away."""
    rows = Entry.objects.filter(kind=LogKeyRevoked.kind).values_list("data", flat=True)
    entered = [json.loads(bytes(data)) for data in rows if data is not None]
    kept = list(RevokedKey.objects.order_by("pk").values_list("said", flat=True))
    for said in kept:
        if said not in entered:
            yield _off("no entry speaks of the revocation of", said)
    for said in entered:
        if said not in kept:
            yield _off("an entry speaks of a revocation that is not there, of", said)


def _off(sentence: str, said: object) -> Problem:
    key = str(said.get("key") if isinstance(said, dict) else said)
    return Problem(0, 0, 0, "log key", f"{sentence} {key[:16]}…")


def trees_without_chain(known: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Chains of which only checkpoints are left."""
    rows = Checkpoint.objects.order_by("organisation_id", "site_id")
    places = rows.values_list("organisation_id", "site_id").distinct()
    yield from (place for place in places if place not in known)


def _compare_revoked(
    revoked: Iterable[Revocation], wanted: dict[int, bytes], finding: TreeFinding
) -> None:
    """What a key said when it ended another one is signed like any checkpoint."""
    name = checkpointing.origin(finding.organisation_id, finding.site_id)
    for one in revoked:
        said = one.last
        if said.origin != name:
            continue
        if not one.is_sound:
            finding.say(said.size, "log key", "a revocation is not signed as it says")
        if wanted.setdefault(said.size, said.root) != said.root:
            finding.say(
                said.size,
                "log key",
                "a revocation has another root than the checkpoint",
            )


def _check_notes(
    checkpoints: Sequence[Checkpoint],
    revoked: Sequence[Revocation],
    finding: TreeFinding,
) -> None:
    keys = [bytes(key) for key in LogKey.objects.values_list("public_key", flat=True)]
    witnesses = {row.name: bytes(row.public_key) for row in Witness.objects.all()}
    lines: dict[int, list[Departure]] = {}
    cosigned = Departure.objects.filter(
        way=Departure.Way.WITNESS, checkpoint__in=checkpoints
    )
    for departure in cosigned:
        lines.setdefault(departure.checkpoint_id, []).append(departure)
    origin = checkpointing.origin(finding.organisation_id, finding.site_id)
    for row in checkpoints:
        try:
            note = parse(row.note)
        except BadNote as fault:
            finding.say(row.size, "checkpoint", f"the note cannot be read: {fault}")
            continue
        said = note.statement
        if (said.size, said.root) != (row.size, bytes(row.root)):
            finding.say(row.size, "checkpoint", "the columns differ from the note")
        if said.origin != origin:
            finding.say(row.size, "checkpoint", f"it is of {said.origin}")
        signing = [key for key in keys if is_signed(note, key)]
        if not signing:
            finding.say(row.size, "checkpoint", "it is not signed with a known key")
        elif not any(counts(said, key, revoked) for key in signing):
            finding.say(row.size, "checkpoint", "it is signed with a revoked key")
        for departure in lines.get(row.pk, ()):
            _check_witness(row, said, departure, witnesses, finding)


def _check_witness(
    row: Checkpoint,
    said: Statement,
    departure: Departure,
    witnesses: dict[str, bytes],
    finding: TreeFinding,
) -> None:
    key = witnesses.get(departure.name, b"")
    try:
        [line] = parse(f"{said.text}\n{departure.line}").signatures
        when = cosigned_at(Text(said, (line,)), key, name=departure.name)
    except (BadNote, ValueError):
        when = None
    if when is None:
        finding.say(row.size, "witness", f"it is not the signature of {departure.name}")


def _check_stamps(finding: TreeFinding) -> None:
    rows = TimeStamp.objects.filter(
        checkpoint__organisation_id=finding.organisation_id,
        checkpoint__site_id=finding.site_id,
    )
    for row in rows.select_related("checkpoint").order_by("checkpoint__size"):
        fault = check_stamp(row)
        if fault:
            size = row.checkpoint.size
            finding.say(size, "time stamp", f"it does not hold: {_STAMPS[fault]}")


def _signers_last(finding: TreeFinding) -> Statement | None:
    """What the signer remembers, which nobody with the database alone can change."""
    origin = checkpointing.origin(finding.organisation_id, finding.site_id)
    if origin is None:
        return None
    try:
        last = checkpointing.signer().last(origin)
    except Refused as refusal:
        finding.say(0, "signer", f"its memory of the chain: {refusal.reason}")
        return None
    except Away:
        return None
    finding.is_signer_asked = True
    return last


def _compare_signer(
    signed: Statement, wanted: dict[int, bytes], finding: TreeFinding
) -> None:
    newest = max(wanted, default=0)
    if signed.size < newest:
        finding.say(
            signed.size + 1,
            "signer",
            f"it remembers {signed.size} entries, a checkpoint has {newest}",
        )
    if wanted.setdefault(signed.size, signed.root) != signed.root:
        finding.say(
            signed.size, "signer", "it remembers another root than the checkpoint has"
        )


def _check_roots(
    wanted: dict[int, bytes], finding: TreeFinding, keep: Callable[[], None]
) -> None:
    """Compare the entries with the signed roots and with the leaves in the tiles."""
    tree, good, bad = Frontier(), 0, 0
    leaves = _stored_leaves(finding)
    if not wanted and not Tile.objects.filter(**finding.place).exists():
        return
    is_torn = False
    if wanted.get(0, tree.root()) != tree.root():
        finding.say(1, "checkpoint", "the root signed over no entries is another")
    for digest in digests(finding.organisation_id, finding.site_id):
        tree.append(digest)
        if tree.size % _PAGE == 0:
            keep()
        stored = next(leaves, None)
        if stored is not None and stored != digest and not is_torn:
            finding.say(
                tree.size, "tile", "the tree has another digest of it: it was changed"
            )
            is_torn = True  # all later ones follow from the first
        root = wanted.get(tree.size)
        if root is None or bad:
            continue
        if root == tree.root():
            good = tree.size
        else:
            bad = tree.size
            finding.say(
                good + 1,
                "checkpoint",
                f"entries {good + 1} to {bad} are not those that were signed",
            )
    if next(leaves, None) is not None:
        finding.say(tree.size + 1, "tile", "missing: the tree has more leaves")
    if wanted and max(wanted) > tree.size:
        finding.say(
            tree.size + 1,
            "checkpoint",
            f"missing: {max(wanted)} entries were signed, the end was cut off or an "
            "older copy of the database was restored",
        )


def digests(organisation_id: int, site_id: int) -> Iterator[bytes]:
    """The digest of every entry in order; not through models, which cost thrice as much."""
    after = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq, digest FROM ledger_entry WHERE organisation_id = %s "
                "AND site_id = %s AND seq > %s ORDER BY seq LIMIT %s",
                [organisation_id, site_id, after, _PAGE],
            )
            page = cursor.fetchall()
        for _seq, digest in page:
            yield _as_bytes(digest)
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _as_bytes(digest: object) -> bytes:
    """SQLite keeps what it is given, be it text; nothing is the digest of no entry."""
    return bytes(digest) if isinstance(digest, bytes | memoryview) else b""


def _stored_leaves(finding: TreeFinding) -> Iterator[bytes]:
    rows = Tile.objects.filter(**finding.place, level=0).order_by("index")
    for hashes in rows.values_list("hashes", flat=True).iterator(chunk_size=50):
        yield from split(bytes(hashes))


def _check_upper_tiles(finding: TreeFinding) -> None:
    """Each level above is made of the whole tiles below; what is short is made anew."""
    size = Tree.objects.filter(**finding.place).values_list("size", flat=True).first()
    level, expected = 0, size or 0
    below: list[bytes] = []
    while True:
        rows = Tile.objects.filter(**finding.place, level=level).order_by("index")
        count, made_of_below, above = 0, True, []
        for hashes in rows.values_list("hashes", flat=True).iterator(chunk_size=50):
            tile = split(bytes(hashes))
            if level:
                made_of_below &= tile == below[count : count + len(tile)]
            count += len(tile)
            if len(tile) == WIDTH:
                above.append(tile_hash(tile))
        if level == 0 and count != expected:
            finding.say(
                0, "tile", f"the tree should have {expected} leaves, and has {count}"
            )
        if level and (count != len(below) or not made_of_below):
            finding.say(
                0, "tile", f"level {level} does not follow from the one below it"
            )
        if not count:
            return
        below, level = above, level + 1
