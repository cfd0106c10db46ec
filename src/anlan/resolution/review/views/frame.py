"""What every page of a review shows around its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.cases.models import Case
from anlan.cases.views.answers import reader_of
from anlan.resolution.review import permissions


def page(
    request: HttpRequest,
    template: str,
    *,
    case: Case,
    tab: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A page with the tabs; whoever only has something to improve sees none."""
    reader = reader_of(request)
    context = {
        "case": case,
        "tab": tab,
        "may_see": permissions.can_see(reader, case),
        "may_improve": permissions.can_improve(reader, case),
        **more,
    }
    return render(request, f"review/{template}", context, status=status)
