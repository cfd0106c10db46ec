"""Has the roots of the chains signed: each hundred entries, each ten minutes, on demand.

All of it happens after the reports' transactions, in the worker or in a request that
waits for its own checkpoint. If the signer is away, checkpoints wait and the page of
safety says so; nothing else does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from anlan.base.errors import DomainError
from anlan.base.insertion import insert_if_new
from anlan.ledger import tiles
from anlan.ledger.checkpoints import Note, Statement, is_signed
from anlan.ledger.events import (
    SYSTEM,
    Actor,
    Event,
    LogKeyBegan,
    LogKeyReplaced,
    LogKeyRevoked,
    LogKeyRotated,
    Queued,
)
from anlan.ledger.models import (
    Chain,
    Checkpoint,
    Departure,
    LogKey,
    RevokedKey,
    Tree,
)
from anlan.ledger.services import SiteLike, append_everywhere, append_to, recording
from anlan.ledger.signer.client import Away, Client, Key
from anlan.ledger.signer.keys import Rotation
from anlan.ledger.signer.memory import Refused
from anlan.ledger.signer.revocations import Revocation, revocation_of
from anlan.ledger.tiles import StoredNodes, TreeBroken
from anlan.ledger.tree import consistency_proof, root_at

log = logging.getLogger(__name__)

EVERY_ENTRIES = 100
EVERY = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=10)  # a chain whose checkpoint could not be signed
CHAINS = 20  # in one round
AWAY, BROKEN, OTHER_KEY = "away", "broken", "other_key"  # beside the signer's refusals


class CheckpointWaits(DomainError):
    """No checkpoint can be had now; it is made as soon as the signer answers."""

    code = "checkpoint_waits"


Origins = Callable[[int, int], str | None]
_origins: list[Origins] = []


def install_origins(origins: Origins) -> None:
    """Set who knows what a chain is called; called once, by ``anlan.config``."""
    _origins[:] = [origins]


def origin(organisation_id: int, site_id: int) -> str | None:
    """What a chain is called in checkpoints; nothing if its site is gone."""
    return _origins[0](organisation_id, site_id) if _origins else None


def signer() -> Client:
    return Client(settings.SIGNER_SOCKET)


def take_due(*, at: datetime) -> int:
    """Have the chains signed whose turn it is; returns how many were."""
    taken = 0
    for organisation_id, site_id in _due(at):
        try:
            take(organisation_id, site_id, at=at)
        except CheckpointWaits:
            continue  # noted at the chain
        taken += 1
    return taken


def checkpoint_now(site: SiteLike, *, at: datetime) -> Checkpoint:
    """A checkpoint over all that the chain of ``site`` holds now, for what leaves with it.

    Never inside a transaction. The newest one, if nothing was written since.

    Raises:
        CheckpointWaits: the signer is away or refuses.
    """
    return take(site.organisation_id, site.pk, at=at)


def take(organisation_id: int, site_id: int, *, at: datetime) -> Checkpoint:
    """As ``checkpoint_now``, of a chain named by its numbers."""
    size = _head(organisation_id, site_id)
    newest = newest_checkpoint(organisation_id, site_id)
    if newest is not None and newest.size >= size:
        return newest
    try:
        note = _signed(organisation_id, site_id, size, at=at)
    except Away:
        reason = AWAY
    except TreeBroken as trouble:
        log.error("chain %s/%s: %s is missing", organisation_id, site_id, trouble)  # noqa: TRY400
        reason = BROKEN
    except Refused as refusal:
        reason = refusal.reason
    else:
        return _keep(organisation_id, site_id, note, at=at)
    if reason != AWAY:
        log.error("no checkpoint of %s/%s: %s", organisation_id, site_id, reason)
    _note_refusal(organisation_id, site_id, reason, at=at)
    raise CheckpointWaits(_("签名程序没有应答或拒绝签名，检查点稍后补签"))


def wish(organisation_id: int, site_id: int) -> None:
    """Ask the worker for a checkpoint soon: something came that must be in one."""
    with transaction.atomic():
        tree = tiles.locked_tree(organisation_id, site_id)
        tree.is_wished = True
        tree.save(update_fields=["is_wished"])


def wish_for(entry: Queued, *, at: datetime) -> None:
    """The same, as the answer to an entry."""
    wish(entry.organisation_id, entry.site_id)


def newest_checkpoint(organisation_id: int, site_id: int) -> Checkpoint | None:
    rows = Checkpoint.objects.filter(organisation_id=organisation_id, site_id=site_id)
    return rows.order_by("-size").first()


def covering(organisation_id: int, site_id: int, seq: int) -> Checkpoint | None:
    """The first checkpoint that an entry is in."""
    rows = Checkpoint.objects.filter(
        organisation_id=organisation_id, site_id=site_id, size__gte=seq
    )
    return rows.order_by("size").first()


def note_departure(
    checkpoint: Checkpoint, *, way: Departure.Way, at: datetime
) -> Departure:
    """Note that a checkpoint left this machine; twice the same way is once."""
    departure, _made = Departure.objects.get_or_create(
        checkpoint=checkpoint, way=way, name="", defaults={"left_at": at}
    )
    return departure


def accept_new_key(*, by: Actor, at: datetime) -> Key:
    """Trust the key that the signer shows, though no known one handed over to it.

    After a loss without paper. It is on the record, as an alarm; one that a known key did
    hand over to is entered as that. Every chain is signed with it, so that it can say up
    to where the old one counted.

    Raises:
        Away: the signer does not answer.
        Refused: the key was revoked.
    """
    client = signer()
    try:
        key = _known_key(client, at=at)
    except Refused:
        key = client.key()
        if _is_known(key.public_key):
            raise
        _enter([key.public_key], [LogKeyReplaced(new=key.public_key.hex())], by, at)
    _sign_all(client, at=at)
    return key


def take_revocations(*, by: Actor, at: datetime) -> int:
    """Put on the record what the signer says of keys; returns of how many chains is new.

    Raises:
        Away: the signer does not answer.
        Refused: it shows a key that nobody vouches for.
    """
    client = signer()
    before = RevokedKey.objects.count()
    _known_key(client, at=at)
    _enter([], [], by, at, _new_revocations(client, set()))
    return RevokedKey.objects.count() - before


def revocations() -> list[Revocation]:
    """Every statement that ended a key; one that was made unreadable `verify` names."""
    found = []
    for said in RevokedKey.objects.order_by("pk").values_list("said", flat=True):
        with suppress(ValueError):
            found.append(revocation_of(said))
    return found


def _sign_all(client: Client, *, at: datetime) -> None:
    """Have each chain signed that this signer has signed nothing of yet."""
    places = Checkpoint.objects.values_list("organisation_id", "site_id").distinct()
    for place in places.order_by("organisation_id", "site_id"):
        name = origin(*place)
        if name is None or client.last(name) is not None:
            continue
        try:
            note = _signed(*place, _head(*place), at=at)
        except TreeBroken as trouble:
            log.error("chain %s/%s: %s is missing", *place, trouble)  # noqa: TRY400
            continue
        _keep(*place, note, at=at)


def _due(at: datetime) -> list[tuple[int, int]]:
    """Chains with entries that no checkpoint has, whose turn it is."""
    trees = Tree.objects.filter(
        organisation_id=OuterRef("organisation_id"), site_id=OuterRef("site_id")
    )
    fields = ("signed_size", "signed_at", "is_wished", "refused_at")
    told = {f"tree_{name}": Subquery(trees.values(name)[:1]) for name in fields}
    return list(
        Chain.objects.annotate(**told)
        .filter(
            Q(tree_signed_at=None)
            | Q(tree_is_wished=True)
            | Q(tree_signed_at__lte=at - EVERY)
            | Q(seq__gte=F("tree_signed_size") + EVERY_ENTRIES)
        )
        .filter(Q(tree_refused_at=None) | Q(tree_refused_at__lte=at - AGAIN_AFTER))
        .filter(Q(tree_signed_size=None) | Q(seq__gt=F("tree_signed_size")), seq__gt=0)
        .order_by("organisation_id", "site_id")
        .values_list("organisation_id", "site_id")[:CHAINS]
    )


def _head(organisation_id: int, site_id: int) -> int:
    rows = Chain.objects.filter(organisation_id=organisation_id, site_id=site_id)
    return rows.values_list("seq", flat=True).first() or 0


def _signed(organisation_id: int, site_id: int, size: int, *, at: datetime) -> Note:
    """Grow the tree and have its root signed, proven to continue what was signed last.

    Raises:
        Away: the signer does not answer.
        Refused: it would sign another history, or shows a key that nobody vouches for.
        TreeBroken: tiles or entries are missing.
    """
    client = signer()
    key = _known_key(client, at=at)
    name = origin(organisation_id, site_id)
    if name is None:
        raise TreeBroken("the name of the chain")
    last = client.last(name)
    if last is not None and last.size > size:
        raise Refused("rollback", last)
    tiles.grow(organisation_id, site_id, upto=size)
    nodes = StoredNodes(organisation_id, site_id)
    statement = Statement(name, size, root_at(nodes, size))
    proof = consistency_proof(nodes, last.size, size) if last else []
    note = client.sign(statement, proof)
    if not is_signed(note, key.public_key):
        raise Refused(OTHER_KEY)
    return note


def _keep(
    organisation_id: int, site_id: int, note: Note, *, at: datetime
) -> Checkpoint:
    place = {"organisation_id": organisation_id, "site_id": site_id}
    said = note.statement
    with transaction.atomic():
        tree = tiles.locked_tree(organisation_id, site_id)
        insert_if_new(
            Checkpoint(
                **place,
                size=said.size,
                root=said.root,
                note=note.text,
                signed_at=at,
            )
        )
        if said.size >= tree.signed_size:
            tree.signed_size, tree.signed_at = said.size, at
        tree.is_wished, tree.refusal, tree.refused_at = False, "", None
        tree.save()
    return Checkpoint.objects.get(**place, size=said.size)


def _note_refusal(
    organisation_id: int, site_id: int, reason: str, *, at: datetime
) -> None:
    with transaction.atomic():
        tree = tiles.locked_tree(organisation_id, site_id)
        tree.refusal, tree.refused_at = reason[:16], at
        tree.save(update_fields=["refusal", "refused_at"])


def _known_key(client: Client, *, at: datetime) -> Key:
    """The key in use, if it is known, or a known one handed over to it; the first is."""
    key = client.key()
    known = {bytes(one) for one in LogKey.objects.values_list("public_key", flat=True)}
    sound = known - {one.key for one in revocations()}
    if key.public_key in sound:
        return key
    if key.public_key in known:
        raise Refused(OTHER_KEY)  # it was revoked, and came back from paper
    if not known:
        began = LogKeyBegan(public_key=key.public_key.hex())
        _enter([key.public_key], [began], SYSTEM, at)
        return key
    steps = _handovers(sound, key)
    if not steps:
        raise Refused(OTHER_KEY)
    _enter(
        [step.new for step in steps],
        [
            LogKeyRotated(**dict(zip(_PARTS, step.as_hex(), strict=True)))
            for step in steps
        ],
        SYSTEM,
        at,
        _new_revocations(client, {step.new for step in steps}),
    )
    return key


_PARTS = ("old", "new", "by_old", "by_new")


def _is_known(public_key: bytes) -> bool:
    return LogKey.objects.filter(public_key=public_key).exists()


def handovers_to(key: Key) -> list[Rotation]:
    """The sound steps that led to the key in use, the first one first."""
    steps: list[Rotation] = []
    wanted = key.public_key
    for step in reversed(key.rotations):
        if step.new == wanted and step.is_sound:
            steps.append(step)
            wanted = step.old
    return steps[::-1]


def _handovers(known: set[bytes], key: Key) -> list[Rotation]:
    """Those of them from the last known key on; none if there is no way."""
    steps = handovers_to(key)
    begins = [place for place, step in enumerate(steps) if step.old in known]
    return steps[begins[-1] :] if begins else []


def _new_revocations(
    client: Client, begun: set[bytes]
) -> dict[tuple[int, int], list[Revocation]]:
    """What the signer has of keys that are believed, by chain.

    Args:
        begun: keys that are about to be.
    """
    known = begun | {
        bytes(one) for one in LogKey.objects.values_list("public_key", flat=True)
    }
    sound = known - {one.key for one in revocations()}
    found = {}
    for place in Chain.objects.values_list("organisation_id", "site_id"):
        name = origin(*place)
        found[place] = [
            one
            for one in (client.revocations(name) if name is not None else [])
            if one.last.origin == name
            and one.by in sound
            and one.key in known
            and one.is_sound
        ]
    return found


def _enter(
    public_keys: list[bytes],
    events: list[Event],
    by: Actor,
    at: datetime,
    revoked: Mapping[tuple[int, int], list[Revocation]] = MappingProxyType({}),
) -> None:
    """Trust keys from now on or no longer, and say so on organisations' own chains.

    Args:
        revoked: by chain, which only its own organisation reads of.
    """
    with recording():
        for (organisation_id, site_id), said in sorted(revoked.items()):
            for one in said:
                row = RevokedKey(
                    organisation_id=organisation_id,
                    site_id=site_id,
                    public_key=one.key,
                    said=one.as_json(),
                    revoked_at=at,
                )
                if insert_if_new(row):
                    append_to(
                        LogKeyRevoked(**one.as_json()),
                        organisation_id=organisation_id,
                        site_id=0,
                        subject="ledger",
                        by=by,
                        at=at,
                    )
        for public_key in public_keys:
            insert_if_new(LogKey(public_key=public_key, seen_at=at))
        for event in events:
            append_everywhere(event, subject="ledger", by=by, at=at)
