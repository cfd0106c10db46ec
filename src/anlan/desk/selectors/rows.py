"""Lines of lists, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.base.remembered import address
from anlan.cases.enums import CaseKind, CaseState, Phase
from anlan.cases.models import Case, Task


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A line of a list of cases, and where it leads."""

    case: Case
    url: str

    @property
    def state(self) -> str:
        """The phase of an open case; how any other ended."""
        if self.case.is_open:
            return str(Phase(self.case.phase).label)
        return str(CaseState(self.case.state).label)


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A row of the table of cases, by value: see ``{% piece %}``."""

    number: str
    url: str
    severity: int
    title: str
    is_drill: bool
    site: str
    state: str
    is_open: bool
    is_closed: bool
    commander: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseTasks:
    """A case and its tasks that are mine."""

    case: Case
    url: str
    tasks: list[Task]


def room_url(number: str) -> str:
    """The address of a case's room."""
    return address("cases:room", number)


def rows_of(cases: Iterable[Case]) -> list[CaseRow]:
    return [CaseRow(case=case, url=room_url(case.number)) for case in cases]


def lines_of(cases: Iterable[Case]) -> list[CaseLine]:
    return [_line(row) for row in rows_of(cases)]


def _line(row: CaseRow) -> CaseLine:
    case = row.case
    return CaseLine(
        number=case.number,
        url=row.url,
        severity=case.severity,
        title=case.title,
        is_drill=case.kind == CaseKind.DRILL,
        site=case.site.name,
        state=row.state,
        is_open=case.is_open,
        is_closed=case.state == CaseState.CLOSED,
        commander=case.commander.name if case.commander else "",
        opened_at=case.opened_at,
    )


def by_case(tasks: Iterable[Task]) -> list[CaseTasks]:
    """The tasks grouped by their case, in the order in which they came."""
    groups: dict[int, CaseTasks] = {}
    for task in tasks:
        if task.case_id not in groups:
            groups[task.case_id] = CaseTasks(
                case=task.case, url=room_url(task.case.number), tasks=[]
            )
        groups[task.case_id].tasks.append(task)
    return list(groups.values())
