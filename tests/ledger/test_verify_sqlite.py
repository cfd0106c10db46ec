"""What only SQLite lets through."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.ledger.chains import Chain, problems, unprotected


@pytest.mark.django_db
def test_replacing_an_entry_is_found(at) -> None:
    """Whoever takes the triggers away first is noticed by the digests."""
    Chain().grow(3, at=at)
    with unprotected(), connection.cursor() as cursor:
        cursor.execute(
            "REPLACE INTO ledger_entry (id, organisation_id, site_id, seq, body, digest, "
            "data, salt, kind, subject, object, actor, happened_at, recorded_at, exercise) "
            "SELECT id, organisation_id, site_id, seq, body, digest, data, salt, kind, "
            "subject, object, 'user:x', happened_at, recorded_at, exercise "
            "FROM ledger_entry WHERE seq = 2"
        )

    assert problems() == [(2, "actor")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("body", [(2, "body")]),
        ("digest", [(2, "body"), (3, "prev")]),
        ("data", [(2, "body")]),
        ("happened_at", [(2, "happened_at")]),
        ("exercise", [(2, "exercise")]),
    ],
)
def test_text_where_something_else_belongs(at, column, found) -> None:
    Chain().grow(3, at=at)
    with unprotected(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ledger_entry SET {column} = 'a\"b' WHERE seq = 2"  # noqa: S608
        )

    assert problems() == found
