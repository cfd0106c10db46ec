"""Is the list of evidence what the record says? A row names the file that people see.

Files that are whole prove nothing if somebody exchanged which of them is which exhibit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from anlan.cases.models import Case
from anlan.evidence.events import ExhibitReceived, ObjectRegistered
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Entry

UNRECORDED = "it is on the list, and the record does not know it"
UNLISTED = "the record has it, and it is not on the list"
TWICE = "the record received it twice"
OTHER_NUMBER = "the record knows it by another number or in another case"
OTHER_FILE = "the record received another file under its number"
PAGE = 1_000  # rows, or entries, that are looked at together
Row = TypeVar("Row", bound=Model)
_TAKEN_IN = (ExhibitReceived.kind, ObjectRegistered.kind)


@dataclass(frozen=True)
class ListProblem:
    """``where`` is the case and the exhibit, or the entry's own name for it."""

    where: str
    state: str
    site_id: int = 0  # none: its case is gone

    def __str__(self) -> str:
        return f"{self.where}: {self.state}"


@dataclass(frozen=True)
class _Received:
    pk: int
    thing: str  # exhibit:<uid>
    subject: str  # case:<uid>
    facts: dict[str, object] | None  # nothing is left of an entry that was erased


def verify_list(*, keep: Callable[[], None] = lambda: None) -> list[ListProblem]:
    """Compare each exhibit with the entry that took it in: case, number, digest.

    People work meanwhile. What came between the two questions would look wrong: something
    is wrong if it is so again in the same row or entry.
    """
    found = _compare(keep)
    if not found:
        return []
    again = set(_compare(keep))
    return [problem for problem in found if problem in again]


def _compare(keep: Callable[[], None]) -> list[ListProblem]:
    return [*_of_the_list(keep), *_of_the_record(keep)]


def _of_the_list(keep: Callable[[], None]) -> Iterator[ListProblem]:
    """What is wrong with rows, a page of them at a time: there may be a million."""
    rows = Exhibit.objects.select_related("case", "blob").order_by("pk")
    for page in _pages(rows):
        keep()
        received = _received_in({exhibit.case.subject for exhibit in page})
        last = {entry.thing: entry for entry in received}
        strays = {exhibit.key for exhibit in page} - set(last)
        last |= {entry.thing: entry for entry in _received_anywhere(strays)}
        for exhibit in page:
            state = _compared(exhibit, last.get(exhibit.key))
            if state:
                where = f"{exhibit.case.number} {exhibit.code}"
                yield ListProblem(where, state, exhibit.case.site_id)


def _of_the_record(keep: Callable[[], None]) -> Iterator[ListProblem]:
    """What is wrong with entries, in pages too."""
    entries = Entry.objects.filter(kind__in=_TAKEN_IN).order_by("pk")
    for rows in _pages(entries):
        keep()
        page = [_as_received(row) for row in rows]
        subjects = _subjects_of(page)
        first: dict[str, int] = {}
        for entry in _received_in({entry.subject for entry in page}):
            first.setdefault(entry.thing, entry.pk)
        strays = {e.thing for e in page if subjects.get(e.thing) != e.subject}
        for entry in _received_anywhere(strays):
            first[entry.thing] = min(entry.pk, first.get(entry.thing, entry.pk))
        for entry in page:
            if first.get(entry.thing, entry.pk) != entry.pk:
                yield ListProblem(entry.thing, TWICE)
            elif entry.thing not in subjects:
                yield _unlisted(entry)


def _subjects_of(page: Iterable[_Received]) -> dict[str, str]:
    """The case of each exhibit that entries took in, as the list has it."""
    uids = set()
    for entry in page:
        with suppress(ValueError):
            uids.add(UUID(entry.thing.partition(":")[2]))
    rows = Exhibit.objects.filter(uid__in=uids).select_related("case")
    return {exhibit.key: exhibit.case.subject for exhibit in rows}


def _received_in(subjects: set[str]) -> list[_Received]:
    """The entries of these cases, the first one first; there is an index of cases."""
    rows = Entry.objects.filter(kind__in=_TAKEN_IN, subject__in=subjects)
    return [_as_received(row) for row in rows.order_by("pk")]


def _received_anywhere(things: set[str]) -> list[_Received]:
    """Entries of what is not where it should be; they are sought among all."""
    if not things:
        return []
    rows = Entry.objects.filter(kind__in=_TAKEN_IN, object__in=things)
    return [_as_received(row) for row in rows.order_by("pk")]


def _pages(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    found = rows.iterator(chunk_size=PAGE)
    while page := list(islice(found, PAGE)):
        yield page


def _as_received(row: Entry) -> _Received:
    facts = None if row.data is None else _read(row.data)
    return _Received(row.pk, row.object, row.subject, facts)


def _read(data: object) -> dict[str, object]:
    """Of an entry that somebody altered nothing may be readable: then it says nothing."""
    try:
        facts = json.loads(data if isinstance(data, str) else bytes(data))  # type: ignore[call-overload]  # whatever stands there
    except (TypeError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _compared(exhibit: Exhibit, entry: _Received | None) -> str:
    """What is wrong with it; empty if nothing is."""
    if entry is None:
        return UNRECORDED
    if entry.subject != exhibit.case.subject:
        return OTHER_NUMBER
    if entry.facts is None:
        return ""
    if entry.facts.get("code") != exhibit.code:
        return OTHER_NUMBER
    digest = exhibit.blob.sha256 if exhibit.blob else None
    return "" if entry.facts.get("sha256") == digest else OTHER_FILE


def _unlisted(entry: _Received) -> ListProblem:
    uid = entry.subject.partition(":")[2]
    case = Case.objects.filter(uid=uid).first()
    code = (entry.facts or {}).get("code", entry.thing)
    where = f"{case.number if case else entry.subject} {code}"
    return ListProblem(where, UNLISTED, case.site_id if case else 0)
