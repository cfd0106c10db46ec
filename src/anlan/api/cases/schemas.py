"""What a client gets to read of a case, its tasks and its record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from anlan.api.schemas import Out, SiteOut, UserOut
from anlan.cases.models import Case, Task
from anlan.cases.selectors import Line


class CaseOut(Out):
    number: str
    kind: str
    title: str
    state: str
    severity: int
    phase: str
    exercise: bool
    site: SiteOut
    commander: UserOut | None
    opened_at: datetime
    closed_at: datetime | None
    joined_into: str | None

    @classmethod
    def of(cls, case: Case) -> CaseOut:
        return cls(
            number=case.number,
            kind=case.kind,
            title=case.title,
            state=case.state,
            severity=case.severity,
            phase=case.phase,
            exercise=case.exercise,
            site=SiteOut.of(case.site),
            commander=UserOut.perhaps(case.commander),
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            joined_into=case.joined_into.number if case.joined_into else None,
        )


class TaskOut(Out):
    uid: UUID
    case: str
    key: str
    phase: str
    title: str
    advice: str
    source: str
    role: str
    binding: bool
    proof: str
    state: str
    due_at: datetime | None
    ended_at: datetime | None
    ended_by: UserOut | None
    words: str

    @classmethod
    def of(cls, task: Task) -> TaskOut:
        return cls(
            uid=task.uid,
            case=task.case.number,
            key=task.key,
            phase=task.phase,
            title=task.title,
            advice=task.advice,
            source=task.source,
            role=task.role_key,
            binding=task.binding,
            proof=task.proof,
            state=task.state,
            due_at=task.due_at,
            ended_at=task.ended_at,
            ended_by=UserOut.perhaps(task.ended_by),
            words=task.said("words"),
        )


class LineOut(Out):
    """One line of the record, in the caller's language; names of customers are masked."""

    seq: int
    kind: str
    sentence: str
    quote: str
    happened_at: datetime
    recorded_at: datetime
    late_seconds: int
    struck_by: str
    struck_reason: str
    is_erased: bool
    case: str

    @classmethod
    def in_case(cls, line: Line, *, number: str) -> LineOut:
        return cls(
            seq=line.seq,
            kind=line.kind,
            sentence=line.sentence,
            quote=line.quote,
            happened_at=line.happened_at,
            recorded_at=line.recorded_at,
            late_seconds=line.late_seconds,
            struck_by=line.struck_by,
            struck_reason=line.struck_reason,
            is_erased=line.is_erased,
            case=line.case_number or number,
        )


class NoteOut(Out):
    uid: UUID
    text: str
    written_at: datetime


class StrikeOut(Out):
    seq: int
    reason: str
    struck_at: datetime
