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
SQLITE_DIGEST = "6076f567a227bc3b59e8c814e5c7f644abf48a223b00413179f18f08f8cf4f2c"
POSTGRESQL_DIGEST = "1baa6f1737da922f1fb0dab3499dc34c122b64d76e4f0771872beac6f1bef478"


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


@pytest.mark.parametrize("recursive", ["OFF", "ON"])
@pytest.mark.parametrize(
    ("values", "conflict"),
    [
        ({"seq": "seq + 90"}, "id"),
        ({"id": "id + 90"}, "organisation_id, site_id, seq"),
    ],
    ids=["of the same id", "of the same number"],
)
def test_replacing(chain, values, conflict, recursive) -> None:
    names = [str(field.column) for field in Entry._meta.concrete_fields]
    chosen = {"actor": "'user:x'"} | values
    insert = f"INTO ledger_entry ({', '.join(names)}) SELECT "
    insert += ", ".join(chosen.get(name, name) for name in names)
    insert += " FROM ledger_entry WHERE seq = 2"

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers = {recursive}")
        assert refused(f"REPLACE {insert}")
        assert refused(f"INSERT OR IGNORE {insert}")
    update = f"ON CONFLICT ({conflict}) DO UPDATE SET actor = 'user:x'"
    assert refused(f"INSERT {insert} AND true {update}")
    assert [chain.entry(seq).actor for seq in (1, 2, 3)] == ["system"] * 3


@pytest.mark.parametrize("column", ["id", "rowid"])
def test_giving_an_entry_the_id_of_another(column) -> None:
    if connection.vendor == "sqlite":
        assert refused(
            f"UPDATE OR REPLACE ledger_entry SET {column} = {column} + 1 WHERE seq = 2"  # noqa: S608
        )
    else:
        assert refused("UPDATE ledger_entry SET id = id + 100 WHERE seq = 2")
    assert Entry.objects.count() == 3


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
        "ledger_entry_no_replace": ["DROP TRIGGER ledger_entry_no_replace"],
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
