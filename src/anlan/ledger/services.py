"""The only way onto the record.

A service queues its entries inside ``recording()``; they are written, and the chains
locked, as the last thing before the commit. Locking the head first costs 93 % of the
throughput of concurrent writers, locking it last 6 %.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anlan.base.clock import utc_text
from anlan.base.digest import canonical_json, sha256
from anlan.base.insertion import insert, insert_if_new
from anlan.ledger import references
from anlan.ledger.events import (
    KINDS,
    Actor,
    EntryErased,
    Event,
    LedgerBroken,
    Queued,
    Reaction,
    TextErased,
)
from anlan.ledger.models import LEAF, VERSION, Chain, Entry, EntryRef, Worded

SALT_BYTES = 16


class SiteLike(Protocol):
    """What the ledger needs to know of a site; the model lives above, in accounts."""

    pk: int
    organisation_id: int


_in_transaction: dict[str, list[Reaction]] = {}


@dataclass
class _Recording:
    queue: list[Queued] = field(default_factory=list)


@dataclass
class _Head:
    """Where a chain ends, while its row is locked."""

    seq: int
    digest: bytes


_current: ContextVar[_Recording | None] = ContextVar("recording", default=None)


def install_reactions(table: dict[str, list[Reaction]]) -> None:
    """Set what follows in the same transaction; called once, by ``anlan.config``."""
    unknown = set(table) - set(KINDS)
    if unknown:
        raise RuntimeError(f"reactions to events that do not exist: {sorted(unknown)}")
    _in_transaction.clear()
    _in_transaction.update(table)


@contextmanager
def recording() -> Iterator[None]:
    """A transaction at whose end everything appended inside it is written.

    May be nested; only the outermost block writes. If anything fails, the change and
    its entries are gone together.
    """
    current = _current.get()
    if current is not None:
        # Without a savepoint: a failure in here dooms the outer block too, even if
        # somebody catches it, so that no entry speaks of a change that was undone.
        with transaction.atomic(savepoint=False):
            yield
        return
    current = _Recording()
    token = _current.set(current)
    try:
        with transaction.atomic():
            yield
            _react(current.queue)
            _write(current.queue)
    finally:
        _current.reset(token)


def append(
    event: Event,
    *,
    site: SiteLike,
    subject: str,
    by: Actor,
    at: datetime,
    object: str = "",  # noqa: A002 -- the name it has in the record
    happened: datetime | None = None,
    on_behalf_of: Actor | None = None,
    via: str = "",
    exercise: bool = False,
) -> None:
    """Queue ``event`` for the chain of ``site``.

    Args:
        event: the facts; integers and short strings, never words that name people.
        site: whose chain it joins.
        subject: the root it belongs to, ``case:<uid>``, ``person:<uid>``, ``site:<uid>``.
        by: who did it.
        at: when this server accepted it.
        object: the thing itself, ``note:<uid>``; its row holds the covered words.
        happened: the claimed time, if it is not ``at``.
        on_behalf_of: the person for whom ``by`` entered it (a guard with only a radio).
        via: how it came: ``web``, ``phone``, ``device``, ``api``, ``radio``, ``play``.

    Raises:
        RuntimeError: outside ``recording()``; a programming error, never caught.
    """
    append_to(
        event,
        organisation_id=site.organisation_id,
        site_id=site.pk,
        subject=subject,
        by=by,
        at=at,
        object=object,
        happened=happened,
        on_behalf_of=on_behalf_of,
        via=via,
        exercise=exercise,
    )


def append_to(
    event: Event,
    *,
    organisation_id: int,
    site_id: int,
    subject: str,
    by: Actor,
    at: datetime,
    object: str = "",  # noqa: A002 -- the name it has in the record
    happened: datetime | None = None,
    on_behalf_of: Actor | None = None,
    via: str = "",
    exercise: bool = False,
) -> None:
    """Queue ``event`` for a chain named by its numbers; site 0 is the organisation."""
    current = _current.get()
    if current is None:
        raise RuntimeError("append belongs inside ledger.recording()")
    current.queue.append(
        Queued(
            event=event,
            organisation_id=organisation_id,
            site_id=site_id,
            subject=subject,
            object=object,
            actor=by.actor_key,
            on_behalf_of=on_behalf_of.actor_key if on_behalf_of else "",
            via=via,
            happened_at=happened or at,
            recorded_at=at,
            exercise=exercise,
        )
    )


def append_everywhere(event: Event, *, subject: str, by: Actor, at: datetime) -> None:
    """Queue what is true of the whole installation for every organisation's own chain."""
    organisations = Chain.objects.values_list("organisation_id", flat=True)
    for organisation_id in sorted(set(organisations)):
        append_to(
            event,
            organisation_id=organisation_id,
            site_id=0,
            subject=subject,
            by=by,
            at=at,
        )


