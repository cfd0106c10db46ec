"""What every page of an investigation shows around its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.cases.views.answers import reader_of
from anlan.investigation import permissions
from anlan.investigation.independence import conflict_of
from anlan.investigation.selectors.interviews import investigated_case


def opened(request: HttpRequest, number: str) -> tuple[User, Case]:
    """The reader, and the case whose investigation they may see."""
    reader = reader_of(request)
    return reader, investigated_case(reader, number)


def page(
    request: HttpRequest,
    template: str,
    *,
    case: Case,
    tab: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A page with the tabs; ``may_lead`` offers what would not be refused."""
    reader = reader_of(request)
    is_theirs = permissions.may_investigate(reader, case)
    conflict = conflict_of(reader, case) if is_theirs else ""
    context = {
        "case": case,
        "tab": tab,
        "may_lead": is_theirs and not conflict,
        "conflict": conflict,
        **more,
    }
    return render(request, f"investigation/{template}", context, status=status)
