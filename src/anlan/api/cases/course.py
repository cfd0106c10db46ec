"""The course of a case over the API: phase, command, joining, parting, reopening."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, colleague_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.cases.schemas import CaseOut
from anlan.api.schemas import In, Text
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.enums import Phase

router = Router(tags=["cases"])


class AdvanceIn(In):
    """``leave`` is the phase the caller takes the case to be in: a guard against two."""

    leave: Phase


class CommandIn(In):
    """Who commands from now on; nobody named: the caller."""

    commander: UUID | None = None


class JoinIn(In):
    into: Annotated[Text, Field(min_length=1, max_length=32)]


@router.post(
    "/cases/{number}/phase",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_COMMAND, out=CaseOut),
)
def advance_phase(request: ApiRequest, number: str, body: AdvanceIn) -> CaseOut:
    """Go on to the next phase; refused while a binding task of this one is open."""
    caller = request.auth
    case = case_of(caller, number)
    if case.phase != body.leave:
        raise Conflict(_("案件已不在这个阶段，请刷新后再操作"))
    cases.advance_phase(case=case, by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/command",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_RESPOND, out=CaseOut),
)
def take_command(request: ApiRequest, number: str, body: CommandIn) -> CaseOut:
    """Take the command, or hand it to a colleague; with time and name on the record."""
    caller = request.auth
    cases.take_command(
        case=case_of(caller, number),
        commander=colleague_of(caller, body.commander, path="commander"),
        by=caller.user,
        at=caller.at,
    )
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/joining",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=CaseOut),
)
def join_cases(request: ApiRequest, number: str, body: JoinIn) -> CaseOut:
    """Lay this case into another: one fight, two numbers; both chains say so."""
    caller = request.auth
    cases.join_cases(
        case=case_of(caller, number),
        host=case_of(caller, body.into),
        by=caller.user,
        at=caller.at,
    )
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/parting",
    **operation(Permission.CASE_SEE, Permission.CASE_LINK, out=CaseOut),
)
def part_cases(request: ApiRequest, number: str) -> CaseOut:
    caller = request.auth
    cases.part_cases(case=case_of(caller, number), by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))


@router.post(
    "/cases/{number}/reopening",
    **operation(Permission.CASE_SEE, Permission.INCIDENT_CLOSE, out=CaseOut),
)
def reopen_case(request: ApiRequest, number: str) -> CaseOut:
    caller = request.auth
    cases.reopen_case(case=case_of(caller, number), by=caller.user, at=caller.at)
    return CaseOut.of(case_of(caller, number))
