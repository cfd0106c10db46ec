"""The database itself refuses what the program never does."""

from __future__ import annotations

import hashlib

import pytest
from django.db import DatabaseError, connection, transaction

from anlan.ledger import triggers
from anlan.ledger.models import Entry
from tests.ledger.chains import Chain

pytestmark = [pytest.mark.both, pytest.mark.django_db]
COVERED = (
    "organisation_id site_id seq body digest kind subject object actor happened_at "
    "recorded_at exercise"
)
_UPDATE = "UPDATE ledger_entry SET {column} = {column} WHERE seq = 2"
# The triggers of a release never change silently: a chain of years relies on them.
SQLITE_DIGEST = "a58b62e89f998ea4334b1690788556873afde2ba806657ed46daf9ed4b79a591"
POSTGRESQL_DIGEST = "32f53d6577ecfefbe19a436b4a56bdd14f9eb4d3a52ffbf58354a784b067961c"


@pytest.fixture(autouse=True)
def chain(db, at) -> Chain:
    chain = Chain()
    chain.grow(3, at=at)
    return chain


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "append-only" in str(error) or "only be erased" in str(error)
    return False


@pytest.mark.parametrize("column", COVERED.split())
def test_update_of_a_covered_column(column) -> None:
    # Even to the same value: nobody has a reason to.
    assert refused(_UPDATE.format(column=column))


@pytest.mark.parametrize("column", ["data", "salt"])
def test_update_of_contents(column) -> None:
    assert refused(_UPDATE.format(column=column))


def test_every_column_is_either_covered_or_erasable() -> None:
    columns = {field.column for field in Entry._meta.concrete_fields}

    assert columns == {"id", "data", "salt", *COVERED.split()}


def test_erasing_one_of_data_and_salt_only() -> None:
    assert refused("UPDATE ledger_entry SET salt = NULL WHERE seq = 2")


def test_erasing_is_let_through() -> None:
    assert not refused("UPDATE ledger_entry SET data = NULL, salt = NULL WHERE seq = 2")


def test_delete() -> None:
    assert refused("DELETE FROM ledger_entry WHERE seq = 3")
    assert Entry.objects.count() == 3


def test_truncate() -> None:
    if connection.vendor == "sqlite":
        assert refused("DELETE FROM ledger_entry")
    else:
        assert refused("TRUNCATE ledger_entry")


def test_the_same_number_twice(chain) -> None:
    again = chain.entry(3)
    again.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        again.save()


def test_all_are_there() -> None:
    assert triggers.missing(connection) == []


@pytest.mark.parametrize(
    ("wanted", "digest"),
    [(triggers.SQLITE, SQLITE_DIGEST), (triggers.POSTGRESQL, POSTGRESQL_DIGEST)],
    ids=["sqlite", "postgresql"],
)
def test_their_words_are_frozen(wanted, digest) -> None:
    words = "\n".join(f"{name} {wanted[name]}" for name in sorted(wanted))

    assert hashlib.sha256(words.encode()).hexdigest() == digest


WEAKENED = {
    "sqlite": {
        "ledger_entry_no_delete": [
            "DROP TRIGGER ledger_entry_no_delete",
            (
                "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry "
                "WHEN OLD.seq < 0 BEGIN SELECT RAISE(ABORT, 'no'); END"
            ),
        ],
        "ledger_entry_only_erase": ["DROP TRIGGER ledger_entry_only_erase"],
    },
    "postgresql": {
        "ledger_entry_no_delete": [
            "DROP TRIGGER ledger_entry_no_delete ON ledger_entry",
            (
                "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry "
                "FOR EACH ROW WHEN (OLD.seq < 0) EXECUTE FUNCTION ledger_refuse()"
            ),
        ],
        "ledger_entry_only_erase": [
            "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_only_erase"
        ],
        # Every refusal lives in one function, which could be emptied.
        "ledger_refuse": [
            (
                "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger "
                "LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
            )
        ],
    },
}


def test_weakened_protection_is_missed() -> None:
    for name, statements in WEAKENED[connection.vendor].items():
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            missing = triggers.missing(connection)
            transaction.set_rollback(True)
        assert missing == [name]
    assert triggers.missing(connection) == []