def erase_text(
    *,
    row: Worded,
    field: str,
    site: SiteLike,
    subject: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Blank the words in ``field`` and the row's salt; the chain stays whole.

    The salt serves all words of the row, so a row's words are erased together: call it
    for each field, the salt goes with the first.
    """
    with recording():
        setattr(row, field, "")
        row.text_salt = b""
        row.save(update_fields=[field, "text_salt"])
        append(
            TextErased(
                model=row._meta.label,
                row=str(row.uid),  # type: ignore[attr-defined]  # every worded row has one
                field=field,
                reason=reason,
            ),
            site=site,
            subject=subject,
            by=by,
            at=at,
        )


def erase_entry(*, entry: Entry, reason: str, by: Actor, at: datetime) -> None:
    """Blank the data of an entry and what was derived from it; say so on its chain.

    No screen asks it yet: what is erased today are words (``erase_text``). It is here
    because the format of the record knows it, and ``verify`` must tell it from a loss.
    """
    with recording():
        Entry.objects.filter(pk=entry.pk).update(data=None, salt=None)
        EntryRef.objects.filter(
            organisation_id=entry.organisation_id, site_id=entry.site_id, seq=entry.seq
        ).delete()
        append_to(
            EntryErased(seq=entry.seq, reason=reason),
            organisation_id=entry.organisation_id,
            site_id=entry.site_id,
            subject=entry.subject,
            by=by,
            at=at,
        )


def _react(queue: list[Queued]) -> None:
    # The list grows while it is walked: a reaction may append, and be answered itself.
    for queued in queue:
        for react in _in_transaction.get(queued.kind, ()):
            react(queued)


def _write(queue: Sequence[Queued]) -> None:
    if not queue:
        return
    by_chain: dict[tuple[int, int], list[Queued]] = defaultdict(list)
    for queued in queue:
        by_chain[queued.organisation_id, queued.site_id].append(queued)
    entries: list[Entry] = []
    # Ascending, so that two transactions that touch the same chains cannot deadlock.
    for organisation_id, site_id in sorted(by_chain):
        head = _locked_head(organisation_id, site_id)
        for queued in by_chain[organisation_id, site_id]:
            entry = link(queued, seq=head.seq + 1, prev=head.digest)
            head.seq, head.digest = entry.seq, bytes(entry.digest)
            entries.append(entry)
        _move_head(organisation_id, site_id, head)
    insert(entries)
    if any(queued.event.refers for queued in queue):
        references.write(entries)


# In SQL, for every change of the product passes here: the two statements cost a tenth
# of what the same costs through models.
_READ_HEAD = (
    "SELECT seq, digest FROM ledger_chain WHERE organisation_id = %s AND site_id = %s"
)
_MOVE_HEAD = (
    "UPDATE ledger_chain SET seq = %s, digest = %s"
    " WHERE organisation_id = %s AND site_id = %s"
)


def _locked_head(organisation_id: int, site_id: int) -> _Head:
    found = _read_head(organisation_id, site_id)
    if found is None:
        # Two first entries at once: the loser of the insert waits and finds the row.
        insert_if_new(Chain(organisation_id=organisation_id, site_id=site_id))
        found = _read_head(organisation_id, site_id)
    if found is None or len(found.digest) != 32:
        raise LedgerBroken(_("台账链头已损坏，暂停写入，请立即联系系统管理员"))
    return found


def _read_head(organisation_id: int, site_id: int) -> _Head | None:
    has_locks = connection.features.has_select_for_update
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_READ_HEAD} FOR UPDATE" if has_locks else _READ_HEAD,
            [organisation_id, site_id],
        )
        row = cursor.fetchone()
    return _Head(row[0], bytes(row[1])) if row else None


def _move_head(organisation_id: int, site_id: int, head: _Head) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_HEAD, [head.seq, head.digest, organisation_id, site_id])


def link(queued: Queued, *, seq: int, prev: bytes) -> Entry:
    """Make the entry that follows the one whose digest is ``prev``; pure but for the salt."""
    data = canonical_json(queued.event.facts())
    salt = secrets.token_bytes(SALT_BYTES)
    body = canonical_json(
        {
            "v": VERSION,
            "org": queued.organisation_id,
            "site": queued.site_id,
            "seq": seq,
            "prev": prev.hex(),
            "kind": queued.kind,
            "subject": queued.subject,
            "object": queued.object or None,
            "actor": queued.actor,
            "for": queued.on_behalf_of or None,
            "via": queued.via or None,
            "happened": utc_text(queued.happened_at),
            "recorded": utc_text(queued.recorded_at),
            "exercise": 1 if queued.exercise else None,
            "data": sha256(salt, data).hex(),
        }
    )
    return Entry(
        organisation_id=queued.organisation_id,
        site_id=queued.site_id,
        seq=seq,
        body=body,
        digest=sha256(LEAF, body),
        data=data,
        salt=salt,
        kind=queued.kind,
        subject=queued.subject,
        object=queued.object,
        actor=queued.actor,
        happened_at=queued.happened_at,
        recorded_at=queued.recorded_at,
        exercise=queued.exercise,
    )
