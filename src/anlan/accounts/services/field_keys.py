"""A new key for the encrypted fields: made, used for every value, the old one removed.

Nothing remembers how far this is: each value names its key. So it goes on where it was
killed, may run beside everything else, and may be run twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.events import FieldKeyAdded, FieldKeyRemoved
from anlan.accounts.models import Organisation
from anlan.accounts.services.record import record_at_head
from anlan.base import crypto
from anlan.base.errors import Conflict
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event

BATCH = 500  # rows read at once
# A value that was on its way when the key changed is in the database by then.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class FieldKey:
    """A key by its public name; the newest writes, all of them read."""

    key_id: int
    fingerprint: str
    in_use: bool
    made_at: datetime


def field_keys() -> list[FieldKey]:
    """The keys of this installation, the oldest first."""
    ring = crypto.key_ring()
    return [
        FieldKey(
            key_id=key_id,
            fingerprint=_fingerprint(key_id),
            in_use=key_id == ring.current,
            made_at=datetime.fromtimestamp(crypto.came_at(_keys(), key_id), tz=UTC),
        )
        for key_id in sorted(ring.field_keys)
    ]


def add_field_key(*, by: Actor, at: datetime) -> int:
    """Make a key that all values are written with from now on; returns its id.

    It is on the record of every organisation, by its fingerprint.
    """
    key_id = crypto.add_field_key(_keys())
    event = FieldKeyAdded(key_id=key_id, fingerprint=_fingerprint(key_id))
    _record(event, by=by, at=at)
    return key_id


def renew_values() -> Iterator[tuple[str, int]]:
    """Encrypt with the newest key what an older one still holds, some rows at a time.

    Yields:
        The column, and how many of its values were renewed so far.

    Raises:
        CryptoError: a value does not open; it stays as it is, and so do those after it.
    """
    ring = crypto.key_ring()
    for column in crypto.columns():
        renewed = 0
        for rows in _batches(column):
            for row in rows:
                renewed += _renew(column, row, ring)
            yield name_of(column), renewed


def values_by_key() -> Counter[int]:
    """How many values each key has written that are still there."""
    ring = crypto.key_ring()
    found: Counter[int] = Counter(dict.fromkeys(ring.field_keys, 0))
    for column in crypto.columns():
        for rows in _batches(column):
            for row in rows:
                value = bytes(getattr(row, column.field))
                found[crypto.key_id_of(value, column.place(row))] += 1
    return found


def remove_field_key(*, key_id: int, by: Actor, at: datetime) -> None:
    """Delete a key that no value needs; what a backup holds under it is lost with it.

    Raises:
        Conflict: values are left, or the key that follows it is too new.
        KeyFileError: there is no such key, or it is the one in use.
    """
    ring = crypto.key_ring()
    following = [known for known in ring.field_keys if known > key_id]
    if following and at.timestamp() - crypto.came_at(_keys(), min(following)) < (
        SETTLED.total_seconds()
    ):
        raise Conflict(_("更换密钥后一小时内不能删除旧密钥"))
    left = values_by_key()[key_id]
    if left and following:
        raise Conflict(_("还有 %s 个值使用这把密钥，请先重新加密") % left)
    fingerprint = _fingerprint(key_id) if key_id in ring.field_keys else ""
    crypto.remove_field_key(_keys(), key_id)
    _record(FieldKeyRemoved(key_id=key_id, fingerprint=fingerprint), by=by, at=at)


def name_of(column: crypto.Column) -> str:
    return f"{column.model._meta.label}.{column.field}"


def _batches(column: crypto.Column) -> Iterator[list[Any]]:
    last = 0
    found: QuerySet[Any] = (
        QuerySet(column.model).exclude(**{column.field: None}).order_by("pk")
    )
    if column.related:
        found = found.select_related(*column.related)
    while rows := list(found.filter(pk__gt=last)[:BATCH]):
        yield rows
        last = rows[-1].pk


def _renew(column: crypto.Column, row: Any, ring: crypto.KeyRing) -> int:
    """Whether it was renewed: what somebody else wrote meanwhile stays."""
    stored, place = getattr(row, column.field), column.place(row)
    value = bytes(stored)
    if not ring.needs_rotation(value, place):
        return 0
    again = ring.encrypt(ring.decrypt(value, place), place)
    unchanged: QuerySet[Any] = QuerySet(column.model).filter(
        pk=row.pk, **{column.field: stored}
    )
    return int(unchanged.update(**{column.field: again}))


def _record(event: Event, *, by: Actor, at: datetime) -> None:
    with ledger.recording():
        for organisation in Organisation.objects.order_by("pk"):
            record_at_head(event, organisation, by=by, at=at)


def _fingerprint(key_id: int) -> str:
    return crypto.key_ring().fingerprints()[f"field/{key_id:03d}"]


def _keys() -> Path:
    return Path(settings.KEYS)
