"""The seal of a package: a checkpoint of the site's record, proofs, and a signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anlan.accounts.models import Site
from anlan.ledger import checkpointing, timestamping
from anlan.ledger.checkpoints import Note, is_signed, parse
from anlan.ledger.models import Checkpoint, TimeStamp
from anlan.ledger.signer.keys import Rotation
from anlan.ledger.signer.revocations import Revocation
from anlan.ledger.tiles import StoredNodes
from anlan.ledger.tree import consistency_proof, inclusion_proof


@dataclass(frozen=True)
class Seal:
    """What a package is sealed with."""

    site: Site
    note: Note
    public_key: bytes
    handovers: tuple[Rotation, ...] = ()  # which led to the key
    revocations: tuple[Revocation, ...] = ()  # of this record

    @property
    def origin(self) -> str:
        return self.note.statement.origin

    @property
    def size(self) -> int:
        """Entries that the checkpoint counts."""
        return self.note.statement.size

    @property
    def pem(self) -> bytes:
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """What people compare, hexadecimal."""
        return sha256(self.public_key).hexdigest()

    def stamp(self, *, at: datetime) -> TimeStamp | None:
        """A third party's word for the time of the checkpoint, if one is to be had now.

        Never inside a transaction; the same one whenever it is asked for again.
        """
        checkpoint = Checkpoint.objects.filter(
            organisation_id=self.site.organisation_id,
            site_id=self.site.pk,
            note=self.note.text,
        ).first()
        return timestamping.stamp(checkpoint, at=at) if checkpoint else None

    def paths(self, seqs: Iterable[int]) -> dict[int, list[bytes]]:
        """Of each of these entries to the root of the checkpoint.

        Raises:
            TreeBroken: tiles are missing.
        """
        nodes = StoredNodes(self.site.organisation_id, self.site.pk)
        return {seq: inclusion_proof(nodes, seq - 1, self.size) for seq in seqs}

    def continued(self, sizes: Iterable[int], upto: int) -> dict[str, list[str]]:
        """Proofs that the record of ``upto`` entries goes on from each smaller size.

        Raises:
            TreeBroken: tiles are missing.
        """
        nodes = StoredNodes(self.site.organisation_id, self.site.pk)
        return {
            str(size): [step.hex() for step in consistency_proof(nodes, size, upto)]
            for size in sorted(set(sizes))
            if 0 < size < upto
        }

    def sign(self, listed: bytes) -> bytes:
        """The list of the files of a package, and nothing else.

        Raises:
            Away: the signer does not answer.
            Refused: it is no such list, or the key was rotated meanwhile.
        """
        return checkpointing.signer().seal(listed, self.note.text)


def seal_for(site: Site, *, at: datetime, note: str = "") -> Seal:
    """Have the record signed as it stands, or go on with the checkpoint made before.

    Never inside a transaction.

    Args:
        note: the checkpoint of an earlier try, so that the same package comes out.

    Raises:
        Away: the signer does not answer.
        CheckpointWaits: it refuses.
    """
    key = checkpointing.signer().key()
    public_key = key.public_key
    known = parse(note) if note else None
    if known is None or not is_signed(known, public_key):
        known = parse(checkpointing.checkpoint_now(site, at=at).note)
    handovers = tuple(checkpointing.handovers_to(key))
    origin = known.statement.origin
    ended = [one for one in checkpointing.revocations() if one.last.origin == origin]
    return Seal(site, known, public_key, handovers, tuple(ended))
