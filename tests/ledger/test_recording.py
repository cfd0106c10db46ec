"""A change and its entries are one: both there, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Queued, TextErased
from anlan.ledger.models import Chain as Head
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.reactions import install
from tests.ledger.chains import Chain, fact

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture
def put(at) -> Callable[..., None]:
    """Append one entry to the chain of a site."""

    def put(number: int = 0, *, site: int = 7, **more) -> None:
        said = {"site": Chain(pk=site), "subject": "case:x", "by": SYSTEM, "at": at}
        ledger.append(fact(number), **(said | more))

    return put


@contextmanager
def reacting(react: Callable[[Queued], None]) -> Iterator[None]:
    ledger.install_reactions({TextErased.kind: [react]})
    try:
        yield
    finally:
        install()


def fail() -> None:
    raise ZeroDivisionError


def rows(site: int = 7) -> list[str]:
    """The numbers that the entries of a site speak of, in their order."""
    entries = Entry.objects.filter(site_id=site).order_by("seq")
    return [
        bytes(entry.data or b"").split(b'"row":"')[1][:1].decode() for entry in entries
    ]


def test_nothing_is_written_before_the_end(put) -> None:
    with ledger.recording():
        put()
        assert not Entry.objects.exists()

    assert Entry.objects.count() == 1


def test_append_outside_is_a_bug(put) -> None:
    with pytest.raises(RuntimeError, match="recording"):
        put()


def test_nested_blocks_write_once_in_the_order_of_appending(put) -> None:
    with ledger.recording():
        put(1)
        with ledger.recording():
            put(2)
        put(3)
        assert not Entry.objects.exists()

    assert rows() == ["1", "2", "3"]
    assert verify().is_sound


def test_failure_leaves_nothing(put) -> None:
    def change() -> None:
        with ledger.recording():
            Head.objects.create(organisation_id=5, site_id=5)
            put()
            fail()

    with pytest.raises(ZeroDivisionError):
        change()

    assert not Entry.objects.exists()
    assert not Head.objects.exists()


def test_the_next_block_begins_empty_after_a_failure(put) -> None:
    def change() -> None:
        with ledger.recording():
            put(1)
            fail()

    with pytest.raises(ZeroDivisionError):
        change()
    with ledger.recording():
        put(2)

    assert rows() == ["2"]


def test_failure_inside_dooms_the_outer_block_even_if_caught(put) -> None:
    def change() -> None:
        with ledger.recording():
            put(1)
            with suppress(ZeroDivisionError), ledger.recording():
                put(2)
                fail()

    with pytest.raises(TransactionManagementError):
        change()

    assert not Entry.objects.exists()


def test_rollback_of_a_transaction_around_it_takes_the_entries_along(put) -> None:
    def change() -> None:
        with transaction.atomic():
            with ledger.recording():
                put()
            fail()

    with pytest.raises(ZeroDivisionError):
        change()

    assert not Entry.objects.exists()
    assert not Head.objects.exists()


def test_each_site_has_its_own_numbers(put) -> None:
    with ledger.recording():
        for site in (9, 7, 9):
            put(site=site)

    numbers = Entry.objects.order_by("site_id", "seq").values_list("site_id", "seq")
    assert list(numbers) == [(7, 1), (9, 1), (9, 2)]


class TestReactions:
    def test_failing_reaction_undoes_the_change(self, put) -> None:
        def change() -> None:
            with ledger.recording():
                Head.objects.create(organisation_id=5, site_id=5)
                put()

        with reacting(lambda queued: fail()), pytest.raises(ZeroDivisionError):
            change()

        assert not Entry.objects.exists()
        assert not Head.objects.exists()

    def test_what_a_reaction_appends_is_written_and_answered(self, put) -> None:
        def follow(queued: Queued) -> None:
            assert isinstance(queued.event, TextErased)
            number = int(queued.event.row)
            if number < 3:
                with ledger.recording():
                    put(number + 1)

        with reacting(follow), ledger.recording():
            put(1)

        assert rows() == ["1", "2", "3"]

    def test_unknown_kinds_are_refused(self) -> None:
        with pytest.raises(RuntimeError, match=r"no\.such"):
            ledger.install_reactions({"no.such": []})
