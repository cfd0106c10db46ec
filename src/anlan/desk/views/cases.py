"""The list of cases, and of the incidents that are running."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import parse_utc_text, utc_text
from anlan.cases.selectors import Key, case_page
from anlan.desk import selectors
from anlan.desk.forms import CaseFilter
from anlan.desk.views.reader import reader

PAGE = 30


@login_required
@require_GET
def case_table(request: HttpRequest) -> HttpResponse:
    """All cases of the reader, newest first, narrowed by the filter, paged by key."""
    user = reader(request)
    sites = sites_where(user, Permission.CASE_SEE).order_by("code", "pk")
    form = CaseFilter(request.GET, sites=sites)
    before = _key(request.GET.get("before", ""))
    found = case_page(user, before=before, page=PAGE, **form.wanted())
    return render(
        request,
        "desk/cases.html",
        {
            "form": form,
            "rows": selectors.rows_of(found.cases),
            "after": _key_of(found.after) if found.after else "",
            "searched_to": found.searched_to,
            "is_first": before is None,
            "is_narrowed": any(request.GET.get(name) for name in form.fields),
            "many_sites": len(form.fields["site"].queryset) > 1,  # type: ignore[attr-defined]  # stubs know the base only
        },
    )


@login_required
@require_GET
def incident_table(request: HttpRequest) -> HttpResponse:
    """What is running now, and what ended lately."""
    user = reader(request)
    return render(
        request,
        "desk/incidents.html",
        {
            "incidents": selectors.open_incidents(user),
            "closed": selectors.closed_lately(user, at=timezone.now(), most=20),
        },
    )


def _key_of(key: Key) -> str:
    return f"{utc_text(key[0])}_{key[1]}"


def _key(text: str) -> Key | None:
    """Read back a row's place in the list; nonsense begins at the first page."""
    opened_at, _, pk = text.partition("_")
    try:
        return parse_utc_text(opened_at), int(pk)
    except ValueError:
        return None
