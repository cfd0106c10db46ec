"""What only SQLite lets through."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.ledger.chains import Chain, problems


@pytest.mark.django_db
def test_replacing_an_entry_is_found(at) -> None:
    """REPLACE deletes without asking the triggers; the digests notice."""
    Chain().grow(3, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "REPLACE INTO ledger_entry (id, organisation_id, site_id, seq, body, digest, "
            "data, salt, kind, subject, object, actor, happened_at, recorded_at, exercise) "
            "SELECT id, organisation_id, site_id, seq, body, digest, data, salt, kind, "
            "subject, object, 'user:x', happened_at, recorded_at, exercise "
            "FROM ledger_entry WHERE seq = 2"
        )

    assert problems() == [(2, "actor")]
