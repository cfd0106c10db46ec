"""Lines of lists, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.base.remembered import address
from anlan.cases.enums import CaseState, Phase
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
