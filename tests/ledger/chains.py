"""Chains to tamper with, and the ways of somebody who owns the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection

from anlan.ledger import services as ledger
from anlan.ledger import triggers
from anlan.ledger.events import SYSTEM, TextErased
from anlan.ledger.models import Entry
from anlan.ledger.verify import Problem, verify


@dataclass
class Chain:
    """A chain that needs no site: 1/7."""

    pk: int = 7
    organisation_id: int = 1

    def grow(self, count: int, *, at: datetime, subject: str = "case:x") -> None:
        with ledger.recording():
            for number in range(count):
                ledger.append(
                    fact(number), site=self, subject=subject, by=SYSTEM, at=at
                )

    def entry(self, seq: int) -> Entry:
        return Entry.objects.get(
            organisation_id=self.organisation_id, site_id=self.pk, seq=seq
        )


def fact(number: int) -> TextErased:
    """Any event would do; this one covers no words and is of the ledger itself."""
    return TextErased(model="a.B", row=f"{number}", field="words", reason="test")


@contextmanager
def unprotected() -> Iterator[None]:
    """Take the triggers away, as the owner of the database can, and put them back."""
    editor = SimpleNamespace(connection=connection)
    triggers.drop(None, editor)
    yield
    triggers.create(None, editor)


def tamper(where: dict[str, Any], **values: Any) -> None:
    with unprotected():
        assert Entry.objects.filter(**where).update(**values) == 1


def problems(*, processes: int = 1) -> list[tuple[int, str]]:
    """Where verify finds something: the number of the entry, and the field."""
    return places(verify(processes=processes).problems)


def places(found: Sequence[Problem]) -> list[tuple[int, str]]:
    return [(problem.seq, problem.field) for problem in found]
