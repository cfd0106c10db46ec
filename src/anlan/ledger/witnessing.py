"""What the first machine gives to a witness, and what it takes back."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import cosigned_at, fingerprint, parse
from anlan.ledger.models import Chain, Checkpoint, Departure, Witness
from anlan.ledger.tiles import StoredNodes
from anlan.ledger.tree import consistency_proof
from anlan.ledger.witness import Answer, BadFile, Request

OLDER = (
    40  # sizes that a request has proofs from: a witness may have missed some visits
)


def requests(*, at: datetime) -> list[Request]:
    """The newest checkpoint of every chain, as it stands now, with proofs.

    Not inside a transaction. A chain whose checkpoint has to wait gives its newest one.
    """
    found = []
    for place in Chain.objects.order_by("organisation_id", "site_id").values_list(
        "organisation_id", "site_id"
    ):
        try:
            newest: Checkpoint | None = checkpointing.take(*place, at=at)
        except checkpointing.CheckpointWaits:
            newest = checkpointing.newest_checkpoint(*place)
        if newest is not None:
            found.append(_request(newest))
    return found


def take_answer(answer: Answer, *, trust: str = "", at: datetime) -> int:
    """Keep the signatures of a witness; returns how many are new.

    Args:
        answer: what it gave.
        trust: the fingerprint a person read off the witness, when it comes first.
        at: when it was brought.

    Raises:
        BadFile: the witness is not known and not trusted, or one line is not its own.
    """
    with transaction.atomic():
        witness = _known(answer, trust, at)
        return sum(
            _keep(witness, answer, number, at) for number in range(len(answer.notes))
        )


def _known(answer: Answer, trust: str, at: datetime) -> Witness:
    found = Witness.objects.filter(name=answer.name).first()
    if found is not None:
        if bytes(found.public_key) != answer.public_key:
            raise BadFile(f"this is another machine than the witness {found.name}")
        return found
    digits = fingerprint(answer.public_key)
    if "".join(trust.split()).lower() != digits.replace(" ", ""):
        raise BadFile(
            f"the witness {answer.name} is new. If its screen shows the fingerprint "
            f"{digits}, give it after --trust."
        )
    return Witness.objects.create(
        name=answer.name, public_key=answer.public_key, added_at=at
    )


def _keep(witness: Witness, answer: Answer, number: int, at: datetime) -> bool:
    note, line = answer.notes[number]
    said = note.statement
    seconds = cosigned_at(note, bytes(witness.public_key), name=witness.name)
    if seconds is None:
        raise BadFile(f"the signature under {said.origin} is not of {witness.name}")
    rows = Checkpoint.objects.filter(size=said.size, root=said.root)
    own = [row for row in rows if parse(row.note).statement == said]
    if not own:
        raise BadFile(f"{said.origin} had no checkpoint with {said.size} entries here")
    _departure, is_new = Departure.objects.get_or_create(
        checkpoint=own[0],
        way=Departure.Way.WITNESS,
        name=witness.name,
        # Never later than now: a witness whose clock is ahead does not help.
        defaults={
            "line": line.line,
            "left_at": min(at, datetime.fromtimestamp(seconds, UTC)),
        },
    )
    return is_new


def _request(newest: Checkpoint) -> Request:
    rows = Checkpoint.objects.filter(
        organisation_id=newest.organisation_id,
        site_id=newest.site_id,
        size__lte=newest.size,
    )
    seen = rows.filter(departures__way=Departure.Way.WITNESS).order_by("-size")
    sizes = set(rows.order_by("-size").values_list("size", flat=True)[:OLDER])
    sizes |= set(seen.values_list("size", flat=True)[:OLDER])
    nodes = StoredNodes(newest.organisation_id, newest.site_id)
    proofs = {
        size: consistency_proof(nodes, size, newest.size) for size in sorted(sizes)
    }
    return Request(parse(newest.note), proofs)
