"""Is the list of evidence what the record says? A row names the file that people see.

Files that are whole prove nothing if somebody exchanged which of them is which exhibit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from anlan.cases.models import Case
from anlan.evidence.events import ExhibitReceived, ObjectRegistered
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Entry

UNRECORDED = "it is on the list, and the record does not know it"
UNLISTED = "the record has it, and it is not on the list"
TWICE = "the record received it twice"
OTHER_NUMBER = "the record knows it by another number or in another case"
OTHER_FILE = "the record received another file under its number"
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
    received: dict[str, _Received] = {}
    problems = []
    for thing, entry in _received():
        keep()
        if thing in received:
            problems.append(ListProblem(thing, TWICE))
        received[thing] = entry
    exhibits = Exhibit.objects.select_related("case", "blob").order_by("pk")
    for exhibit in exhibits.iterator():
        keep()
        state = _compared(exhibit, received.pop(exhibit.key, None))
        if state:
            where = f"{exhibit.case.number} {exhibit.code}"
            problems.append(ListProblem(where, state, exhibit.case.site_id))
    return [*problems, *(_unlisted(thing, e) for thing, e in received.items())]


def _received() -> Iterator[tuple[str, _Received]]:
    entries = Entry.objects.filter(kind__in=_TAKEN_IN).order_by("pk")
    for thing, subject, data in entries.values_list(
        "object", "subject", "data"
    ).iterator():
        yield thing, _Received(subject, None if data is None else _read(data))


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


def _unlisted(thing: str, entry: _Received) -> ListProblem:
    uid = entry.subject.partition(":")[2]
    case = Case.objects.filter(uid=uid).first()
    code = (entry.facts or {}).get("code", thing)
    where = f"{case.number if case else entry.subject} {code}"
    return ListProblem(where, UNLISTED, case.site_id if case else 0)
