"""The mark of the database: the same while nobody else commits, another afterwards."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection, transaction

from anlan.base import changes
from anlan.base.insertion import insert_if_new
from anlan.ledger.models import Chain

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("committing_db")]


def elsewhere(*, site: int, commits: bool = True) -> None:
    """Write a row through a connection of its own."""

    def write() -> None:
        try:
            with transaction.atomic():
                insert_if_new(Chain(organisation_id=1, site_id=site))
                transaction.set_rollback(not commits)
        finally:
            connection.close()

    thread = Thread(target=write)
    thread.start()
    thread.join()


def test_nobody_wrote() -> None:
    """PostgreSQL counts for all of its databases, and the one beside us may be busy."""
    are_equal = []
    for _number in range(1 if connection.vendor == "sqlite" else 200):
        before = changes.mark()
        list(Chain.objects.all())
        are_equal.append(changes.mark() == before)

    assert any(are_equal)


def test_another_wrote() -> None:
    before = changes.mark()
    elsewhere(site=1)
    between = changes.mark()
    elsewhere(site=2)

    assert len({before, between, changes.mark()}) == 3
    assert Chain.objects.count() == 2


def test_a_new_connection_has_seen_nothing() -> None:
    """It would count from where the one before it began, and miss what came meanwhile."""
    before = changes.mark()
    connection.close()
    elsewhere(site=1)

    assert changes.mark() != before
