"""What somebody who owns the database can do to a chain."""

from __future__ import annotations

import json

from django.db.models import F

from anlan.base.digest import canonical_json, sha256
from anlan.ledger import models
from anlan.ledger.models import LEAF, Entry
from tests.ledger.chains import Chain, unprotected


def entries(chain: Chain) -> list[Entry]:
    rows = Entry.objects.filter(organisation_id=chain.organisation_id, site_id=chain.pk)
    return list(rows.order_by("seq"))


@unprotected()
def alter(chain: Chain, seq: int) -> None:
    """Change who did it, in body and column, and the digest with it."""
    entry = chain.entry(seq)
    said = json.loads(bytes(entry.body)) | {"actor": "user:else"}
    _put(entry, said)


@unprotected()
def relink(chain: Chain, seq: int, *, actor: str = "user:else") -> None:
    """Change an entry, and all later ones so that the chain holds again."""
    prev: bytes | None = None
    for entry in entries(chain)[seq - 1 :]:
        said = json.loads(bytes(entry.body))
        if prev is None:
            said["actor"] = actor
        else:
            said["prev"] = prev.hex()
        prev = _put(entry, said)
    _set_head(chain)


@unprotected()
def delete(chain: Chain, seq: int) -> None:
    _remove(chain, seq)


def _remove(chain: Chain, seq: int) -> None:
    Entry.objects.filter(
        organisation_id=chain.organisation_id, site_id=chain.pk, seq=seq
    ).delete()


@unprotected()
def delete_and_renumber(chain: Chain, seq: int) -> None:
    """As if it had never been: later entries move up, and are linked anew."""
    _remove(chain, seq)
    later = entries(chain)[seq - 1 :]
    for entry in later:
        Entry.objects.filter(pk=entry.pk).update(seq=F("seq") - 1)
    _link_all(chain)


@unprotected()
def swap(chain: Chain, seq: int) -> None:
    """An entry and the next change places; all is linked anew."""
    one, other = chain.entry(seq), chain.entry(seq + 1)
    Entry.objects.filter(pk=one.pk).update(seq=10**9)
    Entry.objects.filter(pk=other.pk).update(seq=seq)
    Entry.objects.filter(pk=one.pk).update(seq=seq + 1)
    _link_all(chain)


@unprotected()
def duplicate(chain: Chain, seq: int) -> None:
    """An entry stands twice; later ones move down and are linked anew."""
    for entry in reversed(entries(chain)[seq:]):
        Entry.objects.filter(pk=entry.pk).update(seq=entry.seq + 1)
    again = chain.entry(seq)
    again.pk, again.seq = None, seq + 1
    again.save()
    _link_all(chain)


@unprotected()
def cut(chain: Chain, seq: int) -> None:
    """The tail from an entry on is gone, and the head says so."""
    Entry.objects.filter(
        organisation_id=chain.organisation_id, site_id=chain.pk, seq__gte=seq
    ).delete()
    _set_head(chain)


def rewrite_all(chain: Chain) -> None:
    relink(chain, 1)


def _link_all(chain: Chain) -> None:
    prev = bytes(32)
    for entry in entries(chain):
        said = json.loads(bytes(entry.body))
        said |= {"seq": entry.seq, "prev": prev.hex()}
        prev = _put(entry, said)
    _set_head(chain)


def _put(entry: Entry, said: dict[str, object]) -> bytes:
    body = canonical_json(said)
    digest = sha256(LEAF, body)
    Entry.objects.filter(pk=entry.pk).update(
        body=body, digest=digest, actor=said["actor"]
    )
    return digest


def _set_head(chain: Chain) -> None:
    found = entries(chain)
    models.Chain.objects.filter(
        organisation_id=chain.organisation_id, site_id=chain.pk
    ).update(seq=len(found), digest=bytes(found[-1].digest) if found else bytes(32))
